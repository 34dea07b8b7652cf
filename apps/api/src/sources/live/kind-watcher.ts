import type { SourceProblem } from '@bulkhead/protocol';
import { type Clock, sleep } from '../../clock.ts';
import type { KubeClient } from '../../kube/client.ts';
import { problemOf } from '../../kube/error.ts';
import type { Limiter } from '../../kube/limiter.ts';
import { createReflector, type Reflector, type ReflectorTimings } from '../../kube/reflector.ts';
import type { Access } from './access.ts';
import type { Intake } from './intake.ts';
import { acceptOf, collectionPath, type WatchedKind } from './kinds.ts';

/** How one kind is doing, over all the places it is read from. */
export interface KindStatus {
  /** A first whole list has come from everywhere it may come from. */
  readonly settled: boolean;
  readonly items: number;
  readonly remaining?: number;
  readonly broken?: { readonly since: number; readonly problem: SourceProblem; readonly retryAt: number };
  /** The server has no such kind. */
  readonly absent: boolean;
  /** It may not be listed in the whole cluster, so that whatever is in namespaces that aren't known isn't seen. */
  readonly narrow: boolean;
  /** What may not be read; `namespaces` absent: anywhere. */
  readonly hidden?: { readonly namespaces?: readonly string[]; readonly reason: string };
}

/** Keeps the intake in step with one kind, wherever it may be read. */
export interface KindWatcher {
  readonly kind: WatchedKind;
  start(): void;
  stop(): Promise<void>;
  status(): KindStatus;
  /** The namespaces that are known have changed. */
  refresh(): void;
}

export interface KindWatcherOptions {
  readonly kind: WatchedKind;
  readonly client: KubeClient;
  readonly intake: Intake;
  readonly access: Access;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limiter: Limiter;
  readonly timings: ReflectorTimings;
  /** Where to look when the whole cluster may not be listed. */
  readonly namespaces: () => readonly string[];
  readonly onChange: () => void;
}

/** Each takes a connection to the API server for good. */
const MOST_NAMESPACES = 200;
const CLUSTER = '';

/**
 * Watches a kind in the whole cluster or, where that is forbidden, in each namespace where it is allowed. What is
 * forbidden is asked for again from time to time, since roles change.
 */
export function createKindWatcher(options: KindWatcherOptions): KindWatcher {
  const { kind, client, intake, access, clock, random, limiter, timings, onChange } = options;
  const stopped = new AbortController();
  const { signal } = stopped;
  const wide = reflect(CLUSTER);
  const narrow = new Map<string, Reflector>();
  /** Namespaces where the answer was no, and why. */
  let refused: ReadonlyMap<string, string> = new Map();
  let surveyed = false;
  let surveyProblem: KindStatus['broken'];
  let survey: Promise<void> | undefined;
  let surveyAgain = false;
  const retiring = new Set<Promise<void>>();

  function reflect(scope: string): Reflector {
    return createReflector({
      client,
      path: collectionPath(kind, scope === CLUSTER ? undefined : scope),
      accept: acceptOf(kind),
      sink: intake.sink(kind, scope),
      clock,
      random,
      limiter,
      timings,
      onChange: () => {
        if (scope === CLUSTER) wideChanged();
        onChange();
      },
    });
  }

  const retire = (namespace: string) => {
    const reflector = narrow.get(namespace);
    if (reflector === undefined) return;
    narrow.delete(namespace);
    const done = reflector.stop().finally(() => retiring.delete(done));
    retiring.add(done);
    intake.drop(kind, namespace);
  };

  const wideChanged = () => {
    const { phase } = wide.status();
    if (phase === 'forbidden' && kind.namespaced) void resurvey();
    if (phase === 'watching' && (narrow.size > 0 || surveyed)) {
      for (const namespace of [...narrow.keys()]) retire(namespace);
      refused = new Map();
      surveyed = false;
    }
  };

  /** Finds out where the kind may be read, and reads it there. */
  const surveyOnce = async () => {
    const known = options.namespaces();
    const candidates = known.slice(0, MOST_NAMESPACES);
    const no = new Map<string, string>();
    for (const name of known.slice(MOST_NAMESPACES))
      no.set(name, 'there are too many to be watched one by one');
    await Promise.all(
      candidates.map(async (name) => {
        if (!(await access.mayWatch(name, kind, signal)))
          no.set(name, 'you have no permission to list and watch it');
      }),
    );
    if (signal.aborted || wide.status().phase !== 'forbidden') return;
    for (const name of [...narrow.keys()]) if (!candidates.includes(name) || no.has(name)) retire(name);
    for (const name of candidates) {
      if (no.has(name) || narrow.has(name)) continue;
      const reflector = reflect(name);
      narrow.set(name, reflector);
      reflector.start();
    }
    refused = no;
    surveyed = true;
    surveyProblem = undefined;
    onChange();
  };

  const resurvey = async () => {
    if (survey !== undefined) {
      surveyAgain = true;
      return;
    }
    do {
      surveyAgain = false;
      survey = surveyOnce().catch(async (error: unknown) => {
        if (signal.aborted) return;
        const retryAt = clock.now() + timings.backoffMostMs * (0.5 + random() / 2);
        surveyProblem = { since: surveyProblem?.since ?? clock.now(), problem: problemOf(error), retryAt };
        onChange();
        await sleep(clock, retryAt - clock.now(), signal);
        surveyAgain = true;
      });
      await survey;
      survey = undefined;
    } while (surveyAgain && !signal.aborted);
  };

  const hiddenNow = (): KindStatus['hidden'] => {
    const state = wide.status();
    if (state.phase !== 'forbidden') return undefined;
    const reason = state.problem.detail ?? 'you have no permission to list it';
    if (!kind.namespaced) return { reason };
    if (!surveyed) return undefined;
    const closed = [...narrow]
      .filter(([, reflector]) => reflector.status().phase === 'forbidden')
      .map(([name]) => name);
    const namespaces = [...refused.keys(), ...closed].sort();
    // Not one namespace could be read: whatever others there are can't either.
    if (closed.length === narrow.size) return { reason };
    if (namespaces.length === 0) return undefined;
    return {
      namespaces,
      reason: refused.get(namespaces[0] ?? '') ?? 'you have no permission to list and watch it',
    };
  };

  return {
    kind,
    start: () => wide.start(),
    async stop() {
      stopped.abort();
      await Promise.all([
        wide.stop(),
        ...[...narrow.values()].map((reflector) => reflector.stop()),
        survey,
        ...retiring,
      ]);
    },
    refresh() {
      if (wide.status().phase === 'forbidden' && kind.namespaced) void resurvey();
    },
    status() {
      const inNamespaces = wide.status().phase === 'forbidden' && kind.namespaced;
      const reflectors = inNamespaces ? [...narrow.values()] : [wide];
      const states = reflectors.map((reflector) => reflector.status());
      const listing = states.filter((state) => state.phase === 'listing');
      const broken = [
        ...states.filter((state) => state.phase === 'broken'),
        ...(inNamespaces && surveyProblem !== undefined ? [surveyProblem] : []),
      ].sort((a, b) => a.since - b.since)[0];
      const remaining = listing.reduce((sum, state) => sum + (state.remaining ?? 0), 0);
      const hidden = hiddenNow();
      return {
        settled: reflectors.every((reflector) => reflector.settled()) && (!inNamespaces || surveyed),
        narrow: inNamespaces,
        absent: wide.status().phase === 'absent',
        items: reflectors.reduce((sum, reflector) => sum + reflector.items(), 0),
        ...(remaining === 0 ? {} : { remaining }),
        ...(broken === undefined
          ? {}
          : { broken: { since: broken.since, problem: broken.problem, retryAt: broken.retryAt } }),
        ...(hidden === undefined ? {} : { hidden }),
      };
    },
  };
}
