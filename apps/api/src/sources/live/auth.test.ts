import { readFile, writeFile } from 'node:fs/promises';
import {
  buildCluster,
  EXEC_SECRET,
  type KubeconfigContext,
  type StandIn,
  startProxy,
} from '@bulkhead/kube-stand-in';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { loadKubeconfig } from '../../kube/kubeconfig.ts';
import { cleanUpAfterEach, converges, FAST, follow, standIn } from '../../testing/live.ts';
import type { ClusterSource } from '../source.ts';
import { createLiveSource } from './source.ts';

const cleanUp = cleanUpAfterEach();
const seeded = () => standIn({ seed: buildCluster().objects });
const problem = (source: ClusterSource) => {
  const { freshness } = source.status();
  return 'problem' in freshness ? freshness.problem : undefined;
};
const wait = { timeout: 30_000, interval: 10 };

describe('a source signs in', () => {
  const ways: [string, KubeconfigContext][] = [
    ['with a token', { name: 'c', auth: { by: 'token', user: 'admin' } }],
    ['with a token in a file', { name: 'c', auth: { by: 'token-file', user: 'admin' } }],
    [
      'with a client certificate',
      { name: 'c', auth: { by: 'client-certificate', user: 'cert', groups: ['system:masters'] } },
    ],
    [
      'with a client certificate in files',
      {
        name: 'c',
        auth: { by: 'client-certificate', user: 'cert', groups: ['system:masters'], files: true },
      },
    ],
    ['with an exec plugin', { name: 'c', auth: { by: 'exec', user: 'admin' } }],
    ['without verifying the server, if the kubeconfig says so', { name: 'c', cluster: 'skip-verify' }],
  ];
  it.each(ways)('%s', async (_, context) => {
    const server = await seeded();
    const source = await follow(server, { context });
    await converges(source, server);
  });

  it('through the proxy of the kubeconfig, with its credentials', async () => {
    const server = await seeded();
    const proxy = await startProxy({ credentials: 'user:pass' });
    cleanUp(() => proxy.stop());
    const source = await follow(server, { context: { name: 'c', proxyUrl: proxy.url } });
    await converges(source, server);
    expect(proxy.tunnels.length).toBeGreaterThan(0);
    expect(proxy.tunnels.every((target) => target === `127.0.0.1:${server.port}`)).toBe(true);
  });

  it('with one run of the plugin for all its requests', async () => {
    const server = await seeded();
    const source = await follow(server, { context: { name: 'c', auth: { by: 'exec', user: 'admin' } } });
    await converges(source, server);
    expect(server.log.entries.length).toBeGreaterThan(10);
    expect(await server.execRuns('admin')).toBe(1);
  });

  it('anew when a token in a file was rotated', async () => {
    const server = await seeded();
    const source = await follow(server, {
      context: { name: 'c', auth: { by: 'token-file', user: 'admin' } },
    });
    await converges(source, server);
    await server.rotateToken('admin');
    server.watches.cut();
    await converges(source, server);
  });

  it('anew when the kubeconfig was rewritten, as a login does', async () => {
    const server = await seeded();
    const file = await server.writeKubeconfig({ contexts: [{ name: 'c', auth: { by: 'wrong-token' } }] });
    const source = createLiveSource({
      id: 'c',
      loadEntry: async () => (await loadKubeconfig({ file })).entry('c'),
      clock: systemClock,
      timings: FAST,
    });
    cleanUp(() => source.stop());
    source.start();
    await expect.poll(() => problem(source)?.code, wait).toBe('unauthorized');
    await writeFile(
      file,
      await server.kubeconfig({ contexts: [{ name: 'c', auth: { by: 'token', user: 'admin' } }] }),
    );
    await converges(source, server);
  });
});

describe('a source that can not sign in says why and what to do', () => {
  const cases: [string, KubeconfigContext, string][] = [
    ['a wrong token', { name: 'c', auth: { by: 'wrong-token' } }, 'unauthorized'],
    [
      'an expired certificate',
      { name: 'c', auth: { by: 'client-certificate', user: 'x', expired: true } },
      'unauthorized',
    ],
    [
      'a failing plugin',
      { name: 'c', auth: { by: 'exec', user: 'admin', behaviour: 'fails' } },
      'exec-plugin-failed',
    ],
    [
      'a plugin that prints something else',
      { name: 'c', auth: { by: 'exec', user: 'admin', behaviour: 'garbage' } },
      'exec-plugin-failed',
    ],
    [
      'a plugin that is not there',
      { name: 'c', auth: { by: 'exec', user: 'admin', behaviour: 'missing' } },
      'exec-plugin-failed',
    ],
    ['an authority that is not trusted', { name: 'c', cluster: 'wrong-ca' }, 'tls'],
    ['a port nobody listens on', { name: 'c', cluster: 'unreachable' }, 'connection-refused'],
  ];
  it.each(cases)('%s', async (_, context, code) => {
    const server = await seeded();
    const source = await follow(server, { context });
    await expect.poll(() => source.status().freshness.state, wait).toBe('failed');
    expect(problem(source)).toMatchObject({
      code,
      title: expect.stringMatching(/\.$/),
      hint: expect.stringMatching(/\.$/),
    });
    expect(source.store.ready()).toBe(false);
  });

  it('shows what a failing plugin printed, without the secret in it', async () => {
    const server = await seeded();
    const source = await follow(server, {
      context: { name: 'c', auth: { by: 'exec', user: 'admin', behaviour: 'fails' } },
    });
    await expect
      .poll(() => problem(source)?.detail, wait)
      .toContain('AADSTS700082: The refresh token has expired');
    expect(JSON.stringify(source.status())).not.toContain(EXEC_SECRET);
    expect(JSON.stringify(source.status())).not.toContain(EXEC_SECRET.slice(0, 20));
  });

  it('does not run a failing plugin again and again', async () => {
    const server = await seeded();
    await follow(server, { context: { name: 'c', auth: { by: 'exec', user: 'admin', behaviour: 'fails' } } });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await server.execRuns('admin')).toBeLessThanOrEqual(1);
  });

  it('ends a plugin that hangs when it stops', async () => {
    const server = await seeded();
    const source = await follow(server, {
      context: { name: 'c', auth: { by: 'exec', user: 'admin', behaviour: 'hangs' } },
    });
    await expect.poll(() => server.execRuns('admin'), wait).toBe(1);
    expect(source.status().freshness.state).toBe('connecting');
    await source.stop();
  });

  it('holds no credential in anything it shows', async () => {
    const server = await seeded();
    const source = await follow(server, { context: { name: 'c', auth: { by: 'token', user: 'admin' } } });
    await converges(source, server);
    const shown = JSON.stringify([source.status(), source.store.snapshot(), source.store.notes()]);
    expect(shown).not.toContain(server.tokenOf('admin'));
    const kubeconfig = await readFile(await server.writeKubeconfig(), 'utf8');
    for (const secret of kubeconfig.match(/[\w+/=-]{60,}/g) ?? []) expect(shown).not.toContain(secret);
  });
});

describe('while it runs', () => {
  const live = async (): Promise<{ server: StandIn; source: ClusterSource }> => {
    const server = await seeded();
    const source = await follow(server);
    await converges(source, server);
    return { server, source };
  };

  it('a credential that expires is said, and what was known stays, marked as old', async () => {
    const { server, source } = await live();
    await server.rotateToken('admin');
    server.watches.cut();
    await expect
      .poll(() => source.status().freshness, wait)
      .toMatchObject({
        state: 'reconnecting',
        problem: { code: 'unauthorized' },
      });
    expect(source.store.snapshot().pods.length).toBeGreaterThan(0);
  });
});
