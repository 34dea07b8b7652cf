import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { EngineClient } from '../worker/client.ts';
import { type FromWorker, NO_SESSION, type SessionInfo, type ToWorker } from '../worker/messages.ts';
import type { RequestKind } from '../worker/request.ts';

/** The worker as the page has it: requests, the session's state, and the few commands that steer it. */
export interface Engine extends EngineClient {
  readonly session: () => SessionInfo;
  readonly subscribe: (listener: () => void) => () => void;
  readonly open: (cluster: string) => void;
  readonly pause: (paused: boolean) => void;
  readonly retry: () => void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Speaks with a worker that runs `createHost`. One per page. */
export function startEngine(worker: Worker): Engine {
  const send = (message: ToWorker) => worker.postMessage(message);
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<() => void>();
  let info = NO_SESSION;
  let nextId = 1;

  worker.addEventListener('message', (event: MessageEvent<FromWorker>) => {
    const message = event.data;
    if (message.type === 'session') {
      if (message.info.revision > info.revision) {
        const { arrivedAt, compileMs } = message.info;
        performance.mark('bulkhead:compiled', { detail: { arrivedAt, compileMs } });
      }
      info = message.info;
      for (const listener of listeners) listener();
      return;
    }
    const caller = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === 'result') caller?.resolve(message.result);
    else caller?.reject(new Error(message.message));
  });
  worker.addEventListener('error', (event) => {
    info = { ...info, failure: event.message };
    for (const listener of listeners) listener();
  });

  const call = <Payload, Result>(
    kind: RequestKind<Payload, Result>,
    payload: Payload,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Result> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      // `kind` ties the answer to its type: the handler in the worker was written against the same one.
      waiting.set(id, { resolve: (result) => resolve(result as Result), reject });
      options?.signal?.addEventListener('abort', () => {
        if (!waiting.delete(id)) return;
        send({ type: 'abort', id });
        reject(new DOMException('The request was given up.', 'AbortError'));
      });
      send({ type: 'call', id, name: kind.name, payload });
    });

  return {
    call,
    session: () => info,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open: (cluster) => send({ type: 'open', cluster }),
    pause: (paused) => send({ type: 'pause', paused }),
    retry: () => send({ type: 'retry' }),
  };
}

const EngineContext = createContext<Engine | null>(null);
export const EngineProvider = EngineContext.Provider;

/** The worker. Only below `EngineProvider`. */
export function useEngine(): Engine {
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
