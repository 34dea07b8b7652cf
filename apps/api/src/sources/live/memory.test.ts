import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { livePod } from '@bulkhead/kube-stand-in';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { createStore } from '../store.ts';
import { createIntake } from './intake.ts';
import { WATCHED_KINDS } from './kinds.ts';

const heapAfterGc = (): number => {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  gc();
  return process.memoryUsage().heapUsed;
};

describe('150,000 pods', () => {
  it('fit in well under 1 GiB, as one tenth of them shows', () => {
    const kind = WATCHED_KINDS.find(({ resource }) => resource === 'pods');
    if (kind === undefined) throw new Error('pods are not watched');
    const store = createStore();
    const intake = createIntake({ store, clock: systemClock, coalesceMs: 10 });
    const list = intake.sink(kind, '').begin();
    const before = heapAfterGc();
    const template = JSON.stringify(
      livePod({
        namespace: '@ns@',
        name: 'app-@app@-6d4cf56db6-@pod@',
        labels: { app: 'app-@app@', team: '@ns@', 'pod-template-hash': '6d4cf56db6' },
        ports: [{ name: 'http', port: 8080 }],
        node: 'aks-nodepool1-@app@',
        hostIp: '10.224.0.4',
        ips: ['10.@app@.@pod@.7'],
      }),
    );
    const pods = 15_000;
    for (let page = 0; page < pods / 500; page++) {
      const texts = Array.from({ length: 500 }, (_, i) =>
        template
          .replaceAll('@ns@', `team-${page}`)
          .replaceAll('@app@', String(i % 25))
          .replaceAll('@pod@', i.toString(36)),
      );
      // As a page comes: parsed from text, and forgotten once it was taken in.
      const items: unknown[] = JSON.parse(`[${texts.join()}]`);
      list.add(items);
    }
    list.commit();
    intake.flush();
    expect(store.totals().pod).toBe(pods);
    const each = (heapAfterGc() - before) / pods;
    expect(each).toBeLessThan(2_500);
    intake.stop();
  });
});
