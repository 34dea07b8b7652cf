import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { SessionInfo } from '../worker/messages.ts';
import type { RequestKind } from '../worker/request.ts';
import type { DraftEngine } from './draft-engine.ts';
import type { Engine } from './start-engine.ts';

/** The engine, and beside it the one for drafts. */
export interface Engines extends Engine {
  readonly drafts: DraftEngine;
}

const EngineContext = createContext<Engines | null>(null);
export const EngineProvider = EngineContext.Provider;

/** The workers. Only below `EngineProvider`. */
export function useEngine(): Engines {
  const engine = useContext(EngineContext);
  if (engine === null) throw new Error('useEngine needs an EngineProvider above it');
  return engine;
}

/** The session's state; renders again when it changes. */
export function useSession(): SessionInfo {
  const engine = useEngine();
  return useSyncExternalStore(engine.subscribe, engine.session);
}

/**
 * An answer of the worker about the cluster as it is now, cached under what it depends on. While a newer one is being
 * computed the previous one stays (`isPlaceholderData`).
 */
export function useEngineQuery<Payload, Result>(
  kind: RequestKind<Payload, Result>,
  payload: Payload,
  options: { readonly enabled?: boolean } = {},
): UseQueryResult<Result> {
  const engine = useEngine();
  const { cluster, revision, overlay } = useSession();
  return useQuery({
    queryKey: ['engine', kind.name, cluster, revision, overlay, payload],
    queryFn: ({ signal }) => engine.call(kind, payload, { signal }),
    enabled: revision > 0 && options.enabled !== false,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
    retry: false,
    networkMode: 'always',
  });
}
