import type { Cluster } from '../compile/compile.ts';
import type { Direction } from '../ir/ir.ts';
import { type Lens, universalOf } from './lens.ts';

/**
 * Pairs of namespaces between which some policy says more than what holds for everyone, or a draft changes something: the
 * only ones between which a graph can have an edge. Found from the rows, so that a cluster of thousands of namespaces
 * need not be asked about each pair. A pair may have no edge in the end.
 */
export function specificPairs(lens: Lens): readonly NamespacePair[] {
  let pairs = known.get(lens);
  if (pairs === undefined) {
    pairs = findPairs(lens);
    known.set(lens, pairs);
  }
  return pairs;
}

type NamespacePair = readonly [source: number, target: number];

const known = new WeakMap<Lens, readonly NamespacePair[]>();

function findPairs(lens: Lens): readonly NamespacePair[] {
  const count = lens.after.universe.namespaces.length;
  const owner = namespaceOfColumn(lens.after);
  const pairs = new Set<number>();
  for (const direction of ['ingress', 'egress'] as const) {
    const add = (own: number, peer: number) => {
      pairs.add(direction === 'ingress' ? peer * count + own : own * count + peer);
    };
    const found = new Map<number, ReadonlySet<number>>();
    const done = new Set<number>();
    const was = lens.before.rowIds[direction];
    const is = lens.after.rowIds[direction];
    for (let column = 0; column < is.length; column++) {
      const own = owner[column] ?? -1;
      if (own < 0) continue;
      const id = is[column] ?? 0;
      if (was[column] !== id) {
        for (let peer = 0; peer < count; peer++) add(own, peer);
        continue;
      }
      // Columns of one namespace that share a row have the same peers.
      const key = id * count + own;
      if (done.has(key)) continue;
      done.add(key);
      let peers = found.get(id);
      if (peers === undefined) {
        peers = specificNamespaces(lens.after, direction, column, owner);
        found.set(id, peers);
      }
      for (const peer of peers) add(own, peer);
    }
  }
  return [...pairs].sort((a, b) => a - b).map((key) => [Math.floor(key / count), key % count] as const);
}

/** Namespace of each column; -1 for what belongs to none. */
export function namespaceOfColumn(cluster: Cluster): Int32Array {
  const { universe } = cluster;
  const owner = new Int32Array(universe.columnCount).fill(-1);
  for (const [index, entry] of universe.namespaces.entries()) {
    for (let column = entry.first; column <= entry.last; column++) owner[column] = index;
  }
  for (const [index, namespace] of universe.hiddenNamespaces.entries()) {
    owner[universe.firstHidden + index] = namespace;
  }
  for (const [index, column] of universe.readingClasses.entries()) {
    owner[universe.firstReading + index] = owner[column] ?? -1;
  }
  return owner;
}

/** Namespaces in which a column's row gives more than it gives to everyone. */
function specificNamespaces(
  cluster: Cluster,
  direction: Direction,
  column: number,
  owner: Int32Array,
): ReadonlySet<number> {
  const { space } = cluster.cells;
  const { namespaces, firstHidden } = cluster.universe;
  const row = cluster.solver.row(cluster.rowIds[direction][column] ?? 0);
  const all = universalOf(cluster, direction, column);
  const found = new Set<number>();
  for (const part of row.parts) {
    const decision = cluster.cells.decision(part.cell);
    const more =
      space.subtract(space.intersect(decision.allowed, space.transport), all.allowed) !== space.none ||
      space.subtract(space.intersect(decision.possible, space.transport), all.possible) !== space.none;
    if (!more) continue;
    for (let i = 0; i < part.columns.length; i += 2) {
      const last = part.columns[i + 1] ?? -1;
      let at = part.columns[i] ?? 0;
      while (at <= last) {
        const namespace = owner[at] ?? -1;
        if (namespace >= 0) found.add(namespace);
        // Classes of a namespace lie together, so the rest of it says nothing new.
        at = at < firstHidden ? (namespaces[namespace]?.last ?? at) + 1 : at + 1;
      }
    }
  }
  return found;
}
