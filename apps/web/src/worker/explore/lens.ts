import { type Lens, lensOf, type PortRange } from '@bulkhead/policy-engine';
import type { EngineSession } from '../session.ts';

let last: (Pick<Lens, 'before' | 'after'> & { readonly ports: string; readonly lens: Lens }) | undefined;

/**
 * The cluster as the views see it: with the draft's state beside it where one is shown. The same lens for as long as nothing
 * of that changes, since views remember by it what they found.
 */
export function sessionLens(session: EngineSession, ports: readonly PortRange[] = []): Lens {
  const before = session.overlay?.before ?? session.cluster;
  const after = session.overlay?.after ?? before;
  const key = JSON.stringify(ports);
  if (last?.before !== before || last.after !== after || last.ports !== key) {
    last = { before, after, ports: key, lens: lensOf(before, after, ports) };
  }
  return last.lens;
}
