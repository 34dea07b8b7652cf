import fc from 'fast-check';
import type { PolicyRecord } from '../model/records.ts';
import {
  BLOCKS,
  EXCEPTS,
  few,
  type Json,
  maybe,
  mostly,
  must,
  NAMESPACES,
  namespacedPods,
  namespaceSelector,
  object,
  PORT_NAMES,
  podSelector,
  port,
  protocol,
} from './arbitraries-values.ts';

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

export const networkPolicy: fc.Arbitrary<Omit<PolicyRecord, 'name'>> = fc.record({
  apiVersion: fc.constant('networking.k8s.io/v1'),
  kind: fc.constant('NetworkPolicy'),
  namespace: fc.constantFrom(...NAMESPACES),
  spec: networkPolicySpec,
});
