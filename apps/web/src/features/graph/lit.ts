import {
  asTarget,
  boxOf,
  type GraphEdge,
  type GraphView,
  type PairDetails,
  type PathHop,
  type PolicyDetails,
} from '@bulkhead/policy-engine';
import type { GraphAnswer } from '../../worker/explore/requests.ts';
import { boxId, type Focus } from './scene.ts';

interface PairFocus {
  readonly focus: Focus;
  /** The asked connection itself, where the graph has no edge that stands for it. */
  readonly extra: readonly GraphEdge[];
}

/** Where an entity is seen: a workload of a collapsed namespace is its namespace. */
export function visibleIn(view: GraphView): (id: string) => string {
  const expanded = new Set(view.namespaces.filter((entry) => entry.expanded).map((entry) => entry.id));
  return (id) => (!id.startsWith('wl:') || expanded.has(boxOf(id)) ? id : boxOf(id));
}

/** What is lit for a question about a pair: its ends, and the edge that stands for it at the level that is shown. */
export function focusOfPair(
  asked: { readonly from: string; readonly to: string },
  details: PairDetails | null,
  { view }: GraphAnswer,
): PairFocus {
  const verdict =
    details === null
      ? 'denied'
      : (details.port?.verdict ??
        (details.allowed.ranges.length > 0
          ? 'allowed'
          : details.unknown.ranges.length > 0
            ? 'unknown'
            : 'denied'));
  const link = linkOf(view, asked.from, asked.to);
  const extra =
    link.found || details === null || link.from === link.to
      ? []
      : [
          {
            ...plainEdge(link),
            verdict,
            ports: verdict === 'unknown' ? details.unknown : details.allowed,
            pairs: details.pairs,
            of: details.of,
            ...changeOf(details),
          },
        ];
  return {
    focus: {
      lit: {
        nodes: new Set([...link.nodes, ...within(view, [link.from, link.to])]),
        edges: new Set(link.edges),
      },
      selected: new Set([...link.edges, link.from, link.to]),
      ...(details === null && !link.found ? { pending: true as const } : {}),
    },
    extra,
  };
}

/** What is lit for a path: each step of it, drawn where the graph has no edge for it. */
export function focusOfPath(hops: readonly PathHop[], { view }: GraphAnswer): PairFocus {
  const nodes = new Set<string>();
  const edges = new Set<string>();
  const extra: GraphEdge[] = [];
  const selected = new Set<string>();
  for (const hop of hops) {
    const link = linkOf(view, hop.from.id, hop.to.id);
    for (const node of link.nodes) nodes.add(node);
    if (link.from === link.to) continue;
    for (const edge of link.edges) edges.add(edge);
    if (!link.found)
      extra.push({ ...plainEdge(link), verdict: 'allowed', ports: hop.ports, pairs: 1, of: 1 });
  }
  const first = hops[0];
  const last = hops.at(-1);
  if (first !== undefined) selected.add(linkOf(view, first.from.id, first.to.id).from);
  if (last !== undefined) selected.add(linkOf(view, last.from.id, last.to.id).to);
  return { focus: { lit: { nodes, edges }, selected }, extra };
}

/**
 * What is lit for a policy: what it selects, with the edges there that a draft changes; with a line of it, the peers of the
 * rule there and the edges that the rule has a part in.
 */
export function focusOfPolicy(
  details: PolicyDetails,
  line: number | undefined,
  { view }: GraphAnswer,
): PairFocus {
  const visible = visibleIn(view);
  const subjects = new Set(details.subjects.flatMap((id) => [visible(id), boxOf(id)]));
  const rules = details.rules.filter(
    (rule) => line === undefined || (line >= rule.line && line <= rule.endLine),
  );
  const nodes = new Set(subjects);
  const edges = new Set<string>();
  for (const edge of view.edges) {
    if (edge.impact === null || !(subjects.has(edge.from) || subjects.has(edge.to))) continue;
    edges.add(edge.id);
    for (const end of [edge.from, edge.to]) nodes.add(end).add(boxOf(end));
  }
  for (const rule of line === undefined ? [] : rules) {
    const inward = rule.direction === 'ingress';
    const peers = new Set(
      rule.peers.flatMap((id) =>
        id.startsWith('out:') ? [inward ? id : asTarget(id)] : [visible(id), boxOf(id)],
      ),
    );
    for (const peer of peers) nodes.add(peer);
    for (const edge of view.edges) {
      const [own, other] = inward ? [edge.to, edge.from] : [edge.from, edge.to];
      if (!subjects.has(own) || (!rule.anyone && !peers.has(other))) continue;
      edges.add(edge.id);
      nodes.add(other);
    }
  }
  return { focus: { lit: { nodes, edges }, selected: new Set(details.subjects.map(visible)) }, extra: [] };
}

interface Link {
  readonly from: string;
  readonly to: string;
  /** The edges that stand for it: one, or those on which the changes between two namespaces are gathered. */
  readonly edges: readonly [string, ...string[]];
  /** Whether the graph has them. */
  readonly found: boolean;
  readonly nodes: readonly string[];
}

function linkOf(view: GraphView, fromId: string, toId: string): Link {
  const visible = visibleIn(view);
  const from = visible(fromId);
  const to = visible(toId.startsWith('out:') ? asTarget(toId) : toId);
  const drawn = new Set(view.edges.map((edge) => edge.id));
  const covering = [
    `${from}>${to}`,
    `${boxOf(from)}>${to}`,
    `${from}>${boxOf(to)}`,
    `${boxOf(from)}>${boxOf(to)}`,
  ];
  const found = covering.find((id) => drawn.has(id));
  const gathered = view.edges.filter((edge) => edge.from === from && edge.to === to).map(({ id }) => id);
  const [first = found, ...more] = gathered;
  return {
    from,
    to,
    edges: [first ?? `${from}>${to}`, ...more],
    found: first !== undefined,
    nodes: [from, to, boxOf(from), boxOf(to)],
  };
}

/** The workloads that are shown in any of these boxes. */
function within(view: GraphView, boxes: readonly string[]): readonly string[] {
  return view.workloads.filter(({ namespace }) => boxes.includes(boxId(namespace))).map(({ id }) => id);
}

/** What a draft changes of a pair, as an edge has it. */
function changeOf({ impact, opened, closed, unknown, of }: PairDetails) {
  const uncertain = impact === 'uncertain' ? unknown : null;
  return { changed: impact === null ? 0 : of, impact, opened, closed, uncertain };
}

function plainEdge({ edges: [id], from, to }: Link) {
  return { id, from, to, changed: 0, impact: null, opened: null, closed: null, uncertain: null };
}
