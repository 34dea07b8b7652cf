import { afterEach, describe, expect, it } from 'vitest';
import { adminPolicyDefinitions, liveAdminPolicy } from './cluster-objects.ts';
import type { KubeObject } from './json.ts';
import { type StandIn, type StandInOptions, startStandIn } from './stand-in.ts';
import { json, raw, rawWatch, until } from './testing.ts';

let standIn: StandIn;
afterEach(() => standIn.stop());
async function start(options: StandInOptions = {}) {
  standIn = await startStandIn(options);
}

const pod = (name: string, labels: Record<string, string> = {}, namespace = 'shop'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: { containers: [{ name: 'main', image: 'shop:1' }] },
});

const summary = (events: readonly { type: string; object: { metadata?: unknown } }[]) =>
  events.map(({ type, object }) => `${type} ${JSON.parse(JSON.stringify(object)).metadata?.name ?? ''}`);

describe('a watch', () => {
  it('without a revision starts with what there is', async () => {
    await start({ seed: [pod('a'), pod('b')] });
    const watch = await rawWatch(standIn, '/api/v1/pods?watch=1');
    standIn.apply(pod('c'));
    expect(summary(await watch.events(3))).toEqual(['ADDED a', 'ADDED b', 'ADDED c']);
    watch.close();
  });

  it('from a revision brings everything since, in order, with whole objects and rising revisions', async () => {
    await start({ seed: [pod('a')] });
    const from = standIn.resourceVersion;
    standIn.apply(pod('b'));
    standIn.apply(pod('a', { x: '1' }));
    standIn.remove(pod('b'));
    const watch = await rawWatch(standIn, `/api/v1/pods?watch=true&resourceVersion=${from}`);
    standIn.remove(pod('a'));
    const events = await watch.events(4);
    expect(summary(events)).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b', 'DELETED a']);
    expect(events[0]?.object).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
    const revisions = events.map(({ object }) =>
      Number(JSON.parse(JSON.stringify(object)).metadata.resourceVersion),
    );
    expect([...revisions].sort((x, y) => x - y)).toEqual(revisions);
    expect(String(revisions.at(-1))).toBe(standIn.resourceVersion);
    watch.close();
  });

  it('in one namespace is silent about the others', async () => {
    await start();
    standIn.seed([pod('a'), pod('a', {}, 'shop-2')]);
    const watch = await rawWatch(
      standIn,
      `/api/v1/namespaces/shop/pods?watch=1&resourceVersion=${standIn.resourceVersion}`,
    );
    standIn.remove(pod('a', {}, 'shop-2'));
    standIn.remove(pod('a'));
    const [event] = await watch.events(1);
    expect(event).toMatchObject({ type: 'DELETED', object: { metadata: { namespace: 'shop' } } });
    watch.close();
  });

  it('with a selector sees objects appear and vanish as they start and stop to match', async () => {
    await start({ seed: [pod('a', { tier: 'web' }), pod('b')] });
    const path = `/api/v1/pods?watch=1&labelSelector=tier%3Dweb&resourceVersion=${standIn.resourceVersion}`;
    const watch = await rawWatch(standIn, path);
    standIn.apply(pod('b', { tier: 'web' }));
    standIn.apply(pod('a', { tier: 'db' }));
    standIn.apply(pod('a', { tier: 'cache' }));
    standIn.remove(pod('b'));
    const events = await watch.events(3);
    expect(summary(events)).toEqual(['ADDED b', 'DELETED a', 'DELETED b']);
    expect(events[1]?.object).toMatchObject({ metadata: { labels: { tier: 'web' } } });
    watch.close();
  });

  it('from a forgotten revision is a stream of one ERROR event', async () => {
    await start({ seed: [pod('a')] });
    const from = standIn.resourceVersion;
    standIn.apply(pod('b'));
    standIn.compact();
    const watch = await rawWatch(standIn, `/api/v1/pods?watch=1&resourceVersion=${from}`);
    expect(watch.status).toBe(200);
    expect(await watch.events(1)).toEqual([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: `too old resource version: ${from} (${standIn.resourceVersion})`,
          reason: 'Expired',
          code: 410,
        },
      },
    ]);
    expect(await watch.ended).toBe('properly');
  });

  it('from a forgotten revision is an HTTP 410 on servers of old', async () => {
    await start({ expiredWatch: 'status' });
    const from = standIn.resourceVersion;
    standIn.apply(pod('b'));
    standIn.compact();
    expect((await raw(standIn, `/api/v1/pods?watch=1&resourceVersion=${from}`)).status).toBe(410);
  });

  it('brings bookmarks of the store’s revision to those who allow them, at the interval and before the end', async () => {
    await start({ bookmarkIntervalMs: 20 });
    const from = standIn.resourceVersion;
    const plain = await rawWatch(standIn, `/api/v1/pods?watch=1&timeoutSeconds=1&resourceVersion=${from}`);
    const watch = await rawWatch(
      standIn,
      `/api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=${from}`,
    );
    standIn.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'shop' },
      spec: {},
    });
    await until(() => standIn.log.entries.at(-1)?.events === 3);
    const [bookmark] = (await watch.events(3)).slice(-1);
    expect(bookmark).toEqual({
      type: 'BOOKMARK',
      object: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { resourceVersion: standIn.resourceVersion },
        spec: { containers: null },
        status: {},
      },
    });
    expect(await watch.ended).toBe('properly');
    expect(await plain.lines(0)).toEqual([]);
    expect(await plain.ended).toBe('properly');
  });

  it('can begin with the list itself, closed by a marked bookmark', async () => {
    await start({ seed: [pod('a')] });
    const path =
      '/api/v1/pods?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await rawWatch(standIn, path);
    standIn.apply(pod('b'));
    const events = await watch.events(3);
    expect(events.map((event) => event.type)).toEqual(['ADDED', 'BOOKMARK', 'ADDED']);
    expect(events[1]?.object).toMatchObject({
      metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
    });
    watch.close();
  });

  it('that begins with the list is a 422 where the server does not serve it', async () => {
    await start({ watchList: false });
    const path = '/api/v1/pods?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    expect(await json(standIn, path)).toMatchObject({
      code: 422,
      message:
        'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    });
  });

  it('as metadata only leaves spec and status out, in bookmarks too', async () => {
    await start();
    const watch = await rawWatch(
      standIn,
      `/api/v1/pods?watch=1&allowWatchBookmarks=1&resourceVersion=${standIn.resourceVersion}`,
      {
        headers: { Accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
      },
    );
    standIn.apply(pod('a'));
    standIn.watches.bookmark();
    const events = await watch.events(2);
    for (const event of events) {
      expect(event.object).toMatchObject({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' });
      expect(event.object).not.toHaveProperty('spec');
    }
    watch.close();
  });

  it('of a custom resource ends when its definition goes, and its path is then not found', async () => {
    await start({ seed: adminPolicyDefinitions.v1alpha1 });
    const path = '/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies';
    standIn.apply(
      liveAdminPolicy('AdminNetworkPolicy', 'deny-all', { priority: 10, subject: { namespaces: {} } }),
    );
    expect((await json(standIn, path)).items).toEqual([
      expect.objectContaining({ kind: 'AdminNetworkPolicy' }),
    ]);
    const watch = await rawWatch(standIn, `${path}?watch=1&resourceVersion=${standIn.resourceVersion}`);
    for (const definition of adminPolicyDefinitions.v1alpha1) standIn.remove(definition);
    expect(summary(await watch.events(1))).toEqual(['DELETED deny-all']);
    expect(await watch.ended).toBe('properly');
    const gone = await raw(standIn, path);
    expect([gone.status, gone.text]).toEqual([404, '404 page not found\n']);
  });

  it('of a namespace’s contents sees them go before the namespace', async () => {
    await start({ seed: [pod('a')] });
    const from = standIn.resourceVersion;
    const pods = await rawWatch(standIn, `/api/v1/pods?watch=1&resourceVersion=${from}`);
    const namespaces = await rawWatch(standIn, `/api/v1/namespaces?watch=1&resourceVersion=${from}`);
    standIn.remove({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    expect(summary(await pods.events(1))).toEqual(['DELETED a']);
    const events = await namespaces.events(2);
    expect(summary(events)).toEqual(['MODIFIED shop', 'DELETED shop']);
    expect(events[0]?.object).toMatchObject({ status: { phase: 'Terminating' } });
    pods.close();
    namespaces.close();
  });

  it('of a server that lost its state hears nothing until revisions catch up', async () => {
    await start({ seed: Array.from({ length: 20 }, (_, index) => pod(`p${index}`)) });
    const before = standIn.resourceVersion;
    await standIn.down();
    await standIn.up({ state: 'lost' });
    expect(Number(standIn.resourceVersion)).toBeLessThan(Number(before));
    const watch = await rawWatch(
      standIn,
      `/api/v1/pods?watch=1&allowWatchBookmarks=1&resourceVersion=${before}`,
    );
    standIn.seed([pod('new')]);
    standIn.watches.bookmark();
    standIn.watches.end();
    expect(await watch.ended).toBe('properly');
    expect(await watch.lines(0)).toEqual([]);
  });

  it('resumed after a restart is expired unless nothing was written since', async () => {
    await start({ seed: [pod('a')] });
    const old = standIn.resourceVersion;
    standIn.apply(pod('b'));
    const current = standIn.resourceVersion;
    await standIn.down();
    await standIn.up();
    const stale = await rawWatch(standIn, `/api/v1/pods?watch=1&resourceVersion=${old}`);
    expect(await stale.events(1)).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
    const fresh = await rawWatch(standIn, `/api/v1/pods?watch=1&resourceVersion=${current}`);
    standIn.apply(pod('c'));
    expect(summary(await fresh.events(1))).toEqual(['ADDED c']);
    fresh.close();
  });

  it('leaves nothing behind when the client goes', async () => {
    await start();
    const watch = await rawWatch(standIn, '/api/v1/pods?watch=1');
    expect(standIn.watches.count({ resource: 'pods' })).toBe(1);
    watch.close();
    await until(() => standIn.watches.count() === 0 && standIn.connections === 0);
  });
});
