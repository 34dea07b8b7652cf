import type {
  ClusterSnapshot,
  ContainerPortRecord,
  Labels,
  NodeRecord,
  PodRecord,
  ServiceRecord,
} from '@bulkhead/policy-engine';

/** An object as the Kubernetes API returns it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly labels?: Labels;
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly [field: string]: unknown;
}

interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: true;
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  ReplicationController: 'v1',
  Pod: 'v1',
};

export function workloadApiVersion(kind: string): string {
  return API_VERSIONS[kind] ?? 'apps/v1';
}

/** A UUID-shaped id that depends on the object's key alone. */
function uidOf(key: string): string {
  let hex = '';
  for (let part = 0; part < 4; part++) {
    let value = 0x811c9dc5 ^ part;
    for (let i = 0; i < key.length; i++) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193);
    hex += (value >>> 0).toString(16).padStart(8, '0');
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function metadata(
  kind: string,
  name: string,
  namespace: string | undefined,
  labels?: Labels,
  owner?: OwnerReference,
) {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: uidOf(`${kind}/${namespace ?? ''}/${name}`),
    ...(labels ? { labels } : {}),
    ...(owner ? { ownerReferences: [owner] } : {}),
  };
}

function ownerReference(kind: string, namespace: string, name: string): OwnerReference {
  const uid = uidOf(`${kind}/${namespace}/${name}`);
  return { apiVersion: workloadApiVersion(kind), kind, name, uid, controller: true };
}

/** Labels that the controller puts on its pods and that its template does not have. */
const CONTROLLER_LABELS = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-name',
]);

export function templateLabels(pod: PodRecord): Labels {
  return Object.fromEntries(Object.entries(pod.labels).filter(([key]) => !CONTROLLER_LABELS.has(key)));
}

function container(ports: readonly ContainerPortRecord[]) {
  const containerPorts = ports.map(({ name, protocol, port }) => ({
    ...(name === undefined ? {} : { name }),
    containerPort: port,
    protocol,
  }));
  return {
    name: 'main',
    image: 'registry.example.com/app:1',
    ...(containerPorts.length > 0 ? { ports: containerPorts } : {}),
  };
}

function podSpec(pod: PodRecord) {
  return {
    ...(pod.hostNetwork ? { hostNetwork: true } : {}),
    ...(pod.workload.kind === 'Job' ? { restartPolicy: 'Never' } : {}),
    containers: [container(pod.ports.filter(({ init }) => init !== true))],
  };
}

/** The workload's own object, with the template that its pods were made from. */
export function workloadObject(pod: PodRecord, replicas: number): KubernetesObject {
  const { kind, name } = pod.workload;
  const labels = templateLabels(pod);
  const template = { metadata: { labels }, spec: podSpec(pod) };
  const scaled = kind !== 'DaemonSet' && kind !== 'Job';
  return {
    apiVersion: workloadApiVersion(kind),
    kind,
    metadata: metadata(kind, name, pod.namespace, labels),
    spec: {
      ...(scaled ? { replicas } : {}),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      // A Job's selector is made by the API server.
      ...(kind === 'Job' ? {} : { selector: { matchLabels: labels } }),
      template,
    },
  };
}

const PHASES = {
  running: 'Running',
  declared: 'Running',
  pending: 'Pending',
  finished: 'Succeeded',
} as const;

function podObject(pod: PodRecord, owner: OwnerReference | undefined): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata('Pod', pod.name, pod.namespace, pod.labels, owner),
    spec: { ...podSpec(pod), ...(pod.node === undefined ? {} : { nodeName: pod.node }) },
    status: {
      phase: PHASES[pod.state],
      ...(pod.ips[0] === undefined ? {} : { podIP: pod.ips[0], podIPs: pod.ips.map((ip) => ({ ip })) }),
    },
  };
}

function nodeObject(node: NodeRecord): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: metadata('Node', node.name, undefined, node.labels),
    status: {
      addresses: [
        ...node.ips.map((address) => ({ type: 'InternalIP', address })),
        { type: 'Hostname', address: node.name },
      ],
    },
  };
}

export function serviceObject(service: ServiceRecord): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata('Service', service.name, service.namespace),
    spec: {
      type: service.type,
      ...(service.selector ? { selector: service.selector } : {}),
      ports: service.ports,
    },
  };
}

/**
 * The snapshot as the objects a live API server would return: pods with their owners (a Deployment's by way of a
 * ReplicaSet), workloads, namespaces, nodes, services, policies. Without `resourceVersion`, which a server gives.
 */
export function toKubernetesObjects(snapshot: ClusterSnapshot): KubernetesObject[] {
  const objects: KubernetesObject[] = [
    ...snapshot.namespaces.map(({ name, labels }) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: metadata('Namespace', name, undefined, labels),
      status: { phase: 'Active' },
    })),
    ...snapshot.nodes.map(nodeObject),
    ...snapshot.services.map(serviceObject),
    ...snapshot.policies.map(({ apiVersion, kind, namespace, name, spec }) => ({
      apiVersion,
      kind,
      metadata: metadata(kind, name, namespace),
      spec,
    })),
  ];
  for (const [owner, pods] of podsByWorkload(snapshot)) {
    const first = pods[0];
    if (!first || owner.kind === 'Pod') {
      objects.push(...pods.map((pod) => podObject(pod, undefined)));
      continue;
    }
    objects.push(workloadObject(first, pods.length));
    const reference = ownerReference(owner.kind, first.namespace, owner.name);
    if (owner.kind !== 'Deployment') {
      objects.push(...pods.map((pod) => podObject(pod, reference)));
      continue;
    }
    const revision = first.labels['pod-template-hash'] ?? 'current';
    const replicaSet = `${owner.name}-${revision}`;
    objects.push({
      ...workloadObject(first, pods.length),
      kind: 'ReplicaSet',
      metadata: metadata('ReplicaSet', replicaSet, first.namespace, templateLabels(first), reference),
    });
    const byReplicaSet = ownerReference('ReplicaSet', first.namespace, replicaSet);
    objects.push(...pods.map((pod) => podObject(pod, byReplicaSet)));
  }
  return objects;
}

/** Pods of each workload, in the order in which their first pods appear. */
export function podsByWorkload(
  snapshot: ClusterSnapshot,
): (readonly [PodRecord['workload'], readonly PodRecord[]])[] {
  const groups = new Map<string, { readonly owner: PodRecord['workload']; readonly pods: PodRecord[] }>();
  for (const pod of snapshot.pods) {
    const key = `${pod.namespace}/${pod.workload.kind}/${pod.workload.name}`;
    const group = groups.get(key);
    if (group) group.pods.push(pod);
    else groups.set(key, { owner: pod.workload, pods: [pod] });
  }
  return [...groups.values()].map(({ owner, pods }) => [owner, pods] as const);
}
