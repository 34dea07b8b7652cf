import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBackoff } from './backoff.ts';
import { retryAfter } from './client.ts';
import { createLimiter } from './limiter.ts';

describe('backoff', () => {
  it('grows to its limit, with jitter, and begins anew after a success', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (chance) => {
        const backoff = createBackoff({ firstMs: 100, mostMs: 3_000, random: () => chance });
        const waits = Array.from({ length: 60 }, () => backoff.next());
        for (const [index, wait] of waits.entries()) {
          const full = Math.min(3_000, 100 * 2 ** index);
          expect(wait).toBeGreaterThanOrEqual(Math.floor(full / 2));
          expect(wait).toBeLessThanOrEqual(full);
        }
        backoff.reset();
        expect(backoff.next()).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('never waits less than the server asked for, nor for ever', () => {
    const backoff = createBackoff({ firstMs: 100, mostMs: 3_000, random: () => 0.5 });
    expect(backoff.next(7_000)).toBe(7_050);
    expect(backoff.next(10 ** 9)).toBeLessThan(11 * 60_000);
  });

  it('reads Retry-After as seconds or as a date', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(retryAfter('3', now)).toBe(3_000);
    expect(retryAfter('Thu, 01 Jan 2026 00:00:09 GMT', now)).toBe(9_000);
    expect(retryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
    expect(retryAfter('soon', now)).toBeUndefined();
    expect(retryAfter(undefined, now)).toBeUndefined();
  });
});

describe('a limiter', () => {
  it('lets so many run at once, and the next when one ends or fails', async () => {
    const limiter = createLimiter(2);
    let running = 0;
    let most = 0;
    const work = (index: number) =>
      limiter(async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        if (index % 3 === 0) throw new Error('failed');
      }).catch(() => undefined);
    await Promise.all(Array.from({ length: 20 }, (_, index) => work(index)));
    expect([running, most]).toEqual([0, 2]);
  });
});
