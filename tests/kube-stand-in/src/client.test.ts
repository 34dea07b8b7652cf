import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CoreV1Api,
  KubeConfig,
  makeInformer,
  NetworkingV1Api,
  type V1Pod,
  Watch,
} from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from './json.ts';
import type { KubeconfigOptions } from './kubeconfig.ts';
import { startProxy } from './proxy.ts';
import { type StandIn, type StandInOptions, startStandIn } from './stand-in.ts';
import { until } from './testing.ts';

let standIn: StandIn;
afterEach(() => standIn.stop());

async function start(options: StandInOptions = {}, kubeconfig: KubeconfigOptions = {}): Promise<KubeConfig> {
  standIn = await startStandIn(options);
  const config = new KubeConfig();
  config.loadFromString(await standIn.kubeconfig(kubeconfig));
  return config;
}

const pod = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels },
  spec: { containers: [{ name: 'main', image: 'shop:1' }] },
});

describe('the official JavaScript client', () => {
  it('lists in pages', async () => {
    const config = await start({ seed: ['a', 'b', 'c', 'd', 'e'].map((name) => pod(name)) });
    const api = config.makeApiClient(CoreV1Api);
    const first = await api.listPodForAllNamespaces({ limit: 2 });
    expect(first.items.map((item) => item.metadata?.name)).toEqual(['a', 'b']);
    expect(first.metadata?.remainingItemCount).toBe(3);
    standIn.apply(pod('aa'));
    const second = await api.listPodForAllNamespaces({
      limit: 2,
      _continue: first.metadata?._continue ?? '',
    });
    expect(second.items.map((item) => item.metadata?.name)).toEqual(['c', 'd']);
    expect(second.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
  });

  it('watches from the revision of a list', async () => {
    const config = await start({ seed: [pod('a')] });
    const list = await config.makeApiClient(CoreV1Api).listPodForAllNamespaces();
    const seen: string[] = [];
    const watch = new Watch(config);
    const controller = await watch.watch(
      '/api/v1/pods',
      { resourceVersion: list.metadata?.resourceVersion ?? '' },
      (type: string, object: V1Pod) => seen.push(`${type} ${object.metadata?.name}`),
      () => {},
    );
    standIn.apply(pod('b'));
    standIn.touchStatus(pod('b'), { phase: 'Running' });
    standIn.remove(pod('a'));
    await until(() => seen.length === 3);
    expect(seen).toEqual(['ADDED b', 'MODIFIED b', 'DELETED a']);
    controller.abort();
    await until(() => standIn.watches.count() === 0);
  });

  it('keeps an informer in step through a server restart', async () => {
    const config = await start({ seed: [pod('a')] });
    const api = config.makeApiClient(CoreV1Api);
    const informer = makeInformer(config, '/api/v1/pods', () => api.listPodForAllNamespaces());
    informer.on('error', () => setTimeout(() => informer.start(), 20));
    const names = () =>
      informer
        .list()
        .map((item) => item.metadata?.name)
        .sort();
    await informer.start();
    await until(() => standIn.watches.count() === 1);
    standIn.apply(pod('b'));
    await until(() => names().length === 2);
    await standIn.down();
    standIn.remove(pod('a'));
    standIn.apply(pod('c'));
    await standIn.up();
    await until(() => names().join() === 'b,c', 'the informer');
    await informer.stop();
  });

  it.each([
    ['a token', { by: 'token', user: 'ada' }],
    ['a client certificate', { by: 'client-certificate', user: 'ada', groups: ['readers'] }],
    ['an exec plugin', { by: 'exec', user: 'ada' }],
    ['an exec plugin with a certificate', { by: 'exec', user: 'ada', behaviour: 'client-certificate' }],
    ['an exec plugin that asks to sign in', { by: 'exec', user: 'ada', behaviour: 'device-code' }],
  ] as const)('signs in by %s, as someone whom RBAC refuses', async (_name, auth) => {
    const config = await start({}, { contexts: [{ name: 'x', auth }] });
    await expect(
      config.makeApiClient(NetworkingV1Api).listNetworkPolicyForAllNamespaces(),
    ).rejects.toMatchObject({
      code: 403,
      body: expect.stringContaining(
        'networkpolicies.networking.k8s.io is forbidden: User \\"ada\\" cannot list resource \\"networkpolicies\\" in API group \\"networking.k8s.io\\" at the cluster scope',
      ),
    });
    expect(standIn.log.entries.at(-1)).toMatchObject({
      user: 'ada',
      verb: 'list',
      resource: 'networkpolicies',
    });
  });

  it('goes through a proxy that the kubeconfig names', async () => {
    const proxy = await startProxy();
    const config = await start({}, { contexts: [{ name: 'x', proxyUrl: proxy.url }] });
    expect((await config.makeApiClient(CoreV1Api).listNamespace()).items.length).toBeGreaterThan(0);
    expect(proxy.tunnels).toEqual([`127.0.0.1:${standIn.port}`]);
    await proxy.stop();
  });

  it('reads a service account’s files', async () => {
    await start();
    const inCluster = await standIn.inCluster({ serviceAccount: 'bulkhead', namespace: 'tools' });
    const token = await readFile(join(inCluster.directory, 'token'), 'utf8');
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [{ name: 'in', server: standIn.url, caFile: join(inCluster.directory, 'ca.crt') }],
      users: [{ name: 'in', token }],
      contexts: [{ name: 'in', cluster: 'in', user: 'in' }],
      currentContext: 'in',
    });
    await expect(config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'tools' })).rejects.toThrow(
      /system:serviceaccount:tools:bulkhead.* cannot list/,
    );
    expect(inCluster.env.KUBERNETES_SERVICE_PORT).toBe(String(standIn.port));
  });

  it.each([
    ['short-lived', 2],
    ['expired', 2],
    ['token', 1],
  ] as const)(
    'runs an exec plugin whose credential is %s %d times for two requests',
    async (behaviour, runs) => {
      const contexts = [{ name: 'x', auth: { by: 'exec', user: 'admin', behaviour } }] as const;
      const config = await start({}, { contexts });
      await config.makeApiClient(CoreV1Api).listNamespace();
      if (behaviour === 'short-lived') await new Promise((resolve) => setTimeout(resolve, 2100));
      await config.makeApiClient(CoreV1Api).listNamespace();
      expect(await standIn.execRuns('admin')).toBe(runs);
    },
  );

  it.each([
    ['a token nobody was given', { auth: { by: 'wrong-token' } }, /401/],
    ['a server signed by someone else', { cluster: 'wrong-ca' }, /certificate/],
    ['a port nobody listens on', { cluster: 'unreachable' }, /ECONNREFUSED/],
    [
      'an expired client certificate',
      { auth: { by: 'client-certificate', user: 'admin', expired: true } },
      /401/,
    ],
    [
      'another authority’s client certificate',
      { auth: { by: 'client-certificate', user: 'admin', untrusted: true } },
      /401/,
    ],
    [
      'an exec plugin that prints no credential',
      { auth: { by: 'exec', user: 'ada', behaviour: 'garbage' } },
      /JSON/,
    ],
    [
      'an exec plugin that is not there',
      { auth: { by: 'exec', user: 'ada', behaviour: 'missing' } },
      /ENOENT/,
    ],
    ['an exec plugin that fails', { auth: { by: 'exec', user: 'ada', behaviour: 'fails' } }, /AADSTS700082/],
  ] as const)('is refused with %s', async (_name, context, message) => {
    const config = await start({}, { contexts: [{ name: 'x', ...context }] });
    await expect(config.makeApiClient(CoreV1Api).listNode()).rejects.toThrow(message);
  });
});
