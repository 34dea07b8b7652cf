/** A directed edge between items of a layout; `weight` says how much it should point forward. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}

/**
 * Ranks of a flow from entry points (rank 0) to what is reached last. Cycles are broken by Eades, Lin and Smyth's greedy
 * order, so that few and light edges point backward; ranks are longest paths over the rest. Items without edges are
 * not in the result. Deterministic: equal input gives equal ranks whatever the order of `edges`.
 */
export function flowRanks(ids: readonly string[], edges: readonly FlowEdge[]): ReadonlyMap<string, number> {
  const graph = adjacency(ids, edges);
  const order = greedyOrder(graph);
  const position = new Map(order.map((id, index) => [id, index]));
  const ranks = new Map<string, number>(order.map((id) => [id, 0]));
  for (const id of order) {
    const rank = ranks.get(id) ?? 0;
    const at = position.get(id) ?? 0;
    for (const next of graph.get(id)?.out.keys() ?? []) {
      if ((position.get(next) ?? 0) > at) ranks.set(next, Math.max(ranks.get(next) ?? 0, rank + 1));
    }
  }
  return ranks;
}

interface Links {
  readonly out: Map<string, number>;
  readonly in: Map<string, number>;
}

function adjacency(ids: readonly string[], edges: readonly FlowEdge[]): Map<string, Links> {
  const known = new Set(ids);
  const links = new Map<string, Links>();
  const at = (id: string): Links => {
    let entry = links.get(id);
    if (entry === undefined) {
      entry = { out: new Map(), in: new Map() };
      links.set(id, entry);
    }
    return entry;
  };
  const sorted = edges
    .filter((edge) => edge.from !== edge.to && known.has(edge.from) && known.has(edge.to))
    .toSorted((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
  for (const { from, to, weight } of sorted) {
    const source = at(from);
    const target = at(to);
    source.out.set(to, (source.out.get(to) ?? 0) + weight);
    target.in.set(from, (target.in.get(from) ?? 0) + weight);
  }
  return links;
}

/** Repeatedly takes sinks to the end, sources to the front, else what sends most more than it receives. */
function greedyOrder(links: ReadonlyMap<string, Links>): readonly string[] {
  const ids = [...links.keys()].sort(compare);
  const out = new Map(ids.map((id) => [id, total(links.get(id)?.out)]));
  const inward = new Map(ids.map((id) => [id, total(links.get(id)?.in)]));
  const left = new Set(ids);
  const front: string[] = [];
  const back: string[] = [];
  const take = (id: string): void => {
    left.delete(id);
    for (const [next, weight] of links.get(id)?.out ?? []) inward.set(next, (inward.get(next) ?? 0) - weight);
    for (const [prior, weight] of links.get(id)?.in ?? []) out.set(prior, (out.get(prior) ?? 0) - weight);
  };
  while (left.size > 0) {
    const sinks = [...left].filter((id) => (out.get(id) ?? 0) <= 0);
    const sources = [...left].filter((id) => (inward.get(id) ?? 0) <= 0 && (out.get(id) ?? 0) > 0);
    if (sinks.length === 0 && sources.length === 0) {
      let best: string | undefined;
      for (const id of left) {
        const gain = (out.get(id) ?? 0) - (inward.get(id) ?? 0);
        if (best === undefined || gain > (out.get(best) ?? 0) - (inward.get(best) ?? 0)) best = id;
      }
      if (best === undefined) break;
      take(best);
      front.push(best);
      continue;
    }
    for (const id of sinks) {
      take(id);
      back.push(id);
    }
    for (const id of sources) {
      take(id);
      front.push(id);
    }
  }
  return [...front, ...back.toReversed()];
}

function total(weights: ReadonlyMap<string, number> | undefined): number {
  let sum = 0;
  for (const weight of weights?.values() ?? []) sum += weight;
  return sum;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
