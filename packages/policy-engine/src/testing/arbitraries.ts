import fc from 'fast-check';
import type {
  ClusterSnapshot,
  ContainerPortRecord,
  HiddenRecord,
  Labels,
  NamespaceRecord,
  NodeRecord,
  PodRecord,
  PodState,
  PolicyRecord,
} from '../model/records.ts';
import type { EndpointRef, Traffic } from './spec-evaluator.ts';

/**
 * Random small clusters and policies that interact: few names, label values, ports and addresses, so that selectors
 * overlap, priorities collide and addresses lie on the edges of blocks. Most policies are valid; the rest are wrong in
 * one place. Absent and empty fields both occur everywhere.
 */

const NAMESPACES = ['a', 'b', 'c'] as const;
const NODES = ['n1', 'n2'] as const;
const KEYS = ['app', 'env'] as const;
const VALUES = ['x', 'y', ''] as const;
const PORT_NAMES = ['web', 'dns'] as const;
const PORTS = [1, 80, 81, 8080, 65535] as const;

/** On both sides of the edges of the blocks below. */
const POD_IPS = [
  '10.0.0.0',
  '10.0.0.1',
  '10.0.0.127',
  '10.0.0.128',
  '10.0.1.0',
  'fd00::1',
  'fd00::8000',
] as const;
const OUTSIDE_IPS = [
  '9.255.255.255',
  '10.0.0.255',
  '10.0.2.0',
  '203.0.113.7',
  'fd00::ffff',
  '2001:db8::1',
] as const;
const BLOCKS = [
  '0.0.0.0/0',
  '::/0',
  '10.0.0.0/8',
  '10.0.0.0/24',
  '10.0.0.77/25',
  '10.0.0.1/32',
  '10.0.1.0/32',
  '192.168.0.0/16',
  '192.168.0.1/32',
  '203.0.113.0/24',
  'fd00::/64',
  'fd00::1/128',
  'fd00::8000/113',
] as const;
const EXCEPTS: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': ['10.0.0.0/24', '192.168.0.1/32', '128.0.0.0/1'],
  '::/0': ['fd00::/64', '8000::/1'],
  '10.0.0.0/8': ['10.0.0.0/24', '10.0.0.1/32'],
  '10.0.0.0/24': ['10.0.0.0/25', '10.0.0.1/32', '10.0.0.128/32'],
  '192.168.0.0/16': ['192.168.0.1/32'],
  'fd00::/64': ['fd00::1/128', 'fd00::8000/113'],
};
const DOMAINS = [
  'example.com',
  'www.example.com',
  'a.b.example.com',
  'example.org',
  'badexample.com',
] as const;
const PATTERNS = [
  'example.com',
  '*.example.com',
  'www.example.com',
  '*.b.example.com',
  'Example.org.',
] as const;

type Json = Readonly<Record<string, unknown>>;

/** A field that is missing, or has what `value` gives. */
function maybe(key: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Json> {
  return fc.option(value, { freq: 3 }).map((found) => (found === null ? {} : { [key]: found }));
}

function must(key: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Json> {
  return value.map((found) => ({ [key]: found }));
}

function object(...fields: readonly fc.Arbitrary<Json>[]): fc.Arbitrary<Json> {
  return fc.tuple(...fields).map((parts) => Object.assign({}, ...parts));
}

function few<T>(item: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> {
  return fc.array(item, { maxLength });
}

function some<T>(item: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> {
  return fc.array(item, { minLength: 1, maxLength });
}

/** One or two different ones: `networks` and `domainNames` are sets. */
function someOf<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength: 2 });
}

/** `usual`, and now and then `odd`. */
function mostly<T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>, weight = 40): fc.Arbitrary<T | U> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

const labels: fc.Arbitrary<Labels> = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), {
  maxKeys: 2,
});

function requirement(keys: readonly string[], values: readonly string[]): fc.Arbitrary<Json> {
  const key = must('key', fc.constantFrom(...keys));
  return mostly(
    fc.oneof(
      object(
        key,
        must('operator', fc.constantFrom('In', 'NotIn')),
        must('values', some(fc.constantFrom(...values))),
      ),
      object(
        key,
        must('operator', fc.constantFrom('Exists', 'DoesNotExist')),
        maybe('values', fc.constant([])),
      ),
    ),
    fc.oneof(
      object(key, must('operator', fc.constantFrom('Near', 'In')), must('values', fc.constant([]))),
      object(key, must('operator', fc.constant('Exists')), must('values', fc.constant(['x']))),
    ),
  );
}

function selector(keys: readonly string[], values: readonly string[]): fc.Arbitrary<Json> {
  const matchLabels = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values), { maxKeys: 1 });
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 3, arbitrary: object(must('matchLabels', matchLabels)) },
    {
      weight: 2,
      arbitrary: object(
        maybe('matchLabels', matchLabels),
        must('matchExpressions', few(requirement(keys, values))),
      ),
    },
  );
}

const podSelector = selector(KEYS, VALUES);
const NAME_LABEL = 'kubernetes.io/metadata.name';
const namespaceSelector = fc.oneof(
  selector(KEYS, VALUES),
  selector([NAME_LABEL], NAMESPACES),
  selector([NAME_LABEL, 'env'], [...NAMESPACES, 'x']),
);
const nodeSelector = podSelector;
const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP');
const port = fc.constantFrom(...PORTS);

const ipBlock = mostly(
  fc.constantFrom(...BLOCKS).chain((cidr) => {
    const excepts = EXCEPTS[cidr];
    return object(
      must('cidr', fc.constant(cidr)),
      excepts === undefined ? fc.constant({}) : maybe('except', few(fc.constantFrom(...excepts))),
    );
  }),
  fc.constantFrom(
    { cidr: '10.0.0.0/33' },
    { cidr: '10.0.0.1' },
    { cidr: '10.0.0.0/24', except: ['10.0.0.0/24'] },
    {},
  ),
);

const namespacedPods = object(
  mostly(must('namespaceSelector', namespaceSelector), fc.constant({})),
  must('podSelector', podSelector),
);

const networkPolicyPeer = mostly(
  fc.oneof(
    object(must('podSelector', podSelector)),
    object(must('namespaceSelector', namespaceSelector)),
    namespacedPods,
    object(must('ipBlock', ipBlock)),
  ),
  fc.constantFrom({}, { ipBlock: { cidr: '10.0.0.0/24' }, podSelector: {} }),
);

const networkPolicyPort = mostly(
  fc.oneof(
    object(maybe('protocol', protocol)),
    object(maybe('protocol', protocol), must('port', port)),
    object(maybe('protocol', protocol), must('port', fc.constantFrom(...PORT_NAMES))),
    object(
      maybe('protocol', protocol),
      must('port', fc.constant(80)),
      must('endPort', fc.constantFrom(80, 81, 8080)),
    ),
  ),
  fc.constantFrom(
    { port: 80, endPort: 79 },
    { port: 'web', endPort: 90 },
    { endPort: 90 },
    { port: 0 },
    { port: 65536 },
    { protocol: 'ICMP' },
  ),
);

function networkPolicyRules(peers: 'from' | 'to'): fc.Arbitrary<Json[]> {
  return few(object(maybe(peers, few(networkPolicyPeer)), maybe('ports', few(networkPolicyPort))));
}

const networkPolicySpec = object(
  maybe('podSelector', podSelector),
  maybe(
    'policyTypes',
    mostly(
      fc.constantFrom([], ['Ingress'], ['Egress'], ['Ingress', 'Egress'], ['Egress', 'Egress']),
      fc.constantFrom(['Both'], ['Ingress', 'Egress', 'Ingress']),
    ),
  ),
  maybe('ingress', networkPolicyRules('from')),
  maybe('egress', networkPolicyRules('to')),
);

const networkPolicy: fc.Arbitrary<Omit<PolicyRecord, 'name'>> = fc.record({
  apiVersion: fc.constant('networking.k8s.io/v1'),
  kind: fc.constant('NetworkPolicy'),
  namespace: fc.constantFrom(...NAMESPACES),
  spec: networkPolicySpec,
});

const podsPeer = fc.oneof(
  object(must('namespaces', namespaceSelector)),
  object(must('pods', namespacedPods)),
);

const unknownPeer = fc.constantFrom({ services: { name: 'x' } }, { planets: {} });
const twoPeers = fc.constant({ namespaces: {}, pods: { namespaceSelector: {}, podSelector: {} } });

const subject = mostly(podsPeer, fc.oneof(twoPeers, fc.constant({})));

function clusterPeer(direction: 'ingress' | 'egress'): fc.Arbitrary<Json> {
  const outside = fc.oneof(
    object(must('networks', someOf(BLOCKS))),
    object(must('nodes', nodeSelector)),
    object(must('domainNames', someOf(PATTERNS))),
  );
  const known = direction === 'ingress' ? podsPeer : fc.oneof(podsPeer, outside);
  return mostly(mostly(known, unknownPeer, 20), fc.oneof(twoPeers, fc.constant({})), 80);
}

const v1alpha1Port = mostly(
  fc.oneof(
    object(must('portNumber', object(maybe('protocol', protocol), must('port', port)))),
    object(
      must(
        'portRange',
        object(
          maybe('protocol', protocol),
          must('start', fc.constantFrom(1, 80)),
          must('end', fc.constantFrom(81, 8080)),
        ),
      ),
    ),
    object(must('namedPort', fc.constantFrom(...PORT_NAMES))),
  ),
  fc.constantFrom({}, { portNumber: { port: 0 } }, { portNumber: { port: 80 }, namedPort: 'web' }),
);

const v1alpha2Destination = fc.oneof(
  object(must('number', port)),
  object(
    must(
      'range',
      fc.constantFrom({ start: 80, end: 81 }, { start: 1, end: 8080 }, { start: 81, end: 65535 }),
    ),
  ),
);

const v1alpha2Protocol = mostly(
  fc.oneof(
    fc
      .tuple(fc.constantFrom('tcp', 'udp', 'sctp'), v1alpha2Destination)
      .map(([key, destinationPort]) => ({ [key]: { destinationPort } })),
    object(must('destinationNamedPort', fc.constantFrom(...PORT_NAMES))),
  ),
  fc.constantFrom(
    {},
    { tcp: {} },
    { tcp: { destinationPort: { number: 80, range: { start: 80, end: 90 } } } },
  ),
);

interface ClusterDialect {
  readonly actions: readonly string[];
  readonly traffic: fc.Arbitrary<Json>;
}

function clusterRules(direction: 'ingress' | 'egress', dialect: ClusterDialect): fc.Arbitrary<Json[]> {
  const peers = mostly(some(clusterPeer(direction)), fc.constant([]), 60);
  return fc.array(
    object(
      must('action', fc.constantFrom(...dialect.actions)),
      must(direction === 'ingress' ? 'from' : 'to', peers),
      dialect.traffic,
    ),
    { maxLength: 3 },
  );
}

function clusterSpec(dialect: ClusterDialect): fc.Arbitrary<Json> {
  return object(
    must('subject', subject),
    maybe('ingress', clusterRules('ingress', dialect)),
    maybe('egress', clusterRules('egress', dialect)),
  );
}

const priority = mostly(fc.constantFrom(0, 10, 10, 1000), fc.constantFrom(-1, 1001), 60);

/** Lists of ports and protocols hold at least one entry where they are written at all. */
const v1alpha1Traffic = maybe('ports', some(v1alpha1Port));
const v1alpha2Traffic = maybe('protocols', some(v1alpha2Protocol));

const clusterNetworkPolicy: fc.Arbitrary<Omit<PolicyRecord, 'name'>> = fc.record({
  apiVersion: fc.constant('policy.networking.k8s.io/v1alpha2'),
  kind: fc.constant('ClusterNetworkPolicy'),
  spec: fc
    .tuple(
      fc.constantFrom('Admin', 'Baseline'),
      priority,
      clusterSpec({ actions: ['Accept', 'Deny', 'Pass'], traffic: v1alpha2Traffic }),
    )
    .map(([tier, value, spec]) => ({ tier, priority: value, ...spec })),
});

const adminNetworkPolicy: fc.Arbitrary<Omit<PolicyRecord, 'name'>> = fc.record({
  apiVersion: fc.constant('policy.networking.k8s.io/v1alpha1'),
  kind: fc.constant('AdminNetworkPolicy'),
  spec: fc
    .tuple(priority, clusterSpec({ actions: ['Allow', 'Deny', 'Pass'], traffic: v1alpha1Traffic }))
    .map(([value, spec]) => ({ priority: value, ...spec })),
});

const baselineAdminNetworkPolicy: fc.Arbitrary<PolicyRecord> = fc.record({
  apiVersion: fc.constant('policy.networking.k8s.io/v1alpha1'),
  kind: fc.constant('BaselineAdminNetworkPolicy'),
  name: fc.constant('default'),
  spec: clusterSpec({ actions: ['Allow', 'Deny'], traffic: v1alpha1Traffic }),
});

/** One policy of any dialect. */
export const anyPolicy: fc.Arbitrary<PolicyRecord> = fc.oneof(
  { weight: 3, arbitrary: networkPolicy.map((policy) => ({ ...policy, name: 'any' })) },
  {
    weight: 2,
    arbitrary: fc
      .oneof(clusterNetworkPolicy, adminNetworkPolicy)
      .map((policy) => ({ ...policy, name: 'any' })),
  },
  { weight: 1, arbitrary: baselineAdminNetworkPolicy },
);

/** Policies of every dialect under names of their own; at most one BaselineAdminNetworkPolicy, as in a cluster. */
export const policies: fc.Arbitrary<readonly PolicyRecord[]> = fc
  .tuple(
    fc.array(networkPolicy, { maxLength: 4 }),
    fc.array(fc.oneof(clusterNetworkPolicy, adminNetworkPolicy), { maxLength: 3 }),
    fc.option(baselineAdminNetworkPolicy, { freq: 2 }),
  )
  .map(([namespaced, clusterScoped, baseline]) => [
    ...[...namespaced, ...clusterScoped].map((policy, index) => ({ ...policy, name: `p${index}` })),
    ...(baseline === null ? [] : [baseline]),
  ]);

const namespaces: fc.Arbitrary<readonly NamespaceRecord[]> = fc.tuple(
  ...NAMESPACES.map((name) =>
    fc
      .record({
        labels,
        labelsKnown: mostly(fc.constant(true), fc.constant(false), 5),
        hidden: mostly(fc.constant(false), fc.constant(true), 15),
      })
      .map(
        ({ labels: own, labelsKnown, hidden }): NamespaceRecord => ({
          name,
          // Without a Namespace object there are no labels to be had but the name.
          labels: { ...(labelsKnown ? own : {}), [NAME_LABEL]: name },
          labelsKnown,
          ...(hidden ? { hidden } : {}),
        }),
      ),
  ),
);

const nodes: fc.Arbitrary<readonly NodeRecord[]> = fc
  .tuple(labels, labels, fc.boolean())
  .map(([first, second, dual]) => [
    { name: NODES[0], labels: first, ips: dual ? ['192.168.0.1', 'fd00::a'] : ['192.168.0.1'] },
    { name: NODES[1], labels: second, ips: ['192.168.1.1'] },
  ]);

const containerPorts: fc.Arbitrary<readonly ContainerPortRecord[]> = fc.uniqueArray(
  fc
    .record({
      name: fc.constantFrom(...PORT_NAMES),
      protocol: fc.constantFrom('TCP', 'UDP'),
      port: fc.constantFrom(80, 81, 8080),
      init: mostly(fc.constant(false), fc.constant(true), 8),
    })
    .map(({ init, ...declared }): ContainerPortRecord => (init ? { ...declared, init } : declared)),
  { maxLength: 3, selector: ({ name, protocol: of, port: number }) => `${name}/${of}/${number}` },
);

const podState: fc.Arbitrary<PodState> = fc.oneof(
  { weight: 8, arbitrary: fc.constant('running' as const) },
  { weight: 2, arbitrary: fc.constant('declared' as const) },
  { weight: 1, arbitrary: fc.constantFrom('pending' as const, 'finished' as const) },
);

const podShape = fc.record({
  /** Few, so that pods of one owner differ in labels, ports, addresses and nodes, or in nothing. */
  owner: fc.constantFrom('one', 'two'),
  namespace: fc.constantFrom(...NAMESPACES),
  labels,
  ports: containerPorts,
  node: fc.option(fc.constantFrom(...NODES), { nil: undefined, freq: 5 }),
  hostNetwork: mostly(fc.constant(false), fc.constant(true), 4),
  state: podState,
});

/** Pods with addresses of their own, in the order of {@link POD_IPS}; hostNetwork pods have their node's. */
function placed(
  shapes: readonly (typeof podShape extends fc.Arbitrary<infer T> ? T : never)[],
  addresses: readonly (readonly string[])[],
  ofNodes: readonly NodeRecord[],
): readonly PodRecord[] {
  return shapes.map(({ node, hostNetwork, state, owner, ...shape }, index) => {
    const own = hostNetwork
      ? (ofNodes.find(({ name }) => name === node)?.ips ?? [])
      : (addresses[index] ?? []);
    return {
      ...shape,
      name: `p${index}`,
      workload: { kind: 'Deployment', name: owner },
      hostNetwork,
      state,
      replicas: 1,
      ips: state === 'running' || state === 'finished' ? own : [],
      // A pod that isn't scheduled has no node.
      ...(node === undefined || state === 'declared' || state === 'pending' ? {} : { node }),
    };
  });
}

/** Addresses for up to four pods: one each, some with a second one of the other family. */
const podAddresses: fc.Arbitrary<readonly (readonly string[])[]> = fc
  .tuple(fc.shuffledSubarray([...POD_IPS], { minLength: 5 }), fc.boolean())
  .map(([ips, dual]) =>
    dual
      ? [['10.0.0.1', 'fd00::1'], ['10.0.0.128'], ['fd00::8000'], ['10.0.1.0'], ['10.0.0.127', 'fd00::2']]
      : ips.map((ip) => [ip]),
  );

const hidden: fc.Arbitrary<readonly HiddenRecord[]> = mostly(
  fc.constant([]),
  fc.oneof(
    fc
      .constantFrom(
        'networkpolicies.networking.k8s.io',
        'clusternetworkpolicies.policy.networking.k8s.io',
        'adminnetworkpolicies.policy.networking.k8s.io',
        'baselineadminnetworkpolicies.policy.networking.k8s.io',
      )
      .map((resource) => [{ resource, reason: 'forbidden' }]),
    fc
      .constantFrom(...NAMESPACES)
      .map((name) => [
        { resource: 'networkpolicies.networking.k8s.io', namespaces: [name], reason: 'forbidden' },
      ]),
  ),
  12,
);

/** Lists that may have been forbidden to read: pods then run in namespaces and on nodes that weren't seen. */
const unread = fc.record({
  nodes: mostly(fc.constant(false), fc.constant(true), 8),
  namespaces: mostly(fc.constant(false), fc.constant(true), 20),
});

export const snapshots: fc.Arbitrary<ClusterSnapshot> = fc
  .tuple(
    namespaces,
    nodes,
    fc.array(podShape, { minLength: 2, maxLength: 5 }),
    podAddresses,
    policies,
    hidden,
    unread,
  )
  .map(([ofNamespaces, ofNodes, shapes, addresses, ofPolicies, ofHidden, isUnread]) => ({
    namespaces: isUnread.namespaces ? [] : ofNamespaces,
    nodes: isUnread.nodes ? [] : ofNodes,
    pods: placed(shapes, addresses, ofNodes),
    services: [],
    policies: ofPolicies,
    hidden: ofHidden,
  }));

/** Every endpoint worth asking about: all pods and nodes, and outside addresses and names at the edges of rules. */
export function endpointsOf(snapshot: ClusterSnapshot): readonly EndpointRef[] {
  return [
    ...snapshot.pods.map(({ namespace, name }): EndpointRef => ({ kind: 'pod', namespace, name })),
    ...snapshot.nodes.map(({ name }): EndpointRef => ({ kind: 'node', name })),
    ...OUTSIDE_IPS.map((address): EndpointRef => ({ kind: 'ip', address })),
    ...DOMAINS.map((name): EndpointRef => ({ kind: 'domain', name })),
  ];
}

/** Ports at and around the edges of the ranges that policies may name, over every protocol. */
export const TRAFFIC: readonly Traffic[] = [
  ...(['TCP', 'UDP'] as const).flatMap((protocol) =>
    [1, 79, 80, 81, 82, 8080, 8081, 65535].map((number): Traffic => ({ protocol, port: number })),
  ),
  { protocol: 'SCTP', port: 80 },
  { protocol: 'SCTP', port: 8080 },
  { protocol: 'ICMP', port: 1 },
  { protocol: 'OTHER', port: 1 },
];
