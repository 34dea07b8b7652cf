/** A directed edge between items of a layout; `weight` says how much it should point forward. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}

/** Sweeps of the relaxation, and when a sweep moves so little that it may stop. */
const SWEEPS = 300;
const STILL = 1e-4;

/**
 * Levels of a flow from entry points (0) to what is reached last: the numbers that minimise the weighted sum of squares of
 * (level of target − level of source − 1) over the edges, each connected part starting at 0. Cycles need no breaking:
 * what is reached from all sides ends up in the middle. Items without edges are not in the result. Deterministic:
 * equal input gives equal levels whatever the order of `edges`.
 */
export function flowLevels(ids: readonly string[], edges: readonly FlowEdge[]): ReadonlyMap<string, number> {
  const links = neighbours(ids, edges);
  const order = [...links.keys()].sort(compare);
  const level = new Map(order.map((id) => [id, 0]));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = 0;
    for (const id of sweep % 2 === 0 ? order : order.toReversed()) {
      let sum = 0;
      let weights = 0;
      for (const [other, { forward, backward }] of links.get(id) ?? []) {
        const at = level.get(other) ?? 0;
        sum += forward * (at - 1) + backward * (at + 1);
        weights += forward + backward;
      }
      const next = sum / weights;
      moved = Math.max(moved, Math.abs(next - (level.get(id) ?? 0)));
      level.set(id, next);
    }
    if (moved < STILL) break;
  }
  for (const part of components(order, links)) {
    const least = Math.min(...part.map((id) => level.get(id) ?? 0));
    for (const id of part) level.set(id, Math.round(((level.get(id) ?? 0) - least) * 1e3) / 1e3);
  }
  return level;
}

interface Weights {
  readonly forward: number;
  readonly backward: number;
}
type Links = ReadonlyMap<string, ReadonlyMap<string, Weights>>;

/** For each item its neighbours, with the weight of edges to (`forward`) and from (`backward`) them. */
function neighbours(ids: readonly string[], edges: readonly FlowEdge[]): Links {
  const known = new Set(ids);
  const links = new Map<string, Map<string, Weights>>();
  const add = (id: string, other: string, forward: number, backward: number) => {
    const own = links.get(id) ?? new Map<string, Weights>();
    const old = own.get(other) ?? { forward: 0, backward: 0 };
    own.set(other, { forward: old.forward + forward, backward: old.backward + backward });
    links.set(id, own);
  };
  const sorted = edges
    .filter((edge) => edge.from !== edge.to && known.has(edge.from) && known.has(edge.to))
    .toSorted((a, b) => compare(a.from, b.from) || compare(a.to, b.to) || a.weight - b.weight);
  for (const { from, to, weight } of sorted) {
    add(from, to, weight, 0);
    add(to, from, 0, weight);
  }
  return links;
}

function components(order: readonly string[], links: Links): readonly string[][] {
  const seen = new Set<string>();
  const parts: string[][] = [];
  for (const start of order) {
    if (seen.has(start)) continue;
    seen.add(start);
    const part = [start];
    for (const id of part) {
      for (const other of links.get(id)?.keys() ?? []) {
        if (seen.has(other)) continue;
        seen.add(other);
        part.push(other);
      }
    }
    parts.push(part);
  }
  return parts;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
