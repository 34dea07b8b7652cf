import { applyDelta, fromSnapshot, toSnapshot } from '@bulkhead/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podNamed, snapshotOf } from '../testing/fake-source.ts';
import { createStore } from './store.ts';

const whole = () => {
  const store = createStore();
  store.replace(snapshotOf([podNamed('a'), podNamed('b')]), []);
  store.markReady();
  return store;
};

describe('a store', () => {
  it('counts a revision for what changed, and none for what did not', () => {
    const store = whole();
    const before = store.revision();
    const same = podNamed('a', { labels: { app: 'web' } });
    expect(store.commit([{ kind: 'pod', key: 'shop/a', record: same }])).toBe(false);
    expect(store.commit([{ kind: 'pod', key: 'shop/z', record: null }])).toBe(false);
    expect(store.revision()).toBe(before);
    expect(store.commit([{ kind: 'pod', key: 'shop/a', record: podNamed('a', { ips: [] }) }])).toBe(true);
    expect(store.revision()).toBe(before + 1);
  });

  it('merges what happened since a revision into one delta', () => {
    const store = whole();
    const base = store.revision();
    store.commit([{ kind: 'pod', key: 'shop/a', record: podNamed('a', { ips: ['1.1.1.1'] }) }]);
    store.commit([{ kind: 'pod', key: 'shop/a', record: null }], {
      hidden: [{ resource: 'nodes', reason: 'no' }],
    });
    expect(store.since(base)).toEqual({
      epoch: store.epoch,
      base,
      revision: base + 2,
      changes: [{ kind: 'pod', key: 'shop/a', record: null }],
      hidden: [{ resource: 'nodes', reason: 'no' }],
    });
    expect(store.since(base + 2)?.changes).toEqual([]);
    expect(store.since(base + 3)).toBeUndefined();
  });

  it('forgets the oldest changes first, and says so', () => {
    const store = createStore({ logLimit: 6 });
    store.replace(snapshotOf([]), []);
    store.markReady();
    const base = store.revision();
    for (let i = 0; i < 5; i++) store.commit([{ kind: 'pod', key: `shop/${i}`, record: podNamed(`${i}`) }]);
    expect(store.since(base)).toBeUndefined();
    expect(store.since(base + 1)).toBeUndefined();
    expect(store.since(base + 2)?.changes).toHaveLength(3);
  });

  it('treats a key like __proto__ as any other', () => {
    const store = whole();
    const labels = JSON.parse('{"__proto__":"x"}');
    store.commit([{ kind: 'pod', key: 'shop/a', record: podNamed('a', { labels }) }]);
    expect(store.commit([{ kind: 'pod', key: 'shop/a', record: podNamed('a', { labels: {} }) }])).toBe(true);
  });

  it('gives deltas from any remembered revision that lead to the present state', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.record({ name, ip: fc.option(fc.constantFrom('10.0.0.1', '10.0.0.2'), { nil: null }) });
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 12 }), (batches) => {
        const store = whole();
        const seen = [fromSnapshot({ epoch: store.epoch, revision: store.revision() }, store.snapshot(), [])];
        for (const batch of batches) {
          store.commit(
            batch.map(({ name, ip }) => ({
              kind: 'pod' as const,
              key: `shop/${name}`,
              record: ip === null ? null : podNamed(name, { ips: [ip] }),
            })),
          );
          seen.push(fromSnapshot({ epoch: store.epoch, revision: store.revision() }, store.snapshot(), []));
        }
        const byName = (pods: readonly { name: string }[]) =>
          [...pods].sort((a, b) => (a.name < b.name ? -1 : 1));
        for (const state of seen) {
          const delta = store.since(state.revision);
          const next = delta && applyDelta(state, delta);
          expect(next && byName(toSnapshot(next).pods)).toEqual(byName(store.snapshot().pods));
        }
      }),
    );
  });
});
