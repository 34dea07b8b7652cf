import {
  keepPreviousData,
  queryOptions,
  type UseQueryResult,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
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

/** How an answer of the worker is asked for and kept: under what it depends on. */
function answerOf<Payload, Result>(
  engine: Engines,
  { cluster, revision, overlay }: SessionInfo,
  kind: RequestKind<Payload, Result>,
  payload: Payload,
) {
  return queryOptions({
    queryKey: ['engine', kind.name, cluster, revision, overlay, payload],
    queryFn: ({ signal }) => engine.call(kind, payload, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
    retry: false,
    networkMode: 'always',
  });
}

/**
 * An answer of the worker about the cluster as it is now. While a newer one is being computed the previous one stays
 * (`isPlaceholderData`).
 */
export function useEngineQuery<Payload, Result>(
  kind: RequestKind<Payload, Result>,
  payload: Payload,
  options: { readonly enabled?: boolean } = {},
): UseQueryResult<Result> {
  const session = useSession();
  return useQuery({
    ...answerOf(useEngine(), session, kind, payload),
    enabled: session.revision > 0 && options.enabled !== false,
    placeholderData: keepPreviousData,
  });
}

/**
 * Asks the worker ahead: `useEngineQuery` then finds the answer, or it on its way.
 * @returns gives it up, unless somebody has asked the same in the meantime
 */
export function useEngineAhead(): <Payload, Result>(
  kind: RequestKind<Payload, Result>,
  payload: Payload,
) => () => void {
  const engine = useEngine();
  const queries = useQueryClient();
  return useCallback(
    (kind, payload) => {
      const session = engine.session();
      if (session.revision === 0) return () => undefined;
      const asked = answerOf(engine, session, kind, payload);
      void queries.prefetchQuery(asked);
      const { queryKey } = asked;
      return () => void queries.cancelQueries({ queryKey, exact: true, type: 'inactive' });
    },
    [engine, queries],
  );
}
