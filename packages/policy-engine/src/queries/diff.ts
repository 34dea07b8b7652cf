import {
  type Cluster,
  compile,
  compileAligned,
  pairCell,
  shareColumns,
  sharedBase,
} from '../compile/compile.ts';
import type { Row } from '../compile/rows.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import type { Direction } from '../ir/ir.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import {
  forEachMember,
  fromSortedPoints,
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
  const out: ChangedRectangle[] = [];
  const emit = (sources: IntervalSet, targets: IntervalSet, was: CellId, is: CellId): void => {
    if (was === is) return;
    const own = intersect(sources, inside);
    if (!isEmptySet(own) && !isEmptySet(targets)) out.push({ sources: own, targets, before: was, after: is });
    const others = subtract(sources, inside);
    const pods = intersect(targets, inside);
    if (!isEmptySet(others) && !isEmptySet(pods)) {
      out.push({ sources: others, targets: pods, before: was, after: is });
    }
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
  diffHostNetwork(before, after, hostNetwork, union(scope, hostNetwork), changedSources, changedTargets, out);
  return out;
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

function diffHostNetwork(
  before: Cluster,
  after: Cluster,
  hostNetwork: IntervalSet,
  scope: IntervalSet,
  changedSources: IntervalSet,
  changedTargets: IntervalSet,
  out: ChangedRectangle[],
): void {
  const { universe } = before;
  const own = new Set<number>();
  forEachMember(hostNetwork, (column) => own.add(column));
  const readings = (set: IntervalSet): Set<number> => {
    const touched = new Set<number>();
    forEachMember(set, (column) => {
      touched.add(column);
      const owner = universe.readingClasses[column - universe.firstReading];
      if (owner !== undefined) touched.add(owner);
    });
    return touched;
  };
  const sources = readings(changedSources);
  const targets = readings(changedTargets);
  const compare = (source: number, target: number): void => {
    if (!sources.has(source) && !targets.has(target)) return;
    const was = pairCell(before, source, target);
    const is = pairCell(after, source, target);
    if (was === is) return;
    out.push({
      sources: interval(source, source),
      targets: interval(target, target),
      before: was,
      after: is,
    });
  };
  if (sources.size === 0 && targets.size === 0) return;
  for (const column of own) {
    forEachMember(scope, (other) => {
      compare(column, other);
      if (!own.has(other)) compare(other, column);
    });
  }
}
