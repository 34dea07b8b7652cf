import type { ConnectionSetId, ConnectionSpace } from '../sets/connection-set.ts';
import type { EdgeImpact } from './graph-model.ts';
import type { PairSets } from './lens.ts';

/** What the pairs that a draft changes had and have, all together. */
export interface ChangedSets {
  /** Allowed now, and not before. */
  readonly opened: ConnectionSetId;
  /** Denied now, and not before: what was unknown can't be relied on to have been denied. */
  readonly closed: ConnectionSetId;
  /** Allowed before. */
  readonly had: ConnectionSetId;
  /** Allowed or unknown now. */
  readonly has: ConnectionSetId;
  /** Unknown now. */
  readonly unknown: ConnectionSetId;
}

/** What one pair had and has. */
export function changedSets(space: ConnectionSpace, before: PairSets, after: PairSets): ChangedSets {
  return {
    opened: space.subtract(after.allowed, before.allowed),
    closed: space.subtract(before.possible, after.possible),
    had: before.allowed,
    has: after.possible,
    unknown: space.subtract(after.possible, after.allowed),
  };
}

export function joinSets(space: ConnectionSpace, a: ChangedSets, b: ChangedSets): ChangedSets {
  return {
    opened: space.union(a.opened, b.opened),
    closed: space.union(a.closed, b.closed),
    had: space.union(a.had, b.had),
    has: space.union(a.has, b.has),
    unknown: space.union(a.unknown, b.unknown),
  };
}

/** How a draft changes pairs, of which it changes something; the impact's list tells them apart in the same way. */
export function changeKind(space: ConnectionSpace, change: ChangedSets): EdgeImpact {
  const closes = change.closed !== space.none;
  if (change.opened !== space.none) {
    if (change.had === space.none) return 'opened';
    return closes ? 'rearranged' : 'widened';
  }
  if (!closes) return 'uncertain';
  return change.has === space.none ? 'closed' : 'narrowed';
}
