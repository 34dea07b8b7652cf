import type { ClusterSnapshot, Labels, NamespaceRecord, PodRecord } from '../model/records.ts';
import { fromSortedPoints, type IntervalSet } from '../sets/interval-set.ts';
import { blocksOfAddresses } from './address-blocks.ts';
import {
  type EndpointClass,
  type EndpointClasses,
  isEndpoint,
  type NamespaceEntry,
  namedPortsId,
  namedPortsKey,
  sameLabels,
  type WorkloadEntry,
} from './endpoint-classes.ts';
import { layOut, type Universe } from './universe.ts';

/**
 * Lays a changed state of a cluster out over the same columns as the one before it. Pods and namespaces may come, go and
 * have other labels, pods other ports; nodes, and what may not be read, must be the same. A class then holds pods that are alike in both
 * states. A pod that only one state has, or whose addresses differ, has a column that is absent in the other; there it keeps
 * the labels and ports it has where it is, so that selectors and names mean the same in both wherever they can.
 *
 * @param universe must tell enough apart for the policies of both states; it is `before` itself where no column is new
 */
export function alignUniverse(
  universe: Universe,
  changed: ClusterSnapshot,
): { readonly before: Universe; readonly after: Universe } {
  const plan = planOf(universe, changed);
  if (!plan.isNew) {
    return {
      before: universe,
      after: { ...universe, ...number(universe, plan, 'after'), snapshot: changed },
    };
  }
  const classes = number(universe, plan, 'before');
  const before = layOut(universe.snapshot, classes, universe.blocks, universe.domains);
  const absent = (side: Side): IntervalSet => absentColumns(plan, before, side);
  return {
    before: { ...before, absent: absent('before') },
    after: { ...before, ...number(universe, plan, 'after'), snapshot: changed, absent: absent('after') },
  };
}

type Side = 'before' | 'after';

/** A class: pods that are alike in both states. */
interface Twin extends Pick<EndpointClass, 'hostNetwork' | 'blocks'> {
  /** `undefined`: not in that state. */
  readonly labels: { readonly [side in Side]: Labels | undefined };
  readonly namedPorts: { readonly [side in Side]: number };
  readonly pods: { readonly [side in Side]: number[] };
}

interface WorkloadPlan {
  readonly kind: string;
  readonly name: string;
  readonly twins: Twin[];
  readonly pods: { readonly before: readonly number[]; readonly after: number[] };
}

interface NamespacePlan {
  readonly record: { readonly [side in Side]: NamespaceRecord };
  /** Whether the state has it. */
  readonly exists: { readonly [side in Side]: boolean };
  /** By what follows the namespace in a workload's id. */
  readonly workloads: Map<string, WorkloadPlan>;
}

interface Plan {
  readonly namespaces: ReadonlyMap<string, NamespacePlan>;
  readonly namedPorts: EndpointClasses['namedPorts'];
  readonly podCounts: { readonly [side in Side]: number };
  /**
   * Whether it has namespaces, workloads, classes or named ports that the universe doesn't have, or some that the changed
   * state doesn't.
   */
  readonly isNew: boolean;
}

function planOf(universe: Universe, changed: ClusterSnapshot): Plan {
  const was = universe.snapshot.pods;
  const is = changed.pods;
  const successors = successorsOf(was, is);
  const records = new Map(changed.namespaces.map((record) => [record.name, record]));
  const recorded = new Set(universe.snapshot.namespaces.map(({ name }) => name));
  const namespaces = new Map<string, NamespacePlan>();
  const namedPorts = [...universe.namedPorts];
  const portIds = new Map(namedPorts.map((ports, id) => [namedPortsKey(ports), id]));
  const portsOf = ({ ports }: PodRecord): number => namedPortsId(namedPorts, portIds, ports);
  const placed = new Uint8Array(is.length);
  let isNew = false;

  const planned = ({ kind, name, first, last, pods }: WorkloadEntry): WorkloadPlan => {
    const twins: Twin[] = [];
    for (let column = first; column <= last; column++) {
      const entry = universe.classes[column] as EndpointClass;
      const own = split(universe, entry, successors, is, portsOf);
      const [only] = own;
      if (own.length !== 1 || only?.labels.after === undefined) isNew = true;
      if (only?.namedPorts.after !== entry.namedPorts) isNew = true;
      twins.push(...own);
    }
    const after: number[] = [];
    for (const pod of pods) {
      const successor = successors[pod] as number;
      if (successor < 0) continue;
      placed[successor] = 1;
      after.push(successor);
    }
    return { kind, name, twins, pods: { before: pods, after } };
  };
  for (const { record, firstWorkload, lastWorkload } of universe.namespaces) {
    const workloads = new Map<string, WorkloadPlan>();
    for (let index = firstWorkload; index <= lastWorkload; index++) {
      const entry = universe.workloads[index] as WorkloadEntry;
      workloads.set(`${entry.name}[${entry.kind}]`, planned(entry));
    }
    const { name } = record;
    namespaces.set(name, {
      record: { before: record, after: records.get(name) ?? record },
      exists: {
        before: universe.namespaceIndex.has(name),
        after: records.has(name) || !recorded.has(name),
      },
      workloads,
    });
  }

  const namespaceOf = (name: string): NamespacePlan => {
    let plan = namespaces.get(name);
    if (plan === undefined) {
      const record = records.get(name) ?? {
        name,
        labels: { 'kubernetes.io/metadata.name': name },
        labelsKnown: false,
      };
      plan = {
        record: { before: record, after: record },
        exists: { before: false, after: true },
        workloads: new Map(),
      };
      namespaces.set(name, plan);
      isNew = true;
    }
    return plan;
  };
  for (const name of records.keys()) namespaceOf(name);

  is.forEach((pod, index) => {
    if (placed[index] === 1) return;
    const { kind, name } = pod.workload;
    const { workloads } = namespaceOf(pod.namespace);
    let workload = workloads.get(`${name}[${kind}]`);
    if (workload === undefined) {
      workload = { kind, name, twins: [], pods: { before: [], after: [] } };
      workloads.set(`${name}[${kind}]`, workload);
      isNew = true;
    }
    workload.pods.after.push(index);
    if (!isEndpoint(pod)) return;
    const ports = portsOf(pod);
    const blocks = blocksOfAddresses(universe.blocks, pod.ips);
    let twin = workload.twins.find(
      ({ labels, ...other }) =>
        labels.before === undefined &&
        labels.after !== undefined &&
        other.namedPorts.after === ports &&
        other.hostNetwork === pod.hostNetwork &&
        sameList(other.blocks, blocks) &&
        sameLabels(labels.after, pod.labels, universe.ignoredLabelKeys),
    );
    if (twin === undefined) {
      twin = {
        labels: { before: undefined, after: pod.labels },
        pods: { before: [], after: [] },
        namedPorts: { before: ports, after: ports },
        hostNetwork: pod.hostNetwork,
        blocks,
      };
      workload.twins.push(twin);
      isNew = true;
    }
    twin.pods.after.push(index);
  });
  return { namespaces, namedPorts, podCounts: { before: was.length, after: is.length }, isNew };
}

/** A class of the state before by what its pods' labels and named ports are after. */
function split(
  { snapshot, ignoredLabelKeys }: Universe,
  { labels: before, namedPorts: portsBefore, hostNetwork, blocks, pods }: EndpointClass,
  successors: Int32Array,
  is: readonly PodRecord[],
  portsOf: (pod: PodRecord) => number,
): readonly Twin[] {
  const twins: Twin[] = [];
  for (const pod of pods) {
    const successor = successors[pod] as number;
    const record = is[successor];
    const isSame = record === snapshot.pods[pod];
    const after = isSame ? before : record?.labels;
    const portsAfter = isSame || record === undefined ? portsBefore : portsOf(record);
    let twin = twins.find(
      ({ labels, namedPorts }) =>
        namedPorts.after === portsAfter &&
        (labels.after === after ||
          (labels.after !== undefined &&
            after !== undefined &&
            sameLabels(labels.after, after, ignoredLabelKeys))),
    );
    if (twin === undefined) {
      const namedPorts = { before: portsBefore, after: portsAfter };
      twin = {
        labels: { before, after },
        pods: { before: [], after: [] },
        namedPorts,
        hostNetwork,
        blocks,
      };
      twins.push(twin);
    }
    twin.pods.before.push(pod);
    if (record !== undefined) twin.pods.after.push(successor);
  }
  return twins;
}

/**
 * For each pod of a state, which pod of a changed state it is; -1 where it is gone, or is another endpoint in more than its
 * labels and ports.
 */
function successorsOf(was: readonly PodRecord[], is: readonly PodRecord[]): Int32Array {
  let byKey: ReadonlyMap<string, number> | undefined;
  const find = (pod: PodRecord, index: number): number => {
    const here = is[index];
    if (here !== undefined && keyOf(here) === keyOf(pod)) return index;
    byKey ??= new Map(is.map((one, at) => [keyOf(one), at]));
    return byKey.get(keyOf(pod)) ?? -1;
  };
  return Int32Array.from(was, (pod, index) => {
    if (pod === is[index]) return index;
    const found = find(pod, index);
    const record = is[found];
    return record !== undefined && isAlike(pod, record) ? found : -1;
  });
}

/** What a pod is called, and who made it. */
export function keyOf({ namespace, name, workload }: PodRecord): string {
  return `${namespace}/${name}/${workload.name}[${workload.kind}]`;
}

/** Whether two states of a pod are the same endpoint in all but its labels and ports. */
export function isAlike(a: PodRecord, b: PodRecord): boolean {
  return (
    isEndpoint(a) === isEndpoint(b) &&
    a.hostNetwork === b.hostNetwork &&
    a.node === b.node &&
    sameList(a.ips, b.ips)
  );
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((entry, index) => entry === b[index]));
}

/** The classes of one state, in the order in which `buildEndpointClasses` has them. */
function number(universe: Universe, plan: Plan, side: Side): EndpointClasses {
  const namespaces: NamespaceEntry[] = [];
  const namespaceIndex = new Map<string, number>();
  const workloads: WorkloadEntry[] = [];
  const classes: EndpointClass[] = [];
  const classOfPod = new Int32Array(plan.podCounts[side]).fill(-1);
  for (const [name, { record, exists, workloads: own }] of byKey(plan.namespaces)) {
    const first = classes.length;
    const firstWorkload = workloads.length;
    for (const [key, workload] of byKey(own)) {
      const firstOwn = classes.length;
      for (const { labels, pods, namedPorts, hostNetwork, blocks } of workload.twins) {
        for (const pod of pods[side]) classOfPod[pod] = classes.length;
        classes.push({
          workload: workloads.length,
          labels: labels[side] ?? labels.before ?? labels.after ?? {},
          namedPorts: namedPorts[side],
          hostNetwork,
          blocks,
          pods: pods[side],
        });
      }
      workloads.push({
        id: `${name}/${key}`,
        namespace: namespaces.length,
        kind: workload.kind,
        name: workload.name,
        first: firstOwn,
        last: classes.length - 1,
        pods: workload.pods[side],
      });
    }
    // A name that selectors ask for means an unlisted namespace where the state has none that is called so.
    if (exists[side]) namespaceIndex.set(name, namespaces.length);
    namespaces.push({
      record: record[side],
      first,
      last: classes.length - 1,
      firstWorkload,
      lastWorkload: workloads.length - 1,
    });
  }
  const { ignoredLabelKeys } = universe;
  return {
    namespaces,
    namespaceIndex,
    workloads,
    classes,
    classOfPod,
    namedPorts: plan.namedPorts,
    ignoredLabelKeys,
  };
}

function byKey<T>(entries: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function absentColumns(plan: Plan, { readingOf }: Universe, side: Side): IntervalSet {
  const points: number[] = [];
  let column = 0;
  for (const [, { workloads }] of byKey(plan.namespaces)) {
    for (const [, { twins }] of byKey(workloads)) {
      for (const { labels } of twins) {
        if (labels[side] === undefined) {
          points.push(column);
          const reading = readingOf[column] ?? -1;
          if (reading >= 0) points.push(reading);
        }
        column++;
      }
    }
  }
  return fromSortedPoints(points.sort((a, b) => a - b));
}
