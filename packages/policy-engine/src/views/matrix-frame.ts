import type { WorkloadFilter } from './graph.ts';
import { groupOf } from './group.ts';
import type { Lens } from './lens.ts';
import { similarityOrder } from './matrix-order.ts';
import { type MatrixOutcome, SELF_CODE } from './matrix-outcomes.ts';
import { UnitRelation } from './matrix-relation.ts';
import {
  type MatrixAxisLevel,
  type MatrixUnit,
  outsideUnits,
  type UnitMembers,
  unitsOf,
} from './matrix-units.ts';
import { relationInside, relationOf } from './relation.ts';

export interface MatrixPlan {
  readonly filter: WorkloadFilter;
  readonly rows: MatrixAxisLevel;
  readonly columns: MatrixAxisLevel;
  /** Whether CIDR blocks are among the peers outside; `auto`: where there are few. */
  readonly blocks: 'auto' | 'shown' | 'hidden';
  /** An order of ids that was shown before, to be kept as far as it goes. */
  readonly keep?: { readonly rows: readonly string[]; readonly columns: readonly string[] };
}

/** One axis, in order of namespace and name. */
export interface MatrixAxis {
  readonly units: readonly MatrixUnit[];
  /** Class of each unit; units of one class have the same cells. */
  readonly classOf: Int32Array;
  readonly classes: number;
  /** Indexes of units so that equal ones lie together and similar ones close. */
  readonly similar: Int32Array;
}

/** A cell of units that overlap (a namespace and itself, a workload and its namespace), which classes can't tell. */
export interface MatrixOverlap {
  readonly row: number;
  readonly column: number;
  readonly code: number;
}

/** A matrix without its cells, which `band` gives. */
export interface MatrixFrame {
  readonly rows: MatrixAxis;
  readonly columns: MatrixAxis;
  readonly overlaps: readonly MatrixOverlap[];
  /** What the filter leaves out. */
  readonly hidden: { readonly namespaces: number; readonly workloads: number };
  readonly totals: { readonly namespaces: number; readonly workloads: number };
  /** CIDR blocks that policies name, and whether they are among the rows and columns. */
  readonly blocks: { readonly count: number; readonly shown: boolean };
}

/** Cells of consecutive classes of rows. */
export interface MatrixBand {
  readonly first: number;
  readonly count: number;
  /** Codes, class of rows by class of rows, a class of columns each. */
  readonly codes: Uint32Array;
  /** What the codes from `knownOutcomes` on mean. */
  readonly outcomes: readonly MatrixOutcome[];
  readonly knownOutcomes: number;
}

export interface Matrix {
  readonly frame: MatrixFrame;
  /**
   * @param first class of rows to begin with, and how many; what is out of range is left out
   * @param knownOutcomes how many outcomes the caller has already
   */
  band(first: number, count: number, knownOutcomes: number): MatrixBand;
}

/** How many units of the other side an order by similarity looks at. */
const SAMPLE = 256;
/** More CIDR blocks than this would be most of what one sees. */
const FEW_BLOCKS = 32;

/** The matrix of what the units of one axis may send to those of another. */
export function createMatrix(lens: Lens, plan: MatrixPlan): Matrix {
  const peers = outsideUnits(lens);
  const count = peers.filter(({ unit }) => unit.kind === 'cidr').length;
  const blocks = {
    count,
    shown: plan.blocks === 'shown' || (plan.blocks === 'auto' && count <= FEW_BLOCKS),
  };
  const outside = blocks.shown ? peers : peers.filter(({ unit }) => unit.kind !== 'cidr');
  const rows = unitsOf(lens, plan.filter, plan.rows, outside);
  const columns = unitsOf(lens, plan.filter, plan.columns, outside);
  const relation = new UnitRelation(lens, rows, columns);
  const overlaps = overlapsOf(lens, relation, rows, columns);
  const order = similarOrders(relation);
  const { universe } = lens.after;
  const hidden = hiddenBy(lens, plan.filter);
  const axis = (side: 'rows' | 'columns'): MatrixAxis => {
    const { units, classOf, count } = relation[side];
    const infos = units.map(({ unit }) => unit);
    const similar = unitOrder(infos, classOf, order[side]);
    return {
      units: infos,
      classOf,
      classes: count,
      similar: Int32Array.from(keepOrder(infos, similar, plan.keep?.[side] ?? [])),
    };
  };
  return {
    frame: {
      rows: axis('rows'),
      columns: axis('columns'),
      overlaps,
      blocks,
      hidden,
      totals: {
        namespaces: universe.namespaces.length,
        workloads: universe.workloads.filter((entry) => entry.last >= entry.first).length,
      },
    },
    band: (first, count, knownOutcomes) => {
      const last = Math.min(relation.rows.count, first + count);
      const width = relation.columns.count;
      const codes = new Uint32Array(Math.max(0, last - first) * width);
      for (let row = first; row < last; row++) codes.set(relation.row(row), (row - first) * width);
      return {
        first,
        count: Math.max(0, last - first),
        codes,
        outcomes: relation.outcomes.cells.slice(knownOutcomes),
        knownOutcomes,
      };
    },
  };
}

function hiddenBy(lens: Lens, filter: WorkloadFilter) {
  const { universe } = lens.after;
  const shown = unitsOf(lens, filter, '*', []);
  const all = universe.workloads.filter((entry) => entry.last >= entry.first).length;
  const workloads = shown.filter(({ unit }) => unit.type === 'workload').length;
  const namespaces = unitsOf(lens, filter, '', []).length;
  const allNamespaces = universe.namespaces.filter(
    (entry, index) => entry.last >= entry.first || universe.hiddenNamespaces.includes(index),
  ).length;
  return { namespaces: allNamespaces - namespaces, workloads: all - workloads };
}

/** Cells in which a unit meets itself or what holds it, where a workload is no pair with itself. */
function overlapsOf(
  lens: Lens,
  relation: UnitRelation,
  rows: readonly UnitMembers[],
  columns: readonly UnitMembers[],
): readonly MatrixOverlap[] {
  const at = new Map<string, number[]>();
  const add = (key: string, index: number) => {
    const list = at.get(key);
    if (list === undefined) at.set(key, [index]);
    else list.push(index);
  };
  for (const [index, { unit }] of columns.entries()) {
    add(unit.id, index);
    if (unit.namespace !== null && unit.type === 'workload') add(`ns:${unit.namespace}`, index);
  }
  return rows.flatMap(({ unit, members }, row): MatrixOverlap[] => {
    if (unit.type === 'outside') return [];
    const own = new Set(at.get(unit.id));
    if (unit.type === 'workload') {
      // Only the namespace itself: its other workloads are other units.
      for (const column of at.get(`ns:${unit.namespace}`) ?? []) {
        if (columns[column]?.unit.type === 'namespace') own.add(column);
      }
    }
    return [...own].map((column) => ({
      row,
      column,
      code: overlapCode(lens, relation, members, columns[column]),
    }));
  });
}

function overlapCode(
  lens: Lens,
  relation: UnitRelation,
  members: readonly (readonly number[])[],
  other: UnitMembers | undefined,
): number {
  const to = other?.members ?? [];
  const same = members.length === to.length && members.every((member, index) => member[0] === to[index]?.[0]);
  if (same) {
    const inside = relationInside(lens, groupOf(lens, 'row', members));
    return members.length < 2 && inside.change === null
      ? SELF_CODE
      : relation.outcomes.cellOfRelation(inside);
  }
  const found = relationOf(lens, groupOf(lens, 'row', members), groupOf(lens, 'column', to));
  return found.of === 0 ? SELF_CODE : relation.outcomes.cellOfRelation(found);
}

/** Orders of the classes of rows and of columns. */
function similarOrders(relation: UnitRelation): { readonly rows: number[]; readonly columns: number[] } {
  const someRows = sample(relation.rows.count);
  const someColumns = sample(relation.columns.count);
  const feature = (code: number): number => {
    switch (relation.outcomes.cells[code]?.state) {
      case 'all':
        return 3;
      case 'some':
        return 1;
      case 'unknown':
        return 2;
      default:
        return 0;
    }
  };
  const targets = relation.targets(someColumns);
  const byRow = Array.from({ length: relation.rows.count }, (_, row) =>
    relation.row(row, targets).map(feature),
  );
  const across = someRows.map((row) => relation.row(row));
  const byColumn = Array.from({ length: relation.columns.count }, (_, column) =>
    Uint32Array.from(across, (codes) => feature(codes[column] ?? 0)),
  );
  return { rows: similarityOrder(byRow), columns: similarityOrder(byColumn) };
}

function sample(count: number): readonly number[] {
  const step = Math.max(1, count / SAMPLE);
  return Array.from({ length: Math.min(count, SAMPLE) }, (_, index) => Math.floor(index * step));
}

/** Units by the order of their classes, what is outside of the cluster last; within a class by name. */
function unitOrder(units: readonly MatrixUnit[], classOf: Int32Array, classes: readonly number[]): number[] {
  const rank = new Int32Array(classes.length);
  for (const [position, id] of classes.entries()) rank[id] = position;
  const at = (index: number) => rank[classOf[index] ?? 0] ?? 0;
  const outside = (index: number) => (units[index]?.type === 'outside' ? 1 : 0);
  return units.map((_, index) => index).sort((a, b) => outside(a) - outside(b) || at(a) - at(b) || a - b);
}

/** An earlier order with what is new in it put behind its neighbour in the new one, so that what was shown stays. */
function keepOrder(
  units: readonly MatrixUnit[],
  order: readonly number[],
  kept: readonly string[],
): number[] {
  if (kept.length === 0) return [...order];
  const index = new Map(units.map((unit, position) => [unit.id, position]));
  const old = kept.flatMap((id) => index.get(id) ?? []);
  const known = new Set(old);
  const after = new Map<number, number[]>();
  let previous = -1;
  for (const unit of order) {
    if (known.has(unit)) {
      previous = unit;
      continue;
    }
    const list = after.get(previous);
    if (list === undefined) after.set(previous, [unit]);
    else list.push(unit);
  }
  return [...(after.get(-1) ?? []), ...old.flatMap((unit) => [unit, ...(after.get(unit) ?? [])])];
}
