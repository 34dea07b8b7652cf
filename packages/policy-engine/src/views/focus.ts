import { closure } from './closure.ts';
import { findEntity } from './entity.ts';
import {
  asTarget,
  entityOfNode,
  type GraphOptions,
  namespaceId,
  type Shown,
  shownNamespaces,
  toEdge,
  workloadId,
} from './graph.ts';
import type { GraphEdge } from './graph-model.ts';
import { type Group, workloadGroup } from './group.ts';
import type { Lens } from './lens.ts';
import { shownPeers } from './outside.ts';
import { type Relation, relationOf } from './relation.ts';

export interface FocusOptions {
  /** Entities in focus. */
  readonly ids: readonly string[];
  readonly direction: 'both' | 'reaches' | 'reached-by';
  readonly hops: 1 | 'all';
}

/** What stays lit around the entities in focus, at the level at which the graph is shown. */
export interface FocusView {
  /** Nodes as the graph shows them: a workload of a collapsed namespace is its namespace. */
  readonly nodes: readonly string[];
  /** Ids of the graph's own edges that belong to the focus. */
  readonly edges: readonly string[];
  /**
   * Edges that the graph leaves out because nothing isolates their ends, drawn for the focus. Where they are too many to tell
   * apart, those to workloads of one namespace are one edge to its box.
   */
  readonly extra: readonly GraphEdge[];
  /** Workloads that are reached and that reach it, within the hops asked for. */
  readonly reaches: number;
  readonly reachedBy: number;
}

/** Up to so many edges of a focus can be told apart. */
const MOST_EXTRA = 200;

/**
 * @param drawn ids of the edges that the graph shows now
 * @returns nothing lit where none of the entities exists
 */
export function focusView(
  lens: Lens,
  options: GraphOptions,
  focus: FocusOptions,
  drawn: ReadonlySet<string>,
): FocusView {
  const shown = shownNamespaces(lens, options.filter, new Set(options.expanded));
  const around = (bundled: boolean): FocusSearch => {
    const search = new FocusSearch(lens, shown, drawn, bundled);
    for (const id of focus.ids) search.around(id, focus.direction);
    return search;
  };
  const each = around(false);
  const search = each.extras > MOST_EXTRA ? around(true) : each;
  if (focus.hops === 'all') {
    if (focus.direction !== 'reached-by') search.follow(focus.ids, 'egress');
    if (focus.direction !== 'reaches') search.follow(focus.ids, 'ingress');
  }
  return search.result();
}

class FocusSearch {
  readonly #lens: Lens;
  readonly #shown: readonly Shown[];
  /** Names of the namespaces that are. */
  readonly #expanded: ReadonlySet<string>;
  readonly #drawn: ReadonlySet<string>;
  readonly #bundled: boolean;
  readonly #nodes = new Set<string>();
  readonly #edges = new Set<string>();
  readonly #extra = new Map<string, GraphEdge>();
  readonly #reached = { egress: new Set<number>(), ingress: new Set<number>() };

  constructor(lens: Lens, shown: readonly Shown[], drawn: ReadonlySet<string>, bundled: boolean) {
    this.#lens = lens;
    this.#shown = shown;
    this.#expanded = new Set(shown.filter(({ expanded }) => expanded).map(({ name }) => name));
    this.#drawn = drawn;
    this.#bundled = bundled;
  }

  /** How many edges are drawn that the graph leaves out. */
  get extras(): number {
    return this.#extra.size;
  }

  around(id: string, direction: 'both' | 'reaches' | 'reached-by'): void {
    const entity = findEntity(this.#lens, entityOfNode(id));
    if (entity === null) return;
    const visible = this.#visible(entity.id, entity.namespace);
    if (entity.type !== 'outside') this.#nodes.add(visible);
    if (entity.namespace !== null) this.#nodes.add(namespaceId(entity.namespace));
    for (const outward of [true, false]) {
      if (direction === (outward ? 'reached-by' : 'reaches')) continue;
      const own = entity.type === 'outside' && !outward ? asTarget(visible) : visible;
      this.#nodes.add(own);
      const relate = (peer: Group) =>
        outward ? relationOf(this.#lens, entity.group, peer) : relationOf(this.#lens, peer, entity.group);
      for (const entry of this.#shown) this.#peers(entity.id, own, entity.namespace, entry, outward, relate);
      if (entity.type === 'outside') continue;
      for (const peer of shownPeers(this.#lens)) {
        const relation = relate(peer.group);
        if (!isAnything(relation)) continue;
        // A block inside a wider one that gets the same is covered by the wider one's edge.
        const node = outward ? asTarget(peer.node.id) : peer.node.id;
        const edge = this.#covering(own, entity.namespace, node, null, outward);
        if (edge !== null) {
          this.#edges.add(edge);
          this.#nodes.add(node);
        }
      }
    }
  }

  /** Everything within any number of hops; only pods are passed through. */
  follow(ids: readonly string[], direction: 'egress' | 'ingress'): void {
    const { after } = this.#lens;
    const { universe } = after;
    const start = ids.flatMap((id) => findEntity(this.#lens, id)?.group.members.flat() ?? []);
    const found = closure(this.#lens, start, direction);
    const workloads = new Set<number>();
    const namespaces = new Set<number>();
    for (const column of found) {
      const workload = universe.classes[column]?.workload;
      if (workload !== undefined) workloads.add(workload);
      else namespaces.add(universe.hiddenNamespaces[column - universe.firstHidden] ?? -1);
    }
    const nameOf = (namespace: number) => universe.namespaces[namespace]?.record.name ?? '';
    for (const workload of workloads) {
      const entry = universe.workloads[workload];
      const namespace = entry?.namespace ?? -1;
      this.#reached[direction].add(workload);
      namespaces.add(namespace);
      if (this.#expanded.has(nameOf(namespace))) this.#nodes.add(workloadId(entry?.id ?? ''));
    }
    for (const namespace of namespaces) this.#nodes.add(namespaceId(nameOf(namespace)));
    for (const edge of this.#drawn) {
      const [from = '', to = ''] = edge.split('>');
      if (this.#nodes.has(from) && this.#nodes.has(to)) this.#edges.add(edge);
    }
  }

  result(): FocusView {
    return {
      nodes: [...this.#nodes],
      edges: [...this.#edges, ...this.#extra.keys()],
      extra: [...this.#extra.values()],
      reaches: this.#reached.egress.size,
      reachedBy: this.#reached.ingress.size,
    };
  }

  #peers(
    id: string,
    own: string,
    namespace: string | null,
    entry: Shown,
    outward: boolean,
    relate: (peer: Group) => Relation,
  ): void {
    const whole = relate(entry.group);
    if (!isAnything(whole)) return;
    const box = namespaceId(entry.name);
    const direction = outward ? 'egress' : 'ingress';
    const inOwn = entry.name === namespace;
    if (!entry.expanded && !inOwn && isEverything(whole)) {
      for (const workload of entry.workloads) this.#reached[direction].add(workload);
      this.#nodes.add(box);
      this.#join(own, namespace, box, entry.name, outward, whole);
      return;
    }
    const related = entry.workloads.flatMap((workload) => {
      const group = workloadGroup(this.#lens, workload);
      const target = group.id;
      if (target === id) return [];
      const relation = relate(group);
      return isAnything(relation) ? [{ workload, target, relation }] : [];
    });
    for (const { workload } of related) this.#reached[direction].add(workload);
    this.#nodes.add(box);
    if (!entry.expanded) {
      if (!inOwn) this.#join(own, namespace, box, entry.name, outward, whole);
      return;
    }
    const alike = related.length === entry.workloads.length && whole.uniform;
    for (const { target } of related) this.#nodes.add(target);
    if (
      (alike || this.#bundled) &&
      related.length > 1 &&
      !inOwn &&
      related.every(({ target }) => this.#covering(own, namespace, target, entry.name, outward) === null)
    ) {
      this.#join(own, namespace, box, entry.name, outward, whole);
      return;
    }
    for (const { target, relation } of related)
      this.#join(own, namespace, target, entry.name, outward, relation);
  }

  #join(
    own: string,
    ownNamespace: string | null,
    peer: string,
    peerNamespace: string,
    outward: boolean,
    relation: Relation,
  ): void {
    if (own === peer) return;
    const covering = this.#covering(own, ownNamespace, peer, peerNamespace, outward);
    if (covering !== null) {
      this.#edges.add(covering);
      return;
    }
    const [from, to] = outward ? [own, peer] : [peer, own];
    const edge = toEdge(this.#lens, from, to, relation);
    this.#extra.set(edge.id, edge);
  }

  /** The edge of the graph that says so already: between the two, or between one and the other's box, or both boxes. */
  #covering(
    own: string,
    ownNamespace: string | null,
    peer: string,
    peerNamespace: string | null,
    outward: boolean,
  ): string | null {
    const owns = ownNamespace === null ? [own] : [own, namespaceId(ownNamespace)];
    const peers = peerNamespace === null ? [peer] : [peer, namespaceId(peerNamespace)];
    for (const a of owns) {
      for (const b of peers) {
        const edge = outward ? `${a}>${b}` : `${b}>${a}`;
        if (this.#drawn.has(edge)) return edge;
      }
    }
    return null;
  }

  #visible(id: string, namespace: string | null): string {
    if (namespace === null || !id.startsWith('wl:')) return id;
    return this.#expanded.has(namespace) ? id : namespaceId(namespace);
  }
}

/** Whether something connects every pair, so that no workload need be asked about by itself. */
function isEverything(relation: Relation): boolean {
  return relation.allowedPairs + relation.unknownPairs === relation.of;
}

function isAnything(relation: Relation): boolean {
  return relation.allowedPairs + relation.unknownPairs > 0 || relation.change !== null;
}
