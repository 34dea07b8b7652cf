import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject, KubeObject } from '../json.ts';
import { type StandIn, startStandIn } from '../stand-in.ts';
import { json, rawWatch, until } from '../testing.ts';
import { createChurn } from './churn.ts';
import { createFaultMix } from './fault-mix.ts';

const running: StandIn[] = [];
afterEach(async () => {
  for (const standIn of running.splice(0)) await standIn.stop();
});
async function start(): Promise<StandIn> {
  const standIn = await startStandIn({ now: () => new Date(0) });
  running.push(standIn);
  return standIn;
}

const KINDS = [
  ['v1', 'Pod'],
  ['v1', 'Namespace'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
] as const;
const state = (standIn: StandIn) =>
  KINDS.map(([apiVersion, kind]) =>
    standIn
      .all(apiVersion, kind)
      .map((object) => JSON.stringify(object))
      .sort(),
  );

describe('churn', () => {
  it('is the same for the same seed and another for another', async () => {
    const [one, same, other] = [await start(), await start(), await start()];
    const kinds = [one, same, other].map((standIn, index) => {
      const churn = createChurn(standIn, { seed: index === 2 ? 8 : 7, namespaces: 3 });
      return Array.from({ length: 300 }, () => churn.step());
    });
    expect(kinds[1]).toEqual(kinds[0]);
    expect(kinds[2]).not.toEqual(kinds[0]);
    expect(state(same)).toEqual(state(one));
  });

  it('does every kind of change, mostly such as mean nothing to a policy', async () => {
    const standIn = await start();
    const churn = createChurn(standIn, { seed: 1, namespaces: 4 });
    for (let step = 0; step < 4000; step += 1) churn.step();
    expect(Object.entries(churn.counts).filter(([, count]) => count === 0)).toEqual([]);
    const { counts } = churn;
    expect(counts['pod-status'] + counts['node-heartbeat'] + counts['other-write']).toBeGreaterThan(2000);
    const pods = standIn.all('v1', 'Pod').length;
    expect(pods).toBeGreaterThan(20);
    expect(pods).toBeLessThan(2000);
  });

  it('reaches a watcher event by event: what it adds up to is what a list shows', async () => {
    const standIn = await start();
    const churn = createChurn(standIn, { seed: 3, namespaces: 3 });
    const watch = await rawWatch(standIn, '/api/v1/pods?watch=1&allowWatchBookmarks=1');
    for (let step = 0; step < 1500; step += 1) churn.step();
    standIn.watches.bookmark();
    let lines: readonly string[] = [];
    await until(() => {
      void watch.lines(0).then((all) => {
        lines = all;
      });
      return lines.at(-1)?.includes('"BOOKMARK"') === true;
    });
    const seen = new Map<string, KubeObject>();
    for (const line of lines) {
      const { type, object }: { type: string; object: KubeObject } = JSON.parse(line);
      const key = `${object.metadata.namespace}/${object.metadata.name}`;
      if (type === 'DELETED') seen.delete(key);
      else if (type !== 'BOOKMARK') seen.set(key, object);
    }
    const list: JsonObject & { items?: readonly KubeObject[] } = JSON.parse(
      JSON.stringify(await json(standIn, '/api/v1/pods')),
    );
    const listed = (list.items ?? []).map(({ metadata, spec, status }) => ({ metadata, spec, status }));
    const watched = [...seen.values()].map(({ metadata, spec, status }) => ({ metadata, spec, status }));
    const byUid = (a: { metadata: { uid?: string } }, b: { metadata: { uid?: string } }) =>
      (a.metadata.uid ?? '').localeCompare(b.metadata.uid ?? '');
    expect(watched.sort(byUid)).toEqual(listed.sort(byUid));
    watch.close();
  });
});

describe('the fault mix', () => {
  it('does every kind of harm and leaves a server that serves', async () => {
    const standIn = await start();
    const mix = createFaultMix(standIn, 5);
    for (let step = 0; step < 150; step += 1) {
      await mix.step();
      standIn.faults.clear();
    }
    expect(Object.keys(mix.counts)).toHaveLength(14);
    expect(await json(standIn, '/api/v1/namespaces')).toMatchObject({ kind: 'NamespaceList' });
  });
});
