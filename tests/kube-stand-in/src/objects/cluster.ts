import type { JsonObject, KubeObject } from '../json.ts';
import { suffixOf } from './metadata.ts';
import {
  liveEndpointSlice,
  liveNetworkPolicy,
  liveService,
  type PolicyOptions,
  type ServiceOptions,
} from './network.ts';
import { type AksPolicyEngine, aksNode, liveNamespace } from './nodes.ts';
import { livePod, type PodOptions } from './pods.ts';
import {
  type JobOptions,
  jobLabels,
  liveCronJob,
  liveDaemonSet,
  liveDeployment,
  liveJob,
  liveReplicaSet,
  liveStatefulSet,
  templateHash,
  type WorkloadOptions,
  workloadLabels,
} from './workloads.ts';

export interface ClusterOptions {
  /** 3 by default. */
  readonly nodes?: number;
  /** What AKS says it enforces policies with; `azure` by default. Its agent runs as a DaemonSet in kube-system. */
  readonly engine?: AksPolicyEngine;
  /** Pods get an address of both families. */
  readonly dualStack?: boolean;
}

/** A cluster being built: each call adds objects, with addresses, owners and nodes that fit together, and returns them. */
export interface ClusterBuilder {
  /** Everything so far, in an order a server takes. */
  readonly objects: readonly KubeObject[];
  namespace(name: string, labels?: Readonly<Record<string, string>>): KubeObject;
  /** The Deployment, its ReplicaSet and its pods. */
  deployment(options: WorkloadOptions): readonly KubeObject[];
  statefulSet(options: WorkloadOptions): readonly KubeObject[];
  /** One pod on each node. */
  daemonSet(options: WorkloadOptions): readonly KubeObject[];
  /** The Job and its pod. */
  job(options: JobOptions): readonly KubeObject[];
  /** The CronJob, one finished Job of it and that one's pod. */
  cronJob(options: WorkloadOptions & { readonly schedule?: string }): readonly KubeObject[];
  /** A pod without an owner. */
  pod(options: Omit<PodOptions, 'node' | 'hostIp' | 'ips'>): KubeObject;
  /** The Service and the EndpointSlice for those pods so far that it selects. */
  service(options: Omit<ServiceOptions, 'clusterIp'>): readonly KubeObject[];
  networkPolicy(options: PolicyOptions): KubeObject;
  /** Anything else, as it is. */
  add(...objects: readonly KubeObject[]): void;
}

const ENGINE_AGENTS: Readonly<Record<Exclude<AksPolicyEngine, 'none'>, WorkloadOptions>> = {
  azure: {
    namespace: 'kube-system',
    name: 'azure-npm',
    labels: { 'k8s-app': 'azure-npm' },
    hostNetwork: true,
    containers: [{ name: 'azure-npm', image: 'mcr.microsoft.com/containernetworking/azure-npm:v1.6.33' }],
  },
  calico: {
    namespace: 'calico-system',
    name: 'calico-node',
    labels: { 'k8s-app': 'calico-node' },
    hostNetwork: true,
    containers: [{ name: 'calico-node', image: 'mcr.microsoft.com/oss/v2/calico/node:v3.30.3' }],
  },
  cilium: {
    namespace: 'kube-system',
    name: 'cilium',
    labels: { 'k8s-app': 'cilium' },
    hostNetwork: true,
    containers: [
      { name: 'cilium-agent', image: 'mcr.microsoft.com/containernetworking/cilium/cilium:v1.18.2' },
    ],
  },
};

/** Starts a cluster with nodes, the system namespaces, DNS, and the agent of its policy engine. */
export function buildCluster(options: ClusterOptions = {}): ClusterBuilder {
  const engine = options.engine ?? 'azure';
  const objects: KubeObject[] = [];
  const nodes: { readonly name: string; readonly ip: string }[] = [];
  const namespaces = new Set<string>();
  let pods = 0;
  let services = 0;

  const keep = <T extends readonly KubeObject[]>(added: T): T => {
    objects.push(...added);
    return added;
  };
  const namespace = (name: string, labels?: Readonly<Record<string, string>>) => {
    namespaces.add(name);
    const object = liveNamespace(name, labels);
    keep([object]);
    return object;
  };
  const newPod = (spec: Omit<PodOptions, 'node' | 'hostIp' | 'ips'>, nodeIndex = pods): KubeObject => {
    if (!namespaces.has(spec.namespace)) namespace(spec.namespace);
    const node = nodes[nodeIndex % nodes.length] ?? { name: 'aks-nodepool1-0', ip: '10.224.0.4' };
    const number = pods;
    pods += 1;
    const waiting = spec.phase === 'Pending';
    return livePod({
      ...spec,
      node: node.name,
      hostIp: node.ip,
      ips: waiting ? [] : podIps(number, options),
    });
  };
  const podsOf = (owner: KubeObject, spec: WorkloadOptions, names: readonly string[], extra: PodExtra = {}) =>
    names.map((name, index) =>
      newPod(
        {
          ...spec,
          labels: { ...workloadLabels(spec), ...extra.labels },
          name,
          owner,
          generateName: `${owner.metadata.name}-`,
          ...(extra.phase === undefined ? {} : { phase: extra.phase }),
        },
        extra.onePerNode === true ? index : undefined,
      ),
    );
  const random = (owner: KubeObject, count: number) =>
    Array.from(
      { length: count },
      (_, index) =>
        `${owner.metadata.name}-${suffixOf(5, owner.metadata.namespace ?? '', owner.metadata.name, String(index))}`,
    );
  const job = (spec: JobOptions): readonly KubeObject[] => {
    const owner = liveJob(spec);
    const phase = spec.outcome ?? 'Succeeded';
    return keep([owner, ...podsOf(owner, spec, random(owner, 1), { phase, labels: jobLabels(spec) })]);
  };

  const builder: ClusterBuilder = {
    objects,
    namespace,
    deployment: (spec) => {
      const owner = liveDeployment(spec);
      const replicaSet = liveReplicaSet(spec, owner);
      const labels = { 'pod-template-hash': templateHash(spec) };
      const made = podsOf(replicaSet, spec, random(replicaSet, spec.replicas ?? 1), { labels });
      return keep([owner, replicaSet, ...made]);
    },
    statefulSet: (spec) => {
      const owner = liveStatefulSet(spec);
      const made = Array.from({ length: spec.replicas ?? 1 }, (_, index) => {
        const name = `${spec.name}-${index}`;
        const labels = {
          'apps.kubernetes.io/pod-index': String(index),
          'controller-revision-hash': `${spec.name}-${templateHash(spec)}`,
          'statefulset.kubernetes.io/pod-name': name,
        };
        return podsOf(owner, spec, [name], { labels });
      });
      return keep([owner, ...made.flat()]);
    },
    daemonSet: (spec) => {
      const owner = liveDaemonSet({ ...spec, replicas: nodes.length });
      const labels = { 'controller-revision-hash': templateHash(spec), 'pod-template-generation': '1' };
      return keep([owner, ...podsOf(owner, spec, random(owner, nodes.length), { labels, onePerNode: true })]);
    },
    job,
    cronJob: (spec) => {
      const owner = liveCronJob(spec);
      keep([owner]);
      return [owner, ...job({ ...spec, name: `${spec.name}-29367135`, owner })];
    },
    pod: (spec) => {
      const made = newPod(spec);
      keep([made]);
      return made;
    },
    service: (spec) => {
      services += 1;
      const clusterIp = `10.0.${Math.floor(services / 250)}.${(services % 250) + 4}`;
      const service = liveService({ ...spec, clusterIp });
      const { selector } = spec;
      if (selector === undefined) return keep([service]);
      const behind = objects.filter(
        (object) =>
          object.kind === 'Pod' &&
          object.metadata.namespace === spec.namespace &&
          Object.entries(selector).every(([key, value]) => object.metadata.labels?.[key] === value),
      );
      const ports: JsonObject[] = spec.ports.map((port) => ({
        name: port.name ?? '',
        port: typeof port.targetPort === 'number' ? port.targetPort : port.port,
        protocol: port.protocol ?? 'TCP',
      }));
      return keep([service, liveEndpointSlice(service, behind, ports)]);
    },
    networkPolicy: (spec) => {
      const policy = liveNetworkPolicy(spec);
      keep([policy]);
      return policy;
    },
    add: (...more) => {
      keep(more);
    },
  };

  for (let index = 0; index < (options.nodes ?? 3); index += 1) {
    const name = `aks-nodepool1-31415926-vmss${index.toString(36).padStart(6, '0')}`;
    const ip = `10.224.${Math.floor(index / 250)}.${(index % 250) + 4}`;
    nodes.push({ name, ip });
    keep([aksNode({ name, internalIp: ip, podCidr: `10.244.${index % 256}.0/24`, engine })]);
  }
  namespace('default');
  namespace('kube-system', { 'kubernetes.azure.com/managedby': 'aks', 'control-plane': 'true' });
  builder.deployment({
    namespace: 'kube-system',
    name: 'coredns',
    labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', version: 'v20' },
    replicas: 2,
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53 },
      { name: 'metrics', port: 9153 },
    ],
  });
  builder.service({
    namespace: 'kube-system',
    name: 'kube-dns',
    selector: { 'k8s-app': 'kube-dns' },
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53 },
    ],
  });
  if (engine !== 'none') builder.daemonSet(ENGINE_AGENTS[engine]);
  return builder;
}

interface PodExtra {
  readonly labels?: Readonly<Record<string, string>>;
  readonly phase?: 'Running' | 'Succeeded' | 'Failed';
  readonly onePerNode?: boolean;
}

/** The nth pod's addresses: distinct up to a million pods. */
function podIps(number: number, options: ClusterOptions): readonly string[] {
  const last = (number % 250) + 2;
  const third = Math.floor(number / 250) % 256;
  const second = Math.floor(number / 64_000) % 16;
  const v4 = `10.${240 + second}.${third}.${last}`;
  return options.dualStack === true ? [v4, `fd12:3456:789a::${(number + 2).toString(16)}`] : [v4];
}
