import type { ClusterState } from '@bulkhead/protocol';
import { canonical, type Truth } from './cluster.ts';

/** What one side has and the other has not, a few of each. */
export interface Difference {
  readonly what: string;
  readonly count: number;
  readonly examples: readonly string[];
}

/** What a client's state says, in the words of the truth. */
export function truthIn(state: ClusterState): Truth {
  return {
    pods: Object.fromEntries(
      [...state.pod.values()].map((pod) => [
        `${pod.namespace}/${pod.name}`,
        canonical({ labels: pod.labels, ips: pod.ips }),
      ]),
    ),
    namespaces: Object.fromEntries(
      [...state.namespace.values()].map(({ name, labels }) => [name, canonical(labels)]),
    ),
    policies: Object.fromEntries(
      [...state.policy.values()].map(({ kind, namespace = '', name, spec }) => [
        `${kind}/${namespace}/${name}`,
        canonical(spec),
      ]),
    ),
  };
}

export function compareTruth(expected: Truth, actual: Truth): readonly Difference[] {
  return [
    ...compareRecords('pods', expected.pods, actual.pods),
    ...compareRecords('namespaces', expected.namespaces, actual.namespaces),
    ...compareRecords('policies', expected.policies, actual.policies),
  ];
}

/** Every record of two states, kind by kind. */
export function compareStates(
  what: string,
  expected: ClusterState,
  actual: ClusterState,
): readonly Difference[] {
  const kinds = ['namespace', 'pod', 'node', 'service', 'endpointSlice', 'policy'] as const;
  const texts = (state: ClusterState, kind: (typeof kinds)[number]) =>
    Object.fromEntries([...state[kind]].map(([key, record]) => [key, canonical(record)]));
  return [
    ...kinds.flatMap((kind) =>
      compareRecords(`${what}: ${kind}`, texts(expected, kind), texts(actual, kind)),
    ),
    ...compareRecords(
      `${what}: rest`,
      { hidden: canonical(expected.hidden), unread: canonical(expected.unreadPolicies) },
      { hidden: canonical(actual.hidden), unread: canonical(actual.unreadPolicies) },
    ),
  ];
}

function compareRecords(
  what: string,
  expected: Readonly<Record<string, string>>,
  actual: Readonly<Record<string, string>>,
): readonly Difference[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  const different = [...keys].filter((key) => expected[key] !== actual[key]);
  if (different.length === 0) return [];
  const examples = different
    .slice(0, 3)
    .map((key) => `${key}: expected ${expected[key] ?? 'nothing'}, is ${actual[key] ?? 'nothing'}`);
  return [{ what, count: different.length, examples }];
}
