import { pairCell } from '../compile/compile.ts';
import type { Row } from '../compile/rows.ts';
import {
  forEachMember,
  fromSortedPoints,
  type IntervalSet,
  intersect,
  isEmptySet,
  members,
  subtract,
  union,
  unionAll,
} from '../sets/interval-set.ts';
import { cellSets, type Lens } from './lens.ts';

/**
 * Columns of pods that can be reached from some columns (`egress`) or that can reach them (`ingress`) within any number of
 * hops, ascending, without those columns themselves; only pods are passed through. Most pairs are ruled out by the rows of
 * either end alone, so that only the rest is asked about one by one.
 */
export function closure(
  lens: Lens,
  from: readonly number[],
  direction: 'egress' | 'ingress',
): readonly number[] {
  const { after } = lens;
  const { universe, cells } = after;
  const opposite = direction === 'egress' ? 'ingress' : 'egress';
  const peers = new Map<Row, IntervalSet>();
  /** Peers to which a row gives anything: a pair has nothing where either end's row gives nothing. */
  const peersOf = (row: Row): IntervalSet => {
    let set = peers.get(row);
    if (set === undefined) {
      const parts = row.parts.filter(({ cell }) => cellSets(lens, cell).allowed !== cells.space.none);
      set = unionAll(parts.map((part) => part.columns));
      peers.set(row, set);
    }
    return set;
  };
  const isLinked = (own: number, other: number): boolean => {
    const cell = direction === 'egress' ? pairCell(after, own, other) : pairCell(after, other, own);
    return cellSets(lens, cell).allowed !== cells.space.none;
  };

  const start = fromSortedPoints(from.toSorted((a, b) => a - b));
  const pods = union(universe.regions.classes, universe.regions.hidden);
  const waiting = byRow(after.rowIds[opposite], subtract(pods, start));
  const found: number[] = [];
  let frontier = start;
  while (!isEmptySet(frontier)) {
    const sources = byRow(after.rowIds[direction], frontier);
    const next: number[] = [];
    for (const [otherRow, others] of waiting) {
      const accepted = intersect(peersOf(after.solver.row(otherRow)), frontier);
      if (isEmptySet(accepted)) continue;
      let rest = others;
      for (const [row, columns] of sources) {
        const own = intersect(columns, accepted);
        const candidates = isEmptySet(own) ? own : intersect(rest, peersOf(after.solver.row(row)));
        if (isEmptySet(candidates)) continue;
        const owns = members(own);
        const linked = members(candidates).filter((other) => owns.some((column) => isLinked(column, other)));
        next.push(...linked);
        rest = subtract(rest, fromSortedPoints(linked));
        if (isEmptySet(rest)) break;
      }
      if (isEmptySet(rest)) waiting.delete(otherRow);
      else waiting.set(otherRow, rest);
    }
    found.push(...next);
    frontier = fromSortedPoints(next.sort((a, b) => a - b));
  }
  return found.sort((a, b) => a - b);
}

function byRow(rowIds: Int32Array, columns: IntervalSet): Map<number, IntervalSet> {
  const points = new Map<number, number[]>();
  forEachMember(columns, (column) => {
    const row = rowIds[column] ?? 0;
    const list = points.get(row);
    if (list === undefined) points.set(row, [column]);
    else list.push(column);
  });
  return new Map([...points].map(([row, list]) => [row, fromSortedPoints(list)]));
}
