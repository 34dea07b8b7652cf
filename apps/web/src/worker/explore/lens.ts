import { type Lens, lensOf, type PortRange } from '@bulkhead/policy-engine';
import type { EngineSession } from '../session.ts';

/** The cluster as the views see it: with the draft's state beside it where one is shown. */
export function sessionLens(session: EngineSession, ports: readonly PortRange[] = []): Lens {
  return lensOf(session.overlay?.before ?? session.cluster, session.overlay?.after, ports);
}
