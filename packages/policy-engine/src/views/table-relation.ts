import type { WorkloadFilter } from './graph.ts';
import { groupOf } from './group.ts';
import type { Lens } from './lens.ts';
import type { MatrixOutcome } from './matrix-outcomes.ts';
import { UnitRelation } from './matrix-relation.ts';
import { type UnitMembers, unitsOf } from './matrix-units.ts';
import { mayChangeWithin, relationInside } from './relation.ts';

/**
 * What every workload and outside peer may send to every other, by classes: the tables count in it and walk through it,
 * and never hold a row for each pair.
 */
export interface TableRelation {
  /** By namespace and name, then what is outside. */
  readonly units: readonly UnitMembers[];
  /** Classes of the units as sources and as destinations. */
  readonly rowOf: Int32Array;
  readonly columnOf: Int32Array;
  readonly rows: number;
  readonly columns: number;
  /** Codes of a class of sources towards each class of destinations. */
  readonly lines: readonly Uint32Array[];
  /** Codes of units with themselves, by index of the unit: of workloads of which a draft changes what their pods may send to each other. */
  readonly own: ReadonlyMap<number, number>;
  readonly outcomes: readonly MatrixOutcome[];
  /** How many units, from the first, are known as sources; all but while the relation grows. */
  readonly sources: number;
}

export function tableRelation(lens: Lens, filter: WorkloadFilter): TableRelation {
  const growing = growingRelation(lens, filter);
  let step = growing.next();
  while (step.done !== true) step = growing.next();
  return step.value;
}

/**
 * The same as it becomes known, source by source in the order of units, for whom something is to be shown before all is
 * counted: what is said of a known source stays so. Returns the whole.
 */
export function* growingRelation(
  lens: Lens,
  filter: WorkloadFilter,
): Generator<TableRelation, TableRelation, void> {
  const units = unitsOf(lens, filter, '*');
  const relation = new UnitRelation(lens, units, units);
  const own = new Map<number, number>();
  for (const [index, { unit, members }] of lens.before === lens.after ? [] : units.entries()) {
    if (unit.type !== 'workload' || !members.some((member) => mayChangeWithin(lens, member))) continue;
    const inside = relationInside(lens, groupOf(lens, unit.id, members));
    if (inside.change !== null) own.set(index, relation.outcomes.cellOfRelation(inside));
  }
  const lines: Uint32Array[] = [];
  const { classOf } = relation.rows;
  let sources = 0;
  const known = (): TableRelation => ({
    own,
    units,
    rowOf: classOf,
    columnOf: relation.columns.classOf,
    rows: relation.rows.count,
    columns: relation.columns.count,
    lines,
    outcomes: relation.outcomes.cells,
    sources,
  });
  // Classes are numbered as units come, so those of the first units come first.
  while (lines.length < relation.rows.count) {
    lines.push(relation.row(lines.length));
    while (sources < units.length && (classOf[sources] ?? 0) < lines.length) sources++;
    yield known();
  }
  return known();
}

/** Code of a pair of units. A unit is no pair with itself, unless it is among `own`. */
export function codeOf(relation: TableRelation, source: number, destination: number): number {
  const own = source === destination ? relation.own.get(source) : undefined;
  return own ?? classCodeOf(relation, source, destination);
}

/** Code of the classes of a pair of units. */
export function classCodeOf(relation: TableRelation, source: number, destination: number): number {
  return relation.lines[relation.rowOf[source] ?? 0]?.[relation.columnOf[destination] ?? 0] ?? 0;
}
