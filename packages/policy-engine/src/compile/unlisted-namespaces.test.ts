import { describe, expect, it } from 'vitest';
import {
  type ClusterSnapshot,
  EMPTY_SNAPSHOT,
  type PodRecord,
  UNLISTED_NAMESPACES,
} from '../model/records.ts';
import { verdict } from '../queries/verdict.ts';
import { compile } from './compile.ts';

const pod: PodRecord = {
  namespace: 'shop',
  name: 'web',
  labels: { app: 'web' },
  workload: { kind: 'Pod', name: 'web' },
  ports: [],
  ips: ['10.0.0.1'],
  hostNetwork: false,
  state: 'running',
  replicas: 1,
};

/** What pods of namespaces that nobody may list may send to `shop/web`, whose ingress has these peers. */
const fromOthers = (from: readonly unknown[]) => {
  const snapshot: ClusterSnapshot = {
    ...EMPTY_SNAPSHOT,
    namespaces: [
      { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' }, labelsKnown: false },
      { name: UNLISTED_NAMESPACES, labels: {}, labelsKnown: false, hidden: true },
    ],
    pods: [pod],
    policies: [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        namespace: 'shop',
        name: 'in',
        spec: { podSelector: {}, ingress: [{ from }] },
      },
    ],
    hidden: [{ resource: 'namespaces', reason: 'forbidden' }],
  };
  const cluster = compile(snapshot);
  const { firstHidden } = cluster.universe;
  const end = (column: number) => ({ column, isNode: false });
  return verdict(cluster, end(firstHidden), end(0), { protocol: 'TCP', port: 80 });
};

const byName = (...values: readonly string[]) => ({
  namespaceSelector: {
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }],
  },
});

describe('namespaces that nobody may list', () => {
  it.each([
    ['are denied what only pods of its own namespace may', [{ podSelector: {} }], 'denied'],
    ['are denied what only a namespace that is known may', [byName('shop')], 'denied'],
    ['may be one that is asked for by a name nobody knows', [byName('bank')], 'unknown'],
    ['may have any label', [{ namespaceSelector: { matchLabels: { team: 'a' } } }], 'unknown'],
    [
      'may be anything but what is excluded by name',
      [
        {
          namespaceSelector: {
            matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['x'] }],
          },
        },
      ],
      'unknown',
    ],
    // Their own egress is unknown, so it is never more than unknown.
    ['are never allowed anything for certain', [{ namespaceSelector: {} }], 'unknown'],
  ])('%s', (_, from, expected) => {
    expect(fromOthers(from)).toBe(expected);
  });
});
