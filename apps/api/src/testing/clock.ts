import type { Clock } from '../clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on, calling what falls due, in order; lets promises settle between calls. */
  advance(ms: number): Promise<void>;
  /** Timers that are set. */
  pending(): number;
}

/** A clock that stands still until told. */
export function manualClock(start = 1_700_000_000_000): ManualClock {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    after(ms, call) {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        await settle();
        const next = [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.call();
      }
      now = until;
      await settle();
    },
    pending: () => timers.size,
  };
}
