import { pairCell } from '../compile/compile.ts';
import type { Row } from '../compile/rows.ts';
import {
  EMPTY_SET,
  forEachMember,
  fromSortedPoints,
  type IntervalSet,
  intersect,
  isEmptySet,
  members,
  size,
  subtract,
  union,
  unionAll,
} from '../sets/interval-set.ts';
import { cellSets, type Lens } from './lens.ts';

/** Peers of rows, which every search through a lens asks for. */
const remembered = new WeakMap<Lens, Map<Row, IntervalSet>>();

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
  const peers = remembered.get(lens) ?? new Map<Row, IntervalSet>();
  remembered.set(lens, peers);
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

  // What no policy has a say on gives everything to everyone, so that the other end's row alone decides. Not so on the network
  // of a node, where each pod has two rows.
  const { plainPods } = universe;
  const start = fromSortedPoints(from.toSorted((a, b) => a - b));
  const pods = union(universe.regions.classes, universe.regions.hidden);
  const waiting = byRow(after.rowIds[opposite], subtract(pods, start));
  const found: number[] = [];
  let frontier = start;
  while (!isEmptySet(frontier)) {
    const sources = byRow(after.rowIds[direction], frontier);
    const next: number[] = [];
    const open: IntervalSet[] = [];
    const given: IntervalSet[] = [];
    for (const [row, columns] of sources) {
      const own = after.solver.row(row);
      const plain = intersect(columns, plainPods);
      if (isEmptySet(plain)) continue;
      given.push(peersOf(own));
      if (own.open) open.push(plain);
    }
    const openSources = unionAll(open);
    const givenToOpen = intersect(unionAll(given), plainPods);
    for (const [otherRow, others] of waiting) {
      const other = after.solver.row(otherRow);
      const accepted = intersect(peersOf(other), frontier);
      if (isEmptySet(accepted)) continue;
      const sure = isEmptySet(intersect(accepted, openSources))
        ? other.open
          ? intersect(others, givenToOpen)
          : EMPTY_SET
        : intersect(others, plainPods);
      forEachMember(sure, (column) => next.push(column));
      let rest = isEmptySet(sure) ? others : subtract(others, sure);
      if (isEmptySet(rest)) {
        waiting.delete(otherRow);
        continue;
      }
      // Few are accepted by most rows: those are looked at alone.
      const few = size(accepted) < sources.size ? byRow(after.rowIds[direction], accepted) : null;
      for (const [row, columns] of few ?? sources) {
        const own = few === null ? intersect(columns, accepted) : columns;
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
