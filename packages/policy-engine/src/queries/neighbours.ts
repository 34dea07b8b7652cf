import { type Cluster, pairCell, rowOf } from '../compile/compile.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import type { Direction } from '../ir/ir.ts';
import type { ConnectionSetId } from '../sets/connection-set.ts';
import {
  EMPTY_SET,
  forEachMember,
  fromSortedPoints,
  type IntervalSet,
  intersect,
  isEmptySet,
  subtract,
  union,
  unionAll,
} from '../sets/interval-set.ts';

/** Columns at the other end, by what may pass. */
export interface NeighbourGroup {
  readonly columns: IntervalSet;
  readonly cell: CellId;
}

export interface HopOptions {
  /** Only connections in this set count; absent: any connection. */
  readonly connections?: ConnectionSetId;
  /** Also follow connections that are only possibly allowed. */
  readonly includeUnknown?: boolean;
}

/**
 * Everything a column reaches (`egress`) or is reached by (`ingress`), grouped by what may pass. Only those with
 * a TCP, UDP or SCTP connection allowed or unknown. The column itself stands for the other pods of its class.
 */
export function neighbours(cluster: Cluster, direction: Direction, column: number): NeighbourGroup[] {
  const { universe, cells } = cluster;
  const groups = new Map<CellId, number[]>();
  const outside = column >= universe.firstNode && column < universe.firstReading;
  const hostNetwork = (universe.readingOf[column] ?? -1) >= 0;
  const scope = outside
    ? union(universe.regions.classes, universe.regions.hidden)
    : unionAll([
        universe.regions.classes,
        universe.regions.hidden,
        universe.regions.nodes,
        universe.regions.blocks,
        universe.regions.domains,
      ]);
  const add = (other: number): void => {
    const cell = direction === 'egress' ? pairCell(cluster, column, other) : pairCell(cluster, other, column);
    if (!cells.connects(cell)) return;
    const list = groups.get(cell);
    if (list === undefined) groups.set(cell, [other]);
    else list.push(other);
  };
  if (hostNetwork) {
    forEachMember(scope, add);
  } else {
    const readings = fromSortedPoints(universe.readingClasses);
    const possible = rowOf(cluster, direction, column)
      .parts.filter((part) => cells.connects(part.cell))
      .map((part) => part.columns);
    forEachMember(union(intersect(unionAll(possible), scope), intersect(readings, scope)), add);
  }
  return [...groups].map(([cell, columns]) => ({
    cell,
    columns: fromSortedPoints(columns.sort((a, b) => a - b)),
  }));
}

/** Who can be reached at all, hop by hop: `hops[0]` is the start, `hops[n]` what needs n hops. */
export interface Reach {
  readonly hops: readonly IntervalSet[];
  /** All columns of all hops but the start. */
  readonly all: IntervalSet;
}

/**
 * Follows connections from (`egress`) or to (`ingress`) a set of columns through pods, any number of hops. Ends outside
 * the cluster are found but not passed through. What may pass is judged hop by hop: each a new connection.
 */
export function reach(
  cluster: Cluster,
  direction: Direction,
  start: IntervalSet,
  options: HopOptions = {},
): Reach {
  const { universe } = cluster;
  const pods = union(universe.regions.classes, universe.regions.hidden);
  const hops: IntervalSet[] = [start];
  let seen = start;
  let frontier = start;
  while (!isEmptySet(frontier)) {
    const found: IntervalSet[] = [];
    forEachMember(frontier, (column) => {
      for (const group of neighbours(cluster, direction, column)) {
        if (passes(cluster, group.cell, options)) found.push(group.columns);
      }
    });
    const next = subtract(unionAll(found), seen);
    if (isEmptySet(next)) break;
    hops.push(next);
    seen = union(seen, next);
    frontier = intersect(next, pods);
  }
  return { hops, all: hops.length > 1 ? unionAll(hops.slice(1)) : EMPTY_SET };
}

/**
 * A shortest chain of columns from one set to another, both ends included; `undefined` where there is none. One hop is a
 * direct connection.
 */
export function findPath(
  cluster: Cluster,
  from: IntervalSet,
  to: IntervalSet,
  options: HopOptions = {},
): number[] | undefined {
  const { universe } = cluster;
  const pods = union(universe.regions.classes, universe.regions.hidden);
  const cameFrom = new Map<number, number>();
  forEachMember(from, (column) => cameFrom.set(column, -1));
  let frontier = from;
  while (!isEmptySet(frontier)) {
    const next: number[] = [];
    let goal = -1;
    forEachMember(frontier, (column) => {
      for (const group of neighbours(cluster, 'egress', column)) {
        if (!passes(cluster, group.cell, options)) continue;
        forEachMember(group.columns, (other) => {
          if (cameFrom.has(other)) return;
          cameFrom.set(other, column);
          next.push(other);
          if (goal < 0 && !isEmptySet(intersect(to, [other, other]))) goal = other;
        });
      }
    });
    if (goal >= 0) return trail(cameFrom, goal);
    frontier = intersect(fromSortedPoints(next.sort((a, b) => a - b)), pods);
  }
  return undefined;
}

function trail(cameFrom: ReadonlyMap<number, number>, goal: number): number[] {
  const path: number[] = [];
  for (let at = goal; at >= 0; at = cameFrom.get(at) ?? -1) path.unshift(at);
  return path;
}

function passes(cluster: Cluster, cell: CellId, options: HopOptions): boolean {
  const { cells } = cluster;
  const { allowed, possible } = cells.decision(cell);
  const usable = options.includeUnknown === true ? possible : allowed;
  const wanted = options.connections ?? cells.space.all;
  return cells.space.intersect(usable, wanted) !== cells.space.none;
}
