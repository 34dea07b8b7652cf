import { describe, expect, it } from 'vitest';
import { manualClock } from '../testing/clock.ts';
import { fakeCatalogue, fakeSource, snapshotOf } from '../testing/fake-source.ts';
import { createPool } from './pool.ts';

const setup = () => {
  const clock = manualClock();
  const source = fakeSource(snapshotOf([]));
  const pool = createPool({ catalogue: fakeCatalogue({ one: source }), clock, lingerMs: 1_000 });
  return { clock, source, pool };
};

describe('the pool', () => {
  it('starts a source once for all who ask for the same cluster', async () => {
    const { source, pool } = setup();
    const leases = await Promise.all([pool.acquire('one'), pool.acquire('one'), pool.acquire('one')]);
    expect(leases.map((lease) => lease?.source)).toEqual([source, source, source]);
    expect(source.calls.started).toBe(1);
  });

  it('stops a source only after its last lease and the linger', async () => {
    const { clock, source, pool } = setup();
    const first = await pool.acquire('one');
    const second = await pool.acquire('one');
    first?.release();
    first?.release();
    await clock.advance(5_000);
    expect(source.calls.stopped).toBe(0);
    second?.release();
    await clock.advance(999);
    expect(source.calls.stopped).toBe(0);
    await clock.advance(1);
    expect(source.calls.stopped).toBe(1);
    expect(pool.size()).toBe(0);
  });

  it('keeps a source that is asked for again while it lingers', async () => {
    const { clock, source, pool } = setup();
    (await pool.acquire('one'))?.release();
    await clock.advance(500);
    const again = await pool.acquire('one');
    await clock.advance(5_000);
    expect(source.calls).toEqual({ started: 1, stopped: 0 });
    again?.release();
  });

  it('knows no cluster that is not in the catalogue, whatever its name', async () => {
    const { pool } = setup();
    for (const id of ['two', '', '__proto__', 'constructor']) expect(await pool.acquire(id)).toBeUndefined();
    expect(pool.size()).toBe(0);
  });

  it('stops everything when it closes, and opens nothing after', async () => {
    const { clock, source, pool } = setup();
    await pool.acquire('one');
    await pool.close();
    expect(source.calls.stopped).toBe(1);
    expect(await pool.acquire('one')).toBeUndefined();
    expect(clock.pending()).toBe(0);
  });
});
