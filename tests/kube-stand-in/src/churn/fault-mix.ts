import type { Fault } from '../server/faults.ts';
import type { StandIn } from '../stand-in.ts';
import { createRandom, weighted } from './random.ts';

/** What goes wrong in one step of the mix. */
export type FaultMixKind =
  | 'throttled'
  | 'server-error'
  | 'unavailable'
  | 'reset'
  | 'list-cut'
  | 'list-truncated'
  | 'watch-cut'
  | 'watch-malformed'
  | 'watch-expired'
  | 'watch-ended'
  | 'watch-frozen'
  | 'trickle'
  | 'compaction'
  | 'restart';

const WEIGHTS: Readonly<Record<FaultMixKind, number>> = {
  throttled: 4,
  'server-error': 4,
  unavailable: 3,
  reset: 3,
  'list-cut': 3,
  'list-truncated': 2,
  'watch-cut': 6,
  'watch-malformed': 3,
  'watch-expired': 4,
  'watch-ended': 4,
  'watch-frozen': 3,
  trickle: 2,
  compaction: 3,
  restart: 1,
};

const MOST_PENDING = 3;

export interface FaultMix {
  /** Makes one thing go wrong; resolves when a restart that belongs to it is over. */
  step(): Promise<FaultMixKind>;
  readonly counts: Readonly<Partial<Record<FaultMixKind, number>>>;
}

/** Faults as a cluster under trouble brings them, drawn by chance. None lasts; `standIn.faults.clear()` ends them all. */
export function createFaultMix(standIn: StandIn, seed: number): FaultMix {
  const random = createRandom(seed);
  const counts: Partial<Record<FaultMixKind, number>> = {};
  const next = (fault: Fault, verb?: string) => {
    // A client that waits between tries would otherwise find ever more faults ahead of it, and never get through.
    if (standIn.faults.pending >= MOST_PENDING) return;
    standIn.faults.add({ fault, times: 1 + random.below(3), ...(verb === undefined ? {} : { verb }) });
  };
  const someWatches = () => ({ where: () => random.below(3) === 0 });
  const play: Readonly<Record<FaultMixKind, () => Promise<void> | void>> = {
    throttled: () => next({ kind: 'status', code: 429, retryAfterSeconds: 1 }),
    'server-error': () => next({ kind: 'status', code: 500 }),
    unavailable: () => next({ kind: 'status', code: 503 }),
    reset: () => next({ kind: 'reset' }),
    'list-cut': () => next({ kind: 'cut' }, 'list'),
    'list-truncated': () => next({ kind: 'truncated', keepBytes: 2000 }, 'list'),
    'watch-cut': () => standIn.watches.cut(someWatches()),
    'watch-malformed': () => next({ kind: 'malformed-line', afterEvents: random.below(5) }, 'watch'),
    'watch-expired': () => standIn.watches.expire(someWatches()),
    'watch-ended': () => standIn.watches.end(someWatches()),
    'watch-frozen': () => standIn.watches.freeze(someWatches()),
    trickle: () => next({ kind: 'trickle', bytes: 4096, everyMs: 1 }),
    compaction: () => standIn.compact(),
    restart: async () => {
      await standIn.down();
      await new Promise((resolve) => setTimeout(resolve, 200));
      await standIn.up();
    },
  };
  return {
    counts,
    step: async () => {
      const kind = weighted(random, WEIGHTS, 'reset');
      counts[kind] = (counts[kind] ?? 0) + 1;
      await play[kind]();
      return kind;
    },
  };
}
