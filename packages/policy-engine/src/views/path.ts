import { pairCell } from '../compile/compile.ts';
import type { Row } from '../compile/rows.ts';
import {
  forEachMember,
  fromSortedPoints,
  type IntervalSet,
  intersect,
  isEmptySet,
  subtract,
  union,
  unionAll,
} from '../sets/interval-set.ts';
import { type Entity, findEntity, workloadEntity } from './entity.ts';
import type { PortSummary } from './graph-model.ts';
import { cellSets, type Lens } from './lens.ts';
import type { PairEnd } from './pair.ts';
import { portSummary } from './ports.ts';
import { relationOf } from './relation.ts';

export interface PathHop {
  readonly from: PairEnd;
  readonly to: PairEnd;
  /** What the first may send to the second. */
  readonly ports: PortSummary;
}

/** A shortest chain of connections from one entity to another, through workloads; empty where there is none. */
export interface PathView {
  readonly hops: readonly PathHop[];
}

/**
 * Traces how something could get from one entity to another when each workload on the way may pass it on, over the lens's
 * connections. Only what is known to be allowed counts.
 * @returns null where one of the ends does not exist (any more)
 */
export function pathView(lens: Lens, fromId: string, toId: string): PathView | null {
  const from = findEntity(lens, fromId);
  const to = findEntity(lens, toId);
  if (from === null || to === null) return null;
  const columns = shortest(lens, columnsOf(from), columnsOf(to));
  const ends = columns.map((column, index): Entity | null => {
    if (index === 0) return from;
    return index === columns.length - 1 ? to : entityAt(lens, column);
  });
  const hops: PathHop[] = [];
  for (const [index, end] of ends.slice(1).entries()) {
    const start = ends[index];
    if (start === null || start === undefined || end === null) continue;
    const { some } = relationOf(lens, start.group, end.group);
    hops.push({ from: endOf(start), to: endOf(end), ports: portSummary(lens.after.cells.space, some) });
  }
  return { hops };
}

function columnsOf(entity: Entity): IntervalSet {
  return fromSortedPoints(entity.group.members.flat().toSorted((a, b) => a - b));
}

function endOf({ id, type, label, kind, namespace }: Entity): PairEnd {
  return { id, type, label, kind, namespace };
}

function entityAt(lens: Lens, column: number): Entity | null {
  const workload = lens.after.universe.classes[column]?.workload;
  return workload === undefined ? null : workloadEntity(lens, workload);
}

/** Columns from one set to another, both included; empty where no chain leads there. Breadth first, row by row. */
function shortest(lens: Lens, from: IntervalSet, to: IntervalSet): readonly number[] {
  const { after } = lens;
  const { universe, cells } = after;
  const given = new Map<Row, IntervalSet>();
  const givenBy = (row: Row): IntervalSet => {
    let set = given.get(row);
    if (set === undefined) {
      const parts = row.parts.filter(({ cell }) => cellSets(lens, cell).allowed !== cells.space.none);
      set = unionAll(parts.map((part) => part.columns));
      given.set(row, set);
    }
    return set;
  };
  const isLinked = (source: number, target: number) =>
    cellSets(lens, pairCell(after, source, target)).allowed !== cells.space.none;
  const cameFrom = new Map<number, number>();
  let waiting = subtract(union(universe.regions.classes, to), from);
  let frontier = from;
  while (!isEmptySet(frontier)) {
    const found: number[] = [];
    let goal = -1;
    forEachMember(frontier, (source) => {
      if (goal >= 0) return;
      const row = after.solver.row(after.rowIds.egress[source] ?? 0);
      forEachMember(intersect(waiting, givenBy(row)), (target) => {
        if (cameFrom.has(target) || !isLinked(source, target)) return;
        cameFrom.set(target, source);
        found.push(target);
        if (goal < 0 && !isEmptySet(intersect(to, [target, target]))) goal = target;
      });
      waiting = subtract(waiting, fromSortedPoints(found.toSorted((a, b) => a - b)));
    });
    if (goal >= 0) return trail(cameFrom, goal);
    // What is outside of the cluster is reached, but passes nothing on.
    frontier = intersect(fromSortedPoints(found.sort((a, b) => a - b)), universe.regions.classes);
  }
  return [];
}

function trail(cameFrom: ReadonlyMap<number, number>, goal: number): readonly number[] {
  const path: number[] = [];
  for (let at: number | undefined = goal; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
  return path;
}
