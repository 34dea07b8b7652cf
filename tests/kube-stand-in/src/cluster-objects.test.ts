import { AppsV1Api, BatchV1Api, CoreV1Api, DiscoveryV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from 'vitest';
import { buildCluster, type ClusterBuilder } from './cluster-objects.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

let standIn: StandIn | undefined;
afterEach(() => standIn?.stop());

function shop(): ClusterBuilder {
  const cluster = buildCluster({ nodes: 3, engine: 'calico', dualStack: true });
  const ports = [{ name: 'http', port: 8080 }];
  cluster.namespace('shop', { team: 'web' });
  cluster.deployment({ namespace: 'shop', name: 'web', replicas: 3, ports });
  cluster.statefulSet({ namespace: 'shop', name: 'db', replicas: 2 });
  cluster.cronJob({ namespace: 'shop', name: 'report' });
  cluster.job({ namespace: 'shop', name: 'migrate', outcome: 'Failed' });
  cluster.service({ namespace: 'shop', name: 'web', selector: { app: 'web' }, ports });
  cluster.pod({ namespace: 'shop', name: 'debug', phase: 'Pending' });
  return cluster;
}

describe('built clusters', () => {
  it('are the same bytes each time', () => {
    expect(JSON.stringify(shop().objects)).toBe(JSON.stringify(shop().objects));
  });

  it('give each running pod an address of its own, and host pods their node’s', () => {
    const pods = shop().objects.filter((object) => object.kind === 'Pod');
    const status = (
      pod: (typeof pods)[number],
    ): { podIP?: string; podIPs?: unknown[]; hostIP?: string; phase?: string } =>
      JSON.parse(JSON.stringify(pod.status));
    const spec = (pod: (typeof pods)[number]): { hostNetwork?: boolean } =>
      JSON.parse(JSON.stringify(pod.spec));
    const own = pods.filter((pod) => spec(pod).hostNetwork !== true && status(pod).phase !== 'Pending');
    expect(new Set(own.map((pod) => status(pod).podIP)).size).toBe(own.length);
    expect(own.every((pod) => status(pod).podIPs?.length === 2)).toBe(true);
    const host = pods.filter((pod) => spec(pod).hostNetwork === true);
    expect(host).toHaveLength(3);
    expect(host.every((pod) => status(pod).podIP === status(pod).hostIP)).toBe(true);
    expect(new Set(host.map((pod) => status(pod).hostIP)).size).toBe(3);
    expect(pods.filter((pod) => status(pod).podIP === undefined).map((pod) => pod.metadata.name)).toEqual([
      'debug',
    ]);
  });

  it('link pods to owners that exist, by uid, up to the top', () => {
    const { objects } = shop();
    const byUid = new Map(objects.map((object) => [object.metadata.uid, object]));
    const chain = (name: string): string[] => {
      const kinds: string[] = [];
      let here = objects.find((object) => object.kind === 'Pod' && object.metadata.name.startsWith(name));
      while (here !== undefined) {
        kinds.push(here.kind);
        here = byUid.get(here.metadata.ownerReferences?.[0]?.uid ?? 'none');
      }
      return kinds;
    };
    expect(chain('web-')).toEqual(['Pod', 'ReplicaSet', 'Deployment']);
    expect(chain('db-1')).toEqual(['Pod', 'StatefulSet']);
    expect(chain('report-')).toEqual(['Pod', 'Job', 'CronJob']);
    expect(chain('calico-node-')).toEqual(['Pod', 'DaemonSet']);
    expect(chain('debug')).toEqual(['Pod']);
  });

  it('carry the weight of live objects', () => {
    const pod = shop().objects.find(
      (object) => object.kind === 'Pod' && object.metadata.name.startsWith('web-'),
    );
    expect(pod?.metadata.managedFields).toHaveLength(2);
    expect(pod?.metadata.generateName).toMatch(/^web-[a-z0-9]{10}-$/);
    expect(JSON.stringify(pod).length).toBeGreaterThan(4000);
  });

  it('are read whole by the official client', async () => {
    standIn = await startStandIn({ seed: shop().objects });
    const config = new KubeConfig();
    config.loadFromString(await standIn.kubeconfig());
    const pods = await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'shop' });
    expect(pods.items.map((pod) => pod.status?.phase).sort()).toEqual([
      'Failed',
      'Pending',
      'Running',
      'Running',
      'Running',
      'Running',
      'Running',
      'Succeeded',
    ]);
    const deployments = await config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace: 'shop' });
    expect(deployments.items[0]?.spec?.template.spec?.containers[0]?.ports).toEqual([
      expect.objectContaining({ name: 'http', containerPort: 8080, protocol: 'TCP' }),
    ]);
    const jobs = await config.makeApiClient(BatchV1Api).listNamespacedCronJob({ namespace: 'shop' });
    expect(jobs.items[0]?.spec?.jobTemplate.spec?.template.metadata?.labels).toEqual({ app: 'report' });
    const slices = await config
      .makeApiClient(DiscoveryV1Api)
      .listNamespacedEndpointSlice({ namespace: 'shop' });
    expect(slices.items[0]?.endpoints).toHaveLength(3);
    const nodes = await config.makeApiClient(CoreV1Api).listNode();
    expect(nodes.items[0]?.metadata?.labels?.['kubernetes.azure.com/network-policy']).toBe('calico');
  });
});
