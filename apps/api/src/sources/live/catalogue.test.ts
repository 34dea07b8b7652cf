import { writeFile } from 'node:fs/promises';
import { buildCluster, role, roleBinding, type StandIn } from '@bulkhead/kube-stand-in';
import { describe, expect, it } from 'vitest';
import { KubeError } from '../../kube/error.ts';
import { cleanUpAfterEach, converges, FAST, standIn } from '../../testing/live.ts';
import { liveCatalogue, openLiveSnapshot } from './catalogue.ts';

const cleanUp = cleanUpAfterEach();

const twoContexts = (server: StandIn) =>
  server.writeKubeconfig({
    contexts: [
      { name: 'arn:aws:eks:eu/prod', namespace: 'shop' },
      { name: 'dev', cluster: 'unreachable' },
    ],
    currentContext: 'arn:aws:eks:eu/prod',
  });

describe('the live catalogue', () => {
  it('lists all contexts, the current one marked, and opens each', async () => {
    const server = await standIn({ seed: buildCluster().objects });
    const file = await twoContexts(server);
    const catalogue = await liveCatalogue({ file, timings: FAST });
    expect(await catalogue.list()).toEqual([
      {
        id: 'arn:aws:eks:eu/prod',
        name: 'arn:aws:eks:eu/prod',
        kind: 'live',
        current: true,
        namespace: 'shop',
      },
      { id: 'dev', name: 'dev', kind: 'live', current: false },
    ]);
    const source = await catalogue.open('arn:aws:eks:eu/prod');
    if (source === undefined) throw new Error('not opened');
    cleanUp(() => source.stop());
    source.start();
    await converges(source, server);
    for (const id of ['other', '', '__proto__']) expect(await catalogue.open(id)).toBeUndefined();
  });

  it('looks into the namespaces of all contexts of a cluster where namespaces may not be listed', async () => {
    const cluster = buildCluster();
    for (const namespace of ['shop', 'blog', 'bank']) cluster.namespace(namespace);
    const read = { verbs: ['list', 'watch'], apiGroups: [''], resources: ['pods'] };
    const server = await standIn({ seed: cluster.objects, users: [{ name: 'sam' }] });
    for (const namespace of ['shop', 'blog']) {
      server.seed([
        role(namespace, 'pods', [read]),
        roleBinding(namespace, 'sam', { kind: 'Role', name: 'pods' }, ['sam']),
      ]);
    }
    const auth = { by: 'token', user: 'sam' } as const;
    const text = await server.kubeconfig({
      contexts: [
        { name: 'first', auth, namespace: 'shop' },
        { name: 'second', auth, namespace: 'blog' },
      ],
    });
    const file = await server.writeKubeconfig();
    await writeFile(file, text.replace('cluster: second', 'cluster: first'));
    const source = await (await liveCatalogue({ file, timings: FAST })).open('first');
    if (source === undefined) throw new Error('not opened');
    cleanUp(() => source.stop());
    source.start();
    await expect
      .poll(() => [...source.store.keys('namespace')].sort(), { timeout: 15_000 })
      .toEqual(['(other namespaces)', 'blog', 'shop']);
  });

  it('marks the context that was asked for, and refuses one that is not there', async () => {
    const file = await twoContexts(await standIn());
    const catalogue = await liveCatalogue({ file, context: 'dev' });
    expect((await catalogue.list()).map(({ current }) => current)).toEqual([false, true]);
    await expect(liveCatalogue({ file, context: 'none' })).rejects.toThrow(/has no context "none"/);
  });

  it('sees contexts that are added while it runs', async () => {
    const server = await standIn();
    const file = await server.writeKubeconfig({ contexts: [{ name: 'one' }] });
    const catalogue = await liveCatalogue({ file });
    await server.writeKubeconfig({ contexts: [{ name: 'one' }, { name: 'two' }] });
    expect((await catalogue.list()).map(({ name }) => name)).toEqual(['one', 'two']);
  });
});

describe('reading a live cluster once', () => {
  it('gives the snapshot and leaves nothing behind', async () => {
    const server = await standIn({ seed: buildCluster().objects });
    const file = await twoContexts(server);
    const { snapshot, status } = await openLiveSnapshot({ file, timings: FAST });
    expect(snapshot.pods.length).toBeGreaterThan(3);
    expect(status.freshness.state).toBe('live');
    await expect.poll(() => server.connections).toBe(0);
  });

  it('fails with the reason', async () => {
    const file = await twoContexts(await standIn());
    const reading = openLiveSnapshot({ file, context: 'dev', timings: FAST });
    await expect(reading).rejects.toThrow(KubeError);
    await expect(reading).rejects.toMatchObject({ problem: { code: 'connection-refused' } });
  });

  it('fails when the server takes too long', async () => {
    const server = await standIn();
    server.faults.add({ fault: { kind: 'hang' }, times: Number.POSITIVE_INFINITY });
    const file = await twoContexts(server);
    const reading = openLiveSnapshot({ file, timings: { ...FAST, answerMs: 60_000 }, timeoutMs: 300 });
    await expect(reading).rejects.toMatchObject({ problem: { code: 'timeout' } });
  });
});
