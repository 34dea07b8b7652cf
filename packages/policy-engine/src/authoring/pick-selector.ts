import type { ClusterSnapshot, Labels, PodRecord, WorkloadRef } from '../model/records.ts';

/** Labels as pairs, in the order in which they are written. */
export type LabelPairs = readonly (readonly [key: string, value: string])[];

export interface PickedSelector {
  readonly labels: LabelPairs;
  /** Names of other workloads of the namespace that the same labels select; empty: it selects exactly the one. */
  readonly also: readonly string[];
}

/** Set by controllers, different for each rollout or pod: useless in a policy. */
const VOLATILE = [
  'pod-template-hash',
  'pod-template-generation',
  'controller-revision-hash',
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
];

/** What people select by, most usual first. */
const PREFERRED = [
  'app.kubernetes.io/name',
  'app',
  'k8s-app',
  'name',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/component',
  'component',
  'role',
  'tier',
];

/** Whether a label stays over rollouts and is the same for all pods of a workload. */
export function isLasting(key: string): boolean {
  return !VOLATILE.includes(key);
}

/** Labels of a pod that last: without those that controllers set per rollout or pod; the usual ones first. */
export function lastingLabels(labels: Labels): LabelPairs {
  const rank = (key: string) => {
    const index = PREFERRED.indexOf(key);
    return index === -1 ? PREFERRED.length : index;
  };
  return Object.entries(labels)
    .filter(([key]) => isLasting(key))
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/**
 * The fewest labels, the usual ones first, that select all pods of a workload and, where that is possible, no other
 * workload of its namespace. No labels where the workload has none that last: then the empty selector is all there is.
 */
export function pickSelector(
  snapshot: ClusterSnapshot,
  namespace: string,
  workload: WorkloadRef,
): PickedSelector {
  const inNamespace = snapshot.pods.filter((pod) => pod.namespace === namespace);
  const own = inNamespace.filter((pod) => isOf(pod, workload));
  const others = inNamespace.filter((pod) => !isOf(pod, workload));
  const first = own[0];
  if (first === undefined) return { labels: [], also: names(others) };
  const common = lastingLabels(first.labels).filter(([key, value]) =>
    own.every((pod) => Object.hasOwn(pod.labels, key) && pod.labels[key] === value),
  );
  for (let size = 1; size <= Math.min(3, common.length); size += 1) {
    const exact = subsets(common, size).find((labels) => !others.some((pod) => selects(labels, pod.labels)));
    if (exact !== undefined) return { labels: exact, also: [] };
  }
  return { labels: common, also: names(others.filter((pod) => selects(common, pod.labels))) };
}

/** Whether every label of the list is set on a pod. */
export function selects(selector: LabelPairs, labels: Labels): boolean {
  return selector.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

function isOf(pod: PodRecord, workload: WorkloadRef): boolean {
  return pod.workload.kind === workload.kind && pod.workload.name === workload.name;
}

function names(pods: readonly PodRecord[]): readonly string[] {
  return [...new Set(pods.map((pod) => pod.workload.name))];
}

/** All subsets of one size, those of the first elements first. */
function subsets(list: LabelPairs, size: number): readonly LabelPairs[] {
  if (size === 0) return [[]];
  return list.flatMap((item, index) =>
    subsets(list.slice(index + 1), size - 1).map((rest) => [item, ...rest]),
  );
}
