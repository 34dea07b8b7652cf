import type { EngineClient } from '../worker/client.ts';
import { type FromWorker, NO_SESSION, type SessionInfo, type ToWorker } from '../worker/messages.ts';
import type { RequestKind } from '../worker/request.ts';
import { createHearer } from '../worker/telling.ts';
import { answerCaller, type Caller } from './callers.ts';

/** The worker as the page has it: requests, the session's state, and the few commands that steer it. */
export interface Engine extends EngineClient {
  readonly session: () => SessionInfo;
  readonly subscribe: (listener: () => void) => () => void;
  readonly open: (cluster: string) => void;
  readonly pause: (paused: boolean) => void;
  readonly retry: () => void;
  /** Has what is known of the cluster told to another worker, over this port, until the worker is replaced. */
  readonly relay: (port: MessagePort) => void;
  /** `session().revision` as the worker counts. */
  readonly workerRevision: () => number;
}

/** What of a `Worker` is used; tests pass their own. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'addEventListener' | 'terminate'>;

interface Waiting extends Caller {
  readonly message: Extract<ToWorker, { type: 'call' }>;
}

const TICK_MS = 2_000;
/** Ticks without a sign of life until a worker counts as lost; ticks, because a machine that slept is not a dead worker. */
const PATIENCE = 5;
/** A first load may keep a worker busy for longer than any edit. */
const LOADING_PATIENCE = 4;
const MOST_RESTARTS = 5;
/** A worker that lived this long was not lost for a reason that comes back at once. */
const HEALTHY_TICKS = 30;

/**
 * Speaks with a worker that runs `createHost`; one per page. A worker that ends, hangs or fails is replaced: until the new one
 * has the cluster, the page keeps what it shows and requests wait; then they are asked again. Its revisions count on from
 * those of the old one.
 */
export function startEngine(makeWorker: () => WorkerLike): Engine {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<() => void>();
  let worker: WorkerLike;
  let info = NO_SESSION;
  let cluster: string | null = null;
  let nextId = 1;
  /** Added to the worker's revisions. */
  let offset = 0;
  let ready = true;
  let silentTicks = 0;
  let livedTicks = 0;
  let restarts = 0;

  const send = (message: ToWorker) => worker.postMessage(message);
  const tell = (next: SessionInfo) => {
    info = next;
    for (const listener of listeners) listener();
  };

  const hear = (next: SessionInfo) => {
    if (!ready && next.revision === 0) {
      const { connection, problem, status, receiving } = next;
      tell({ ...info, connection, problem, status: status ?? info.status, receiving });
      return;
    }
    const becomesReady = !ready;
    ready = true;
    const shifted = { ...next, revision: next.revision === 0 ? 0 : next.revision + offset };
    if (shifted.revision > info.revision) {
      const { arrivedAt, compileMs } = shifted;
      performance.mark('bulkhead:compiled', { detail: { arrivedAt, compileMs } });
    }
    if (becomesReady && info.paused) send({ type: 'pause', paused: true });
    tell(shifted);
    if (becomesReady) for (const { message } of waiting.values()) send(message);
  };

  const start = () => {
    const started = makeWorker();
    const heard = createHearer();
    worker = started;
    silentTicks = 0;
    livedTicks = 0;
    started.addEventListener('message', (event: MessageEvent<FromWorker>) => {
      if (worker !== started) return;
      silentTicks = 0;
      const message = event.data;
      if (message.type === 'session') {
        hear(message.info);
      } else if (message.type !== 'pong') {
        answerCaller(waiting, message, heard);
      }
    });
    started.addEventListener('error', (event) => {
      if (worker === started) replace(event.message === '' ? 'It could not be loaded.' : event.message);
    });
  };

  const replace = (why: string) => {
    worker.terminate();
    restarts += 1;
    if (restarts > MOST_RESTARTS) {
      clearInterval(clock);
      for (const { reject } of waiting.values()) reject(new Error(why));
      waiting.clear();
      tell({ ...info, recovering: false, failure: `The engine stopped again and again. ${why}` });
      return;
    }
    start();
    if (cluster === null) return;
    // Nothing to keep where nothing was shown yet.
    ready = info.revision === 0;
    offset = info.revision;
    tell({ ...info, recovering: true });
    send({ type: 'open', cluster });
    if (ready) for (const { message } of waiting.values()) send(message);
  };

  const clock = setInterval(() => {
    silentTicks += 1;
    livedTicks += 1;
    if (livedTicks > HEALTHY_TICKS) restarts = 0;
    const patience = PATIENCE * 2 ** restarts * (info.revision === 0 || !ready ? LOADING_PATIENCE : 1);
    if (silentTicks > patience) replace('It no longer answered.');
    else send({ type: 'ping' });
  }, TICK_MS);

  start();

  const call = <Payload, Result>(
    kind: RequestKind<Payload, Result>,
    payload: Payload,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Result> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      const message = { type: 'call' as const, id, name: kind.name, payload };
      // `kind` ties the answer to its type: the handler in the worker was written against the same one.
      waiting.set(id, { resolve: (result) => resolve(result as Result), reject, message });
      options?.signal?.addEventListener('abort', () => {
        if (!waiting.delete(id)) return;
        send({ type: 'abort', id });
        reject(new DOMException('The request was given up.', 'AbortError'));
      });
      if (ready) send(message);
    });

  return {
    call,
    session: () => info,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open: (id) => {
      cluster = id;
      ready = true;
      send({ type: 'open', cluster: id });
    },
    pause: (paused) => send({ type: 'pause', paused }),
    retry: () => send({ type: 'retry' }),
    relay: (port) => worker.postMessage({ type: 'relay', port } satisfies ToWorker, [port]),
    workerRevision: () => info.revision - offset,
  };
}
