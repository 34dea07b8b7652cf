import { expect, it } from 'vitest';
import { startTroubledCluster } from './cluster.ts';
import { levelOf, type Sample } from './memory.ts';
import { soak } from './soak.ts';

it('a live source holds the truth after a few seconds of changes and faults', {
  timeout: 60_000,
}, async () => {
  const cluster = await startTroubledCluster({ seed: 11, changesPerMinute: 6000, faultEveryMs: 250 });
  try {
    const report = await soak({ cluster, durationMs: 4000, sampleEveryMs: 500, settleMs: 30_000 });
    const failed = report.checks.filter((check) => !check.passed);
    // The stand-in's own memory and listening socket are in this process, so these two say nothing here.
    const ofOneProcess = ['memory is level', 'leaves nothing behind'];
    expect(failed.filter((check) => !ofOneProcess.includes(check.name))).toEqual([]);
    expect(report.counts.changes).toBeGreaterThan(200);
    expect(report.counts.faults).toBeGreaterThan(5);
    expect(report.revisions).toBeGreaterThan(1);
  } finally {
    await cluster.stop();
  }
});

it('a client that misses something fails', { timeout: 60_000 }, async () => {
  const cluster = await startTroubledCluster({ seed: 3, changesPerMinute: 600, faultEveryMs: 0 });
  const truth = async () => {
    const real = await cluster.truth();
    return { ...real, pods: { ...real.pods, 'team-0/never-seen': '{}' } };
  };
  try {
    const report = await soak({
      cluster: { ...cluster, truth },
      durationMs: 1500,
      sampleEveryMs: 300,
      settleMs: 500,
    });
    expect(report.passed).toBe(false);
    expect(report.settledAfterMs).toBeUndefined();
    expect(report.differences).toEqual([
      { what: 'pods', count: 1, examples: ['team-0/never-seen: expected {}, is nothing'] },
    ]);
  } finally {
    await cluster.stop();
  }
});

it('memory that grows by more than is remembered by design is not level', () => {
  const samples = (heaps: readonly number[]): readonly Sample[] =>
    heaps.map((heapMiB, index) => ({
      seconds: index,
      heapMiB,
      rssMiB: 0,
      revision: 0,
      freshness: 'live',
      watches: 0,
      connections: 0,
    }));
  expect(levelOf(samples([10, 40, 40, 41, 42, 40])).level).toBe(true);
  expect(levelOf(samples([10, 40, 60, 80, 100, 120])).level).toBe(false);
  expect(levelOf([]).level).toBe(false);
});
