import type { Invariant } from '@bulkhead/policy-engine';
import { useMemo } from 'react';
import { useEngineQuery } from '../../../data/engine.ts';
import { useDraftTools } from '../session.ts';
import { type PinVerdict, pinsRequest } from '../worker/requests.ts';
import { type PinStore, pinStore, usePins } from './store.ts';

export interface JudgedPin {
  readonly invariant: Invariant;
  /** Absent while it is being judged. */
  readonly verdict: PinVerdict | undefined;
}

/** The pins of the cluster that is shown, each judged with and without the draft. */
export function useJudgedPins(): { readonly store: PinStore; readonly pins: readonly JudgedPin[] } {
  const { store: drafts } = useDraftTools();
  const store = pinStore(drafts.cluster);
  const invariants = usePins(store);
  const { data } = useEngineQuery(pinsRequest, { invariants }, { enabled: invariants.length > 0 });
  const pins = useMemo(
    () =>
      invariants.map((invariant) => ({
        invariant,
        verdict: data?.find(({ name }) => name === invariant.name),
      })),
    [invariants, data],
  );
  return { store, pins };
}
