import { type HiddenRecord, UNLISTED_NAMESPACES } from '@bulkhead/policy-engine';
import type { ClusterStatus, Enforcement, Freshness, SourceProblem } from '@bulkhead/protocol';
import type { Cancel, Clock } from '../../clock.ts';
import { createClient, type KubeClient } from '../../kube/client.ts';
import { KubeError, problemOf } from '../../kube/error.ts';
import type { KubeconfigEntry } from '../../kube/kubeconfig.ts';
import { REFLECTOR_TIMINGS } from '../../kube/reflector.ts';
import { createEmitter } from '../../signal.ts';
import type { ClusterSource } from '../source.ts';
import { createStore } from '../store.ts';
import { dryRunPolicies } from './dry-run.ts';
import { type FollowedEnforcement, followEnforcement } from './enforcement.ts';
import { freshnessOf } from './freshness.ts';
import { createIntake } from './intake.ts';
import { resourceName } from './kinds.ts';
import { createSession, type Session, type SessionStatus, type SessionTimings } from './session.ts';

export interface LiveTimings extends SessionTimings {
  /** Changes this close together become one revision. */
  readonly coalesceMs: number;
  readonly staleAfterMs: number;
  /** Until the first byte of an answer, and between two bytes of one. */
  readonly answerMs: number;
  /** How often the engine's own settings are read. */
  readonly settingsMs: number;
}

export const LIVE_TIMINGS: LiveTimings = {
  ...REFLECTOR_TIMINGS,
  discoveryMs: 30_000,
  coalesceMs: 100,
  staleAfterMs: 60_000,
  answerMs: 30_000,
  settingsMs: 300_000,
};

export interface LiveSourceOptions {
  readonly id: string;
  /** The context's entry, read anew when signing in fails: `kubectl` or a login may have changed it. */
  readonly loadEntry: () => Promise<KubeconfigEntry>;
  /** Namespaces to look into where they may not be listed, beside the context's own. */
  readonly namespaces?: readonly string[];
  /** Whether the API server may be asked to validate policies by a dry run; default: no. */
  readonly allowDryRun?: boolean;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly env?: NodeJS.ProcessEnv;
  readonly timings?: Partial<LiveTimings>;
}

/** Problems that another kubeconfig entry may solve. */
const WORTH_RELOADING: ReadonlySet<SourceProblem['code']> = new Set([
  'unauthorized',
  'tls',
  'connection-refused',
  'host-not-found',
  'exec-plugin-failed',
  'kubeconfig-invalid',
  'context-not-found',
  'timeout',
  'unreachable',
]);

/** A cluster, read through its API server and kept up to date by watches. */
export function createLiveSource(options: LiveSourceOptions): ClusterSource {
  const { id, clock, random = Math.random } = options;
  const timings = { ...LIVE_TIMINGS, ...options.timings };
  const store = createStore();
  const intake = createIntake({ store, clock, coalesceMs: timings.coalesceMs });
  const changed = createEmitter<void>();
  let entryText = '';
  let session: Session | undefined;
  let current: KubeClient | undefined;
  let enforcement: FollowedEnforcement | undefined;
  let freshness: Freshness = { state: 'connecting', since: clock.now() };
  let hidden: readonly HiddenRecord[] = [];
  let behindPods = false;
  let stopped = false;
  let cancelTimer: Cancel = () => undefined;
  let busy: Promise<void> = Promise.resolve();
  let lastChange: number | undefined;
  const unsubscribe = store.subscribe(() => {
    lastChange = clock.now();
    // A pod may be the first of a namespace that nothing else shows.
    if (behindPods && session !== undefined) takeHidden(session.status());
  });

  const enter = (next: Freshness) => {
    freshness = next.state === freshness.state && next.state === 'live' ? freshness : next;
    changed.emit();
  };

  const seenNamespaces = () => [...store.keys('namespace')].filter((name) => name !== UNLISTED_NAMESPACES);

  const onMessage = (message: string) => {
    if (stopped || freshness.state !== 'connecting') return;
    enter({ ...freshness, message });
  };

  const begin = (entry: KubeconfigEntry) => {
    const client = createClient(entry, {
      clock,
      ...(options.env === undefined ? {} : { env: options.env }),
      timings: { answerMs: timings.answerMs, idleMs: timings.answerMs },
      onMessage,
    });
    const own = entry.context.namespace ?? 'default';
    const next = createSession({
      client,
      intake,
      clock,
      random,
      timings,
      knownNamespaces: [...new Set([own, ...(options.namespaces ?? [])])],
      listedNamespaces: seenNamespaces,
      onChange: () => {
        if (session === next) update();
      },
    });
    session = next;
    current = client;
    enforcement = followEnforcement({
      client,
      clock,
      intake,
      store,
      session: next,
      settingsMs: timings.settingsMs,
      onChange: () => changed.emit(),
    });
    next.start();
    enforcement.start();
  };

  const end = async () => {
    const ending = [session?.stop(), enforcement?.stop()];
    session = undefined;
    current = undefined;
    enforcement = undefined;
    await Promise.all(ending);
  };

  /** Reads the kubeconfig's entry and, if it isn't the one in use, begins anew with it. */
  const connect = async () => {
    try {
      const entry = await options.loadEntry();
      const text = JSON.stringify(entry);
      if (stopped || (session !== undefined && text === entryText)) return;
      await end();
      if (stopped) return;
      entryText = text;
      begin(entry);
    } catch (error) {
      if (session !== undefined || stopped) return;
      const retryAt = clock.now() + timings.backoffMostMs;
      enter({ state: 'failed', since: freshness.since, problem: problemOf(error), retryAt });
      again(timings.backoffMostMs);
    }
  };

  const again = (ms: number) => {
    cancelTimer();
    if (stopped) return;
    cancelTimer = clock.after(ms, () => {
      busy = busy.then(connect).then(update);
    });
  };

  const update = () => {
    if (stopped || session === undefined) return;
    const status = session.status();
    const forbidden = nothingReadable(status);
    takeHidden(status);
    const allSettled =
      status.discovery !== undefined && status.parts.length > 0 && status.parts.every((part) => part.settled);
    if (allSettled && !store.ready() && forbidden === undefined) {
      intake.flush();
      store.commit([], { hidden });
      store.markReady();
    }
    const now = clock.now();
    if (status.discovery === undefined && status.unanswered === undefined) return;
    const next = freshnessOf({
      now,
      since: sinceFor(now),
      ready: store.ready(),
      parts: status.parts,
      staleAfterMs: timings.staleAfterMs,
      ...(forbidden === undefined ? {} : { forbidden }),
    });
    enter(next);
    if (next.state === 'reconnecting' || next.state === 'stale' || next.state === 'failed') {
      const worthIt = next.problem !== undefined && WORTH_RELOADING.has(next.problem.code);
      const turns =
        next.state === 'reconnecting' ? next.since + timings.staleAfterMs - now : Number.POSITIVE_INFINITY;
      // Another look at the kubeconfig, or the moment at which an interruption has lasted too long.
      const wait = Math.min(
        worthIt ? timings.backoffMostMs / 3 : Number.POSITIVE_INFINITY,
        Math.max(1, turns),
      );
      if (Number.isFinite(wait)) again(wait);
    }
  };

  /** A state that goes on keeps its beginning. */
  const sinceFor = (now: number) => {
    const same = freshness.state === 'loading' || freshness.state === 'live' || freshness.state === 'failed';
    if (same && !(freshness.state !== 'live' && store.ready())) return freshness.since;
    return freshness.state === 'connecting' ? freshness.since : now;
  };

  const takeHidden = (status: SessionStatus) => {
    const policies = policiesBehindPods(status);
    hidden = hiddenRecords(status).filter((record) => record.resource !== policies?.resource);
    if (policies !== undefined) hidden = [...hidden, policies];
    intake.setHiddenNamespaces(hiddenNamespaces(hidden, seenNamespaces()));
    intake.setUnlistedNamespaces(mayMissNamespaces(status));
    intake.setOwnersReadable(!hidden.some(({ resource }) => resource === 'replicasets.apps'));
    if (store.ready()) store.commit([], { hidden });
  };

  /**
   * Pods are seen in the whole cluster, namespaces can't be listed, and policies are read in those that are known only:
   * in any other that pods show, policies are hidden.
   */
  const policiesBehindPods = ({ kinds }: SessionStatus): HiddenRecord | undefined => {
    const statusOf = (wanted: string) => kinds.find(({ kind }) => kind.kind === wanted);
    const own = statusOf('NetworkPolicy');
    behindPods =
      statusOf('Namespace')?.status.hidden !== undefined &&
      statusOf('Pod')?.status.narrow === false &&
      own?.status.narrow === true;
    const known = own?.status.hidden;
    if (!behindPods || own === undefined || (known !== undefined && known.namespaces === undefined))
      return undefined;
    const seen = new Set(seenNamespaces());
    const others = new Set(known?.namespaces);
    for (const { namespace } of store.records('pod')) if (!seen.has(namespace)) others.add(namespace);
    if (others.size === 0) return undefined;
    const reason = known?.reason ?? 'you have no permission to list and watch it';
    return { resource: resourceName(own.kind), namespaces: [...others].sort(), reason };
  };

  return {
    store,
    start() {
      busy = busy.then(connect);
    },
    async stop() {
      stopped = true;
      cancelTimer();
      unsubscribe();
      await busy;
      await end();
      intake.stop();
    },
    status(): ClusterStatus {
      const discovery = session?.status().discovery;
      const serverVersion = discovery?.serverVersion;
      return {
        cluster: id,
        source: 'live',
        freshness,
        hidden,
        ...(serverVersion === undefined ? {} : { serverVersion }),
        // A server that tells no group at all was not allowed to tell.
        ...(discovery === undefined || discovery.groups.length === 0
          ? {}
          : { policyKinds: ['NetworkPolicy', ...discovery.served.map(({ kind }) => kind)] }),
        enforcement: enforcement?.current() ?? UNDETERMINED,
        ...(lastChange === undefined ? {} : { lastChange }),
        ...(options.allowDryRun === true ? { dryRun: true } : {}),
        now: clock.now(),
      };
    },
    subscribe: (listener) => changed.subscribe(listener),
    ...(options.allowDryRun === true
      ? {
          dryRun: async (policies, signal) => {
            if (current === undefined)
              throw new KubeError({ code: 'unreachable', title: 'The cluster is not connected now.' });
            return dryRunPolicies(current, policies, signal);
          },
        }
      : {}),
  };
}

const UNDETERMINED: Enforcement = { determination: 'undetermined', engines: [], warnings: [] };

function hiddenRecords(status: SessionStatus): HiddenRecord[] {
  return status.kinds.flatMap(({ kind, status: { hidden } }) =>
    hidden === undefined ? [] : [{ resource: resourceName(kind), ...hidden }],
  );
}

/** Namespaces of which neither pods nor policies may be read: all in them is unknown. */
function hiddenNamespaces(hidden: readonly HiddenRecord[], known: readonly string[]): ReadonlySet<string> {
  const isHidden = (resource: string, name: string) =>
    hidden.some(
      (record) =>
        record.resource === resource && (record.namespaces === undefined || record.namespaces.includes(name)),
    );
  return new Set(
    known.filter((name) => isHidden('pods', name) && isHidden('networkpolicies.networking.k8s.io', name)),
  );
}

/** Namespaces may not be listed, and pods can't show which there are either. */
function mayMissNamespaces({ kinds }: SessionStatus): boolean {
  const statusOf = (wanted: string) => kinds.find(({ kind }) => kind.kind === wanted)?.status;
  return statusOf('Namespace')?.hidden !== undefined && statusOf('Pod')?.narrow === true;
}

/** With neither namespaces, pods nor policies there is nothing to show; one problem says it better than ten. */
function nothingReadable(status: SessionStatus): SourceProblem | undefined {
  const needed = ['namespaces', 'pods', 'networkpolicies'];
  const kinds = status.kinds.filter(({ kind }) => needed.includes(kind.resource));
  const refused = kinds.filter(
    ({ status: { hidden } }) => hidden !== undefined && hidden.namespaces === undefined,
  );
  if (kinds.length < needed.length || refused.length < needed.length) return undefined;
  return new KubeError({
    code: 'forbidden',
    title: 'The cluster does not allow this user to read namespaces, pods or network policies.',
    ...(refused[0]?.status.hidden === undefined ? {} : { detail: refused[0].status.hidden.reason }),
    hint: 'Ask for the role in deploy/rbac.yaml, or choose a context whose namespace you may read.',
  }).problem;
}
