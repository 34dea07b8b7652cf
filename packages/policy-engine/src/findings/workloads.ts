import type { Cluster } from '../compile/compile.ts';
import type { ResolvedBlock } from '../compile/resolve.ts';
import { forEachMember, type IntervalSet, isEmptySet, union } from '../sets/interval-set.ts';

/** Ids of the workloads that have a class in the set, in order, each once. Readings count as their class. */
export function workloadIds(cluster: Cluster, columns: IntervalSet): string[] {
  const { universe } = cluster;
  const out = new Set<string>();
  forEachMember(columns, (column) => {
    const own =
      column < universe.firstHidden ? column : universe.readingClasses[column - universe.firstReading];
    const workload = own === undefined ? undefined : universe.classes[own]?.workload;
    const id = workload === undefined ? undefined : universe.workloads[workload]?.id;
    if (id !== undefined) out.add(id);
  });
  return [...out];
}

/** Columns a block selects, for certain or maybe. */
export function subjectColumns(block: ResolvedBlock): IntervalSet {
  return union(block.subject.sure, block.subject.maybe);
}

export function selectsNothing(block: ResolvedBlock): boolean {
  return isEmptySet(block.subject.sure) && isEmptySet(block.subject.maybe);
}
