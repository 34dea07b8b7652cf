import { type ClusterSource, type LiveOptions, liveCatalogue, openLiveSnapshot } from '@bulkhead/api';
import { applyDelta, type ClusterState, fromSnapshot } from '@bulkhead/protocol';
import type { ClusterCounts, TroubledCluster } from './cluster.ts';
import { compareStates, compareTruth, type Difference, truthIn } from './compare.ts';
import { garbageCollector, type Level, levelOf, memory, type Sample } from './memory.ts';

export interface SoakOptions {
  readonly cluster: TroubledCluster;
  /** How long the trouble lasts. */
  readonly durationMs: number;
  readonly sampleEveryMs: number;
  /** How long the client may take to be in step again once the trouble is over. */
  readonly settleMs: number;
  /** Default: in the proportions of life, but short, for a cluster that is quick to recover. */
  readonly timings?: NonNullable<LiveOptions['timings']>;
  readonly onSample?: (sample: Sample) => void;
}

export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

export interface SoakReport {
  readonly passed: boolean;
  readonly checks: readonly Check[];
  readonly memory: Level;
  readonly samples: readonly Sample[];
  readonly counts: ClusterCounts;
  readonly revisions: number;
  /** Milliseconds from calm until the client held the truth. */
  readonly settledAfterMs: number | undefined;
  readonly differences: readonly Difference[];
}

/** A dead connection is noticed in seconds and a retry waits no half minute. */
const TIMINGS: NonNullable<LiveOptions['timings']> = {
  pageSize: 100,
  backoffFirstMs: 50,
  backoffMostMs: 2000,
  watchIdleMs: 4000,
  discoveryMs: 3000,
  answerMs: 5000,
};

/** Runs a live source against a cluster in trouble, then checks what it holds, and that nothing is left behind. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { cluster } = options;
  const warnings: string[] = [];
  const onWarning = (warning: Error) => warnings.push(`${warning.name}: ${warning.message}`);
  process.on('warning', onWarning);
  const resourcesBefore = resources();
  const live: LiveOptions = { file: cluster.kubeconfig, env: {}, timings: options.timings ?? TIMINGS };
  const source = await (await liveCatalogue(live)).open('stand-in');
  if (source === undefined) throw new Error('the kubeconfig has no context "stand-in"');
  source.start();
  const follower = follow(source);

  const samples = await sampleDuring(source, options);
  await cluster.calm();
  const calmAt = Date.now();
  const truth = await cluster.truth();
  let differences = compareTruth(truth, truthIn(stateOf(source)));
  while (differences.length > 0 && Date.now() - calmAt < options.settleMs) {
    await pause(50);
    differences = compareTruth(truth, truthIn(stateOf(source)));
  }
  const settledAfterMs = differences.length === 0 ? Date.now() - calmAt : undefined;
  const isLive = await becomesLive(source, options.settleMs);
  const counts = await cluster.counts();

  const fresh = await openLiveSnapshot(live);
  const freshState = fromSnapshot({ epoch: 'fresh', revision: 0 }, fresh.snapshot, fresh.diagnostics);
  const againstFresh = compareStates('fresh list', freshState, stateOf(source));
  const followed = follower.stop();
  const againstFollower = compareStates('deltas', stateOf(source), followed.state);
  const revisions = source.store.revision();

  await source.stop();
  const left = await nothingLeft(cluster, resourcesBefore);
  process.off('warning', onWarning);

  const level = levelOf(samples);
  const checks: readonly Check[] = [
    keptUp(samples),
    check('holds the truth once the trouble is over', differences),
    check('equals a fresh list', againstFresh),
    check('the deltas given out add up to the same', againstFollower),
    { name: 'says that it is live again', passed: isLive, detail: isLive ? 'live' : 'not live' },
    {
      name: 'memory is level',
      passed: level.level,
      detail: `${level.earlyMiB.toFixed(1)} → ${level.lateMiB.toFixed(1)} MiB, up to ${level.allowedMiB.toFixed(1)} allowed`,
    },
    {
      name: 'no listener leaks',
      passed: warnings.length === 0,
      detail: warnings.join('; ') || 'no warnings',
    },
    {
      name: 'watches each kind once',
      passed: counts.watchedTwice.length === 0,
      detail: counts.watchedTwice.join(', ') || `${counts.watches} watches`,
    },
    { name: 'only ever reads', passed: counts.writes === 0, detail: `${counts.writes} writes` },
    {
      name: 'leaves nothing behind',
      passed: left === undefined,
      detail: left ?? 'no connections, timers or watches',
    },
  ];
  return {
    passed: checks.every((one) => one.passed),
    checks,
    memory: level,
    samples,
    counts,
    revisions,
    settledAfterMs,
    differences: [...differences, ...againstFresh, ...againstFollower],
  };
}

function check(name: string, differences: readonly Difference[]): Check {
  const detail = differences
    .map(({ what, count, examples }) => `${what}: ${count}, such as ${examples[0]}`)
    .join('; ');
  return { name, passed: differences.length === 0, detail: detail || 'no difference' };
}

function stateOf(source: ClusterSource): ClusterState {
  const { store } = source;
  return fromSnapshot(
    { epoch: store.epoch, revision: store.revision() },
    store.snapshot(),
    store.notes().diagnostics,
  );
}

/** A client that never got anywhere would pass all other checks as soon as there is calm. */
function keptUp(samples: readonly Sample[]): Check {
  const live = samples.filter(({ freshness }) => freshness === 'live').length;
  const moved = samples.filter(
    ({ revision }, index) => revision > (samples[index - 1]?.revision ?? 0),
  ).length;
  return {
    name: 'keeps up during the trouble',
    // With a fault every moment it is right never to say "live"; what could be read has to come all the same.
    passed: moved > samples.length / 3,
    detail: `of ${samples.length} samples ${live} were live, ${moved} had news`,
  };
}

/** Keeps a copy by deltas alone, as a browser does. */
function follow(source: ClusterSource): { stop(): { readonly state: ClusterState } } {
  const { store } = source;
  let state: ClusterState | undefined;
  const catchUp = () => {
    if (!store.ready()) return;
    if (state === undefined) {
      state = stateOf(source);
      return;
    }
    const delta = store.since(state.revision);
    const next = delta === undefined ? undefined : applyDelta(state, delta);
    // A gap means that the copy begins anew, as a browser's does.
    state = next ?? stateOf(source);
  };
  const unsubscribe = store.subscribe(catchUp);
  return {
    stop: () => {
      unsubscribe();
      catchUp();
      return { state: state ?? stateOf(source) };
    },
  };
}

async function sampleDuring(source: ClusterSource, options: SoakOptions): Promise<readonly Sample[]> {
  const collect = garbageCollector();
  const samples: Sample[] = [];
  const startedAt = Date.now();
  while (Date.now() - startedAt < options.durationMs) {
    await pause(options.sampleEveryMs);
    const { watches, connections } = await options.cluster.counts();
    collect();
    const sample: Sample = {
      seconds: Math.round((Date.now() - startedAt) / 100) / 10,
      ...memory(),
      revision: source.store.revision(),
      freshness: source.status().freshness.state,
      watches,
      connections,
    };
    samples.push(sample);
    options.onSample?.(sample);
  }
  return samples;
}

async function becomesLive(source: ClusterSource, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (source.status().freshness.state !== 'live') {
    if (Date.now() > deadline) return false;
    await pause(50);
  }
  return true;
}

/** What keeps a process alive or holds memory outside the heap, counted by kind. */
function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** `undefined` once everything is gone; what is left after 5 seconds otherwise. */
async function nothingLeft(
  cluster: TroubledCluster,
  before: ReadonlyMap<string, number>,
): Promise<string | undefined> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const { watches, connections } = await cluster.counts();
    const more = [...resources()].filter(
      ([kind, count]) => kind !== 'Timeout' && kind !== 'PipeWrap' && count > (before.get(kind) ?? 0),
    );
    if (watches === 0 && (connections ?? 0) === 0 && more.length === 0) return undefined;
    if (Date.now() > deadline) {
      const left = more.map(([kind, count]) => `${count} ${kind}`).join(', ');
      return `${watches} watches, ${connections ?? '?'} connections${left === '' ? '' : `, ${left}`}`;
    }
    await pause(50);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
