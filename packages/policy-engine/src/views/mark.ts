import { sameLabels } from '../compile/endpoint-classes.ts';
import type { Universe } from '../compile/universe.ts';
import { includes, interval, isEmptySet } from '../sets/interval-set.ts';
import type { Lens } from './lens.ts';

/**
 * What a draft does to a workload or namespace itself. `added`: it is not in the cluster yet; `relabelled`: the draft changes
 * its labels (of a workload: those of some of its pods).
 */
export type DraftMark = 'added' | 'relabelled';

/** Whether a state of the cluster lacks a workload that another state over the same columns has. */
export function isAbsentWorkload({ absent, workloads }: Universe, workload: number): boolean {
  const entry = workloads[workload];
  return (
    !isEmptySet(absent) &&
    entry !== undefined &&
    entry.last >= entry.first &&
    includes(absent, interval(entry.first, entry.last))
  );
}

export function workloadMark(
  { before, after }: Pick<Lens, 'before' | 'after'>,
  workload: number,
): DraftMark | null {
  if (before.universe === after.universe) return null;
  if (isAbsentWorkload(before.universe, workload)) return 'added';
  const { first = 0, last = -1 } = after.universe.workloads[workload] ?? {};
  for (let column = first; column <= last; column++) {
    const was = before.universe.classes[column];
    const is = after.universe.classes[column];
    if (was === undefined || is === undefined || was.pods.length === 0 || is.pods.length === 0) continue;
    if (!sameLabels(was.labels, is.labels, after.universe.ignoredLabelKeys)) return 'relabelled';
  }
  return null;
}

export function namespaceMark({ before, after }: Lens, namespace: number): DraftMark | null {
  const was = before.universe.namespaces[namespace]?.record;
  const is = after.universe.namespaces[namespace]?.record;
  if (was === undefined || is === undefined || before.universe === after.universe) return null;
  if (!before.universe.namespaceIndex.has(is.name)) return 'added';
  return was === is || sameLabels(was.labels, is.labels, NONE) ? null : 'relabelled';
}

const NONE: ReadonlySet<string> = new Set();
