export interface Backoff {
  /** Milliseconds to wait before the next attempt; longer each time, never less than the server asked for. */
  next(retryAfterMs?: number): number;
  reset(): void;
}

export interface BackoffOptions {
  readonly firstMs: number;
  readonly mostMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** A server that asks for hours is asked again sooner: whoever wrote that header may have been wrong. */
const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** Doubling waits, each shortened at random by up to a half, so that many clients don't come back at once. */
export function createBackoff({ firstMs, mostMs, random }: BackoffOptions): Backoff {
  let attempts = 0;
  return {
    next(retryAfterMs = 0) {
      const full = Math.min(mostMs, firstMs * 2 ** Math.min(attempts, 20));
      attempts++;
      const wait = full * (0.5 + random() / 2);
      const asked = Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
      // On top of what was asked for: every client was asked for the same.
      return Math.round(asked > wait ? asked + random() * firstMs : wait);
    },
    reset() {
      attempts = 0;
    },
  };
}
