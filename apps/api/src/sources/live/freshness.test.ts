import { describe, expect, it } from 'vitest';
import { freshnessOf, type HealthInput, type PartHealth } from './freshness.ts';

const part = (resource: string, more: Partial<PartHealth> = {}): PartHealth => ({
  resource,
  settled: true,
  items: 0,
  ...more,
});
const broken = (since: number, code: 'timeout' | 'unauthorized' | 'unreachable') => ({
  since,
  retryAt: since + 50,
  problem: { code, title: code },
});
const input = (more: Partial<HealthInput>): HealthInput => ({
  now: 1_000,
  since: 10,
  ready: true,
  parts: [part('pods')],
  staleAfterMs: 500,
  ...more,
});

describe('freshness', () => {
  it('is live when all parts are in step', () => {
    expect(freshnessOf(input({}))).toEqual({ state: 'live', since: 10 });
  });

  it('shows how far a first load is', () => {
    const parts = [part('namespaces'), part('pods', { settled: false, items: 500, remaining: 1_500 })];
    expect(freshnessOf(input({ ready: false, parts }))).toEqual({
      state: 'loading',
      since: 10,
      progress: [
        { resource: 'namespaces', items: 0, done: true },
        { resource: 'pods', items: 500, remaining: 1_500, done: false },
      ],
    });
  });

  it('is as old as its oldest interruption, explained by the problem that says most', () => {
    const parts = [
      part('pods', { broken: broken(900, 'unauthorized') }),
      part('nodes', { broken: broken(700, 'unreachable') }),
    ];
    expect(freshnessOf(input({ parts }))).toEqual({
      state: 'reconnecting',
      since: 700,
      resources: ['pods', 'nodes'],
      problem: { code: 'unauthorized', title: 'unauthorized' },
      retryAt: 750,
    });
    expect(freshnessOf(input({ parts, now: 1_200 })).state).toBe('stale');
  });

  it('is failed while there is nothing to show and something is broken or all is forbidden', () => {
    const parts = [part('pods', { settled: false, broken: broken(900, 'timeout') })];
    expect(freshnessOf(input({ ready: false, parts }))).toMatchObject({ state: 'failed', retryAt: 950 });
    const forbidden = { code: 'forbidden' as const, title: 'no' };
    expect(freshnessOf(input({ ready: false, forbidden }))).toEqual({
      state: 'failed',
      since: 10,
      problem: forbidden,
    });
  });
});
