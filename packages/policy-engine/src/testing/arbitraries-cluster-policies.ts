import fc from 'fast-check';
import type { PolicyRecord } from '../model/records.ts';
import {
  BLOCKS,
  type Json,
  maybe,
  mostly,
  must,
  namespacedPods,
  namespaceSelector,
  nodeSelector,
  object,
  PATTERNS,
  PORT_NAMES,
  port,
  protocol,
  some,
  someOf,
} from './arbitraries-values.ts';

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

export const clusterNetworkPolicy: fc.Arbitrary<Omit<PolicyRecord, 'name'>> = fc.record({
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

export const adminNetworkPolicy: fc.Arbitrary<Omit<PolicyRecord, 'name'>> = fc.record({
  apiVersion: fc.constant('policy.networking.k8s.io/v1alpha1'),
  kind: fc.constant('AdminNetworkPolicy'),
  spec: fc
    .tuple(priority, clusterSpec({ actions: ['Allow', 'Deny', 'Pass'], traffic: v1alpha1Traffic }))
    .map(([value, spec]) => ({ priority: value, ...spec })),
});

export const baselineAdminNetworkPolicy: fc.Arbitrary<PolicyRecord> = fc.record({
  apiVersion: fc.constant('policy.networking.k8s.io/v1alpha1'),
  kind: fc.constant('BaselineAdminNetworkPolicy'),
  name: fc.constant('default'),
  spec: clusterSpec({ actions: ['Allow', 'Deny'], traffic: v1alpha1Traffic }),
});
