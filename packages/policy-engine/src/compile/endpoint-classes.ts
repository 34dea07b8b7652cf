import type {
  ClusterSnapshot,
  ContainerPortRecord,
  Labels,
  NamespaceRecord,
  PodRecord,
  TransportProtocol,
} from '../model/records.ts';
import { type AddressBlocks, blocksOfAddresses } from './address-blocks.ts';

/**
 * Endpoint classes: pods that no policy can tell apart and that belong to one workload. Classes are numbered
 * namespace by namespace, workload by workload, so that a namespace and a workload are each one interval of classes.
 *
 * Labels that a controller makes different for each pod are left out unless some selector uses them. All other labels
 * count, used or not, so that editing a policy leaves the classes as they are.
 */
export interface EndpointClass {
  readonly workload: number;
  readonly labels: Labels;
  readonly namedPorts: number;
  readonly hostNetwork: boolean;
  /** Blocks of the address space that the pods' addresses lie in; empty where no address is known. */
  readonly blocks: readonly number[];
  /** Indexes into `snapshot.pods`. */
  readonly pods: readonly number[];
}

export interface WorkloadEntry {
  /** `namespace/name[Kind]`. */
  readonly id: string;
  readonly namespace: number;
  readonly kind: string;
  readonly name: string;
  /** Interval of classes; empty (`last < first`) where none of its pods is an endpoint. */
  readonly first: number;
  readonly last: number;
  /** Indexes into `snapshot.pods` of all its pods, endpoints or not. */
  readonly pods: readonly number[];
}

export interface NamespaceEntry {
  readonly record: NamespaceRecord;
  /** Interval of classes; empty (`last < first`) where it has none. */
  readonly first: number;
  readonly last: number;
  /** Interval of workloads, likewise. */
  readonly firstWorkload: number;
  readonly lastWorkload: number;
}

/** The named ports that containers of a pod declare; shared by all pods that declare the same. */
export type NamedPorts = readonly ContainerPortRecord[];

export interface EndpointClasses {
  readonly namespaces: readonly NamespaceEntry[];
  readonly namespaceIndex: ReadonlyMap<string, number>;
  readonly workloads: readonly WorkloadEntry[];
  readonly classes: readonly EndpointClass[];
  /** Class of each pod of `snapshot.pods`; -1 for pods that are no endpoints. */
  readonly classOfPod: Int32Array;
  readonly namedPorts: readonly NamedPorts[];
  /** Label keys that were left out of the classes. */
  readonly ignoredLabelKeys: ReadonlySet<string>;
}

/** Labels that controllers set differently on each pod or revision. */
const PER_POD_LABEL_KEYS = [
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
  'controller-uid',
  'job-name',
];

interface ClassDraft {
  readonly labels: Labels;
  readonly ports: readonly ContainerPortRecord[];
  readonly hostNetwork: boolean;
  readonly blocks: readonly number[];
  readonly pods: number[];
}

interface WorkloadDraft {
  readonly kind: string;
  readonly name: string;
  readonly classes: ClassDraft[];
  readonly pods: number[];
  /** Classes by a key of what tells them apart; made when there are too many to compare one by one. */
  index?: Map<string, ClassDraft>;
}

/** A workload with more classes than this gets an index. */
const COMPARE_AT_MOST = 12;

/** Pods that can send and receive: not finished, and not waiting for an address (semantics 0.8, K71). */
export function isEndpoint(pod: PodRecord): boolean {
  return pod.state === 'running' || pod.state === 'declared';
}

export function buildEndpointClasses(
  snapshot: ClusterSnapshot,
  blocks: AddressBlocks,
  selectorLabelKeys: ReadonlySet<string>,
): EndpointClasses {
  const ignored = new Set(PER_POD_LABEL_KEYS.filter((key) => !selectorLabelKeys.has(key)));
  const byNamespace = new Map<string, Map<string, WorkloadDraft>>();
  for (const record of snapshot.namespaces) byNamespace.set(record.name, new Map());
  for (const policy of snapshot.policies) {
    if (policy.namespace !== undefined && !byNamespace.has(policy.namespace)) {
      byNamespace.set(policy.namespace, new Map());
    }
  }

  // Pods of a workload usually come one after another.
  let lastNamespace = '';
  let workload: WorkloadDraft | undefined;
  // A plain loop, since it runs for every pod of the cluster.
  for (let index = 0; index < snapshot.pods.length; index++) {
    const pod = snapshot.pods[index] as PodRecord;
    const { kind, name } = pod.workload;
    if (
      workload === undefined ||
      workload.name !== name ||
      workload.kind !== kind ||
      lastNamespace !== pod.namespace
    ) {
      workload = workloadOf(byNamespace, pod.namespace, kind, name);
      lastNamespace = pod.namespace;
    }
    workload.pods.push(index);
    if (!isEndpoint(pod)) continue;
    const podBlocks = blocksOfAddresses(blocks, pod.ips);
    const known = findClass(workload, pod, podBlocks, ignored);
    if (known !== undefined) {
      known.pods.push(index);
      continue;
    }
    const { labels, ports, hostNetwork } = pod;
    const draft: ClassDraft = { labels, ports, hostNetwork, blocks: podBlocks, pods: [index] };
    workload.classes.push(draft);
    workload.index?.set(classKey(draft, ignored), draft);
  }

  return number(snapshot, byNamespace, ignored);
}

function workloadOf(
  byNamespace: Map<string, Map<string, WorkloadDraft>>,
  namespace: string,
  kind: string,
  name: string,
): WorkloadDraft {
  let workloads = byNamespace.get(namespace);
  if (workloads === undefined) {
    workloads = new Map();
    byNamespace.set(namespace, workloads);
  }
  const key = `${name}[${kind}]`;
  let workload = workloads.get(key);
  if (workload === undefined) {
    workload = { kind, name, classes: [], pods: [] };
    workloads.set(key, workload);
  }
  return workload;
}

function findClass(
  workload: WorkloadDraft,
  pod: PodRecord,
  podBlocks: readonly number[],
  ignored: ReadonlySet<string>,
): ClassDraft | undefined {
  const { classes } = workload;
  if (classes.length > COMPARE_AT_MOST) {
    workload.index ??= new Map(classes.map((draft) => [classKey(draft, ignored), draft]));
    return workload.index.get(classKey({ ...pod, blocks: podBlocks }, ignored));
  }
  for (const draft of classes) {
    if (
      draft.hostNetwork === pod.hostNetwork &&
      sameBlocks(draft.blocks, podBlocks) &&
      sameLabels(draft.labels, pod.labels, ignored) &&
      samePorts(draft.ports, pod.ports)
    ) {
      return draft;
    }
  }
  return undefined;
}

function sameBlocks(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether two sets of labels are the same but for those that don't count. */
export function sameLabels(a: Labels, b: Labels, ignored: ReadonlySet<string>): boolean {
  if (a === b) return true;
  let count = 0;
  for (const key in a) {
    if (ignored.has(key)) continue;
    if (a[key] !== b[key]) return false;
    count++;
  }
  for (const key in b) if (!ignored.has(key)) count--;
  return count === 0;
}

/** Whether two lists declare the same ports in the same order; a finer class than needed does no harm. */
export function samePorts(a: readonly ContainerPortRecord[], b: readonly ContainerPortRecord[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as ContainerPortRecord;
    const y = b[i] as ContainerPortRecord;
    if (x.name !== y.name || x.port !== y.port || x.protocol !== y.protocol || x.init !== y.init)
      return false;
  }
  return true;
}

function classKey(
  draft: Pick<ClassDraft, 'labels' | 'ports' | 'hostNetwork' | 'blocks'>,
  ignored: ReadonlySet<string>,
): string {
  const labels: string[] = [];
  for (const key in draft.labels) if (!ignored.has(key)) labels.push(`${key}=${draft.labels[key]}`);
  const ports = draft.ports.map(
    (port) => `${port.name ?? ''}/${port.protocol}/${port.port}/${port.init === true ? 1 : 0}`,
  );
  return [draft.hostNetwork ? 1 : 0, draft.blocks.join(), ports.join(), ...labels.sort()].join('\n');
}

function number(
  snapshot: ClusterSnapshot,
  byNamespace: Map<string, Map<string, WorkloadDraft>>,
  ignoredLabelKeys: ReadonlySet<string>,
): EndpointClasses {
  const namedPorts: NamedPorts[] = [];
  const portIds = new Map<string, number>();
  let ports: readonly ContainerPortRecord[] | undefined;
  let portsId = 0;
  const records = new Map(snapshot.namespaces.map((record) => [record.name, record]));
  const names = [...byNamespace.keys()].sort();
  const namespaces: NamespaceEntry[] = [];
  const workloads: WorkloadEntry[] = [];
  const classes: EndpointClass[] = [];
  const classOfPod = new Int32Array(snapshot.pods.length).fill(-1);
  const namespaceIndex = new Map<string, number>();

  names.forEach((name, namespace) => {
    namespaceIndex.set(name, namespace);
    const firstClass = classes.length;
    const firstWorkload = workloads.length;
    const drafts = byNamespace.get(name) ?? new Map<string, WorkloadDraft>();
    for (const key of [...drafts.keys()].sort()) {
      const draft = drafts.get(key) as WorkloadDraft;
      const first = classes.length;
      for (const entry of draft.classes) {
        for (const pod of entry.pods) classOfPod[pod] = classes.length;
        // Classes of one workload, and workloads made alike, come one after another.
        if (ports === undefined || !samePorts(ports, entry.ports)) {
          ports = entry.ports;
          portsId = namedPortsId(namedPorts, portIds, ports);
        }
        classes.push({
          workload: workloads.length,
          labels: entry.labels,
          namedPorts: portsId,
          hostNetwork: entry.hostNetwork,
          blocks: entry.blocks,
          pods: entry.pods,
        });
      }
      workloads.push({
        id: `${name}/${key}`,
        namespace,
        kind: draft.kind,
        name: draft.name,
        first,
        last: classes.length - 1,
        pods: draft.pods,
      });
    }
    namespaces.push({
      record: records.get(name) ?? {
        name,
        labels: { 'kubernetes.io/metadata.name': name },
        labelsKnown: false,
      },
      first: firstClass,
      last: classes.length - 1,
      firstWorkload,
      lastWorkload: workloads.length - 1,
    });
  });
  return {
    namespaces,
    namespaceIndex,
    workloads,
    classes,
    classOfPod,
    namedPorts,
    ignoredLabelKeys,
  };
}

/** Number of the named ports in this list; new ones are added. */
export function namedPortsId(
  all: NamedPorts[],
  ids: Map<string, number>,
  list: readonly ContainerPortRecord[],
): number {
  const named = list.filter((port) => port.name !== undefined);
  const key = namedPortsKey(named);
  let id = ids.get(key);
  if (id === undefined) {
    id = all.length;
    all.push(named);
    ids.set(key, id);
  }
  return id;
}

/** Canonical text of named ports: lists that declare the same have equal texts. */
export function namedPortsKey(named: NamedPorts): string {
  const keys = named.map(
    (port) => `${port.name}/${port.protocol}/${port.port}/${port.init === true ? 1 : 0}`,
  );
  return keys.length === 1 ? (keys[0] as string) : keys.sort().join();
}

/** Port numbers a name resolves to on pods with these named ports (semantics 1.4). */
export interface NamedPortResolution {
  readonly sure: readonly { readonly protocol: TransportProtocol; readonly port: number }[];
  /** Declared only by an init container, or with several numbers: engines differ (semantics 8.6). */
  readonly maybe: readonly { readonly protocol: TransportProtocol; readonly port: number }[];
}

/**
 * Resolves a port name. With `protocol`, only ports of that protocol count (K39); without it, every protocol that declares
 * the name does (v1alpha1 `namedPort`, v1alpha2 `destinationNamedPort`).
 */
export function resolveNamedPort(
  ports: NamedPorts,
  name: string,
  protocol: TransportProtocol | undefined,
): NamedPortResolution {
  const matching = ports.filter(
    (port) => port.name === name && (protocol === undefined || port.protocol === protocol),
  );
  const sure = new Map<string, { protocol: TransportProtocol; port: number }>();
  const maybe = new Map<string, { protocol: TransportProtocol; port: number }>();
  for (const port of matching) {
    const entry = { protocol: port.protocol, port: port.port };
    (port.init === true ? maybe : sure).set(`${port.protocol}/${port.port}`, entry);
  }
  for (const candidate of ['TCP', 'UDP', 'SCTP'] as const) {
    const own = [...sure].filter(([, port]) => port.protocol === candidate);
    if (own.length > 1) {
      for (const [key, port] of own) {
        sure.delete(key);
        maybe.set(key, port);
      }
    }
  }
  for (const key of sure.keys()) maybe.delete(key);
  return { sure: [...sure.values()], maybe: [...maybe.values()] };
}
