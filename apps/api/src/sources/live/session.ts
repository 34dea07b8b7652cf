import type { SourceProblem } from '@bulkhead/protocol';
import { type Clock, createAlarm, sleep } from '../../clock.ts';
import { createBackoff } from '../../kube/backoff.ts';
import type { KubeClient } from '../../kube/client.ts';
import { KubeError, problemOf } from '../../kube/error.ts';
import { createLimiter } from '../../kube/limiter.ts';
import type { ReflectorTimings } from '../../kube/reflector.ts';
import { createAccess } from './access.ts';
import { type Discovery, discover } from './discovery.ts';
import type { PartHealth } from './freshness.ts';
import type { Intake } from './intake.ts';
import { createKindWatcher, type KindStatus, type KindWatcher } from './kind-watcher.ts';
import { resourceName, WATCHED_KINDS, type WatchedKind } from './kinds.ts';

/** The watches of one cluster by one client, from the first request to the last. */
export interface Session {
  start(): void;
  stop(): Promise<void>;
  status(): SessionStatus;
}

export interface SessionStatus {
  /** Absent until the server has answered for the first time. */
  readonly discovery?: Discovery;
  readonly parts: readonly PartHealth[];
  readonly kinds: readonly { readonly kind: WatchedKind; readonly status: KindStatus }[];
  /** The server answers no questions about itself; `since` the last time it did. */
  readonly unanswered?: { readonly since: number; readonly problem: SourceProblem; readonly retryAt: number };
}

export interface SessionTimings extends ReflectorTimings {
  /** How often to look whether custom kinds came or went. */
  readonly discoveryMs: number;
}

export interface SessionOptions {
  readonly client: KubeClient;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timings: SessionTimings;
  /** Namespaces that exist as far as one knows without being allowed to list them. */
  readonly knownNamespaces: readonly string[];
  /** The namespaces that were listed, where they may be. */
  readonly listedNamespaces: () => readonly string[];
  readonly onChange: () => void;
}

/** Lists are what costs an API server most; never more than these at once. */
const PARALLEL_LISTS = 4;
/** The scope of namespaces that were asked for by their names. */
const ONE_BY_ONE = 'one-by-one';

export function createSession(options: SessionOptions): Session {
  const { client, intake, clock, random, timings, onChange } = options;
  const stopped = new AbortController();
  const { signal } = stopped;
  const limiter = createLimiter(PARALLEL_LISTS);
  const access = createAccess(client, limiter, clock, timings.forbiddenMs / 2);
  const watchers = new Map<string, KindWatcher>();
  /** Custom kinds that are watched and not served any more, as it seems. */
  const missingSince = new Map<WatchedKind, number>();
  const backoff = createBackoff({ firstMs: timings.backoffFirstMs, mostMs: timings.backoffMostMs, random });
  const work = new Set<Promise<void>>();
  let discovery: Discovery | undefined;
  let unanswered: SessionStatus['unanswered'];
  let lastAnswer = clock.now();
  const look = createAlarm(clock);
  const ask = createAlarm(clock);
  /** Where namespaces may not be listed: each that is known has been asked for. */
  let namespacesAsked = false;

  const track = (promise: Promise<void>) => {
    const done = promise.finally(() => work.delete(done));
    work.add(done);
  };

  const namespaceKind = WATCHED_KINDS.find(({ kind }) => kind === 'Namespace');
  const namespacesForbidden = () =>
    namespaceKind !== undefined && watchers.get(resourceName(namespaceKind))?.status().hidden !== undefined;
  const namespaces = () => (namespacesForbidden() ? options.knownNamespaces : options.listedNamespaces());

  const namespacesChanged = (kind: WatchedKind, { hidden, settled, broken }: KindStatus) => {
    if (hidden !== undefined && !namespacesAsked) ask.wake();
    if (hidden !== undefined || !settled || broken !== undefined || !namespacesAsked) return;
    // They can be listed now, and the list has come.
    namespacesAsked = false;
    intake.setImpliedNamespaces(new Set());
    intake.drop(kind, ONE_BY_ONE);
  };

  const watchKind = (kind: WatchedKind) => {
    const watcher = createKindWatcher({
      kind,
      client,
      intake,
      access,
      clock,
      random,
      limiter,
      timings,
      namespaces,
      onChange: () => {
        if (kind === namespaceKind) {
          for (const other of watchers.values()) other.refresh();
          namespacesChanged(kind, watcher.status());
        }
        // A resource that is gone went with its CRD: look now instead of in a while.
        if (kind.custom && watcher.status().absent) look.wake();
        onChange();
      },
    });
    watchers.set(resourceName(kind), watcher);
    watcher.start();
  };

  const unwatchKind = async (kind: WatchedKind) => {
    const watcher = watchers.get(resourceName(kind));
    if (watcher === undefined) return;
    watchers.delete(resourceName(kind));
    await watcher.stop();
    intake.drop(kind, '');
  };

  const take = (found: Discovery) => {
    discovery = found;
    for (const kind of WATCHED_KINDS) {
      const wanted = !kind.custom || found.served.includes(kind);
      const watched = watchers.has(resourceName(kind));
      if (wanted && !watched) watchKind(kind);
      if (wanted) missingSince.delete(kind);
      if (wanted || !watched) continue;
      // As in the reflector: a server that has just started has forgotten its custom kinds for a while.
      const since = missingSince.get(kind) ?? clock.now();
      missingSince.set(kind, since);
      if (clock.now() - since < timings.confirmMs) continue;
      missingSince.delete(kind);
      track(unwatchKind(kind));
    }
  };

  const lookAround = async () => {
    while (!signal.aborted) {
      let pause = timings.discoveryMs;
      try {
        take(await discover(client, signal));
        if (missingSince.size > 0) pause = Math.min(pause, timings.confirmMs / 3);
        lastAnswer = clock.now();
        unanswered = undefined;
        backoff.reset();
      } catch (error) {
        if (signal.aborted) return;
        pause = backoff.next(error instanceof KubeError ? error.retryAfterMs : undefined);
        unanswered = { since: lastAnswer, problem: problemOf(error), retryAt: clock.now() + pause };
      }
      onChange();
      // An absence may be seen many times before it is understood.
      if ((await look.sleep(pause, signal)) === 'woken') await sleep(clock, timings.backoffFirstMs, signal);
    }
  };

  /** Where namespaces may not be listed, those that are known are asked for one by one. */
  const askForNamespaces = async () => {
    while (!signal.aborted) {
      if (namespacesForbidden() && namespaceKind !== undefined) {
        const found: unknown[] = [];
        const refused = new Set<string>();
        for (const name of options.knownNamespaces) {
          const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
          try {
            found.push(await limiter(() => client.getJson({ path, signal })));
          } catch (error) {
            if (signal.aborted) return;
            // Not being allowed to see it doesn't mean that nothing in it may be seen.
            if (!(error instanceof KubeError && error.status === 404)) refused.add(name);
          }
        }
        if (signal.aborted) return;
        const list = intake.sink(namespaceKind, ONE_BY_ONE).begin();
        list.add(found);
        intake.setImpliedNamespaces(refused);
        list.commit();
        namespacesAsked = true;
        onChange();
      }
      await ask.sleep(timings.forbiddenMs, signal);
    }
  };

  return {
    start() {
      track(lookAround());
      track(askForNamespaces());
    },
    async stop() {
      stopped.abort();
      // Before the waiting: it also ends a sign-in plugin that would be waited for.
      client.close();
      await Promise.all([...watchers.values()].map((watcher) => watcher.stop()));
      await Promise.all(work);
    },
    status() {
      const kinds = [...watchers.values()].map((watcher) => ({
        kind: watcher.kind,
        status: watcher.status(),
      }));
      const parts: PartHealth[] = kinds.map(({ kind, status }) => ({
        resource: resourceName(kind),
        ...status,
        ...(kind === namespaceKind && status.hidden !== undefined ? { settled: namespacesAsked } : {}),
      }));
      return {
        ...(discovery === undefined ? {} : { discovery }),
        parts:
          unanswered === undefined
            ? parts
            : [
                ...parts,
                { resource: 'discovery', settled: discovery !== undefined, items: 0, broken: unanswered },
              ],
        kinds,
        ...(unanswered === undefined ? {} : { unanswered }),
      };
    },
  };
}
