import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FromWorker, NO_SESSION, type SessionInfo, type ToWorker } from '../worker/messages.ts';
import { requestKind } from '../worker/request.ts';
import { startEngine, type WorkerLike } from './start-engine.ts';

/** A worker that does what the test says, and can stop without a word. */
class FakeWorker extends EventTarget implements WorkerLike {
  readonly got: ToWorker[] = [];
  alive = true;
  postMessage(message: ToWorker): void {
    if (!this.alive) return;
    this.got.push(message);
    if (message.type === 'ping') this.say({ type: 'pong' });
  }
  terminate(): void {
    this.alive = false;
  }
  say(message: FromWorker): void {
    this.dispatchEvent(new MessageEvent('message', { data: message }));
  }
  session(change: Partial<SessionInfo>): void {
    this.say({ type: 'session', info: { ...NO_SESSION, cluster: 'c', ...change } });
  }
  calls(): readonly string[] {
    return this.got.flatMap((message) => (message.type === 'call' ? [message.name] : []));
  }
}

const kind = requestKind<number, string>('ask');

function started() {
  const workers: FakeWorker[] = [];
  const engine = startEngine(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  });
  engine.open('c');
  const worker = (index: number) => {
    const found = workers[index];
    if (found === undefined) throw new Error(`no worker ${index}`);
    return found;
  };
  return { engine, worker, count: () => workers.length };
}

describe('the link to the worker', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('replaces a worker that ended without a word, and asks again what it owed', async () => {
    const { engine, worker, count } = started();
    worker(0).session({ revision: 3 });
    const answer = engine.call(kind, 1);
    worker(0).alive = false;
    vi.advanceTimersByTime(60_000);
    expect(count()).toBe(2);
    expect(engine.session()).toMatchObject({ revision: 3, recovering: true });
    expect(worker(1).got[0]).toEqual({ type: 'open', cluster: 'c' });
    const later = engine.call(kind, 2);
    worker(1).session({ revision: 0, connection: 'open' });
    expect(worker(1).calls(), 'nothing is asked of a worker that knows nothing').toEqual([]);
    worker(1).session({ revision: 1 });
    expect(engine.session()).toMatchObject({ revision: 4, recovering: false });
    expect(worker(1).calls()).toEqual(['ask', 'ask']);
    for (const message of worker(1).got) {
      if (message.type === 'call')
        worker(1).say({ type: 'result', id: message.id, result: `${message.payload}` });
    }
    expect(await Promise.all([answer, later])).toEqual(['1', '2']);
  });

  it('leaves a worker alone that answers, however long', () => {
    const { worker, count } = started();
    worker(0).session({ revision: 1 });
    vi.advanceTimersByTime(600_000);
    expect(count()).toBe(1);
  });

  it('replaces one that fails, and gives up on one that always does', () => {
    const { engine, worker, count } = started();
    worker(0).session({ revision: 1 });
    for (let index = 0; index < 6; index += 1) {
      worker(index).dispatchEvent(Object.assign(new Event('error'), { message: 'broken' }));
    }
    expect(count()).toBe(6);
    expect(engine.session()).toMatchObject({ revision: 1, recovering: false });
    expect(engine.session().failure).toContain('broken');
  });
});
