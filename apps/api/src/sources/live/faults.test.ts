import {
  adminPolicyDefinitions,
  buildCluster,
  type Fault,
  type FaultRule,
  liveAdminPolicy,
  livePod,
  type StandIn,
} from '@bulkhead/kube-stand-in';
import type { Freshness } from '@bulkhead/protocol';
import { describe, expect, it } from 'vitest';
import { cleanUpAfterEach, converges, follow, held, standIn, truth } from '../../testing/live.ts';

cleanUpAfterEach();

const pod = (name: string, ip: string) =>
  livePod({ namespace: 'shop', name, node: 'n', hostIp: '10.0.0.1', ips: [ip], labels: { app: name } });

const seeded = (options: Parameters<typeof standIn>[0] = {}) => {
  const cluster = buildCluster();
  cluster.namespace('shop');
  cluster.deployment({ namespace: 'shop', name: 'web', replicas: 50 });
  cluster.networkPolicy({ namespace: 'shop', name: 'deny', spec: { podSelector: {} } });
  return standIn({ seed: cluster.objects, ...options });
};

/** Changes while something is wrong: what a client that misses events gets wrong. */
const disturb = async (server: StandIn) => {
  for (let i = 0; i < 20; i++) {
    server.apply(pod(`extra-${i}`, `10.9.0.${i}`));
    if (i % 3 === 0)
      server.remove({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name: `extra-${i}` } });
    if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 15));
  }
  const web = server.all('v1', 'Pod').filter(({ metadata }) => metadata.name.startsWith('web-'));
  for (const one of web.slice(0, 10)) server.remove(one);
};

describe('while listing, a source survives', () => {
  const cases: [string, Fault][] = [
    ['an internal error', { kind: 'status', code: 500 }],
    ['an unavailable server', { kind: 'status', code: 503 }],
    ['throttling', { kind: 'status', code: 429, retryAfterSeconds: 0 }],
    [
      'a gateway that knows no Kubernetes',
      { kind: 'raw', code: 502, contentType: 'text/html', body: '<h1>Bad' },
    ],
    ['a sign-in page', { kind: 'raw', code: 200, contentType: 'text/html', body: '<h1>Hello' }],
    ['a reset', { kind: 'reset' }],
    ['no answer', { kind: 'hang' }],
    ['an answer that is cut', { kind: 'cut', afterBytes: 500 }],
    ['an answer that stops', { kind: 'silent', afterBytes: 500 }],
    ['an answer in drops', { kind: 'trickle', bytes: 2_000, everyMs: 1 }],
    ['JSON that ends early', { kind: 'truncated', keepBytes: 700 }],
    ['another content type', { kind: 'content-type', contentType: 'application/vnd.kubernetes.protobuf' }],
    ['an expired continue token', { kind: 'status', code: 410 }],
  ];
  it.each(cases)('%s', async (_, fault) => {
    const server = await seeded();
    const rule: FaultRule = { verb: 'list', resource: 'pods', fault, times: 2, skip: 1 };
    server.faults.add(rule);
    const source = await follow(server);
    await converges(source, server);
    expect(server.faults.pending).toBe(0);
  });

  it('a compaction between two pages, and lists at once when that happens again and again', async () => {
    const server = await seeded();
    let pages = 0;
    server.faults.add({
      verb: 'list',
      resource: 'pods',
      times: Number.POSITIVE_INFINITY,
      where: ({ query }) => {
        if (query.continue === undefined) return false;
        pages++;
        server.apply(pod(`while-listing-${pages}`, '10.9.9.9'));
        server.compact();
        return false;
      },
      fault: { kind: 'reset' },
    });
    const source = await follow(server);
    await converges(source, server);
    expect(server.log.matching({ verb: 'list', resource: 'pods' }).at(-1)?.query.limit).toBeUndefined();
  });

  it('a list that is older than what it has', async () => {
    const server = await seeded();
    server.faults.add({ verb: 'list', resource: 'pods', fault: { kind: 'stale', revisions: 30 } });
    await disturb(server);
    const source = await follow(server);
    await converges(source, server);
  });
});

describe('while watching, a source survives', () => {
  const cases: [string, (server: StandIn) => void | Promise<void>][] = [
    ['the end of the watch', (server) => server.watches.end()],
    ['a cut connection', (server) => server.watches.cut()],
    ['an expired revision', (server) => server.watches.expire()],
    ['silence', (server) => server.watches.freeze()],
    [
      'compaction and the end of the watch',
      (server) => {
        server.compact();
        server.watches.end();
      },
    ],
    [
      'a server that was away',
      async (server) => {
        await server.down();
        await new Promise((resolve) => setTimeout(resolve, 300));
        await server.up();
      },
    ],
    [
      'a server behind a black hole',
      async (server) => {
        await server.down({ how: 'black-hole' });
        await new Promise((resolve) => setTimeout(resolve, 500));
        await server.up();
      },
    ],
    [
      'a server that forgot everything',
      async (server) => {
        await server.down();
        await new Promise((resolve) => setTimeout(resolve, 100));
        await server.up({ state: 'lost' });
        server.seed(buildCluster({ nodes: 2 }).objects);
        server.seed([pod('reborn', '10.9.9.9')]);
      },
    ],
  ];
  it.each(cases)('%s', async (_, play) => {
    const server = await seeded();
    const source = await follow(server);
    await converges(source, server);
    const before = disturb(server);
    await play(server);
    await before;
    await disturb(server);
    await converges(source, server);
  });

  const faults: [string, Fault][] = [
    ['a malformed line', { kind: 'malformed-line', afterEvents: 2 }],
    ['a line of binary', { kind: 'malformed-line', afterEvents: 1, line: '\u0000\u0001{' }],
    ['an expired revision in the stream', { kind: 'error-event', afterEvents: 3 }],
    ['an internal error in the stream', { kind: 'error-event', afterEvents: 1, code: 500 }],
    ['a watch that is cut after some events', { kind: 'cut', afterEvents: 4 }],
    ['a watch that ends after each event', { kind: 'end', afterEvents: 1 }],
    ['a watch that goes silent', { kind: 'silent', afterEvents: 2 }],
    ['a trickle', { kind: 'trickle', bytes: 300, everyMs: 2 }],
    ['a watch that is refused for now', { kind: 'status', code: 503 }],
    ['a watch that is throttled', { kind: 'status', code: 429, retryAfterSeconds: 0 }],
    ['a watch that is refused as too old', { kind: 'status', code: 410 }],
  ];
  it.each(faults)('%s', async (_, fault) => {
    const server = await seeded();
    const source = await follow(server);
    await converges(source, server);
    server.faults.add({ verb: 'watch', resource: 'pods', fault, times: 3 });
    server.watches.end({ resource: 'pods' });
    await disturb(server);
    await converges(source, server);
  });
});

describe('a server that has just started', () => {
  it('and has not read its roles yet takes nothing away', async () => {
    const server = await seeded();
    const source = await follow(server, { timings: { confirmMs: 5_000 } });
    await converges(source, server);
    const fewest: number[] = [];
    source.store.subscribe(() => fewest.push(source.store.totals().pod));
    const pods = source.store.totals().pod;
    const forbidden: Fault = { kind: 'status', code: 403 };
    server.faults.add({ where: ({ info }) => info.isResource, fault: forbidden, times: 60 });
    server.watches.cut();
    await expect
      .poll(() => source.status().freshness, { interval: 5 })
      .toMatchObject({ state: 'reconnecting', problem: { code: 'forbidden' } });
    server.apply(pod('later', '10.9.9.9'));
    server.faults.clear();
    await converges(source, server);
    expect(Math.min(...fewest)).toBeGreaterThanOrEqual(pods);
    expect(source.status().hidden).toEqual([]);
  });

  it('and does not know its custom kinds yet takes none of their policies away', async () => {
    const server = await seeded();
    server.seed(adminPolicyDefinitions.v1alpha1);
    server.apply(
      liveAdminPolicy('AdminNetworkPolicy', 'admin', { priority: 1, subject: { namespaces: {} } }),
    );
    const source = await follow(server, { timings: { confirmMs: 5_000 } });
    await converges(source, server);
    let lost = false;
    source.store.subscribe(() => {
      lost ||= source.store.get('policy', 'AdminNetworkPolicy//admin') === undefined;
    });
    const group = 'policy.networking.k8s.io';
    server.faults.add({ group, fault: { kind: 'status', code: 404 }, times: 20 });
    server.faults.add({
      where: ({ path }) => path === '/apis',
      fault: {
        kind: 'raw',
        code: 200,
        contentType: 'application/json',
        body: '{"kind":"APIGroupList","groups":[]}',
      },
      times: 3,
    });
    server.watches.cut({ group });
    await new Promise((resolve) => setTimeout(resolve, 800));
    server.faults.clear();
    await converges(source, server);
    expect(lost).toBe(false);
  });
});

describe('a source', () => {
  it('resumes from where it was instead of listing again', async () => {
    const server = await seeded();
    const source = await follow(server);
    await converges(source, server);
    const lists = server.log.matching({ verb: 'list' }).length;
    for (let i = 0; i < 5; i++) {
      server.watches.end();
      await disturb(server);
      server.watches.cut();
      await converges(source, server);
    }
    expect(server.log.matching({ verb: 'list' }).length).toBe(lists);
  });

  it('uses bookmarks, so that a quiet kind does not expire', async () => {
    const server = await seeded();
    const source = await follow(server);
    await converges(source, server);
    const lists = server.log.matching({ verb: 'list', resource: 'networkpolicies' }).length;
    await disturb(server);
    server.watches.bookmark();
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.compact();
    server.watches.end();
    await converges(source, server);
    expect(server.log.matching({ verb: 'list', resource: 'networkpolicies' }).length).toBe(lists);
    expect(
      server.log.matching({ verb: 'watch' }).every(({ query }) => query.allowWatchBookmarks === 'true'),
    ).toBe(true);
  });

  it('waits as long as Retry-After says', async () => {
    const server = await seeded();
    server.faults.add({
      verb: 'list',
      resource: 'pods',
      fault: { kind: 'status', code: 429, retryAfterSeconds: 1 },
    });
    const started = Date.now();
    const source = await follow(server);
    await expect
      .poll(() => source.status().freshness)
      .toMatchObject({ state: 'failed', problem: { code: 'throttled' } });
    expect(server.log.matching({ verb: 'list', resource: 'pods' }).length).toBe(1);
    await converges(source, server);
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_000);
  });

  it('does not hammer a server that fails', async () => {
    const server = await seeded();
    server.faults.add({ fault: { kind: 'status', code: 500 }, times: Number.POSITIVE_INFINITY });
    await follow(server, { timings: { backoffFirstMs: 100, backoffMostMs: 400 } });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(server.log.entries.length).toBeLessThan(30);
  });

  it('does not spin on watches that end at once', async () => {
    const server = await seeded();
    const source = await follow(server);
    await converges(source, server);
    server.faults.add({
      verb: 'watch',
      resource: 'pods',
      fault: { kind: 'end' },
      times: Number.POSITIVE_INFINITY,
    });
    const before = server.log.matching({ verb: 'watch', resource: 'pods' }).length;
    server.watches.end({ resource: 'pods' });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(server.log.matching({ verb: 'watch', resource: 'pods' }).length - before).toBeLessThan(40);
  });

  it('says that it is reconnecting and since when, then that it is stale, then that it is live', async () => {
    const server = await seeded();
    // What answers last, discovery or the watches, would otherwise decide since when.
    const source = await follow(server, { timings: { staleAfterMs: 1_000, discoveryMs: 600_000 } });
    await converges(source, server);
    const before = Date.now();
    const shown = held(source.store);
    // Noted as they come: a busy machine may look again only after a state has passed.
    const said: Freshness[] = [];
    source.subscribe(() => {
      const { freshness } = source.status();
      if (freshness.state !== (said.at(-1)?.state ?? 'live')) said.push(freshness);
    });
    await server.down();
    await expect.poll(() => source.status().freshness.state, { timeout: 30_000 }).toBe('stale');
    expect(held(source.store)).toEqual(shown);
    await server.up();
    await converges(source, server);
    // Kinds recover one by one, so what comes between is up to them.
    const states = said.map(({ state }) => state);
    expect([...states.slice(0, 2), states.at(-1)]).toEqual(['reconnecting', 'stale', 'live']);
    expect(said[0]).toMatchObject({
      problem: { code: expect.stringMatching(/unreachable|connection-refused/) },
    });
    expect(said[0]?.since).toBeGreaterThanOrEqual(before);
  });

  it('never says live while it holds something else than the cluster', async () => {
    const server = await seeded();
    const source = await follow(server);
    await converges(source, server);
    await server.down();
    await expect.poll(() => source.status().freshness.state, { interval: 1 }).not.toBe('live');
    await server.up();
    server.apply(pod('while-away', '10.9.9.9'));
    await expect.poll(() => source.status().freshness.state, { interval: 1, timeout: 30_000 }).toBe('live');
    // Up to the time that changes are gathered.
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(held(source.store)).toEqual(truth(server));
  });
});
