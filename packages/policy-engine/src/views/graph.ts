import { selects } from '../compile/selecting.ts';
import type { Selector } from '../ir/ir.ts';
import type { ConnectionSetId } from '../sets/connection-set.ts';
import { changeKind } from './change-kind.ts';
import { drawnRelations } from './drawn-relations.ts';
import { type Drawn, gatherChanges } from './gathered-changes.ts';
import type {
  EdgeImpact,
  GraphEdge,
  GraphView,
  InternalEdges,
  IsolationState,
  IsolationTally,
  NamespaceNode,
  WorkloadNode,
} from './graph-model.ts';
import { type Group, groupOf, workloadGroup, workloadMember } from './group.ts';
import { isolationOf, type Lens, universalOf } from './lens.ts';
import { namespaceMark, workloadMark } from './mark.ts';
import { type OutsidePeer, shownPeers } from './outside.ts';
import { outsideRelations } from './outside-relations.ts';
import { portSummary } from './ports.ts';
import { isDrawn, mayChangeWithin, type Relation, relationInside, relationOf } from './relation.ts';
import { specificPairs } from './specific.ts';

export interface WorkloadFilter {
  /** Namespaces to show; empty: all. */
  readonly scope: readonly string[];
  /** Pods' labels; the empty selector matches all. */
  readonly labels: Selector;
  /** Kinds of workload to show; empty: all. */
  readonly kinds: readonly string[];
  /** `isolated`: in both directions; `open`, `unknown`: in at least one. */
  readonly isolation: 'any' | IsolationState;
}

export interface GraphOptions {
  /** Names of namespaces that are shown workload by workload. */
  readonly expanded: readonly string[];
  readonly filter: WorkloadFilter;
  readonly verdicts: readonly ('allowed' | 'unknown')[];
}

export const NO_FILTER: WorkloadFilter = { scope: [], labels: [], kinds: [], isolation: 'any' };

export function namespaceId(name: string): string {
  return `ns:${name}`;
}

export function workloadId(id: string): string {
  return `wl:${id}`;
}

/** The node of the namespace that a workload's node belongs to; any other node itself. */
export function boxOf(node: string): string {
  return node.startsWith('wl:') ? namespaceId(node.slice(3, node.indexOf('/'))) : node;
}

const TARGET_SUFFIX = '@to';

/**
 * An outside peer has two nodes in a graph, so that what comes from it enters on one side and what goes to it leaves on
 * the other: the second one's id.
 */
export function asTarget(outsideId: string): string {
  return `${outsideId}${TARGET_SUFFIX}`;
}

/** The entity that a graph's node stands for. */
export function entityOfNode(nodeId: string): string {
  return nodeId.endsWith(TARGET_SUFFIX) ? nodeId.slice(0, -TARGET_SUFFIX.length) : nodeId;
}

/** A namespace with those of its workloads that a filter lets through. */
export interface Shown {
  readonly index: number;
  readonly name: string;
  readonly expanded: boolean;
  /** Indexes of workloads. */
  readonly workloads: readonly number[];
  readonly group: Group;
}

/** What was shown last through a lens: each focus in a graph asks for the same as the graph. */
const lastShown = new WeakMap<Lens, { readonly key: string; readonly shown: readonly Shown[] }>();

/** What a filter let through last, whatever of it was expanded. */
const lastPassed = new WeakMap<Lens, { readonly key: string; readonly passed: readonly Passed[] }>();

type Passed = Omit<Shown, 'expanded'>;

/** What a filter lets through. Namespaces without anything that matches are left out, unless nothing is filtered. */
export function shownNamespaces(
  lens: Lens,
  filter: WorkloadFilter,
  expanded: ReadonlySet<string>,
): readonly Shown[] {
  const key = JSON.stringify([filter, ...expanded]);
  const last = lastShown.get(lens);
  if (last?.key === key) return last.shown;
  const shown = passedNamespaces(lens, filter).map((entry): Shown => {
    // A namespace whose pods can't be read has nothing to show inside.
    return { ...entry, expanded: expanded.has(entry.name) && entry.workloads.length > 0 };
  });
  lastShown.set(lens, { key, shown });
  return shown;
}

function passedNamespaces(lens: Lens, filter: WorkloadFilter): readonly Passed[] {
  const key = JSON.stringify(filter);
  const last = lastPassed.get(lens);
  if (last?.key === key) return last.passed;
  const passed = findPassed(lens, filter);
  lastPassed.set(lens, { key, passed });
  return passed;
}

function findPassed(lens: Lens, filter: WorkloadFilter): readonly Passed[] {
  const { universe } = lens.after;
  const scope = new Set(filter.scope);
  const narrowed = filter.labels.length > 0 || filter.kinds.length > 0 || filter.isolation !== 'any';
  const found: Passed[] = [];
  for (const [index, entry] of universe.namespaces.entries()) {
    const { name } = entry.record;
    if (scope.size > 0 && !scope.has(name)) continue;
    const workloads: number[] = [];
    for (let workload = entry.firstWorkload; workload <= entry.lastWorkload; workload++) {
      if (isEndpointWorkload(lens, workload) && passes(lens, workload, filter)) workloads.push(workload);
    }
    if (narrowed && workloads.length === 0) continue;
    const members = workloads.map((workload) => workloadMember(universe, workload));
    const hidden = universe.hiddenNamespaces.indexOf(index);
    if (hidden >= 0 && !narrowed) members.push([universe.firstHidden + hidden]);
    found.push({ index, name, workloads, group: groupOf(lens, namespaceId(name), members) });
  }
  return found;
}

/** By groups of namespaces, which are those of one lens and filter. */
const relations = new WeakMap<Group, Map<Group, Relation>>();

/** What two namespaces that are shown have, which doesn't depend on what is expanded. */
function relationOfShown(lens: Lens, source: Shown, target: Shown): Relation {
  let known = relations.get(source.group);
  if (known === undefined) {
    known = new Map();
    relations.set(source.group, known);
  }
  let relation = known.get(target.group);
  if (relation === undefined) {
    relation =
      source.group === target.group
        ? relationInside(lens, source.group)
        : relationOf(lens, source.group, target.group);
    known.set(target.group, relation);
  }
  return relation;
}

function isEndpointWorkload(lens: Lens, workload: number): boolean {
  const entry = lens.after.universe.workloads[workload];
  return entry !== undefined && entry.last >= entry.first;
}

function passes(lens: Lens, workload: number, filter: WorkloadFilter): boolean {
  const { universe } = lens.after;
  const entry = universe.workloads[workload];
  if (entry === undefined) return false;
  if (filter.kinds.length > 0 && !filter.kinds.includes(entry.kind)) return false;
  if (filter.labels.length > 0) {
    const labels = universe.classes[entry.first]?.labels ?? {};
    if (!selects(filter.labels, labels)) return false;
  }
  if (filter.isolation === 'any') return true;
  const ingress = workloadIsolation(lens, 'ingress', workload);
  const egress = workloadIsolation(lens, 'egress', workload);
  return filter.isolation === 'isolated'
    ? ingress === 'isolated' && egress === 'isolated'
    : ingress === filter.isolation || egress === filter.isolation;
}

/** `isolated` or `open` where that holds for all of its pods; otherwise `unknown` beats `open`, `open` beats `isolated`. */
export function workloadIsolation(
  lens: Lens,
  direction: 'ingress' | 'egress',
  workload: number,
): IsolationState {
  const entry = lens.after.universe.workloads[workload];
  if (entry === undefined || entry.last < entry.first) return 'open';
  let state: IsolationState = 'isolated';
  for (let column = entry.first; column <= entry.last; column++) {
    const own = isolationOf(lens.after, direction, column);
    if (own === 'unknown') return own;
    if (own === 'open') state = own;
  }
  return state;
}

/**
 * The graph at the level that `expanded` asks for. Edges stand for what a policy says about two ends; what is joined only
 * because neither end is isolated from anything is counted in `hidden.openPairs` and shown by the nodes' rings.
 */
export function graphView(lens: Lens, options: GraphOptions): GraphView {
  return heaviestGraph(lens, options, Number.POSITIVE_INFINITY).view;
}

export interface HeaviestGraph {
  readonly view: GraphView;
  /** How many edges the view leaves out as too light. */
  readonly lightEdges: number;
  /** All edges, made when they are asked for. */
  readonly allEdges: () => readonly GraphEdge[];
}

/** The same with no more than so many edges: first what a draft changes, then what stands for the most pairs. */
export function heaviestGraph(lens: Lens, options: GraphOptions, most: number): HeaviestGraph {
  const { universe, policies } = lens.after;
  const shown = shownNamespaces(lens, options.filter, new Set(options.expanded));
  const byIndex = new Map(shown.map((entry) => [entry.index, entry]));
  const drawing = new Drawing(lens, options, shown);
  const internal = new Map<number, InternalEdges>();
  for (const entry of shown) {
    if (entry.expanded || lens.before !== lens.after) internal.set(entry.index, drawing.inside(entry));
  }
  for (const [from, to] of specificPairs(lens)) {
    const source = byIndex.get(from);
    const target = byIndex.get(to);
    if (source !== undefined && target !== undefined && from !== to) drawing.between(source, target);
  }
  const outside = shownPeers(lens);
  drawing.outside(shown, outside);

  const byNamespace = new Map<string, number>();
  for (const { record } of policies.values()) {
    const name = record.namespace ?? '';
    byNamespace.set(name, (byNamespace.get(name) ?? 0) + 1);
  }
  const used = drawing.ends();
  const edges = drawing.edges(most);
  const allWorkloads = universe.workloads.filter((entry) => entry.last >= entry.first).length;
  const shownWorkloads = shown.reduce((sum, entry) => sum + entry.workloads.length, 0);
  const view: GraphView = {
    namespaces: shown.map((entry) =>
      namespaceNode(lens, entry, internal.get(entry.index), byNamespace.get(entry.name) ?? 0),
    ),
    workloads: shown
      .filter((entry) => entry.expanded)
      .flatMap((entry) => entry.workloads.map((workload) => workloadNode(lens, workload))),
    outside: outside
      .flatMap((peer) => [peer.node, { ...peer.node, id: asTarget(peer.node.id) }])
      .filter((node) => used.has(node.id)),
    edges,
    hidden: {
      namespaces: universe.namespaces.length - shown.length,
      workloads: allWorkloads - shownWorkloads,
      edges: drawing.filtered,
      openPairs: drawing.countOpen(shown),
    },
    totals: {
      namespaces: universe.namespaces.length,
      workloads: allWorkloads,
      pods: podCount(lens),
      policies: policies.size,
    },
  };
  return {
    view,
    lightEdges: drawing.gathered.length - edges.length,
    allEdges: () => drawing.all(),
  };
}

function podCount(lens: Lens): number {
  const { snapshot, classOfPod } = lens.after.universe;
  let count = 0;
  for (const [index, pod] of snapshot.pods.entries())
    if ((classOfPod[index] ?? -1) >= 0) count += pod.replicas;
  return count;
}

function namespaceNode(
  lens: Lens,
  entry: Shown,
  internal: InternalEdges | undefined,
  policies: number,
): NamespaceNode {
  const { universe } = lens.after;
  const tally = (direction: 'ingress' | 'egress'): IsolationTally => {
    const counts = { isolated: 0, open: 0, unknown: 0 };
    for (const workload of entry.workloads) counts[workloadIsolation(lens, direction, workload)]++;
    return counts;
  };
  let pods = 0;
  for (const workload of entry.workloads) pods += workloadPods(lens, workload);
  return {
    id: namespaceId(entry.name),
    name: entry.name,
    expanded: entry.expanded,
    workloads: entry.workloads.length,
    pods,
    policies,
    ingress: tally('ingress'),
    egress: tally('egress'),
    internal: internal ?? null,
    hidden: universe.hiddenNamespaces.includes(entry.index),
    mark: namespaceMark(lens, entry.index),
  };
}

/** Pods of a workload that are endpoints. */
export function workloadPods(lens: Lens, workload: number): number {
  const { universe } = lens.after;
  let pods = 0;
  for (const index of universe.workloads[workload]?.pods ?? []) {
    if ((universe.classOfPod[index] ?? -1) >= 0) pods += universe.snapshot.pods[index]?.replicas ?? 0;
  }
  return pods;
}

function workloadNode(lens: Lens, workload: number): WorkloadNode {
  const { universe, cells } = lens.after;
  const entry = universe.workloads[workload];
  const ingress = workloadIsolation(lens, 'ingress', workload);
  const egress = workloadIsolation(lens, 'egress', workload);
  const toAll = (direction: 'ingress' | 'egress', state: IsolationState) => {
    if (state === 'open' || entry === undefined) return null;
    const { allowed } = universalOf(lens.after, direction, entry.first);
    return allowed === cells.space.none ? null : portSummary(cells.space, allowed);
  };
  return {
    id: workloadId(entry?.id ?? ''),
    namespace: universe.namespaces[entry?.namespace ?? -1]?.record.name ?? '',
    kind: entry?.kind ?? '',
    name: entry?.name ?? '',
    pods: workloadPods(lens, workload),
    ingress,
    egress,
    ingressFromAll: toAll('ingress', ingress),
    egressToAll: toAll('egress', egress),
    hostNetwork: universe.classes[entry?.first ?? -1]?.hostNetwork ?? false,
    mark: workloadMark(lens, workload),
  };
}

/** Collects edges at the right level. */
class Drawing {
  filtered = 0;
  readonly #drawn: Drawn[] = [];
  #gathered: readonly Drawn[] | null = null;
  /** Of namespaces, by their nodes. */
  readonly #members: ReadonlyMap<string, number>;
  readonly #lens: Lens;
  readonly #options: GraphOptions;
  readonly #units = new Map<number, readonly Group[]>();

  constructor(lens: Lens, options: GraphOptions, shown: readonly Shown[]) {
    this.#lens = lens;
    this.#options = options;
    this.#members = new Map(shown.map(({ group }) => [group.id, group.members.length]));
  }

  /** One group per workload. */
  units(entry: Shown): readonly Group[] {
    let units = this.#units.get(entry.index);
    if (units === undefined) {
      units = entry.workloads.map((workload) => workloadGroup(this.#lens, workload));
      this.#units.set(entry.index, units);
    }
    return units;
  }

  inside(entry: Shown): InternalEdges {
    const relation = relationOfShown(this.#lens, entry, entry);
    const { space } = this.#lens.after.cells;
    const uniform = isMostly(relation);
    if (entry.expanded && !uniform && isDrawn(relation)) {
      this.#detail(this.units(entry), this.units(entry), entry.group, entry.group);
    }
    if (relation.change !== null) {
      if (!entry.expanded) this.#pushLoop(entry.group, relation);
      else for (const unit of this.units(entry)) this.#pushLoop(unit);
    }
    return {
      pairs: relation.allowedPairs,
      of: relation.of,
      uniform: uniform ? portSummary(space, relation.drawn) : null,
      opened: relation.change?.openedPairs ?? 0,
      closed: relation.change?.closedPairs ?? 0,
    };
  }

  between(source: Shown, target: Shown): void {
    const relation = relationOfShown(this.#lens, source, target);
    if (!isDrawn(relation)) return;
    const simple = !source.expanded && !target.expanded;
    if (simple || isMostly(relation)) {
      this.#push(source.group.id, target.group.id, relation);
      return;
    }
    this.#detail(
      source.expanded ? this.units(source) : [source.group],
      target.expanded ? this.units(target) : [target.group],
      source.group,
      target.group,
    );
  }

  outside(shown: readonly Shown[], peers: readonly OutsidePeer[]): void {
    const relate = outsideRelations(this.#lens, peers);
    const indexes = new Map(peers.map((peer, index) => [peer.node.id, index]));
    const outer = peers.map(({ within }) => (within === null ? undefined : indexes.get(within)));
    for (const entry of shown) {
      for (const outward of [true, false]) {
        const relations = relate(entry.group, outward);
        const ofUnits = new Map<Group, readonly Relation[]>();
        peers.forEach((peer, index) => {
          const relation = relations[index] as Relation;
          if (!isDrawn(relation) || isCovered(relations, index, outer[index])) return;
          const whole =
            !entry.expanded || (relation.uniform && relation.drawnPairs === relation.of && relation.of > 1);
          if (whole) {
            this.#pushDirected(outward, entry.group.id, peer.node.id, relation);
            return;
          }
          for (const unit of this.units(entry)) {
            const own = ofUnits.get(unit) ?? relate(unit, outward);
            ofUnits.set(unit, own);
            const ownRelation = own[index] as Relation;
            if (!isDrawn(ownRelation) || isCovered(own, index, outer[index])) continue;
            this.#pushDirected(outward, unit.id, peer.node.id, ownRelation);
          }
        });
      }
    }
  }

  /** Pairs of endpoints that may connect because each is open to everyone on some port in common. */
  countOpen(shown: readonly Shown[]): number {
    const { space } = this.#lens.after.cells;
    /** How many endpoints are open to everyone on each set of connections: few sets, however many rows. */
    const tally = (direction: 'ingress' | 'egress') => {
      const counts = new Map<ConnectionSetId, number>();
      for (const entry of shown) {
        for (const { columns } of direction === 'egress' ? entry.group.asSource : entry.group.asTarget) {
          const universal = universalOf(this.#lens.after, direction, columns[0] ?? 0);
          const allowed = space.intersect(universal.allowed, this.#lens.mask);
          counts.set(allowed, (counts.get(allowed) ?? 0) + columns.length);
        }
      }
      return counts;
    };
    const targets = tally('ingress');
    let pairs = 0;
    for (const [from, sources] of tally('egress')) {
      for (const [to, count] of targets) {
        if (space.intersect(from, to) !== space.none) pairs += sources * count;
      }
    }
    for (const column of shown.flatMap((entry) => entry.group.members.flat())) {
      const out = universalOf(this.#lens.after, 'egress', column).allowed;
      const into = universalOf(this.#lens.after, 'ingress', column).allowed;
      if (space.intersect(space.intersect(out, into), this.#lens.mask) !== space.none) pairs--;
    }
    return pairs;
  }

  /** Workload by workload, but "all of a namespace" as one edge where that is the truth. */
  #detail(sources: readonly Group[], targets: readonly Group[], from: Group, to: Group): void {
    const lens = this.#lens;
    const drawn = drawnRelations(lens, sources, targets);
    // Of some members nothing is known yet: what a namespace hides, and a unit itself within its own namespace.
    const within = from === to ? 1 : 0;
    const unasked = {
      from: from.members.length - sources.length + within,
      to: to.members.length - targets.length + within,
    };
    const whole = new Set<number>();
    if (sources.length > 1) {
      const counts = new Int32Array(targets.length).fill(unasked.from);
      for (const { target } of drawn.flat()) counts[target] = (counts[target] ?? 0) + 1;
      for (const [index, target] of targets.entries()) {
        if (!mayBeMost(counts[index] ?? 0, from)) continue;
        const relation = relationOf(lens, from, target);
        if (!isMostly(relation)) continue;
        whole.add(index);
        this.#push(from.id, target.id, relation);
      }
    }
    for (const [index, source] of sources.entries()) {
      const own = drawn[index] ?? [];
      if (targets.length > 1 && whole.size === 0 && mayBeMost(own.length + unasked.to, to)) {
        const relation = relationOf(lens, source, to);
        if (isMostly(relation)) {
          this.#push(source.id, to.id, relation);
          continue;
        }
      }
      for (const { target, relation } of own) {
        if (!whole.has(target)) this.#push(source.id, targets[target]?.id ?? '', relation);
      }
    }
  }

  #pushDirected(outward: boolean, own: string, peer: string, relation: Relation): void {
    if (outward) this.#push(own, asTarget(peer), relation);
    else this.#push(peer, own, relation);
  }

  /** From a node to itself only what a draft changes there is drawn. */
  #pushLoop(group: Group, known?: Relation): void {
    if (!group.members.some((member) => mayChangeWithin(this.#lens, member))) return;
    const relation = known ?? relationInside(this.#lens, group);
    if (impactOf(this.#lens, relation) !== null) this.#push(group.id, group.id, relation);
  }

  #push(from: string, to: string, relation: Relation): void {
    const verdict = said(this.#lens, relation).isAllowed ? 'allowed' : 'unknown';
    if (!this.#options.verdicts.includes(verdict) && relation.change === null) {
      this.filtered++;
      return;
    }
    this.#drawn.push({ from, to, relation, gathered: null });
  }

  /** What is drawn where no more can be told apart. */
  get gathered(): readonly Drawn[] {
    this.#gathered ??= gatherChanges(this.#drawn, (relation) => this.#sameness(relation), boxOf);
    return this.#gathered;
  }

  /** Ids of the nodes that have an edge. */
  ends(): ReadonlySet<string> {
    const ends = new Set<string>();
    for (const { from, to } of this.#drawn) ends.add(from).add(to);
    return ends;
  }

  /** All edges, none gathered. */
  all(): readonly GraphEdge[] {
    return this.#drawn.map((drawn) => this.#edge(drawn));
  }

  /** No more than so many edges, the heaviest; of all, in the order in which they were found. */
  edges(most: number): readonly GraphEdge[] {
    const toEdges = (drawn: readonly Drawn[]) => drawn.map((one) => this.#edge(one));
    if (this.gathered.length <= most) return toEdges(this.gathered);
    const weights = Float64Array.from(this.gathered, ({ relation }) => this.#weight(relation));
    const least = weights.toSorted()[weights.length - most] ?? 0;
    // Of equally light ones the first by their ids.
    const edges = toEdges(this.gathered.filter((_, index) => (weights[index] ?? 0) >= least));
    const weightOf = (edge: GraphEdge) => (edge.impact === null ? edge.pairs : Number.POSITIVE_INFINITY);
    return edges.toSorted((a, b) => weightOf(b) - weightOf(a) || (a.id < b.id ? -1 : 1)).slice(0, most);
  }

  #edge({ from, to, relation, gathered }: Drawn): GraphEdge {
    const edge = toEdge(this.#lens, from, to, relation);
    if (gathered === null) return edge;
    const { index, pairs } = gathered;
    const of = this.#membersOf(from) * this.#membersOf(to) - (from === to ? this.#membersOf(from) : 0);
    return { ...edge, id: `${edge.id}>${index}`, pairs, changed: pairs, of };
  }

  #membersOf(node: string): number {
    return this.#members.get(node) ?? 1;
  }

  /** Equal where a draft changes relations in the same way, as far as an edge says it. */
  #sameness(relation: Relation): string | null {
    const { change } = relation;
    if (change === null) return null;
    const { isAllowed, connections } = said(this.#lens, relation);
    const { opened, closed, unknown } = change;
    return `${impactOf(this.#lens, relation)} ${isAllowed} ${connections} ${opened} ${closed} ${unknown}`;
  }

  #weight(relation: Relation): number {
    return relation.change === null ? said(this.#lens, relation).pairs : Number.POSITIVE_INFINITY;
  }
}

/** An edge for a whole namespace stands for at least this share of its pairs; the label says how many. */
const MOST = 0.7;

/** Whether one edge tells the truth about (nearly) all pairs: those that have something have the same. */
function isMostly(relation: Relation): boolean {
  return (
    relation.of > 1 &&
    relation.drawnUniform &&
    relation.drawnAllowedPairs >= Math.max(2, relation.of * MOST) &&
    relation.change === null
  );
}

/** Whether a relation with a group of which so many members have something drawn can be `isMostly`. */
function mayBeMost(members: number, group: Group): boolean {
  return members >= Math.max(2, (group.members.length - 1) * MOST);
}

/** Whether the peer that another lies within gets the same, so that its edge says it for both. */
function isCovered(relations: readonly Relation[], inner: number, outer: number | undefined): boolean {
  if (outer === undefined) return false;
  return sameRelation(relations[outer] as Relation, relations[inner] as Relation);
}

function sameRelation(a: Relation, b: Relation): boolean {
  return (
    a.some === b.some &&
    a.every === b.every &&
    a.unknown === b.unknown &&
    a.allowedPairs === b.allowedPairs &&
    a.change?.opened === b.change?.opened &&
    a.change?.closed === b.change?.closed
  );
}

/** What an edge says of a relation: of what is drawn of it by a policy, or of all of it where nothing is. */
function said({ after }: Lens, relation: Relation) {
  const { space } = after.cells;
  const drawn = relation.drawnPairs > 0;
  const allowed = drawn ? relation.drawn : relation.some;
  const unknown = drawn ? relation.drawnUnknown : relation.unknown;
  const isAllowed = allowed !== space.none || unknown === space.none;
  const drawnPairs = isAllowed ? relation.drawnAllowedPairs : relation.drawnPairs;
  const pairs = drawn ? drawnPairs : relation.allowedPairs + relation.unknownPairs;
  return { isAllowed, connections: isAllowed ? allowed : unknown, pairs };
}

/** An edge that stands for a relation. */
export function toEdge(lens: Lens, from: string, to: string, relation: Relation): GraphEdge {
  const { space } = lens.after.cells;
  const { isAllowed, connections, pairs } = said(lens, relation);
  const { change } = relation;
  const impact = impactOf(lens, relation);
  return {
    id: `${from}>${to}`,
    from,
    to,
    verdict: isAllowed ? 'allowed' : 'unknown',
    ports: portSummary(space, connections),
    pairs,
    of: relation.of,
    changed: change?.pairs ?? 0,
    impact,
    opened: change === null || change.opened === space.none ? null : portSummary(space, change.opened),
    closed: change === null || change.closed === space.none ? null : portSummary(space, change.closed),
    uncertain: change === null || impact !== 'uncertain' ? null : portSummary(space, change.unknown),
  };
}

/** How a draft changes a relation; null where it doesn't. */
export function impactOf(lens: Lens, relation: Relation): EdgeImpact | null {
  return relation.change === null ? null : changeKind(lens.after.cells.space, relation.change);
}
