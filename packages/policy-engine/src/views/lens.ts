import { type Cluster, pairCell, rowInputs, rowOf, shareColumns } from '../compile/compile.ts';
import { type Row, type RowSolver, stepsOf } from '../compile/rows.ts';
import type { Universe } from '../compile/universe.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import type { Direction } from '../ir/ir.ts';
import { grantedToAll } from '../queries/exposure.ts';
import type { ConnectionSetId, PortRange } from '../sets/connection-set.ts';
import type { IsolationState } from './graph-model.ts';

/**
 * Two states over the same columns, looked at together: `before` is the cluster as it is, `after` with a draft. Without a draft
 * both are the same. Views ask their questions here.
 */
export interface Lens {
  readonly before: Cluster;
  readonly after: Cluster;
  /** Connections of interest; all others are left out of every answer. */
  readonly mask: ConnectionSetId;
}

/**
 * @param after a cluster over the same columns (see `compileOverlay`); one over others can't be compared, and then
 *   stands alone
 * @param ports what to look at; empty: every port of TCP, UDP and SCTP
 */
export function lensOf(before: Cluster, after: Cluster = before, ports: readonly PortRange[] = []): Lens {
  const { space } = after.cells;
  const mask = ports.reduce(
    (set, { protocol, from, to }) => space.union(set, space.range(protocol, from, to)),
    ports.length === 0 ? space.transport : space.none,
  );
  return { before: shareColumns(before, after) ? before : after, after, mask };
}

/**
 * What a row gives to any pod, whatever its namespace and labels. Edges inside this are not drawn: they would join
 * everything to everything.
 */
export interface Universal {
  readonly allowed: ConnectionSetId;
  readonly possible: ConnectionSetId;
}

const universals = new WeakMap<Row, Universal>();

/** What any pod gets of the row of this column; nothing where only named pods get something. */
export function universalOf(cluster: Cluster, direction: Direction, column: number): Universal {
  const row = rowOf(cluster, direction, column);
  let universal = universals.get(row);
  if (universal === undefined) {
    const { space } = cluster.cells;
    const allowed = space.intersect(grantedToAll(cluster, direction, column), space.transport);
    // What is unknown about the row as a whole is said by the ring, not by an edge to everything.
    const doubtful = rowInputs(cluster, direction, column).some(
      (input) => cluster.solver.inputBlock(input)?.certain !== true,
    );
    universal = { allowed, possible: doubtful ? space.transport : allowed };
    universals.set(row, universal);
  }
  return universal;
}

/** Whether NetworkPolicies isolate a column in a direction (semantics 0.2). */
export function isolationOf(cluster: Cluster, direction: Direction, column: number): IsolationState {
  const reading = cluster.universe.readingOf[column] ?? -1;
  const own = stateOf(cluster, direction, column);
  if (reading < 0) return own;
  const asPod = stateOf(cluster, direction, reading);
  return asPod === own ? own : 'unknown';
}

/** States by row number, which says which policies select. */
const states = new WeakMap<RowSolver, (IsolationState | undefined)[]>();

function stateOf(cluster: Cluster, direction: Direction, column: number): IsolationState {
  const { solver } = cluster;
  let known = states.get(solver);
  if (known === undefined) {
    known = [];
    states.set(solver, known);
  }
  const row = cluster.rowIds[direction][column] ?? 0;
  known[row] ??= computeState(cluster, direction, column);
  return known[row];
}

function computeState(cluster: Cluster, direction: Direction, column: number): IsolationState {
  let state: IsolationState = 'open';
  for (const input of rowInputs(cluster, direction, column)) {
    const entry = cluster.solver.inputBlock(input);
    if (entry === undefined) {
      state = 'unknown';
      continue;
    }
    if (entry.resolved.block.tier !== 'network-policy') continue;
    if (entry.certain) return 'isolated';
    state = 'unknown';
  }
  return state;
}

/** What one column may send to another, of the lens's connections. */
export interface PairSets {
  readonly allowed: ConnectionSetId;
  readonly possible: ConnectionSetId;
}

export function pairSets(lens: Lens, cluster: Cluster, source: number, destination: number): PairSets {
  return cellSets(lens, pairCell(cluster, source, destination));
}

/** By the number of the cell, which is the same in both states. */
const setsOfCells = new WeakMap<Lens, (PairSets | undefined)[]>();

export function cellSets(lens: Lens, cell: CellId): PairSets {
  let known = setsOfCells.get(lens);
  if (known === undefined) {
    known = [];
    setsOfCells.set(lens, known);
  }
  let sets = known[cell];
  if (sets === undefined) {
    const { cells } = lens.after;
    const { allowed, possible } = cells.decision(cell);
    sets = {
      allowed: cells.space.intersect(allowed, lens.mask),
      possible: cells.space.intersect(possible, lens.mask),
    };
    known[cell] = sets;
  }
  return sets;
}

/** Whether a column is no pod: a node, a block of addresses, a name. */
export function isOutside(universe: Universe, column: number): boolean {
  return column >= universe.firstNode && column < universe.firstReading;
}

/** Cells of a row over columns in ascending order, each with how many columns have it. */
export function histogram(row: Row, columns: readonly number[]): ReadonlyMap<CellId, number> {
  const counts = new Map<CellId, number>();
  forEachRun(row, columns, (cell, first, end) => counts.set(cell, (counts.get(cell) ?? 0) + end - first));
  return counts;
}

/** Runs of ascending columns that get the same cell: the cell, and the indexes of the first and after the last. */
export function forEachRun(
  row: Row,
  columns: readonly number[],
  visit: (cell: CellId, first: number, end: number) => void,
): void {
  const { starts, cells } = stepsOf(row);
  let at = 0;
  while (at < columns.length) {
    const step = stepAt(starts, columns[at] ?? 0);
    const next = starts[step + 1] ?? Number.POSITIVE_INFINITY;
    let end = at + 1;
    // Most often the whole lies in one step.
    if ((columns.at(-1) ?? 0) < next) end = columns.length;
    while (end < columns.length && (columns[end] ?? 0) < next) end++;
    visit(cells[step] as CellId, at, end);
    at = end;
  }
}

/** The cell that all of some ascending columns get; `null` where they get several. */
export function cellOfAll(row: Row, columns: readonly number[]): CellId | null {
  const { starts, cells } = stepsOf(row);
  const step = stepAt(starts, columns[0] ?? 0);
  const next = starts[step + 1] ?? Number.POSITIVE_INFINITY;
  return (columns[columns.length - 1] ?? 0) < next ? (cells[step] as CellId) : null;
}

/** The last step that starts at or before a column. */
export function stepAt(starts: Float64Array, column: number): number {
  let lo = 0;
  let hi = starts.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if ((starts[mid] ?? 0) <= column) lo = mid;
    else hi = mid - 1;
  }
  return lo;
}
