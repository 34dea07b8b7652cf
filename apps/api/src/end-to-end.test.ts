import { buildCluster, livePod } from '@bulkhead/kube-stand-in';
import { apiPaths, type ClusterState, recordKinds } from '@bulkhead/protocol';
import { describe, expect, it } from 'vitest';
import { createLogger } from './http/logging.ts';
import { createServer } from './server.ts';
import { liveCatalogue } from './sources/live/catalogue.ts';
import { cleanUpAfterEach, FAST, standIn, truth } from './testing/live.ts';
import { openStream } from './testing/sse-client.ts';

const cleanUp = cleanUpAfterEach();

const pod = (name: string) =>
  livePod({
    namespace: 'default',
    name,
    node: 'n',
    hostIp: '10.0.0.1',
    ips: ['10.9.9.9'],
    labels: { app: name },
  });

/** A client's state in the shape of `truth`. */
const known = (state: ClusterState | undefined) =>
  Object.fromEntries(
    recordKinds.flatMap((kind) =>
      [...(state?.[kind] ?? [])].map(([key, record]) => [`${kind}:${key}`, record]),
    ),
  );

describe('from the cluster to the browser', () => {
  const setup = async () => {
    const cluster = await standIn({ seed: buildCluster().objects });
    const file = await cluster.writeKubeconfig();
    const sessionKey = new Uint8Array(32).fill(7);
    const serve = async (port = 0) => {
      const server = await createServer({
        catalogue: await liveCatalogue({ file, timings: FAST }),
        logger: createLogger('silent'),
        sessionKey,
        port,
      });
      cleanUp(() => server.close());
      return server;
    };
    const follow = async (url: string, headers: Record<string, string>) => {
      const client = await openStream(new URL(apiPaths.stream('stand-in'), url).href, headers);
      cleanUp(async () => client.close());
      return client;
    };
    return { cluster, serve, follow };
  };

  it('what several clients know follows the cluster, by one watch of it', async () => {
    const { cluster, serve, follow } = await setup();
    const server = await serve();
    const headers = { authorization: `Bearer ${server.token}` };
    const clients = await Promise.all([1, 2, 3].map(() => follow(server.url, headers)));
    await Promise.all(clients.map((client) => client.until(({ current }) => current !== undefined)));
    for (let i = 0; i < 30; i++) cluster.apply(pod(`pod-${i}`));
    cluster.watches.cut();
    for (let i = 0; i < 30; i += 2) {
      cluster.remove({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name: `pod-${i}` } });
    }
    for (const client of clients) {
      await expect.poll(() => known(client.state().current), { timeout: 30_000 }).toEqual(truth(cluster));
    }
    // For a moment there is none: between one watch and the next.
    await expect.poll(() => cluster.watches.count({ resource: 'pods' }), { timeout: 30_000 }).toBe(1);
  });

  it('tells when it lost the cluster and when it has it back', async () => {
    const { cluster, serve, follow } = await setup();
    const server = await serve();
    const client = await follow(server.url, { authorization: `Bearer ${server.token}` });
    await client.until(({ status }) => status?.freshness.state === 'live');
    await cluster.down();
    await client.until(({ status }) => status?.freshness.state === 'reconnecting');
    await cluster.up();
    cluster.apply(pod('after'));
    await client.until(
      ({ current, status }) =>
        current?.pod.has('default/after') === true && status?.freshness.state === 'live',
    );
    await expect.poll(() => known(client.state().current)).toEqual(truth(cluster));
  });

  it('goes on in the same tab after the server was restarted', async () => {
    const { cluster, serve, follow } = await setup();
    const first = await serve();
    const entered = await fetch(first.link, { redirect: 'manual' });
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
    const before = await follow(first.url, { cookie });
    await before.until(({ current }) => current !== undefined);
    await first.close();
    await before.ended;
    cluster.apply(pod('meanwhile'));
    const second = await serve(first.port);
    expect(second.port).toBe(first.port);
    const after = await follow(second.url, { cookie, 'last-event-id': before.lastId() ?? '' });
    const { current } = await after.until((state) => state.current !== undefined);
    expect(current?.epoch).not.toBe(before.state().current?.epoch);
    await expect.poll(() => known(after.state().current)).toEqual(truth(cluster));
  });
});
