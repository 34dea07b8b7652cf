import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Sample {
  readonly seconds: number;
  /** After a full collection. */
  readonly heapMiB: number;
  readonly rssMiB: number;
  readonly revision: number;
  readonly freshness: string;
  readonly watches: number;
  readonly connections: number | undefined;
}

const MIB = 1024 * 1024;

/** A function that collects all garbage now, so that samples compare what is held and not what is left lying about. */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return () => {
    if (typeof collect === 'function') collect();
  };
}

export function memory(): { readonly heapMiB: number; readonly rssMiB: number } {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapMiB: (heapUsed + external) / MIB, rssMiB: rss / MIB };
}

export interface Level {
  readonly earlyMiB: number;
  readonly lateMiB: number;
  readonly allowedMiB: number;
  readonly level: boolean;
}

/** Deltas are remembered for returning browsers up to a limit, which a short run does not reach: that much may be added. */
const REMEMBERED_MIB = 24;

/**
 * Whether memory stayed level: the median of the last third against that of the second third, the first being the
 * time in which caches fill. Growth of an eighth, or of what is remembered by design, is let pass.
 */
export function levelOf(samples: readonly Sample[]): Level {
  const third = Math.floor(samples.length / 3);
  const early = median(samples.slice(third, 2 * third).map((sample) => sample.heapMiB));
  const late = median(samples.slice(2 * third).map((sample) => sample.heapMiB));
  const allowed = early + Math.max(early / 8, REMEMBERED_MIB);
  return {
    earlyMiB: early,
    lateMiB: late,
    allowedMiB: allowed,
    level: samples.length >= 3 && late <= allowed,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
