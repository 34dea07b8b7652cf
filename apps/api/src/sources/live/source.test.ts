import {
  adminPolicyDefinitions,
  buildCluster,
  type JsonObject,
  liveAdminPolicy,
  liveNamespace,
  livePod,
} from '@bulkhead/kube-stand-in';
import { describe, expect, it } from 'vitest';
import { cleanUpAfterEach, converges, follow, held, standIn, truth } from '../../testing/live.ts';

cleanUpAfterEach();

const shop = () => {
  const cluster = buildCluster();
  cluster.namespace('shop', { team: 'shop' });
  cluster.deployment({ namespace: 'shop', name: 'web', replicas: 30, ports: [{ name: 'http', port: 8080 }] });
  cluster.statefulSet({ namespace: 'shop', name: 'db', replicas: 3 });
  cluster.cronJob({ namespace: 'shop', name: 'report' });
  cluster.service({
    namespace: 'shop',
    name: 'web',
    selector: { app: 'web' },
    ports: [{ port: 80, targetPort: 8080 }],
  });
  cluster.networkPolicy({
    namespace: 'shop',
    name: 'deny',
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  });
  return cluster.objects;
};

const newPod = (name: string, ip: string) =>
  livePod({ namespace: 'shop', name, node: 'n', hostIp: '10.0.0.1', ips: [ip], labels: { app: 'new' } });

const live = async () => {
  const server = await standIn({ seed: shop() });
  const source = await follow(server);
  await converges(source, server);
  return { server, source };
};

describe('a live source', () => {
  it('reads the cluster in pages and names pods by their topmost owner', async () => {
    const { server, source } = await live();
    const workloads = new Set(
      source.store.snapshot().pods.map(({ workload }) => `${workload.kind}/${workload.name}`),
    );
    expect([...workloads].sort()).toEqual([
      'CronJob/report',
      'DaemonSet/azure-npm',
      'Deployment/coredns',
      'Deployment/web',
      'StatefulSet/db',
    ]);
    const lists = server.log.matching({ verb: 'list', resource: 'pods' });
    expect(lists.length).toBeGreaterThan(1);
    expect(lists.every(({ query }) => query.limit === '20')).toBe(true);
    expect(source.status()).toMatchObject({
      serverVersion: 'v1.34.2',
      hidden: [],
      policyKinds: ['NetworkPolicy'],
    });
  });

  it('asks for metadata only where it needs no more', async () => {
    const { server } = await live();
    for (const resource of ['replicasets', 'jobs']) {
      for (const { accept, verb } of server.log.matching({ resource }))
        expect(accept).toMatch(
          verb === 'list' ? /as=PartialObjectMetadataList;/ : /as=PartialObjectMetadata;/,
        );
    }
  });

  it('follows what is created, changed and removed', async () => {
    const { server, source } = await live();
    server.apply(newPod('new', '10.9.9.9'));
    server.apply(liveNamespace('later'));
    const web = server.all('v1', 'Pod').find(({ metadata }) => metadata.name.startsWith('web-'));
    if (web === undefined) throw new Error('no web pod');
    server.update(web, (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { app: 'moved' } } }));
    server.remove({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace: 'shop', name: 'deny' },
    });
    await converges(source, server);
    expect(held(source.store)).toHaveProperty(['pod:shop/new']);
  });

  it('commits a burst as few revisions, and a change of status as none', async () => {
    const { server, source } = await live();
    const before = source.store.revision();
    let woken = 0;
    source.store.subscribe(() => woken++);
    for (let round = 0; round < 5; round++) {
      for (const pod of server.all('v1', 'Pod')) {
        server.touchStatus(pod, {
          conditions: [{ type: 'Ready', status: 'True', message: `probe ${round}` }],
        });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([source.store.revision(), woken]).toEqual([before, 0]);
    for (let i = 0; i < 100; i++) server.apply(newPod(`burst-${i}`, `10.9.1.${i}`));
    await converges(source, server);
    expect(source.store.revision() - before).toBeLessThan(20);
  });

  it('follows endpoint slices, and commits nothing for what changes no address, port or readiness', async () => {
    const { server, source } = await live();
    const slice = () => {
      const found = server
        .all('discovery.k8s.io/v1', 'EndpointSlice')
        .find(({ metadata }) => metadata.namespace === 'shop');
      if (found === undefined) throw new Error('no slice');
      return found;
    };
    const key = `shop/${slice().metadata.name}`;
    const record = () => source.store.get('endpointSlice', key);
    expect(record()).toMatchObject({ service: 'web', notReady: [], ports: [{ port: 8080 }] });
    expect(record()?.ready).toHaveLength(30);
    const before = source.store.revision();
    const addresses = record()?.ready ?? [];
    const write = (endpointOf: (address: string, index: number) => JsonObject) =>
      server.update(slice(), (object) => ({ ...object, endpoints: addresses.map(endpointOf) }));
    for (let round = 0; round < 5; round++) {
      write((address) => ({ addresses: [address], zone: `zone-${round}` }));
      // Down and up again within one burst.
      write((address) => ({ addresses: [address], conditions: { ready: false } }));
      write((_, index) => ({
        addresses: [addresses[addresses.length - 1 - index] ?? ''],
        conditions: { ready: true, serving: round % 2 === 0 },
      }));
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(source.store.revision()).toBe(before);
    write((address, index) => ({ addresses: [address], conditions: { ready: index > 0 } }));
    await expect.poll(() => record()?.notReady.length).toBe(1);
    server.remove(slice());
    await expect.poll(record).toBeUndefined();
    await converges(source, server);
  });

  it('notices a pod that is named before its owners are', async () => {
    const { server, source } = await live();
    const [, replicaSet, pod] = buildCluster().deployment({ namespace: 'shop', name: 'late', replicas: 1 });
    if (replicaSet === undefined || pod === undefined) throw new Error('nothing built');
    server.apply(pod);
    const workload = () => source.store.get('pod', `shop/${pod.metadata.name}`)?.workload;
    await expect.poll(workload).toEqual({ kind: 'ReplicaSet', name: replicaSet.metadata.name });
    server.apply(replicaSet);
    await expect.poll(workload).toEqual({ kind: 'Deployment', name: 'late' });
  });

  it('notices policy kinds that are installed and removed while it runs', async () => {
    const { server, source } = await live();
    const policies = () =>
      source.store
        .snapshot()
        .policies.map(({ kind }) => kind)
        .sort();
    server.seed([...adminPolicyDefinitions.v1alpha1, ...adminPolicyDefinitions.v1alpha2]);
    server.apply(
      liveAdminPolicy('AdminNetworkPolicy', 'admin', { priority: 1, subject: { namespaces: {} } }),
    );
    server.apply(
      liveAdminPolicy('ClusterNetworkPolicy', 'cluster', {
        tier: 'Admin',
        priority: 1,
        subject: { namespaces: {} },
      }),
    );
    await expect
      .poll(policies, { timeout: 30_000 })
      .toEqual(['AdminNetworkPolicy', 'ClusterNetworkPolicy', 'NetworkPolicy']);
    for (const definition of adminPolicyDefinitions.v1alpha1) server.remove(definition);
    await expect.poll(policies, { timeout: 30_000 }).toEqual(['ClusterNetworkPolicy', 'NetworkPolicy']);
    await converges(source, server);
  });

  it('leaves nothing behind when it stops', async () => {
    const { server, source } = await live();
    expect(server.watches.count()).toBeGreaterThan(5);
    await source.stop();
    await expect.poll(() => server.watches.count()).toBe(0);
    await expect.poll(() => server.connections).toBe(0);
    const asked = server.log.entries.length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(server.log.entries.length).toBe(asked);
  });

  it('takes labels for what they are, whatever they are called', async () => {
    const { server, source } = await live();
    const labels: Record<string, string> = JSON.parse(
      '{"__proto__":"x","constructor":"y","hasOwnProperty":"z"}',
    );
    const pod = newPod('odd', '10.9.9.1');
    server.apply({ ...pod, metadata: { ...pod.metadata, labels } });
    await expect.poll(() => source.store.get('pod', 'shop/odd')).toBeDefined();
    expect(Object.entries(source.store.get('pod', 'shop/odd')?.labels ?? {})).toEqual(Object.entries(labels));
    expect(Object.prototype).not.toHaveProperty('x');
    expect(truth(server)).toEqual(held(source.store));
  });
});
