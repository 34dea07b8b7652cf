import type { ConnectionSetId } from '@bulkhead/policy-engine';
import type { ChangeKind, Comparison, PairChange } from './compare.ts';

/** Changes of one kind on the same ports, between every end of `sources` and every end of `targets` (but with itself). */
export interface ChangeGroup {
  readonly kind: ChangeKind;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly opened: ConnectionSetId;
  readonly closed: ConnectionSetId;
  readonly uncertain: boolean;
  /** `true`: put together more coarsely, so that ports differ and not every pair changes. */
  readonly coarse: boolean;
  /** `true`: among the pods of each of `sources`, which are `targets` too, and not from one to another. */
  readonly own: boolean;
  readonly pairs: readonly PairChange[];
}

const ORDER: readonly ChangeKind[] = ['opened', 'widened', 'rearranged', 'narrowed', 'closed'];

/**
 * Puts changes together so that a reviewer reads few lines: first exact products of sources and targets; where that is still
 * more than `atMost`, by namespaces.
 */
export function groupChanges(comparison: Comparison, atMost = 12): readonly ChangeGroup[] {
  const exact = exactGroups(comparison.changes);
  const groups = exact.length <= atMost ? exact : coarseGroups(comparison, exact, atMost);
  return [...groups].sort(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || b.pairs.length - a.pairs.length,
  );
}

function exactGroups(changes: readonly PairChange[]): ChangeGroup[] {
  const byPorts = new Map<string, PairChange[]>();
  for (const change of changes)
    push(
      byPorts,
      `${isOwn(change)}|${change.kind}|${change.opened}|${change.closed}|${change.uncertain}`,
      change,
    );
  return [...byPorts.values()].flatMap((own) => {
    const [first] = own;
    if (first !== undefined && isOwn(first)) return [groupOf(own, first, false)];
    const byTarget = products(own, 'target');
    const bySource = products(own, 'source');
    return byTarget.length <= bySource.length ? byTarget : bySource;
  });
}

/**
 * Products found by putting together the ends of one side that have the same ends on the other. An end has no edge to
 * itself, so `every pod → every pod` only shows once each is counted among its own.
 */
function products(changes: readonly PairChange[], by: 'source' | 'target'): ChangeGroup[] {
  const other = by === 'source' ? 'target' : 'source';
  const members = new Map<string, PairChange[]>();
  for (const change of changes) push(members, change[by], change);
  const withSelf = new Map<string, string[]>();
  for (const [end, own] of members) {
    push(withSelf, [...new Set([...own.map((change) => change[other]), end])].sort().join('\n'), end);
  }
  const groups: PairChange[][] = [];
  const left = new Map<string, string[]>();
  for (const ends of withSelf.values()) {
    if (ends.length > 1) groups.push(ends.flatMap((end) => members.get(end) ?? []));
    else {
      for (const end of ends) {
        const own = members.get(end) ?? [];
        push(
          left,
          own
            .map((change) => change[other])
            .sort()
            .join('\n'),
          end,
        );
      }
    }
  }
  for (const ends of left.values()) groups.push(ends.flatMap((end) => members.get(end) ?? []));
  return groups.flatMap((pairs) => {
    const [first] = pairs;
    return first === undefined ? [] : [groupOf(pairs, first, false)];
  });
}

function groupOf(
  pairs: readonly PairChange[],
  like: Pick<ChangeGroup, 'kind' | 'opened' | 'closed' | 'uncertain'>,
  coarse: boolean,
): ChangeGroup {
  return {
    kind: like.kind,
    opened: like.opened,
    closed: like.closed,
    uncertain: like.uncertain,
    sources: [...new Set(pairs.map((pair) => pair.source))],
    targets: [...new Set(pairs.map((pair) => pair.target))],
    coarse,
    own: pairs.every(isOwn),
    pairs,
  };
}

/** Whether a change is among the pods of one workload. */
export function isOwn({ source, target }: Pick<PairChange, 'source' | 'target'>): boolean {
  return source === target;
}

/** Small exact groups are put together by the namespaces they join; the largest stay as they are. */
function coarseGroups(comparison: Comparison, exact: readonly ChangeGroup[], atMost: number): ChangeGroup[] {
  const { space } = comparison.before.cells;
  const byNamespaces = new Map<string, ChangeGroup[]>();
  for (const group of exact) {
    push(
      byNamespaces,
      `${group.own}|${group.kind}|${placesOf(comparison, group.sources)}|${placesOf(comparison, group.targets)}`,
      group,
    );
  }
  let merged = mergeEach(byNamespaces);
  if (merged.length > atMost) {
    const byTarget = new Map<string, ChangeGroup[]>();
    for (const group of merged) {
      push(byTarget, `${group.own}|${group.kind}|${placesOf(comparison, group.targets)}`, group);
    }
    merged = mergeEach(byTarget);
  }
  return merged;

  function mergeEach(groups: ReadonlyMap<string, readonly ChangeGroup[]>): ChangeGroup[] {
    return [...groups.values()].flatMap((own) => {
      const [first] = own;
      if (first === undefined || own.length === 1) return own;
      return [
        groupOf(
          own.flatMap((group) => group.pairs),
          {
            kind: first.kind,
            opened: own.reduce((all, group) => space.union(all, group.opened), space.none),
            closed: own.reduce((all, group) => space.union(all, group.closed), space.none),
            uncertain: own.some((group) => group.uncertain),
          },
          true,
        ),
      ];
    });
  }
}

function placesOf(comparison: Comparison, ends: readonly string[]): string {
  const places = new Set<string>();
  for (const end of ends) {
    const node = comparison.nodes.get(end);
    places.add(node?.type === 'workload' ? node.namespace : (node?.type ?? ''));
  }
  return [...places].sort().join();
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
