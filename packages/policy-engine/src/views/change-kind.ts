import type { ConnectionSetId, ConnectionSpace } from '../sets/connection-set.ts';
import type { EdgeImpact } from './graph-model.ts';

/** What the pairs that a draft changes had and have, all together. */
export interface ChangedSets {
  readonly opened: ConnectionSetId;
  readonly closed: ConnectionSetId;
  readonly had: ConnectionSetId;
  readonly has: ConnectionSetId;
}

/** How a draft changes what is allowed; null where it only changes what is unknown. */
export function changeKind(space: ConnectionSpace, change: ChangedSets): EdgeImpact | null {
  const opens = change.opened !== space.none;
  const closes = change.closed !== space.none;
  if (!opens && !closes) return null;
  if (change.had === space.none) return 'opened';
  if (change.has === space.none) return 'closed';
  if (opens && closes) return 'rearranged';
  return opens ? 'widened' : 'narrowed';
}
