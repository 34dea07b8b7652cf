import fc from 'fast-check';
import type {
  ClusterSnapshot,
  ContainerPortRecord,
  HiddenRecord,
  NamespaceRecord,
  NodeRecord,
  PodRecord,
  PodState,
  PolicyRecord,
  UnreadPolicyRecord,
} from '../model/records.ts';
import {
  adminNetworkPolicy,
  baselineAdminNetworkPolicy,
  clusterNetworkPolicy,
} from './arbitraries-cluster-policies.ts';
import { networkPolicy } from './arbitraries-network-policy.ts';
import {
  DOMAINS,
  labels,
  mostly,
  NAME_LABEL,
  NAMESPACES,
  NODES,
  OUTSIDE_IPS,
  POD_IPS,
  PORT_NAMES,
} from './arbitraries-values.ts';
import type { EndpointRef, Traffic } from './spec-evaluator.ts';

/**
 * Random small clusters and policies that interact: few names, label values, ports and addresses, so that selectors
 * overlap, priorities collide and addresses lie on the edges of blocks. Most policies are valid; the rest are wrong in
 * one place. Absent and empty fields both occur everywhere.
 */

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

/** Policies that can't be read for another reason: their kind is one of another engine. */
const unreadPolicies: fc.Arbitrary<readonly UnreadPolicyRecord[]> = mostly(
  fc.constant([]),
  fc.constantFrom(
    [{ apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy', namespace: 'a', name: 'other' }],
    [{ apiVersion: 'projectcalico.org/v3', kind: 'GlobalNetworkPolicy', name: 'other' }],
    [{ apiVersion: 'projectcalico.org/v3', kind: 'StagedGlobalNetworkPolicy', name: 'other' }],
    [{ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', namespace: 'b', name: 'other' }],
  ),
  20,
);

export const snapshots: fc.Arbitrary<ClusterSnapshot> = fc
  .tuple(
    namespaces,
    nodes,
    fc.array(podShape, { minLength: 2, maxLength: 5 }),
    podAddresses,
    policies,
    hidden,
    unread,
    unreadPolicies,
  )
  .map(([ofNamespaces, ofNodes, shapes, addresses, ofPolicies, ofHidden, isUnread, ofOtherKinds]) => ({
    namespaces: isUnread.namespaces ? [] : ofNamespaces,
    nodes: isUnread.nodes ? [] : ofNodes,
    pods: placed(shapes, addresses, ofNodes),
    services: [],
    policies: ofPolicies,
    hidden: ofHidden,
    ...(ofOtherKinds.length === 0 ? {} : { unreadPolicies: ofOtherKinds }),
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
