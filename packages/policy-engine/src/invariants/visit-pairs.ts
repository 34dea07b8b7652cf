import { type Cluster, pairCell } from '../compile/compile.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import { rowGroups } from '../queries/reachability.ts';
import {
  forEachMember,
  fromSortedPoints,
  type IntervalSet,
  intersect,
  interval,
  isEmptySet,
  subtract,
} from '../sets/interval-set.ts';

/**
 * Visits every pair of two sets of columns, in rectangles of equal cells, each pair once. Denied pairs too; the pair of a class
 * with itself too.
 */
export function visitPairs(
  cluster: Cluster,
  sources: IntervalSet,
  targets: IntervalSet,
  visit: (sources: IntervalSet, targets: IntervalSet, cell: CellId) => void,
): void {
  // hostNetwork classes have two readings, which only `pairCell` knows to join.
  const twofold = fromSortedPoints(cluster.universe.readingClasses);
  const plainTargets = subtract(targets, twofold);
  forEachMember(intersect(sources, twofold), (source) => {
    forEachMember(targets, (target) => {
      visit(interval(source, source), interval(target, target), pairCell(cluster, source, target));
    });
  });
  const plainSources = subtract(sources, twofold);
  forEachMember(intersect(targets, twofold), (target) => {
    forEachMember(plainSources, (source) => {
      visit(interval(source, source), interval(target, target), pairCell(cluster, source, target));
    });
  });
  const ingressGroups = rowGroups(cluster, 'ingress', plainTargets);
  for (const egress of rowGroups(cluster, 'egress', plainSources)) {
    for (const ingress of ingressGroups) {
      for (const out of egress.row.parts) {
        const to = intersect(ingress.columns, out.columns);
        if (isEmptySet(to)) continue;
        for (const into of ingress.row.parts) {
          const from = intersect(egress.columns, into.columns);
          if (!isEmptySet(from)) visit(from, to, cluster.cells.both(out.cell, into.cell));
        }
      }
    }
  }
}
