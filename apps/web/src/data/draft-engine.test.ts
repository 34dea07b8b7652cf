import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromDraftWorker, ToDraftWorker } from '../worker/draft-messages.ts';
import { NO_SESSION, type SessionInfo } from '../worker/messages.ts';
import { requestKind } from '../worker/request.ts';
import { startDraftEngine } from './draft-engine.ts';
import type { Engine, WorkerLike } from './start-engine.ts';

const kind = requestKind<number, string>('ask');

class FakeWorker extends EventTarget implements WorkerLike {
  readonly got: ToDraftWorker[] = [];
  alive = true;
  postMessage(message: ToDraftWorker): void {
    this.got.push(message);
  }
  terminate(): void {
    this.alive = false;
  }
  answer(result: string): void {
    const call = this.got.findLast((message) => message.type === 'call');
    const data: FromDraftWorker = { type: 'result', id: call?.id ?? -1, result };
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

function started() {
  const workers: FakeWorker[] = [];
  const listeners = new Set<() => void>();
  let info: SessionInfo = { ...NO_SESSION, cluster: 'c', revision: 7 };
  const relays: MessagePort[] = [];
  const engine: Engine = {
    // Whatever it is asked, the engine's own worker says so.
    call: (_kind, payload) => Promise.resolve(JSON.parse(JSON.stringify(`engine ${payload}`))),
    session: () => info,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open: () => undefined,
    pause: () => undefined,
    retry: () => undefined,
    relay: (port) => relays.push(port),
    workerRevision: () => 4,
  };
  const drafts = startDraftEngine(engine, () => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  });
  const tell = (change: Partial<SessionInfo>) => {
    info = { ...info, ...change };
    for (const listener of listeners) listener();
  };
  return { drafts, workers, relays, tell };
}

describe('the engine for drafts', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is started by who drafts; until then the other engine answers', async () => {
    const { drafts, workers, relays } = started();
    expect(await drafts.ask(kind, 1)).toEqual({ result: 'engine 1', apart: false });
    expect(workers).toHaveLength(0);
    drafts.start();
    drafts.start();
    expect(workers).toHaveLength(1);
    expect(relays).toHaveLength(1);
    const answer = drafts.ask(kind, 2);
    expect(workers[0]?.got.at(-1)).toMatchObject({ type: 'call', name: 'ask', payload: 2, revision: 4 });
    workers[0]?.answer('draft 2');
    expect(await answer).toEqual({ result: 'draft 2', apart: true });
  });

  it('owes no answer when it is lost: the other engine gives it, and a new worker is started', async () => {
    const { drafts, workers } = started();
    drafts.start();
    const silent = drafts.ask(kind, 1);
    vi.advanceTimersByTime(10_000);
    expect(await silent).toEqual({ result: 'engine 1', apart: false });
    expect(workers.map(({ alive }) => alive)).toEqual([false, true]);
    const failing = drafts.ask(kind, 2);
    workers[1]?.dispatchEvent(new Event('error'));
    expect(await failing).toEqual({ result: 'engine 2', apart: false });
    expect(workers).toHaveLength(3);
    workers[2]?.dispatchEvent(new Event('error'));
    // Three were lost: it is not tried for ever.
    expect(workers).toHaveLength(3);
    expect(await drafts.ask(kind, 3)).toEqual({ result: 'engine 3', apart: false });
  });

  it('is replaced with the worker that tells it about the cluster', async () => {
    const { drafts, workers, relays, tell } = started();
    drafts.start();
    tell({ recovering: true });
    expect(workers[0]?.alive).toBe(false);
    expect(await drafts.ask(kind, 1)).toMatchObject({ apart: false });
    tell({ recovering: false, revision: 8 });
    expect(workers).toHaveLength(2);
    expect(relays).toHaveLength(2);
  });
});
