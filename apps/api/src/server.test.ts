import { request } from 'node:http';
import {
  apiPaths,
  clusterListSchema,
  problemDetailsSchema,
  snapshotResponseSchema,
  toSnapshot,
} from '@bulkhead/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from './http/logging.ts';
import { createServer, type RunningServer, type ServerOptions } from './server.ts';
import type { ClusterSource } from './sources/source.ts';
import { fakeCatalogue, fakeSource, podNamed, snapshotOf } from './testing/fake-source.ts';
import { openStream, type SseClient } from './testing/sse-client.ts';

const running: RunningServer[] = [];
const streams: SseClient[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const serve = async (sources: Record<string, ClusterSource>, options: Partial<ServerOptions> = {}) => {
  const server = await createServer({
    catalogue: fakeCatalogue(sources),
    logger: createLogger('silent'),
    ...options,
  });
  running.push(server);
  const at = (path: string) => new URL(path, server.url).href;
  const headers = { authorization: `Bearer ${server.token}` };
  return {
    server,
    at,
    headers,
    get: (path: string) => fetch(at(path), { headers }),
    stream: async (id: string, extra: Record<string, string> = {}) => {
      const client = await openStream(at(apiPaths.stream(id)), { ...headers, ...extra });
      streams.push(client);
      return client;
    },
  };
};

describe('the API', () => {
  it('lists clusters, also with names that need encoding in a path', async () => {
    const id = 'arn:aws:eks:eu/prod & co';
    const { get } = await serve({ [id]: fakeSource(snapshotOf([])) });
    const { clusters } = clusterListSchema.parse(await (await get(apiPaths.clusters)).json());
    expect(clusters).toEqual([{ id, name: id, kind: 'live', current: true }]);
    expect((await get(apiPaths.status(id))).status).toBe(200);
  });

  it('gives the snapshot as the protocol has it', async () => {
    const { get } = await serve({ one: fakeSource(snapshotOf([podNamed('a')])) });
    const body = snapshotResponseSchema.parse(await (await get(apiPaths.snapshot('one'))).json());
    expect(body.snapshot).toEqual(snapshotOf([podNamed('a')]));
  });

  it('compresses what it sends', async () => {
    const pods = Array.from({ length: 2_000 }, (_, i) => podNamed(`web-${i}`));
    const { server, headers } = await serve({ one: fakeSource(snapshotOf(pods)) });
    for (const path of [apiPaths.snapshot('one'), apiPaths.stream('one')]) {
      const encoding = await new Promise((resolve, reject) => {
        const req = request(
          { host: '127.0.0.1', port: server.port, path, headers: { ...headers, 'accept-encoding': 'gzip' } },
          (res) => {
            resolve(res.headers['content-encoding']);
            req.destroy();
          },
        );
        req.on('error', reject);
        req.end();
      });
      expect(encoding).toBe('gzip');
    }
  });

  it('says why a cluster has nothing to show', async () => {
    const source = fakeSource();
    source.setFreshness({
      state: 'failed',
      since: 0,
      problem: { code: 'connection-refused', title: 'The API server refuses connections.' },
    });
    const { get } = await serve({ one: source });
    const response = await get(apiPaths.snapshot('one'));
    expect(response.status).toBe(503);
    expect(problemDetailsSchema.parse(await response.json())).toMatchObject({
      type: 'urn:bulkhead:problem:cluster-unavailable',
      problem: { code: 'connection-refused' },
    });
  });

  it('answers every error with problem details', async () => {
    const { get } = await serve({ one: fakeSource(snapshotOf([])) }, { timings: { readyMs: 10 } });
    const cases: [string, number, string][] = [
      ['/api/v1/nothing', 404, 'endpoint-not-found'],
      ['/nothing.txt', 404, 'endpoint-not-found'],
      [apiPaths.snapshot('two'), 404, 'cluster-not-found'],
      [apiPaths.snapshot('__proto__'), 404, 'cluster-not-found'],
      ['/api/v1/clusters/%E0%A4%A/snapshot', 400, 'bad-request'],
      [apiPaths.stream('one', 'not an id'), 400, 'invalid-parameter'],
      [`${apiPaths.stream('one')}?after=a:1&after=b:1`, 400, 'invalid-parameter'],
    ];
    for (const [path, status, slug] of cases) {
      const response = await get(path);
      expect([path, response.status]).toEqual([path, status]);
      expect(response.headers.get('content-type')).toMatch('application/problem+json');
      expect(problemDetailsSchema.parse(await response.json()).type).toBe(`urn:bulkhead:problem:${slug}`);
    }
  });

  it('answers probes without a token, whatever name it is called by', async () => {
    const { server } = await serve({});
    for (const path of ['/livez', '/readyz']) {
      const response = await fetch(new URL(path, server.url));
      expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    }
  });
});

describe('the stream', () => {
  it('sends a snapshot, then each change', async () => {
    const source = fakeSource(snapshotOf([podNamed('a')]));
    const { stream } = await serve({ one: source });
    const client = await stream('one');
    await client.until((state) => state.current !== undefined);
    source.store.commit([{ kind: 'pod', key: 'shop/b', record: podNamed('b') }]);
    const { current } = await client.until((state) => state.current?.pod.size === 2);
    expect(current && toSnapshot(current)).toEqual(source.store.snapshot());
    expect(client.events.map((event) => event.event)).toEqual([
      'status',
      'begin',
      'records',
      'records',
      'records',
      'end',
      'delta',
    ]);
  });

  it('shows progress before there is a whole state, and no records', async () => {
    const source = fakeSource();
    const { stream } = await serve({ one: source });
    const client = await stream('one');
    source.setFreshness({
      state: 'loading',
      since: 0,
      progress: [{ resource: 'pods', items: 500, remaining: 1_500, done: false }],
    });
    await client.until((state) => state.status?.freshness.state === 'loading');
    expect(client.events.every((event) => event.event === 'status')).toBe(true);
    source.store.replace(snapshotOf([podNamed('a')]), []);
    source.store.markReady();
    await client.until((state) => state.current?.pod.size === 1);
  });

  it('brings 10,000 pods in a few megabytes, and far fewer when compressed', async () => {
    const pods = Array.from({ length: 10_000 }, (_, i) =>
      podNamed(`web-6d4cf56db6-${i.toString(36).padStart(5, 'x')}`, {
        namespace: `team-${i % 200}`,
        labels: {
          app: `web-${i % 700}`,
          tier: 'backend',
          'pod-template-hash': '6d4cf56db6',
          team: `team-${i % 200}`,
        },
        ips: [`10.${i % 250}.${i % 199}.${i % 251}`],
        node: `aks-nodepool1-31415926-vmss${i % 300}`,
      }),
    );
    const { server, headers } = await serve({ one: fakeSource(snapshotOf(pods)) });
    const size = (encoding: string) =>
      new Promise<number>((resolve, reject) => {
        const options = {
          path: apiPaths.stream('one'),
          headers: { ...headers, 'accept-encoding': encoding },
        };
        const req = request({ host: '127.0.0.1', port: server.port, ...options }, (res) => {
          let bytes = 0;
          let quiet: NodeJS.Timeout | undefined;
          res.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            clearTimeout(quiet);
            quiet = setTimeout(() => req.destroy(), 300);
          });
          res.on('close', () => resolve(bytes));
          res.on('error', () => undefined);
        });
        req.on('error', reject);
        req.end();
      });
    const [plain, gzip] = [await size('identity'), await size('gzip')];
    expect(plain).toBeGreaterThan(2_000_000);
    expect(plain).toBeLessThan(5_000_000);
    expect(gzip).toBeLessThan(plain / 5);
  });

  it('resumes from the last event id with what was missed, and nothing more', async () => {
    const source = fakeSource(snapshotOf([podNamed('a')]));
    const { stream } = await serve({ one: source });
    const first = await stream('one');
    await first.until((state) => state.current !== undefined);
    const id = first.lastId();
    first.close();
    source.store.commit([{ kind: 'pod', key: 'shop/b', record: podNamed('b') }]);
    const second = await stream('one', { 'last-event-id': id ?? '' });
    await second.until(() => second.events.some((event) => event.event === 'delta'));
    expect(second.events.map((event) => event.event)).toEqual(['status', 'delta']);
  });

  it.each([
    ['an id of another epoch', (epoch: string) => `x${epoch}:1`],
    ['an id from the future', (epoch: string) => `${epoch}:99`],
  ])('starts over for %s', async (_, id) => {
    const source = fakeSource(snapshotOf([podNamed('a')]));
    const { stream } = await serve({ one: source });
    const client = await stream('one', { 'last-event-id': id(source.store.epoch) });
    await client.until((state) => state.current?.pod.size === 1);
    expect(client.events.map((event) => event.event)).toContain('begin');
  });

  it('starts over for a client that fell behind the log', async () => {
    const source = fakeSource(snapshotOf([podNamed('a')]), { logLimit: 4 });
    const { stream } = await serve({ one: source });
    const first = await stream('one');
    await first.until((state) => state.current !== undefined);
    first.close();
    for (let i = 0; i < 10; i++) {
      source.store.commit([{ kind: 'pod', key: `shop/${i}`, record: podNamed(`${i}`) }]);
    }
    const second = await stream('one', { 'last-event-id': first.lastId() ?? '' });
    const { current } = await second.until((state) => state.current !== undefined);
    expect(current?.pod.size).toBe(11);
  });

  it('repeats the status so that a quiet stream can be told from a dead one', async () => {
    const source = fakeSource(snapshotOf([]));
    const { stream } = await serve({ one: source }, { timings: { heartbeatMs: 20 } });
    const client = await stream('one');
    await client.until(() => client.events.filter((event) => event.event === 'status').length > 3);
  });

  it('keeps nothing for a client that reads slowly, gives it up when it stalls, and lets it resume', async () => {
    const source = fakeSource(snapshotOf(Array.from({ length: 50_000 }, (_, i) => podNamed(`web-${i}`))));
    const { server, headers, stream } = await serve({ one: source }, { timings: { stallMs: 1_500 } });
    const closed = new Promise<void>((resolve, reject) => {
      const req = request(
        { host: '127.0.0.1', port: server.port, path: apiPaths.stream('one'), headers },
        (res) => {
          res.pause();
          res.on('close', () => resolve());
          res.on('error', () => resolve());
          setTimeout(() => res.resume(), 4_000);
        },
      );
      req.on('error', reject);
      req.end();
    });
    await closed;
    await expect.poll(() => source.listeners()).toBe(0);
    const client = await stream('one');
    await client.until((state) => state.current?.pod.size === 50_000);
  });

  it('shares one source among its clients and lets go of it after the last', async () => {
    const source = fakeSource(snapshotOf([]));
    const { stream } = await serve({ one: source }, { lingerMs: 10 });
    const clients = await Promise.all([stream('one'), stream('one'), stream('one')]);
    await Promise.all(clients.map((client) => client.until((state) => state.current !== undefined)));
    expect(source.calls).toEqual({ started: 1, stopped: 0 });
    for (const client of clients) client.close();
    await expect.poll(() => source.calls.stopped).toBe(1);
    expect(source.listeners()).toBe(0);
  });

  it('refuses more streams than it can hold', async () => {
    const { stream, get } = await serve({ one: fakeSource(snapshotOf([])) }, { maxStreams: 1 });
    await stream('one');
    const response = await get(apiPaths.stream('one'));
    expect(response.status).toBe(503);
    expect(problemDetailsSchema.parse(await response.json()).type).toMatch(/too-many-streams$/);
  });

  it('ends when the server closes, which stops the source', async () => {
    const source = fakeSource(snapshotOf([]));
    const { stream, server } = await serve({ one: source });
    const client = await stream('one');
    await client.until((state) => state.current !== undefined);
    await server.close();
    await client.ended;
    expect(source.calls.stopped).toBe(1);
    await expect(fetch(server.url)).rejects.toThrow();
  });
});

describe('listening', () => {
  it('takes the next port when one is taken', async () => {
    const first = await serve({});
    const second = await serve({}, { port: first.server.port });
    expect(second.server.port).toBeGreaterThan(first.server.port);
  });
});
