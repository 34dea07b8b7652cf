/** Time as long-lived things see it; tests give them one that stands still until told. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once after `ms`, unless cancelled first. A timer never keeps the process alive. */
  after(ms: number, callback: () => void): Cancel;
}

/** Does nothing the second time, or once the callback has run. */
export type Cancel = () => void;

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A sleep that can be ended from outside. */
export interface Alarm {
  /** Resolves after `ms`, or when woken or aborted: which of the two is in the answer. */
  sleep(ms: number, signal: AbortSignal): Promise<'slept' | 'woken'>;
  /** Ends the present sleep, or the next one before it begins. */
  wake(): void;
}

export function createAlarm(clock: Clock): Alarm {
  let woken = false;
  let end: (() => void) | undefined;
  return {
    async sleep(ms, signal) {
      if (!woken) {
        const own = new AbortController();
        const stop = () => own.abort();
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
        end = stop;
        await sleep(clock, ms, own.signal);
        end = undefined;
        signal.removeEventListener('abort', stop);
      }
      const answer = woken ? 'woken' : 'slept';
      woken = false;
      return answer;
    },
    wake() {
      woken = true;
      end?.();
    },
  };
}

/** Resolves after `ms`, or at once when `signal` aborts; it never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
