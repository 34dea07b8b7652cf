import { podsOfColumn, type Universe } from '../../compile/universe.ts';
import {
  equalSets,
  forEachMember,
  type IntervalSet,
  intersect,
  interval,
  isEmptySet,
  size,
} from '../../sets/interval-set.ts';

/**
 * Workloads (indexes into `universe.workloads`) whose own pods are on both sides of a change and are enough for connections
 * among themselves. A pod's connections to itself are none (semantics 0: a pod always reaches itself).
 */
export function workloadsWithin(
  before: Universe,
  after: Universe,
  sources: IntervalSet,
  targets: IntervalSet,
): readonly number[] {
  const { classes, regions, workloads } = after;
  const hasSeveral = (column: number) => [before, after].some((state) => podsOfColumn(state, column) > 1);
  const sending = intersect(sources, regions.classes);
  const receiving = intersect(targets, regions.classes);
  // One side is often the whole cluster and the other a few pods.
  const [few, many] = size(sending) < size(receiving) ? [sending, receiving] : [receiving, sending];
  const seen = new Set<number>();
  const within: number[] = [];
  forEachMember(few, (column) => {
    const index = classes[column]?.workload ?? -1;
    const workload = workloads[index];
    if (workload === undefined || seen.has(index)) return;
    seen.add(index);
    const own = interval(workload.first, workload.last);
    const others = intersect(many, own);
    if (isEmptySet(others)) return;
    const isAlone = size(others) === 1 && equalSets(others, intersect(few, own));
    if (!isAlone || hasSeveral(column)) within.push(index);
  });
  return within;
}
