import {
  addressGroups,
  type Cluster,
  type ClusterOverlay,
  type ClusterSnapshot,
  type ConnectionSetId,
  changedRectangles,
  compile,
  compileOverlay,
  type Edge,
  edges,
  type IntervalSet,
  intervalSet,
  pairCell,
  podsOfColumn,
} from '@bulkhead/policy-engine';
import {
  type GraphEnd,
  type GraphNode,
  graphEnds,
  groupingOf,
  mentionsIpv6,
  nodeOfAddresses,
} from '../output/ends.ts';

/** How connections between two ends change, over all ports. */
export type ChangeKind = 'opened' | 'closed' | 'widened' | 'narrowed' | 'rearranged';

/** What may pass between two ends; ids are of the comparison's connection space, ports of TCP, UDP and SCTP only. */
export interface PairState {
  /** Allowed for at least one pair of pods. */
  readonly some: ConnectionSetId;
  /** Allowed for every pair. */
  readonly every: ConnectionSetId;
  /** Unknown for at least one pair, and not in `some`. */
  readonly unknown: ConnectionSetId;
}

export interface PairChange {
  readonly source: string;
  readonly target: string;
  readonly kind: ChangeKind;
  readonly before: PairState;
  readonly after: PairState;
  /** Ports on which more is possible than before. */
  readonly opened: ConnectionSetId;
  /** Ports on which less is. */
  readonly closed: ConnectionSetId;
  /** Some of it is unknown, before or after. */
  readonly uncertain: boolean;
}

export interface Comparison {
  /** Compiled for both: its connection space is that of all sets here. */
  readonly before: Cluster;
  readonly after: Cluster;
  /** Ends of either state. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly changes: readonly PairChange[];
}

/** Compares two states, which may be of different clusters: workloads are the same where their ids are. */
export function compareStates(was: ClusterSnapshot, is: ClusterSnapshot): Comparison {
  const first = compile(was, { alongside: [is] });
  const changed = sharing(was, is);
  const overlay = compileOverlay(first, changed);
  // Of different clusters the columns are others too; the base shares its connection space, so that sets of the two can be
  // compared by number.
  const { before, after } = overlay ?? {
    before: first,
    after: compile(changed, { alongside: [was], base: first }),
  };
  const addresses = commonAddresses(before, after);
  const beforeEnds = [...withoutAddresses(before), ...addresses.before];
  const afterEnds = [...withoutAddresses(after), ...addresses.after];
  const between =
    overlay === undefined
      ? allStates(before, after, beforeEnds, afterEnds)
      : changedStates(overlay, afterEnds);
  const changes: PairChange[] = [];
  for (const states of [between, ownStates(before, after, beforeEnds, afterEnds)]) {
    for (const pair of states) {
      const change = changeOf(before, pair);
      if (change !== undefined) changes.push(change);
    }
  }
  return { before, after, nodes: nodesOf(beforeEnds, afterEnds), changes };
}

/** Every node as it is after the change, or as it was where it is gone. */
function nodesOf(before: readonly GraphEnd[], after: readonly GraphEnd[]): ReadonlyMap<string, GraphNode> {
  const nodes = new Map(before.map(({ node }) => [node.id, node]));
  for (const { node } of after) {
    const isGone = node.type === 'workload' && node.pods === 0;
    if (!isGone || !nodes.has(node.id)) nodes.set(node.id, node);
  }
  return nodes;
}

interface PairStates {
  readonly source: string;
  readonly target: string;
  readonly before: PairState;
  readonly after: PairState;
}

/** A snapshot with the records of another one where they say the same, though they may stand on other lines. */
function sharing(was: ClusterSnapshot, is: ClusterSnapshot): ClusterSnapshot {
  const unread = was.unreadPolicies;
  return {
    ...is,
    namespaces: isSame(was.namespaces, is.namespaces) ? was.namespaces : is.namespaces,
    pods: isSame(was.pods, is.pods) ? was.pods : is.pods,
    nodes: isSame(was.nodes, is.nodes) ? was.nodes : is.nodes,
    hidden: isSame(was.hidden, is.hidden) ? was.hidden : is.hidden,
    ...(unread !== undefined && isSame(unread, is.unreadPolicies ?? []) ? { unreadPolicies: unread } : {}),
  };
}

function isSame(was: readonly object[], is: readonly object[]): boolean {
  const text = (record: object | undefined): string => JSON.stringify({ ...record, source: undefined });
  return was.length === is.length && was.every((record, at) => text(record) === text(is[at]));
}

/** Pairs of ends that are looked at together. */
const BATCH = 250_000;

/** Every pair of ends that has a connection in either state; some sources at a time, so that memory stays level. */
function* allStates(
  before: Cluster,
  after: Cluster,
  beforeEnds: readonly GraphEnd[],
  afterEnds: readonly GraphEnd[],
): Generator<PairStates, void> {
  const { space } = before.cells;
  const nothing: PairState = { some: space.none, every: space.none, unknown: space.none };
  const columnsOf = (ends: readonly GraphEnd[]) =>
    new Map(ends.map(({ node, columns }) => [node.id, columns]));
  const sides = [
    { cluster: before, grouping: groupingOf(beforeEnds), columns: columnsOf(beforeEnds) },
    { cluster: after, grouping: groupingOf(afterEnds), columns: columnsOf(afterEnds) },
  ] as const;
  const ids = [...new Set(sides.flatMap(({ columns }) => [...columns.keys()]))];
  const step = Math.max(1, Math.floor(BATCH / Math.max(1, ids.length)));
  for (let at = 0; at < ids.length; at += step) {
    const own = ids.slice(at, at + step);
    const [was, is] = sides.map(({ cluster, grouping, columns }) => {
      const sources = intervalSet.unionAll(own.map((id) => columns.get(id) ?? intervalSet.EMPTY_SET));
      return new Map(edges(cluster, grouping, { sources }).map((edge) => [keyOf(edge), edge]));
    });
    for (const [key, edge] of new Map([...(was ?? []), ...(is ?? [])])) {
      const states = [was?.get(key), is?.get(key)].map((one) =>
        one === undefined ? nothing : transportOf(before, one),
      );
      const [first = nothing, second = nothing] = states;
      yield { source: edge.source, target: edge.target, before: first, after: second };
    }
  }
}

/** The pairs of which something changes, where the two states have the same columns: what stays isn't looked at. */
function* changedStates(
  { before, after }: ClusterOverlay,
  ends: readonly GraphEnd[],
): Generator<PairStates, void> {
  const endOf = new Int32Array(after.universe.columnCount).fill(-1);
  ends.forEach((end, index) => {
    intervalSet.forEachMember(end.columns, (column) => {
      endOf[column] = index;
    });
  });
  const endsIn = (columns: IntervalSet): readonly number[] => {
    const found = new Set<number>();
    intervalSet.forEachMember(columns, (column) => {
      const end = endOf[column];
      if (end !== undefined && end >= 0) found.add(end);
    });
    return [...found];
  };
  const pairs = new Set<number>();
  for (const { sources, targets } of changedRectangles(before, after)) {
    const to = endsIn(targets);
    for (const source of endsIn(sources)) {
      for (const target of to) if (source !== target) pairs.add(source * ends.length + target);
    }
  }
  for (const pair of pairs) {
    const source = ends[Math.floor(pair / ends.length)];
    const target = ends[pair % ends.length];
    if (source === undefined || target === undefined) continue;
    yield {
      source: source.node.id,
      target: target.node.id,
      before: stateBetween(before, source.columns, target.columns),
      after: stateBetween(after, source.columns, target.columns),
    };
  }
}

/** What the pods of each workload may send to each other. */
function* ownStates(
  before: Cluster,
  after: Cluster,
  beforeEnds: readonly GraphEnd[],
  afterEnds: readonly GraphEnd[],
): Generator<PairStates, void> {
  const was = workloadsOf(beforeEnds);
  const is = workloadsOf(afterEnds);
  for (const id of new Set([...was.keys(), ...is.keys()])) {
    const [first, second] = [was.get(id), is.get(id)];
    // Another number of pods is no change of what they may send.
    const asMany = (cluster: Cluster, own: Workload | undefined, other: Workload | undefined): PairState =>
      stateBetween(
        cluster,
        own?.columns ?? [],
        own?.columns ?? [],
        own?.pods === 1 ? other?.pods : undefined,
      );
    yield {
      source: id,
      target: id,
      before: asMany(before, first, second),
      after: asMany(after, second, first),
    };
  }
}

interface Workload {
  readonly columns: IntervalSet;
  readonly pods: number;
}

function workloadsOf(ends: readonly GraphEnd[]): ReadonlyMap<string, Workload> {
  const found = new Map<string, Workload>();
  for (const { node, columns } of ends) {
    if (node.type === 'workload') found.set(node.id, { columns, pods: node.pods });
  }
  return found;
}

/**
 * Between the pods that a state has, over all pairs of two: a pod always reaches itself.
 * @param pods how many a column is taken to stand for, where it is other than it has
 */
function stateBetween(
  cluster: Cluster,
  sources: IntervalSet,
  targets: IntervalSet,
  pods?: number,
): PairState {
  const { cells, universe } = cluster;
  const { space } = cells;
  let every: ConnectionSetId = space.transport;
  let some = space.none;
  let possible = space.none;
  let pairs = 0;
  const present = (columns: IntervalSet): IntervalSet => intervalSet.subtract(columns, universe.absent);
  const to = present(targets);
  intervalSet.forEachMember(present(sources), (source) => {
    intervalSet.forEachMember(to, (target) => {
      if (source === target && (pods ?? podsOfColumn(universe, source)) < 2) return;
      const cell = cells.decision(pairCell(cluster, source, target));
      every = space.intersect(every, cell.allowed);
      some = space.union(some, cell.allowed);
      possible = space.union(possible, cell.possible);
      pairs += 1;
    });
  });
  some = space.intersect(some, space.transport);
  return {
    some,
    every: pairs === 0 ? space.none : every,
    unknown: space.subtract(space.intersect(possible, space.transport), some),
  };
}

function keyOf(edge: Edge): string {
  return `${edge.source}\n${edge.target}`;
}

function transportOf(cluster: Cluster, edge: Edge): PairState {
  const { space } = cluster.cells;
  const cut = (id: ConnectionSetId): ConnectionSetId => space.intersect(id, space.transport);
  return { some: cut(edge.some), every: cut(edge.every), unknown: cut(edge.unknown) };
}

function changeOf(cluster: Cluster, pair: PairStates): PairChange | undefined {
  const { before, after } = pair;
  const { space } = cluster.cells;
  if (before.some === after.some && before.every === after.every && before.unknown === after.unknown)
    return undefined;
  const possible = (state: PairState): ConnectionSetId => space.union(state.some, state.unknown);
  // A port goes up by being possible at all, by being allowed for some pods, and by being allowed for all of them.
  const more = (from: PairState, to: PairState): ConnectionSetId =>
    [
      space.subtract(possible(to), possible(from)),
      space.subtract(to.some, from.some),
      space.subtract(to.every, from.every),
    ].reduce((all, part) => space.union(all, part), space.none);
  const opened = more(before, after);
  const closed = more(after, before);
  const changed = space.union(opened, closed);
  const uncertain = space.intersect(changed, space.union(before.unknown, after.unknown)) !== space.none;
  return {
    ...pair,
    kind: kindOf(space.none, possible(before), possible(after), opened, closed),
    opened,
    closed,
    uncertain,
  };
}

function kindOf(
  none: ConnectionSetId,
  before: ConnectionSetId,
  after: ConnectionSetId,
  opened: ConnectionSetId,
  closed: ConnectionSetId,
): ChangeKind {
  if (before === none) return 'opened';
  if (after === none) return 'closed';
  if (closed === none) return 'widened';
  return opened === none ? 'narrowed' : 'rearranged';
}

function withoutAddresses(cluster: Cluster): GraphEnd[] {
  return graphEnds(cluster).filter((end) => end.node.type !== 'ip');
}

/** Addresses that neither state tells apart. Both spaces are cut at the CIDRs of both, so their blocks are the same. */
function commonAddresses(
  before: Cluster,
  after: Cluster,
): { readonly before: readonly GraphEnd[]; readonly after: readonly GraphEnd[] } {
  const withV6 = mentionsIpv6(before) || mentionsIpv6(after);
  const shift = after.universe.firstBlock - before.universe.firstBlock;
  const moved = (columns: IntervalSet, by: number): IntervalSet => columns.map((column) => column + by);
  const own = addressGroups(before);
  const theirs = addressGroups(after).map((columns) => moved(columns, -shift));
  const groups = own.flatMap((columns) =>
    theirs
      .map((others) => intervalSet.intersect(columns, others))
      .filter((both) => !intervalSet.isEmptySet(both)),
  );
  const ends = nodeOfAddresses(before, groups, withV6);
  return {
    before: ends,
    after: ends.map((end) => ({ node: end.node, columns: moved(end.columns, shift) })),
  };
}
