import type { SourceProblem } from '@bulkhead/protocol';
import { type Cancel, type Clock, sleep } from '../clock.ts';
import { createBackoff } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { KubeError, problemOf } from './error.ts';
import type { Limiter } from './limiter.ts';
import { listPages } from './list.ts';
import { watch } from './watch.ts';

/** Where a reflector's objects go. */
export interface ReflectorSink {
  /** A whole new list begins. It takes effect with `commit`; one that is never committed is dropped. */
  begin(): ListIntake;
  upsert(object: unknown): void;
  remove(object: unknown): void;
}

export interface ListIntake {
  add(items: readonly unknown[]): void;
  /** Everything that was not added is gone. */
  commit(): void;
}

export type ReflectorState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'listing'; readonly remaining?: number }
  /** In step with the server. */
  | { readonly phase: 'watching' }
  /** Not in step since `since`; tried again at `retryAt`. */
  | {
      readonly phase: 'broken';
      readonly since: number;
      readonly problem: SourceProblem;
      readonly retryAt: number;
    }
  /** 403: nobody may be asked again soon. */
  | { readonly phase: 'forbidden'; readonly problem: SourceProblem; readonly retryAt: number }
  /** 404: the server has no such resource (any more). */
  | { readonly phase: 'absent' };

export interface Reflector {
  start(): void;
  /** Resolves when no request is under way any more. The sink isn't called after. */
  stop(): Promise<void>;
  status(): ReflectorState;
  /** Whether one whole list has been committed, or there can be none. */
  settled(): boolean;
  /** How many items the last list has brought so far. */
  items(): number;
}

export interface ReflectorTimings {
  readonly pageSize: number;
  readonly backoffFirstMs: number;
  readonly backoffMostMs: number;
  /** See `WatchOptions.idleMs`. */
  readonly watchIdleMs: number;
  /** Watches last between this and twice this, so that they don't all end at once. */
  readonly watchSeconds: number;
  /** How long until something forbidden is asked for again; at first it is asked for sooner. */
  readonly forbiddenMs: number;
  /**
   * How long a 403 or 404 must go on before what was readable until then is given up. A server that has just started
   * knows neither its roles nor its custom kinds for some seconds, and answers as if there were none.
   */
  readonly confirmMs: number;
  /** A watch that a server ends sooner than this counts as a failure when it comes to waiting. */
  readonly shortWatchMs: number;
  /** How long the way from one watch to the next may take before it counts as an interruption. */
  readonly graceMs: number;
}

export const REFLECTOR_TIMINGS: ReflectorTimings = {
  pageSize: 500,
  backoffFirstMs: 500,
  backoffMostMs: 30_000,
  watchIdleMs: 75_000,
  watchSeconds: 240,
  forbiddenMs: 60_000,
  confirmMs: 15_000,
  shortWatchMs: 1_000,
  graceMs: 3_000,
};

export interface ReflectorOptions {
  readonly client: KubeClient;
  readonly path: string;
  /** Media types for lists and for watches. */
  readonly accept: { readonly list: string; readonly watch: string };
  readonly sink: ReflectorSink;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limiter: Limiter;
  readonly timings: ReflectorTimings;
  readonly onChange: () => void;
}

/** After so many lists whose revision expired before their last page, the whole is asked for in one answer. */
const PAGED_ATTEMPTS = 2;
/** A watch that fails so often at one revision, without a single event, is given up for a new list. */
const FAILURES_BEFORE_RELIST = 4;

/**
 * Keeps a sink in step with one collection of a cluster: lists it, then watches from the list's revision, and goes on
 * doing so whatever happens. The library's informer doesn't ask for bookmarks or pages, retries without waiting and
 * doesn't notice a dead connection (https://kubernetes.io/docs/reference/using-api/api-concepts/).
 */
export function createReflector(options: ReflectorOptions): Reflector {
  const { client, path, accept, sink, clock, random, limiter, timings, onChange } = options;
  const stopped = new AbortController();
  const { signal } = stopped;
  const backoff = createBackoff({ firstMs: timings.backoffFirstMs, mostMs: timings.backoffMostMs, random });
  let state: ReflectorState = { phase: 'idle' };
  const forbiddenBackoff = createBackoff({
    firstMs: timings.forbiddenMs / 8,
    mostMs: timings.forbiddenMs,
    random,
  });
  let settled = false;
  /** The sink has what the last list and the watch after it brought. */
  let holds = false;
  let deniedSince: number | undefined;
  let items = 0;
  let running: Promise<void> | undefined;
  let lastInStep = clock.now();
  let cancelGrace: Cancel = () => undefined;

  const enter = (next: ReflectorState) => {
    if (signal.aborted) return;
    if (state.phase === 'watching') lastInStep = clock.now();
    cancelGrace();
    state = next;
    onChange();
  };
  const since = () =>
    state.phase === 'broken' ? state.since : state.phase === 'watching' ? clock.now() : lastInStep;

  /** @returns the revision to watch from, or `undefined` when there is none yet */
  const list = async (pageSize: number): Promise<string | undefined> => {
    let resourceVersion: string | undefined;
    const intake = sink.begin();
    items = 0;
    if (!settled) enter({ phase: 'listing' });
    for await (const page of listPages({ client, path, accept: accept.list, pageSize, signal, limiter })) {
      if (signal.aborted) return undefined;
      intake.add(page.items);
      items += page.items.length;
      resourceVersion = page.resourceVersion;
      const { remaining } = page;
      if (!settled) enter({ phase: 'listing', ...(remaining === undefined ? {} : { remaining }) });
    }
    if (signal.aborted) return undefined;
    intake.commit();
    settled = true;
    holds = true;
    deniedSince = undefined;
    forbiddenBackoff.reset();
    return resourceVersion;
  };

  const wait = async (error: KubeError) => {
    const { problem, status, retryAfterMs } = error;
    if (status === 403 || status === 404) {
      const now = clock.now();
      deniedSince ??= now;
      if (holds && now - deniedSince < timings.confirmMs) {
        const delay = Math.min(backoff.next(), timings.confirmMs / 3);
        enter({ phase: 'broken', since: since(), problem, retryAt: now + delay });
        await sleep(clock, delay, signal);
        return;
      }
      settled = true;
      holds = false;
      sink.begin().commit();
      const retryAt = now + forbiddenBackoff.next();
      enter(status === 403 ? { phase: 'forbidden', problem, retryAt } : { phase: 'absent' });
      await sleep(clock, retryAt - now, signal);
      return;
    }
    const delay = backoff.next(retryAfterMs);
    enter({ phase: 'broken', since: since(), problem, retryAt: clock.now() + delay });
    await sleep(clock, delay, signal);
  };

  const run = async () => {
    let revision: string | undefined;
    let expiredLists = 0;
    let failures = 0;
    while (!signal.aborted) {
      if (revision === undefined) {
        try {
          revision = await list(expiredLists < PAGED_ATTEMPTS ? timings.pageSize : 0);
          expiredLists = 0;
          failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          const known = error instanceof KubeError ? error : new KubeError(problemOf(error));
          if (known.status === 410) expiredLists++;
          await wait(known);
        }
        continue;
      }
      const from = revision;
      const startedAt = clock.now();
      let opened = false;
      const end = await watch({
        client,
        path,
        accept: accept.watch,
        resourceVersion: from,
        signal,
        clock,
        timeoutSeconds: Math.round(timings.watchSeconds * (1 + random())),
        idleMs: timings.watchIdleMs,
        onOpen: () => {
          opened = true;
          enter({ phase: 'watching' });
        },
        onProgress: (resourceVersion, event) => {
          if (signal.aborted) return;
          revision = resourceVersion;
          failures = 0;
          backoff.reset();
          if (event?.type === 'upsert') sink.upsert(event.object);
          else if (event?.type === 'delete') sink.remove(event.object);
        },
      });
      if (signal.aborted) return;
      const lasted = clock.now() - startedAt;
      if (opened && lasted >= timings.shortWatchMs) backoff.reset();
      switch (end.how) {
        case 'expired':
          revision = undefined;
          // Every client of a restarted server is told this at the same time.
          await sleep(clock, random() * timings.backoffFirstMs, signal);
          break;
        case 'silent':
        case 'ended':
          // The next watch usually opens within milliseconds; only if it doesn't is this an interruption.
          cancelGrace = clock.after(timings.graceMs, () => {
            if (state.phase !== 'watching') return;
            const problem = {
              code: 'timeout' as const,
              title: 'The API server does not answer in time.',
            };
            enter({ phase: 'broken', since: startedAt + lasted, problem, retryAt: clock.now() });
          });
          if (lasted < timings.shortWatchMs) await sleep(clock, backoff.next(), signal);
          break;
        case 'failed': {
          const { code } = end.error.problem;
          // A connection that broke says nothing against the revision.
          if (!(opened && code === 'unreachable')) failures = revision === from ? failures + 1 : 1;
          // A server that was away may have come back with another history; a list tells, a watch would not.
          if (failures >= FAILURES_BEFORE_RELIST || code === 'connection-refused') revision = undefined;
          if (end.error.status === 403 || end.error.status === 404) revision = undefined;
          await wait(end.error);
          break;
        }
      }
    }
  };

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopped.abort();
      cancelGrace();
      await running;
    },
    status: () => state,
    settled: () => settled,
    items: () => items,
  };
}
