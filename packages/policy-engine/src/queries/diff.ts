import {
  type Cluster,
  compile,
  compileAligned,
  pairCell,
  rowOf,
  shareColumns,
  sharedBase,
} from '../compile/compile.ts';
import { cellAt, type Row } from '../compile/rows.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import type { Direction } from '../ir/ir.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import {
  forEachMember,
  fromSortedPoints,
  has,
  type IntervalSet,
  intersect,
  interval,
  isEmptySet,
  overlaps,
  subtract,
  union,
  unionAll,
} from '../sets/interval-set.ts';

/** Pairs whose cell changes in the same way: every source with every target. */
export interface ChangedRectangle {
  readonly sources: IntervalSet;
  readonly targets: IntervalSet;
  readonly before: CellId;
  readonly after: CellId;
}

/** A cluster and a changed state of it over the same columns, so that they can be compared row by row. */
export interface ClusterOverlay {
  readonly before: Cluster;
  readonly after: Cluster;
}

/**
 * Compiles a changed state of a cluster over the same columns. Policies, pods, namespaces and labels may differ;
 * `undefined` where more than that does: nodes, what may not be read (those lists must be the same arrays), and then only
 * `edges` can be compared. `before` is reused where its universe tells enough apart, refined where only a CIDR is new, and
 * compiled anew where not. Where pods and namespaces are the same arrays, only rows of changed policies are computed.
 *
 * @param last an overlay over the same cluster: where only policies differ from its changed state, it is built upon, so that
 *   a draft which has new labels, workloads or CIDRs stays cheap to type in
 */
export function compileOverlay(
  before: Cluster,
  changed: ClusterSnapshot,
  last?: ClusterOverlay,
): ClusterOverlay | undefined {
  const { snapshot } = before;
  if (
    snapshot.nodes !== changed.nodes ||
    snapshot.hidden !== changed.hidden ||
    snapshot.unreadPolicies !== changed.unreadPolicies
  ) {
    return undefined;
  }
  const known = last?.before.snapshot === snapshot ? last : undefined;
  if (samePods(snapshot, changed)) {
    const own = known !== undefined && samePods(snapshot, known.after.snapshot) ? known.before : before;
    const base = sharedBase(own, changed) ?? compile(snapshot, { alongside: [changed] });
    return { before: base, after: compile(changed, { base }) };
  }
  if (known !== undefined && samePods(known.after.snapshot, changed)) {
    const base = sharedBase(known.after, changed);
    if (base === known.after) return { before: known.before, after: compile(changed, { base }) };
  }
  // As far as telling apart goes, the policies of the changed state could as well be the cluster's own.
  const policed = { ...snapshot, policies: changed.policies };
  const base = sharedBase(before, policed) ?? compile(snapshot, { alongside: [policed] });
  return compileAligned(base, changed);
}

function samePods(a: ClusterSnapshot, b: ClusterSnapshot): boolean {
  return a.pods === b.pods && a.namespaces === b.namespaces;
}

/**
 * The pairs of columns whose cell differs between two clusters over the same columns. Each changed pair is in exactly one
 * rectangle. Ends outside the cluster's pods are never both. Throws a TypeError where the columns differ (a mistake of
 * the caller, not of the input).
 */
export function changedRectangles(before: Cluster, after: Cluster): ChangedRectangle[] {
  if (!shareColumns(before, after)) throw new TypeError('clusters must have the same columns');
  const { universe } = before;
  const hostNetwork = fromSortedPoints(universe.readingClasses);
  const inside = subtract(union(universe.regions.classes, universe.regions.hidden), hostNetwork);
  const scope = unionAll([inside, universe.regions.nodes, universe.regions.blocks, universe.regions.domains]);
  const found = new Rectangles();
  const emit = (sources: IntervalSet, targets: IntervalSet, was: CellId, is: CellId): void => {
    if (was === is) return;
    const own = intersect(sources, inside);
    if (!isEmptySet(own) && !isEmptySet(targets)) found.add(own, targets, was, is);
    const others = subtract(sources, inside);
    const pods = intersect(targets, inside);
    if (!isEmptySet(others) && !isEmptySet(pods)) found.add(others, pods, was, is);
  };

  const changedTargets = changedColumns(before, after, 'ingress');
  const changedSources = changedColumns(before, after, 'egress');
  const targetsInScope = intersect(changedTargets, scope);
  const sourcesInScope = intersect(changedSources, scope);

  if (!isEmptySet(targetsInScope)) {
    const sources = pairedRows(before, after, 'egress', scope);
    for (const target of pairedRows(before, after, 'ingress', targetsInScope)) {
      const moved = movedColumns(target);
      for (const source of sources) {
        const relevant = source.before === source.after ? intersect(moved, source.columns) : source.columns;
        if (!isEmptySet(relevant)) crossRows(before, { ...source, columns: relevant }, target, emit);
      }
    }
  }
  if (!isEmptySet(sourcesInScope)) {
    const unchangedTargets = subtract(scope, changedTargets);
    const targets = pairedRows(before, after, 'ingress', unchangedTargets);
    for (const source of pairedRows(before, after, 'egress', sourcesInScope)) {
      const moved = movedColumns(source);
      for (const target of targets) {
        const relevant = intersect(moved, target.columns);
        if (!isEmptySet(relevant)) crossRows(before, source, { ...target, columns: relevant }, emit);
      }
    }
  }
  if (!isEmptySet(hostNetwork) && !(isEmptySet(changedTargets) && isEmptySet(changedSources))) {
    const all = union(scope, hostNetwork);
    const add: Emit = (sources, targets, was, is) => found.add(sources, targets, was, is);
    diffHostNetwork(before, after, hostNetwork, all, changedSources, changedTargets, add);
  }
  return found.list();
}

/** Rectangles as they are found, those that differ in their sources only put together: mostly a hundredth remains. */
class Rectangles {
  readonly #found = new Map<
    string,
    Omit<ChangedRectangle, 'sources'> & { readonly sources: IntervalSet[] }
  >();

  add(sources: IntervalSet, targets: IntervalSet, before: CellId, after: CellId): void {
    const key = `${before} ${after} ${targets.join()}`;
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, { sources: [sources], targets, before, after });
    else known.sources.push(sources);
  }

  list(): ChangedRectangle[] {
    return [...this.#found.values()].map(({ sources, ...rest }) => ({ ...rest, sources: unionAll(sources) }));
  }
}

interface PairedRows {
  readonly before: Row;
  readonly after: Row;
  readonly columns: IntervalSet;
}

type Emit = (sources: IntervalSet, targets: IntervalSet, before: CellId, after: CellId) => void;

/** All combinations of the parts of a source's rows with those of a target's. */
function crossRows(cluster: Cluster, source: PairedRows, target: PairedRows, emit: Emit): void {
  const { cells } = cluster;
  const sourceParts = partsWithin(source, target.columns);
  for (const ingress of partsWithin(target, source.columns)) {
    for (const egress of sourceParts) {
      emit(
        ingress.columns,
        egress.columns,
        cells.both(egress.before, ingress.before),
        cells.both(egress.after, ingress.after),
      );
    }
  }
}

/** Partition of the peers `within` by what they get before and after. */
function partsWithin(
  rows: PairedRows,
  within: IntervalSet,
): { readonly columns: IntervalSet; readonly before: CellId; readonly after: CellId }[] {
  const out: { columns: IntervalSet; before: CellId; after: CellId }[] = [];
  for (const was of rows.before.parts) {
    const own = intersect(was.columns, within);
    if (isEmptySet(own)) continue;
    if (rows.before === rows.after) {
      out.push({ columns: own, before: was.cell, after: was.cell });
      continue;
    }
    for (const is of rows.after.parts) {
      const columns = intersect(own, is.columns);
      if (!isEmptySet(columns)) out.push({ columns, before: was.cell, after: is.cell });
    }
  }
  return out;
}

/** Peers whose cell differs between a subject's row before and after. */
function movedColumns(rows: PairedRows): IntervalSet {
  if (rows.before === rows.after) return [];
  const parts: IntervalSet[] = [];
  for (const was of rows.before.parts) {
    for (const is of rows.after.parts) {
      if (was.cell !== is.cell && overlaps(was.columns, is.columns)) {
        parts.push(intersect(was.columns, is.columns));
      }
    }
  }
  return unionAll(parts);
}

function pairedRows(
  before: Cluster,
  after: Cluster,
  direction: Direction,
  within: IntervalSet,
): PairedRows[] {
  const was = before.rowIds[direction];
  const is = after.rowIds[direction];
  const points = new Map<number, number[]>();
  forEachMember(within, (column) => {
    const key = (was[column] as number) * 67_108_864 + (is[column] as number);
    const list = points.get(key);
    if (list === undefined) points.set(key, [column]);
    else list.push(column);
  });
  return [...points.values()].map((columns) => ({
    before: before.solver.row(was[columns[0] as number] as number),
    after: after.solver.row(is[columns[0] as number] as number),
    columns: fromSortedPoints(columns),
  }));
}

function changedColumns(before: Cluster, after: Cluster, direction: Direction): IntervalSet {
  const was = before.rowIds[direction];
  const is = after.rowIds[direction];
  if (was === is) return [];
  const points: number[] = [];
  for (let column = 0; column < was.length; column++) if (was[column] !== is[column]) points.push(column);
  return fromSortedPoints(points);
}

/** Pairs with hostNetwork pods: these have two readings, so that their cells are not those of their rows. */
function diffHostNetwork(
  before: Cluster,
  after: Cluster,
  hostNetwork: IntervalSet,
  scope: IntervalSet,
  changedSources: IntervalSet,
  changedTargets: IntervalSet,
  emit: Emit,
): void {
  const { universe } = before;
  const readings = (set: IntervalSet): IntervalSet => {
    const owners: number[] = [];
    forEachMember(intersect(set, universe.regions.readings), (column) => {
      owners.push(universe.readingClasses[column - universe.firstReading] as number);
    });
    return union(set, fromSortedPoints(owners.sort((a, b) => a - b)));
  };
  const sources = readings(changedSources);
  const targets = readings(changedTargets);
  const others = subtract(scope, hostNetwork);
  forEachMember(hostNetwork, (column) => {
    const own = interval(column, column);
    const to = has(sources, column) ? scope : intersect(scope, targets);
    for (const { columns, was, is } of movedPartners(before, after, 'egress', column, to)) {
      emit(own, columns, was, is);
    }
    const from = has(targets, column) ? others : intersect(others, sources);
    for (const { columns, was, is } of movedPartners(before, after, 'ingress', column, from)) {
      emit(columns, own, was, is);
    }
  });
}

/** Those of `others` whose pair with a column changes, by how; `direction` is the column's. */
function movedPartners(
  before: Cluster,
  after: Cluster,
  direction: Direction,
  column: number,
  others: IntervalSet,
): { readonly columns: IntervalSet; readonly was: CellId; readonly is: CellId }[] {
  if (isEmptySet(others)) return [];
  const cellBefore = pairCells(before, direction, column);
  const cellAfter = pairCells(after, direction, column);
  const moved = new Map<number, { readonly was: CellId; readonly is: CellId; readonly points: number[] }>();
  forEachMember(others, (other) => {
    const was = cellBefore(other);
    const is = cellAfter(other);
    if (was === is) return;
    const key = was * 67_108_864 + is;
    const known = moved.get(key);
    if (known === undefined) moved.set(key, { was, is, points: [other] });
    else known.points.push(other);
  });
  return [...moved.values()].map(({ was, is, points }) => ({ columns: fromSortedPoints(points), was, is }));
}

/** `pairCell` of one column with any other, for many others: what of it depends on the other's row alone is looked up once. */
function pairCells(cluster: Cluster, direction: Direction, column: number): (other: number) => CellId {
  const { cells, solver, universe } = cluster;
  const rowIds = cluster.rowIds[direction === 'ingress' ? 'egress' : 'ingress'];
  const of = (own: number): ((other: number) => CellId) => {
    const row = rowOf(cluster, direction, own);
    const answers = new Map<number, CellId>();
    return (other) => {
      const id = rowIds[other] as number;
      let answer = answers.get(id);
      if (answer === undefined) {
        answer = cellAt(solver.row(id), own);
        answers.set(id, answer);
      }
      return cells.both(cellAt(row, other), answer);
    };
  };
  const reading = universe.readingOf[column] ?? -1;
  const plain = of(column);
  const policed = reading < 0 ? plain : of(reading);
  return (other) => {
    if ((universe.readingOf[other] ?? -1) < 0) return cells.either(plain(other), policed(other));
    return direction === 'egress' ? pairCell(cluster, column, other) : pairCell(cluster, other, column);
  };
}
