import { type Cluster, rowOf } from '../compile/compile.ts';
import type { Row } from '../compile/rows.ts';
import type { Direction } from '../ir/ir.ts';
import { forEachMember, size } from '../sets/interval-set.ts';
import { isOutside, type Lens } from './lens.ts';

/**
 * One side of a relation between columns, cut into classes: columns of one class have the same cell with every column of
 * the other side, before and after. So a relation of n × m columns is known by far fewer cells.
 */
export interface SideClasses {
  /** Class of each column; -1 for columns that are not on this side. */
  readonly classOf: Int32Array;
  /** First column of each class, ascending. */
  readonly first: readonly number[];
}

/**
 * @param direction in which the side's own policies speak: `egress` for sources
 * @param columns of the side, and of the other side
 */
export function sideClasses(
  lens: Lens,
  direction: Direction,
  columns: readonly number[],
  others: readonly number[],
): SideClasses {
  const { universe } = lens.after;
  const classOf = new Int32Array(universe.columnCount).fill(-1);
  const initial = new Map<string, number>();
  for (const column of columns) {
    const hostNetwork = (universe.readingOf[column] ?? -1) >= 0;
    const was = lens.before.rowIds[direction][column] ?? 0;
    const is = lens.after.rowIds[direction][column] ?? 0;
    // A hostNetwork class is asked for under two readings, so it is kept apart from all others.
    const key = hostNetwork ? `host ${column}` : `${was} ${is} ${isOutside(universe, column)}`;
    let id = initial.get(key);
    if (id === undefined) {
      id = initial.size;
      initial.set(key, id);
    }
    classOf[column] = id;
  }
  const opposite = direction === 'egress' ? 'ingress' : 'egress';
  refine(classOf, initial.size, rowsOf(lens, opposite, others));
  return renumber(classOf, columns);
}

/** The distinct rows of some columns, and of their second readings. */
function rowsOf(lens: Lens, direction: Direction, columns: readonly number[]): ReadonlySet<Row> {
  const rows = new Set<Row>();
  const add = (cluster: Cluster, column: number) => {
    rows.add(rowOf(cluster, direction, column));
    const reading = cluster.universe.readingOf[column] ?? -1;
    if (reading >= 0) rows.add(rowOf(cluster, direction, reading));
  };
  for (const column of columns) {
    add(lens.after, column);
    if (lens.before !== lens.after) add(lens.before, column);
  }
  return rows;
}

/** Splits classes until all columns of one lie in the same part of every row. */
function refine(classOf: Int32Array, classes: number, rows: ReadonlySet<Row>): void {
  const room = classOf.length * 2 + 2;
  const sizes = new Int32Array(room);
  const turnOf = new Int32Array(room);
  const target = new Int32Array(room);
  const free: number[] = [];
  for (let id = room - 1; id >= classes; id--) free.push(id);
  for (const id of classOf) if (id >= 0) sizes[id] = (sizes[id] ?? 0) + 1;
  let turn = 0;
  for (const { parts } of rows) {
    // Taking all parts but one apart separates that one as well.
    const counts = parts.map((part) => size(part.columns));
    const largest = parts[counts.indexOf(Math.max(...counts))];
    for (const part of parts) {
      if (part === largest) continue;
      turn++;
      const emptied: number[] = [];
      forEachMember(part.columns, (column) => {
        const old = classOf[column] ?? -1;
        if (old < 0) return;
        if (turnOf[old] !== turn) {
          turnOf[old] = turn;
          target[old] = free.pop() ?? 0;
        }
        const next = target[old] ?? 0;
        classOf[column] = next;
        sizes[next] = (sizes[next] ?? 0) + 1;
        sizes[old] = (sizes[old] ?? 0) - 1;
        if (sizes[old] === 0) emptied.push(old);
      });
      free.push(...emptied);
    }
  }
}

function renumber(classOf: Int32Array, columns: readonly number[]): SideClasses {
  const ids = new Map<number, number>();
  const first: number[] = [];
  for (const column of columns.toSorted((a, b) => a - b)) {
    const old = classOf[column] ?? -1;
    let id = ids.get(old);
    if (id === undefined) {
      id = ids.size;
      ids.set(old, id);
      first.push(column);
    }
    classOf[column] = id;
  }
  return { classOf, first };
}
