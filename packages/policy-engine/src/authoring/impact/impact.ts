import type { Cluster } from '../../compile/compile.ts';
import type { Universe } from '../../compile/universe.ts';
import type { CellId } from '../../compile/verdict-cells.ts';
import { changedRectangles } from '../../queries/diff.ts';
import { type ConnectionSetId, type ConnectionSpace, connectionPoint } from '../../sets/connection-set.ts';
import {
  forEachMember,
  fromSortedPoints,
  type IntervalSet,
  isEmptySet,
  overlaps,
  subtract,
} from '../../sets/interval-set.ts';
import { changedSets, changeKind } from '../../views/change-kind.ts';
import { INTERNET_ID } from '../../views/outside.ts';
import { portSummary } from '../../views/ports.ts';
import {
  IMPACT_KINDS,
  type Impact,
  type ImpactEnd,
  type ImpactKind,
  type ImpactRow,
  type ImpactRows,
  NO_IMPACT,
} from './model.ts';
import { workloadsWithin } from './own-pods.ts';
import { outsideNames, type Places, placesOf } from './places.ts';

export interface ImpactOptions {
  /** Rows between workloads only as long as there are at most this many pairs; default 400. */
  readonly mostWorkloadPairs?: number;
  /** Only rows between these ends (ids of `ImpactEnd` at namespace level), always between workloads. */
  readonly within?: { readonly from: string; readonly to: string };
  /** Rows that are returned at most; default 2,000. */
  readonly mostRows?: number;
}

/** What one pair of column sets had and has; TCP, UDP and SCTP only. */
interface Change {
  readonly kind: ImpactKind;
  readonly before: ConnectionSetId;
  readonly after: ConnectionSetId;
  readonly opened: ConnectionSetId;
  readonly closed: ConnectionSetId;
  readonly unknown: ConnectionSetId;
}

interface Sets {
  readonly allowed: ConnectionSetId;
  readonly possible: ConnectionSetId;
}

interface Ends {
  readonly sources: IntervalSet;
  readonly targets: IntervalSet;
}

interface Cut extends Ends {
  readonly change: Change;
}

/**
 * The impact of a draft: how the connections of `after` differ from those of `before`, row by row, ready to be listed.
 * Costs what the changed rows cost. The two must be over the same columns (see `compileOverlay`); throws a TypeError where
 * they are not.
 */
export function impactOf(before: Cluster, after: Cluster, options: ImpactOptions = {}): Impact {
  const { universe } = after;
  const outside = outsideNames(universe, before, [after]);
  const cuts = changedRectangles(before, after).flatMap((rectangle) => {
    const change = changeOf(after.cells.space, sets(after, rectangle.before), sets(after, rectangle.after));
    const { sources, targets } = withoutNames(universe, outside.unmentioned, rectangle);
    return change === undefined || isEmptySet(sources) || isEmptySet(targets)
      ? []
      : [{ sources, targets, change }];
  });
  const workloads = placesOf(universe, outside, 'workload');
  const limit = options.mostWorkloadPairs ?? 400;
  const counter = new EndCounter(workloads);
  const fine = options.within !== undefined || countPairs(counter, cuts, limit) <= limit;
  const namespaces = placesOf(universe, outside, 'namespace');
  const coarse = fine ? workloads : namespaces;
  const { from: onlyFrom, to: onlyTo } = options.within ?? {};
  const list = new RowList(after.cells.space, fine);
  const ownPods = new RowList(after.cells.space, true);
  for (const cut of cuts) {
    for (const workload of workloadsWithin(before.universe, universe, cut.sources, cut.targets)) {
      const end = workloads.ofColumn[universe.workloads[workload]?.first ?? -1];
      if (end !== undefined) ownPods.add(end, end, cut.change, 1);
    }
    const from = counter.count(
      cut.sources,
      coarse,
      onlyFrom === undefined ? undefined : [namespaces, onlyFrom],
    );
    const to = counter.count(cut.targets, coarse, onlyTo === undefined ? undefined : [namespaces, onlyTo]);
    const shared = sharedWorkloads(from, to);
    foldInternet(coarse.ends, from);
    foldInternet(coarse.ends, to);
    for (const [source, own] of from.ends) {
      for (const [target, others] of to.ends) {
        // A workload's pods among themselves are no connection between workloads.
        const pairs = own * others - (source === target ? (shared.get(source) ?? 0) : 0);
        if (pairs > 0) list.add(source, target, cut.change, pairs);
      }
    }
  }
  const mostRows = options.mostRows ?? 2_000;
  return {
    level: fine ? 'workload' : 'namespace',
    ...list.finish(coarse.ends, mostRows),
    ownPods: options.within === undefined ? ownPods.finish(workloads.ends, mostRows) : NO_IMPACT.ownPods,
    dnsCut: cutFromDns(after, workloads, counter, cuts),
  };
}

/**
 * Without names where they say nothing: nothing comes from a name, and a name that no policy mentions is its addresses, which
 * have columns of their own.
 */
function withoutNames({ regions }: Universe, unmentioned: IntervalSet, { sources, targets }: Ends): Ends {
  if (!overlaps(sources, regions.domains) && !overlaps(targets, unmentioned)) return { sources, targets };
  return { sources: subtract(sources, regions.domains), targets: subtract(targets, unmentioned) };
}

function sets(cluster: Cluster, cell: CellId): Sets {
  const { space } = cluster.cells;
  const { allowed, possible } = cluster.cells.decision(cell);
  return {
    allowed: space.intersect(allowed, space.transport),
    possible: space.intersect(possible, space.transport),
  };
}

function changeOf(space: ConnectionSpace, before: Sets, after: Sets): Change | undefined {
  if (before.allowed === after.allowed && before.possible === after.possible) return undefined;
  const change = changedSets(space, before, after);
  const { opened, closed, unknown } = change;
  return {
    kind: changeKind(space, change),
    before: before.allowed,
    after: after.allowed,
    opened,
    closed,
    unknown,
  };
}

/** Workload pairs in all cuts, counting no further than is needed to know that they are too many. */
function countPairs(counter: EndCounter, cuts: readonly Cut[], limit: number): number {
  let pairs = 0;
  for (const { sources, targets } of cuts) {
    pairs += counter.distinct(sources).length * counter.distinct(targets).length;
    if (pairs > limit) return pairs;
  }
  return pairs;
}

/** The ends in a set of columns: how many workloads (or outside peers) each stands for, and which those are. */
interface Counted {
  readonly ends: Map<number, number>;
  readonly workloads: readonly number[];
  /** The end of each of `workloads`. */
  readonly endOf: readonly number[];
}

/**
 * Counts the workloads in sets of columns. Sets have thousands of columns and a draft has hundreds of sets, so what was
 * seen is kept in one array of stamps instead of a set each.
 */
class EndCounter {
  readonly #places: Places;
  readonly #stamps: Int32Array;
  #stamp = 0;

  constructor(places: Places) {
    this.#places = places;
    this.#stamps = new Int32Array(places.ends.length);
  }

  /** The ends at workload level in a set of columns, each once. */
  distinct(columns: IntervalSet): readonly number[] {
    this.#stamp += 1;
    const found: number[] = [];
    const { ofColumn } = this.#places;
    forEachMember(columns, (column) => {
      const end = ofColumn[column] as number;
      if (this.#stamps[end] === this.#stamp) return;
      this.#stamps[end] = this.#stamp;
      found.push(end);
    });
    return found;
  }

  /** @param only count just what is in the end of this id at that level */
  count(columns: IntervalSet, coarse: Places, only: readonly [Places, string] | undefined): Counted {
    this.#stamp += 1;
    const ends = new Map<number, number>();
    const workloads: number[] = [];
    const endOf: number[] = [];
    const { ofColumn } = this.#places;
    forEachMember(columns, (column) => {
      const workload = ofColumn[column] as number;
      if (this.#stamps[workload] === this.#stamp) return;
      if (only !== undefined && only[0].ends[only[0].ofColumn[column] as number]?.id !== only[1]) return;
      this.#stamps[workload] = this.#stamp;
      const end = coarse.ofColumn[column] as number;
      ends.set(end, (ends.get(end) ?? 0) + 1);
      workloads.push(workload);
      endOf.push(end);
    });
    return { ends, workloads, endOf };
  }
}

/** How many workloads are on both sides, by the end they belong to. */
function sharedWorkloads(from: Counted, to: Counted): ReadonlyMap<number, number> {
  const shared = new Map<number, number>();
  // Only an end that is on both sides can share workloads; mostly there is none, or a few small ones.
  const both = new Set([...to.ends.keys()].filter((end) => from.ends.has(end)));
  if (both.size === 0) return shared;
  const own = new Set(from.workloads.filter((_, index) => both.has(from.endOf[index] as number)));
  to.workloads.forEach((workload, index) => {
    const end = to.endOf[index] as number;
    if (both.has(end) && own.has(workload)) shared.set(end, (shared.get(end) ?? 0) + 1);
  });
  return shared;
}

/**
 * Where the internet changes, the blocks that change in the same way say nothing more: policies name many, and a row for
 * each would hide the rest.
 */
function foldInternet(ends: readonly ImpactEnd[], { ends: found }: Counted): void {
  if (![...found.keys()].some((end) => ends[end]?.id === INTERNET_ID)) return;
  for (const end of found.keys()) {
    const { type, id } = ends[end] ?? {};
    if (type === 'addresses' && id !== INTERNET_ID) found.delete(end);
    else if (id === INTERNET_ID) found.set(end, 1);
  }
}

class RowList {
  readonly #rows = new Map<number, { source: number; target: number; change: Change; pairs: number }>();
  readonly #space: ConnectionSpace;
  readonly #fine: boolean;

  /** @param fine rows are between workloads, so that each is one pair however many classes its ends have */
  constructor(space: ConnectionSpace, fine: boolean) {
    this.#space = space;
    this.#fine = fine;
  }

  add(source: number, target: number, change: Change, pairs: number): void {
    const key = (source * 4_194_304 + target) * 8 + IMPACT_KINDS.indexOf(change.kind);
    const known = this.#rows.get(key);
    if (known === undefined) this.#rows.set(key, { source, target, change, pairs });
    else {
      known.change = this.#join(known.change, change);
      if (!this.#fine) known.pairs += pairs;
    }
  }

  #join(a: Change, b: Change): Change {
    const space = this.#space;
    return {
      kind: a.kind,
      before: space.union(a.before, b.before),
      after: space.union(a.after, b.after),
      opened: space.union(a.opened, b.opened),
      closed: space.union(a.closed, b.closed),
      unknown: space.union(a.unknown, b.unknown),
    };
  }

  finish(ends: readonly ImpactEnd[], most: number): ImpactRows {
    const space = this.#space;
    const pairs = { opened: 0, widened: 0, rearranged: 0, uncertain: 0, narrowed: 0, closed: 0 };
    const rows: ImpactRow[] = [];
    for (const { source, target, change, pairs: count } of this.#rows.values()) {
      const from = ends[source];
      const to = ends[target];
      if (from === undefined || to === undefined) continue;
      pairs[change.kind] += count;
      rows.push({
        kind: change.kind,
        from,
        to,
        before: portSummary(space, change.before),
        after: portSummary(space, change.after),
        opened: portSummary(space, change.opened),
        closed: portSummary(space, change.closed),
        unknown: portSummary(space, change.unknown),
        pairs: count,
      });
    }
    rows.sort(byKindAndName);
    return { rows: rows.slice(0, most), omitted: Math.max(0, rows.length - most), pairs };
  }
}

function byKindAndName(a: ImpactRow, b: ImpactRow): number {
  const kind = IMPACT_KINDS.indexOf(a.kind) - IMPACT_KINDS.indexOf(b.kind);
  if (kind !== 0) return kind;
  if (a.to.id !== b.to.id) return a.to.id < b.to.id ? -1 : 1;
  return a.from.id < b.from.id ? -1 : a.from.id > b.from.id ? 1 : 0;
}

const DNS_LABELS = [
  ['k8s-app', 'kube-dns'],
  ['k8s-app', 'coredns'],
  ['app.kubernetes.io/name', 'coredns'],
  ['dns.operator.openshift.io/daemonset-dns', 'default'],
] as const;

/** Whether a pod with these labels answers the cluster's DNS. */
export function isDns(labels: Readonly<Record<string, string>>): boolean {
  return DNS_LABELS.some(([key, value]) => labels[key] === value);
}

const dnsColumns = new WeakMap<Universe, IntervalSet>();

/** Columns of pods that answer the cluster's DNS. */
function dnsServers(universe: Universe): IntervalSet {
  let servers = dnsColumns.get(universe);
  if (servers === undefined) {
    servers = fromSortedPoints(
      universe.classes.flatMap(({ labels }, column) => (isDns(labels) ? column : [])),
    );
    dnsColumns.set(universe, servers);
  }
  return servers;
}

function cutFromDns(
  after: Cluster,
  workloads: Places,
  counter: EndCounter,
  cuts: readonly Cut[],
): readonly string[] {
  const { space } = after.cells;
  const port = connectionPoint('UDP', 53);
  const closed = cuts.filter(({ change }) => space.has(change.closed, port));
  if (closed.length === 0) return [];
  const servers = dnsServers(after.universe);
  const cut = new Set<string>();
  for (const { sources, targets } of closed) {
    if (!overlaps(targets, servers)) continue;
    for (const end of counter.distinct(sources)) {
      const { type, namespace, label } = workloads.ends[end] ?? {};
      if (type === 'workload') cut.add(`${namespace}/${label}`);
    }
  }
  return [...cut].sort();
}
