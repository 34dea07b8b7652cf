import { podsOfColumn, type Universe } from '../../compile/universe.ts';
import { forEachMember, type IntervalSet, intersect } from '../../sets/interval-set.ts';

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
  const { classes, regions } = after;
  const hasSeveral = (column: number) => [before, after].some((state) => podsOfColumn(state, column) > 1);
  const own = new Map<number, Set<number>>();
  forEachMember(intersect(sources, regions.classes), (column) => {
    const workload = classes[column]?.workload ?? -1;
    own.set(workload, (own.get(workload) ?? new Set()).add(column));
  });
  const within = new Set<number>();
  forEachMember(intersect(targets, regions.classes), (column) => {
    const workload = classes[column]?.workload ?? -1;
    const sending = own.get(workload);
    if (sending === undefined || within.has(workload)) return;
    const isAlone = sending.size === 1 && sending.has(column);
    if (!isAlone || hasSeveral(column)) within.add(workload);
  });
  return [...within];
}
