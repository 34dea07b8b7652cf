import type { Labels, NodeRecord, PodRecord, PodState } from '@bulkhead/policy-engine';
import { nodeAddress, nodeAddress6, podAddress, podAddress6 } from './addresses.ts';
import type { ClusterPlan, WorkloadPlan } from './plan.ts';
import type { Rng } from './random.ts';

const SUFFIX_LETTERS = [...'bcdfghjklmnpqrstvwxz2456789'];
const POOLS = ['system', 'apps', 'apps', 'apps', 'data', 'spot'];

export function planNodes(plan: ClusterPlan, dualStack: boolean): NodeRecord[] {
  return Array.from({ length: plan.nodes }, (_, index) => {
    const pool = POOLS[index % POOLS.length] ?? 'apps';
    const name = `aks-${pool}-${24_816_357 + index}-vmss${String(index).padStart(6, '0')}`;
    return {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.azure.com/agentpool': pool,
        'topology.kubernetes.io/zone': `westeurope-${1 + (index % 3)}`,
      },
      ips: dualStack ? [nodeAddress(index), nodeAddress6(index)] : [nodeAddress(index)],
    };
  });
}

function suffix(rng: Rng, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += rng.pick(SUFFIX_LETTERS);
  return text;
}

/** Labels that controllers add to the pods they make; those of a StatefulSet differ from pod to pod. */
function controllerLabels(workload: WorkloadPlan, revision: string, ordinal: number): Labels {
  switch (workload.kind) {
    case 'Deployment':
      return { ...workload.labels, 'pod-template-hash': revision };
    case 'StatefulSet':
      return {
        ...workload.labels,
        'controller-revision-hash': `${workload.name}-${revision}`,
        'statefulset.kubernetes.io/pod-name': `${workload.name}-${ordinal}`,
        'apps.kubernetes.io/pod-index': String(ordinal),
      };
    case 'Job':
      return { ...workload.labels, 'batch.kubernetes.io/job-name': workload.name };
    default:
      return { ...workload.labels, 'controller-revision-hash': revision };
  }
}

function podName(rng: Rng, workload: WorkloadPlan, revision: string, ordinal: number): string {
  switch (workload.kind) {
    case 'Deployment':
      return `${workload.name}-${revision}-${suffix(rng, 5)}${ordinal}`;
    case 'StatefulSet':
      return `${workload.name}-${ordinal}`;
    default:
      return `${workload.name}-${suffix(rng, 5)}${ordinal}`;
  }
}

function podState(rng: Rng, workload: WorkloadPlan): PodState {
  if (workload.role === 'batch')
    return rng.weighted([
      ['finished', 6],
      ['running', 1],
    ] as const);
  return rng.chance(0.002) ? 'pending' : 'running';
}

/** The pods of every workload, spread over the nodes, with addresses. */
export function planPods(
  plan: ClusterPlan,
  nodes: readonly NodeRecord[],
  dualStack: boolean,
  rng: Rng,
): PodRecord[] {
  const pods: PodRecord[] = [];
  const slots = new Array<number>(nodes.length).fill(0);
  let nextNode = 0;
  for (const workload of plan.namespaces.flatMap(({ workloads }) => workloads)) {
    const revision = suffix(rng, 9);
    const shared = controllerLabels(workload, revision, 0);
    const ref = { kind: workload.kind, name: workload.name };
    for (let ordinal = 0; ordinal < workload.replicas; ordinal++) {
      const at = workload.kind === 'DaemonSet' ? ordinal : nextNode++ % nodes.length;
      const node = nodes[at];
      if (!node) continue;
      const state = podState(rng, workload);
      let ips: readonly string[] = workload.hostNetwork ? node.ips : [];
      if (!workload.hostNetwork && state !== 'pending') {
        const slot = slots[at] ?? 0;
        slots[at] = slot + 1;
        ips = dualStack ? [podAddress(at, slot), podAddress6(at, slot)] : [podAddress(at, slot)];
      }
      pods.push({
        namespace: workload.namespace,
        name: podName(rng, workload, revision, ordinal),
        labels: workload.kind === 'StatefulSet' ? controllerLabels(workload, revision, ordinal) : shared,
        workload: ref,
        ports: workload.ports,
        ips,
        node: node.name,
        hostNetwork: workload.hostNetwork,
        state,
        replicas: 1,
      });
    }
  }
  return pods;
}
