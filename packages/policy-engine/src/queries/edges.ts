import type { Cluster } from '../compile/compile.ts';
import type { ConnectionSetId } from '../sets/connection-set.ts';
import { forEachMember, type IntervalSet, size, unionAll } from '../sets/interval-set.ts';
import { forEachRectangle, type Grouping, type RectangleOptions } from './reachability.ts';

/** What members of one group may send to members of another, over all pairs of their pods. */
export interface Edge {
  readonly source: string;
  readonly target: string;
  /** Allowed for every pair of members. */
  readonly every: ConnectionSetId;
  /** Allowed for at least one pair. `every` ⊂ `some` means the edge is partial: it depends on the pod. */
  readonly some: ConnectionSetId;
  /** TCP, UDP and SCTP connections that are unknown for at least one pair, and not in `some`. */
  readonly unknown: ConnectionSetId;
}

interface EdgeDraft {
  every: ConnectionSetId;
  some: ConnectionSetId;
  possible: ConnectionSetId;
  /** How many column pairs have been seen; the rest are denied. */
  pairs: number;
}

/**
 * Edges between groups of columns. Groups must be disjoint; columns in no group are left out, and so are edges from a
 * group to itself unless `loops` is set. Only pairs of groups with a TCP, UDP or
 * SCTP connection that is allowed or unknown have an edge.
 */
export function edges(
  cluster: Cluster,
  grouping: Grouping,
  options: RectangleOptions & { readonly loops?: boolean } = {},
): Edge[] {
  const { space } = cluster.cells;
  const index = new GroupIndex(grouping, cluster.universe.columnCount);
  const drafts = new Map<number, EdgeDraft>();
  const count = grouping.groups.length;
  forEachRectangle(cluster, options, ({ sources, targets, cell }) => {
    const { allowed, possible } = cluster.cells.decision(cell);
    const from = index.runs(sources);
    const to = index.runs(targets);
    for (let i = 0; i < from.length; i += 2) {
      const source = from[i] as number;
      for (let j = 0; j < to.length; j += 2) {
        const target = to[j] as number;
        if (source === target && options.loops !== true) continue;
        const pairs = (from[i + 1] as number) * (to[j + 1] as number);
        const key = source * count + target;
        const draft = drafts.get(key);
        if (draft === undefined) {
          drafts.set(key, { every: allowed, some: allowed, possible, pairs });
        } else {
          draft.every = space.intersect(draft.every, allowed);
          draft.some = space.union(draft.some, allowed);
          draft.possible = space.union(draft.possible, possible);
          draft.pairs += pairs;
        }
      }
    }
  });
  const out: Edge[] = [];
  for (const [key, draft] of drafts) {
    const source = Math.floor(key / count);
    const target = key % count;
    const all = index.sizes[source] as number;
    const complete = draft.pairs === all * (index.sizes[target] as number);
    out.push({
      source: grouping.groups[source]?.id ?? '',
      target: grouping.groups[target]?.id ?? '',
      every: complete ? draft.every : space.none,
      some: draft.some,
      unknown: space.intersect(space.subtract(draft.possible, draft.some), space.transport),
    });
  }
  return out;
}

/**
 * The same edges source by source, so that however many there are, only about `atMost` of them are held at a time. Edges of
 * one source come together.
 */
export function* edgeBatches(
  cluster: Cluster,
  grouping: Grouping,
  atMost = 250_000,
): Generator<readonly Edge[], void> {
  const { groups } = grouping;
  const step = Math.max(1, Math.floor(atMost / Math.max(1, groups.length)));
  for (let at = 0; at < groups.length; at += step) {
    const sources = unionAll(groups.slice(at, at + step).map((group) => group.columns));
    yield edges(cluster, grouping, { sources });
  }
}

/** Finds which groups a column set touches. */
class GroupIndex {
  readonly sizes: number[];
  readonly #groupOf: Int32Array;

  constructor(grouping: Grouping, columnCount: number) {
    this.#groupOf = new Int32Array(columnCount).fill(-1);
    this.sizes = grouping.groups.map((group, index) => {
      forEachMember(group.columns, (column) => {
        this.#groupOf[column] = index;
      });
      return size(group.columns);
    });
  }

  /**
   * The groups that a set touches, as `[group, columns, group, columns, …]`: one run for each stretch of columns of the
   * same group, so a group whose columns don't lie together may come more than once.
   */
  runs(set: IntervalSet): number[] {
    const out: number[] = [];
    let last = -1;
    forEachMember(set, (column) => {
      const group = this.#groupOf[column] as number;
      if (group < 0) return;
      if (group === last) out[out.length - 1] = (out[out.length - 1] as number) + 1;
      else out.push(group, 1);
      last = group;
    });
    return out;
  }
}
