import { asTarget, type GraphEdge, type PairDetails } from '@bulkhead/policy-engine';
import type { GraphAnswer } from '../../worker/explore/requests.ts';
import type { Focus } from './canvas.ts';

interface PairFocus {
  readonly focus: Focus;
  /** The asked connection itself, where the graph has no edge that stands for it. */
  readonly extra: readonly GraphEdge[];
}

/** What is lit for a question about a pair: its ends, and the edge that stands for it at the level that is shown. */
export function focusOfPair(
  asked: { readonly from: string; readonly to: string },
  details: PairDetails | null,
  { view }: GraphAnswer,
): PairFocus {
  const expanded = new Set(view.namespaces.filter((entry) => entry.expanded).map((entry) => entry.id));
  const box = (id: string) => (id.startsWith('wl:') ? `ns:${id.slice(3, id.indexOf('/'))}` : id);
  const visible = (id: string) => (!id.startsWith('wl:') || expanded.has(box(id)) ? id : box(id));
  const to = asked.to.startsWith('out:') ? asTarget(asked.to) : asked.to;
  const from = visible(asked.from);
  const target = visible(to);
  const drawn = new Set(view.edges.map((edge) => edge.id));
  const covering = [
    `${from}>${target}`,
    `${box(from)}>${target}`,
    `${from}>${box(target)}`,
    `${box(from)}>${box(target)}`,
  ];
  const found = covering.find((id) => drawn.has(id));
  const own = covering[0] ?? '';
  const edge = found ?? own;
  const extra =
    found !== undefined || details === null || from === target ? [] : [askedEdge(own, from, target, details)];
  return {
    focus: {
      lit: { nodes: new Set([from, target, box(from), box(target)]), edges: new Set([edge]) },
      selected: new Set([edge, from, target]),
    },
    extra,
  };
}

function askedEdge(id: string, from: string, to: string, details: PairDetails): GraphEdge {
  const verdict =
    details.port?.verdict ??
    (details.allowed.ranges.length > 0
      ? 'allowed'
      : details.unknown.ranges.length > 0
        ? 'unknown'
        : 'denied');
  return {
    id,
    from,
    to,
    verdict,
    ports: verdict === 'unknown' ? details.unknown : details.allowed,
    pairs: details.pairs,
    of: details.of,
    impact: null,
    opened: null,
    closed: null,
  };
}
