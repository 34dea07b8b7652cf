import { livePod } from '@bulkhead/kube-stand-in';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { createStore } from '../store.ts';
import { createIntake } from './intake.ts';
import { WATCHED_KINDS } from './kinds.ts';

const pod = (name: string) =>
  livePod({ namespace: 'shop', name, labels: {}, node: 'node-1', hostIp: '10.224.0.4', ips: ['10.244.0.7'] });

/** Pods that come by a list of the cluster and by one of a namespace, as they do while rights change. */
function podsTwice() {
  const kind = WATCHED_KINDS.find(({ resource }) => resource === 'pods');
  if (kind === undefined) throw new Error('pods are not watched');
  const store = createStore();
  const intake = createIntake({ store, clock: systemClock, coalesceMs: 10 });
  const list = (scope: string, ...names: readonly string[]) => {
    const intaken = intake.sink(kind, scope).begin();
    intaken.add(names.map(pod));
    intaken.commit();
  };
  const names = () => {
    intake.flush();
    return [...store.keys('pod')].sort();
  };
  return { intake, kind, list, names };
}

describe('objects that come by two ways', () => {
  it('stay while one of them still has them', () => {
    const { intake, kind, list, names } = podsTwice();
    list('shop', 'a', 'b');
    list('', 'a', 'b', 'c');
    list('');
    expect(names()).toEqual(['shop/a', 'shop/b']);
    list('', 'a');
    intake.drop(kind, 'shop');
    expect(names()).toEqual(['shop/a']);
    intake.drop(kind, '');
    expect(names()).toEqual([]);
  });

  it('are gone at once when one of them says that they were deleted', () => {
    const { intake, kind, list, names } = podsTwice();
    list('shop', 'a', 'b');
    list('', 'a', 'b');
    intake.sink(kind, '').remove(pod('a'));
    expect(names()).toEqual(['shop/b']);
  });
});
