import type { FromDraftWorker, ToDraftWorker } from '../worker/draft-messages.ts';
import type { RequestKind } from '../worker/request.ts';
import { createHearer } from '../worker/telling.ts';
import { answerCaller, type Caller } from './callers.ts';
import type { Engine, WorkerLike } from './start-engine.ts';

/** Asks the worker for drafts, which no view keeps busy. */
export interface DraftEngine {
  /** Starts the worker, if there is none: it costs memory, so only who drafts has one. */
  readonly start: () => void;
  /**
   * An answer about the cluster as it is shown now. `apart`: it is from the worker for drafts; else from the engine's own,
   * because the other is not there (yet), or was lost.
   */
  readonly ask: <Payload, Result>(
    kind: RequestKind<Payload, Result>,
    payload: Payload,
  ) => Promise<{ readonly result: Result; readonly apart: boolean }>;
}

interface Waiting extends Caller {
  /** Asks the engine's own worker instead. */
  readonly giveUp: () => void;
}

/** A worker that has not answered for so long is lost. */
const PATIENCE_MS = 10_000;
const MOST_LOSSES = 3;

/**
 * Keeps a worker for drafts beside an engine's own, which tells it what it knows of the cluster. Where the one for drafts
 * fails, the other answers; where the engine's own is replaced, so is this one.
 */
export function startDraftEngine(engine: Engine, makeWorker: () => WorkerLike): DraftEngine {
  const waiting = new Map<number, Waiting>();
  let worker: WorkerLike | undefined;
  let isWanted = false;
  let losses = 0;
  let nextId = 1;

  const stop = () => {
    worker?.terminate();
    worker = undefined;
    const owed = [...waiting.values()];
    waiting.clear();
    for (const { giveUp } of owed) giveUp();
  };
  const lose = () => {
    losses += 1;
    stop();
    start();
  };

  const start = () => {
    const { recovering, revision } = engine.session();
    if (!isWanted || worker !== undefined || recovering || revision === 0 || losses >= MOST_LOSSES) return;
    const started = makeWorker();
    const heard = createHearer();
    worker = started;
    started.addEventListener('message', (event: MessageEvent<FromDraftWorker>) => {
      if (worker === started) answerCaller(waiting, event.data, heard);
    });
    started.addEventListener('error', () => {
      if (worker === started) lose();
    });
    const { port1, port2 } = new MessageChannel();
    started.postMessage({ type: 'follow', port: port1 } satisfies ToDraftWorker, [port1]);
    engine.relay(port2);
  };

  engine.subscribe(() => {
    if (engine.session().recovering) stop();
    else start();
  });

  return {
    start: () => {
      isWanted = true;
      start();
    },
    ask: async <Payload, Result>(kind: RequestKind<Payload, Result>, payload: Payload) => {
      const here = worker;
      if (here === undefined) return { result: await engine.call(kind, payload), apart: false };
      return new Promise<{ readonly result: Result; readonly apart: boolean }>((resolve, reject) => {
        const id = nextId++;
        const timer = setTimeout(() => {
          if (worker === here && waiting.has(id)) lose();
        }, PATIENCE_MS);
        waiting.set(id, {
          resolve: (result) => {
            clearTimeout(timer);
            // `kind` ties the answer to its type: the handler in the worker was written against the same one.
            resolve({ result: result as Result, apart: true });
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
          giveUp: () => {
            clearTimeout(timer);
            engine.call(kind, payload).then((result) => resolve({ result, apart: false }), reject);
          },
        });
        const message: ToDraftWorker = {
          type: 'call',
          id,
          name: kind.name,
          payload,
          revision: engine.workerRevision(),
        };
        here.postMessage(message);
      });
    },
  };
}
