import { type Cluster, pairCell } from '../compile/compile.ts';
import type { Row } from '../compile/rows.ts';
import type { Universe } from '../compile/universe.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import type { Direction } from '../ir/ir.ts';
import {
  forEachMember,
  fromSortedPoints,
  has,
  type IntervalSet,
  intersect,
  interval,
  isEmptySet,
  overlaps,
  size,
  subtract,
  union,
  unionAll,
} from '../sets/interval-set.ts';

/**
 * A block of the reachability relation: every column of `sources` may send to every column of `targets` what the
 * cell says.
 */
export interface Rectangle {
  readonly sources: IntervalSet;
  readonly targets: IntervalSet;
  readonly cell: CellId;
}

/** Columns that have the same row in a direction. */
export interface RowGroup {
  readonly row: Row;
  readonly columns: IntervalSet;
}

export interface RectangleOptions {
  /**
   * Leave out pairs of which neither end is policed in the direction that matters: they are allowed, and there are n² of
   * them. `openColumns` lists who they are.
   */
  readonly skipOpen?: boolean;
  /** Only pairs of which the source is one of these columns. Default: all. */
  readonly sources?: IntervalSet;
}

/**
 * Visits the relation as rectangles, only those with a TCP, UDP or SCTP connection allowed or unknown. A pair of columns is in exactly one. Pairs of two ends outside
 * the cluster's pods are left out. Sources and targets are endpoint classes, hidden namespaces, nodes, address blocks
 * and domains; the pair of a class with itself is included (other pods of the same class).
 */
export function forEachRectangle(
  cluster: Cluster,
  options: RectangleOptions,
  visit: (rectangle: Rectangle) => void,
): void {
  const { universe, cells } = cluster;
  const pods = union(universe.regions.classes, universe.regions.hidden);
  const hostNetwork = fromSortedPoints(universe.readingClasses);
  const inside = subtract(pods, hostNetwork);
  const outside = unionAll([universe.regions.nodes, universe.regions.blocks, universe.regions.domains]);
  const chosen = (columns: IntervalSet): IntervalSet =>
    options.sources === undefined ? columns : intersect(columns, options.sources);
  const emit = (sources: IntervalSet, targets: IntervalSet, cell: CellId): void => {
    if (!cells.connects(cell)) return;
    const sourcesInside = intersect(sources, inside);
    if (!isEmptySet(sourcesInside) && !isEmptySet(targets)) visit({ sources: sourcesInside, targets, cell });
    const sourcesOutside = subtract(sources, inside);
    if (isEmptySet(sourcesOutside)) return;
    const targetsInside = intersect(targets, inside);
    if (!isEmptySet(targetsInside)) visit({ sources: sourcesOutside, targets: targetsInside, cell });
  };

  const scope = union(inside, outside);
  const ingress = rowGroups(cluster, 'ingress', scope);
  const egress = rowGroups(cluster, 'egress', chosen(scope));
  const openSources = unionAll(egress.filter(({ row }) => row.open).map(({ columns }) => columns));
  const closed = egress.filter(({ row }) => !row.open);
  for (const target of ingress) {
    if (target.row.open) {
      if (options.skipOpen !== true) emit(openSources, target.columns, cells.allowed);
      for (const source of closed) {
        for (const part of source.row.parts) {
          if (!cells.connects(part.cell)) continue;
          emit(source.columns, intersect(part.columns, target.columns), part.cell);
        }
      }
      continue;
    }
    for (const part of target.row.parts) {
      if (!cells.connects(part.cell)) continue;
      emit(intersect(part.columns, openSources), target.columns, part.cell);
      for (const source of closed) {
        if (!overlaps(part.columns, source.columns)) continue;
        const sources = intersect(part.columns, source.columns);
        for (const own of source.row.parts) {
          if (!cells.connects(own.cell)) continue;
          const targets = intersect(own.columns, target.columns);
          if (!isEmptySet(targets)) emit(sources, targets, cells.both(own.cell, part.cell));
        }
      }
    }
  }
  visitHostNetwork(cluster, hostNetwork, union(scope, hostNetwork), options, visit);
}

/** hostNetwork classes have two readings, so their pairs are asked for one by one, then merged by cell. */
function visitHostNetwork(
  cluster: Cluster,
  hostNetwork: IntervalSet,
  scope: IntervalSet,
  options: RectangleOptions,
  visit: (rectangle: Rectangle) => void,
): void {
  const { cells } = cluster;
  const { sources } = options;
  const isChosen = (column: number): boolean => sources === undefined || has(sources, column);
  forEachMember(hostNetwork, (own) => {
    const asSource = new Map<CellId, number[]>();
    const asTarget = new Map<CellId, number[]>();
    forEachMember(scope, (other) => {
      if (isChosen(own) && !(options.skipOpen === true && isOpenPair(cluster, own, other))) {
        push(asSource, pairCell(cluster, own, other), other);
      }
      const both =
        cluster.universe.readingOf[other] !== undefined && (cluster.universe.readingOf[other] ?? -1) >= 0;
      if (both) return; // visited with `other` as the source
      if (isChosen(other) && !(options.skipOpen === true && isOpenPair(cluster, other, own))) {
        push(asTarget, pairCell(cluster, other, own), other);
      }
    });
    const point = interval(own, own);
    for (const [cell, columns] of asSource) {
      if (cells.connects(cell)) visit({ sources: point, targets: fromSortedPoints(columns), cell });
    }
    for (const [cell, columns] of asTarget) {
      if (cells.connects(cell)) visit({ sources: fromSortedPoints(columns), targets: point, cell });
    }
  });
}

function push(map: Map<CellId, number[]>, cell: CellId, column: number): void {
  const list = map.get(cell);
  if (list === undefined) map.set(cell, [column]);
  else list.push(column);
}

/** Whether no policy has a say on either end of a pair, in any reading. */
export function isOpenPair(cluster: Cluster, source: number, target: number): boolean {
  return isOpen(cluster, 'egress', source) && isOpen(cluster, 'ingress', target);
}

/** Whether no policy has a say on this column in this direction (for hostNetwork: in either reading). */
export function isOpen(cluster: Cluster, direction: Direction, column: number): boolean {
  const { universe, solver, rowIds } = cluster;
  const reading = universe.readingOf[column] ?? -1;
  const open = (id: number): boolean => solver.inputsOf(rowIds[direction][id] as number).length === 0;
  return open(column) && (reading < 0 || open(reading));
}

/** Columns of pods that no policy has a say on in this direction. */
export function openColumns(cluster: Cluster, direction: Direction): IntervalSet {
  const points: number[] = [];
  forEachMember(cluster.universe.regions.classes, (column) => {
    if (isOpen(cluster, direction, column)) points.push(column);
  });
  return fromSortedPoints(points);
}

/** Groups columns by their row. */
export function rowGroups(cluster: Cluster, direction: Direction, within: IntervalSet): RowGroup[] {
  const points = new Map<number, number[]>();
  const ids = cluster.rowIds[direction];
  forEachMember(within, (column) => {
    const id = ids[column] as number;
    const list = points.get(id);
    if (list === undefined) points.set(id, [column]);
    else list.push(column);
  });
  return [...points].map(([id, columns]) => ({
    row: cluster.solver.row(id),
    columns: fromSortedPoints(columns),
  }));
}

/** How many pairs of columns a rectangle has. */
export function rectangleSize(rectangle: Rectangle): number {
  return size(rectangle.sources) * size(rectangle.targets);
}

/**
 * Address blocks that behave alike towards every pod, as one group each, in address order of their first block.
 * Blocks that policies tell apart nowhere in effect (an `except` that another rule allows, say) come together here.
 */
export function addressGroups(cluster: Cluster): IntervalSet[] {
  const { universe } = cluster;
  const region = universe.regions.blocks;
  if (isEmptySet(region)) return [];
  const first = region[0] as number;
  const count = size(region);
  let signature = new Int32Array(count);
  // The two families never merge: an address of one is not an address of the other.
  for (let i = universe.blocks.v4.length; i < count; i++) signature[i] = 1;
  const pods = unionAll([universe.regions.classes, universe.regions.hidden, universe.regions.readings]);
  for (const direction of ['ingress', 'egress'] as const) {
    for (const { row } of rowGroups(cluster, direction, pods)) {
      if (row.open) continue;
      const next = new Int32Array(count);
      const ids = new Map<string, number>();
      let uniform = true;
      row.parts.forEach((part, index) => {
        const own = intersect(part.columns, region);
        if (isEmptySet(own) || size(own) === count) return;
        uniform = false;
        forEachMember(own, (column) => {
          const key = `${signature[column - first]}|${index}`;
          let id = ids.get(key);
          if (id === undefined) {
            id = ids.size;
            ids.set(key, id);
          }
          next[column - first] = id;
        });
      });
      if (!uniform) signature = next;
    }
  }
  const groups = new Map<number, number[]>();
  signature.forEach((id, index) => {
    const list = groups.get(id);
    if (list === undefined) groups.set(id, [first + index]);
    else list.push(first + index);
  });
  return [...groups.values()].map(fromSortedPoints);
}

/** Where the ends of an aggregated edge are: a list of disjoint column sets with an id each. */
export interface Grouping {
  readonly groups: readonly { readonly id: string; readonly columns: IntervalSet }[];
}

/** One group per workload that has endpoints, by workload id. */
export function workloadGrouping(universe: Universe): Grouping {
  return {
    groups: universe.workloads
      .filter((workload) => workload.last >= workload.first)
      .map((workload) => ({ id: workload.id, columns: interval(workload.first, workload.last) })),
  };
}
