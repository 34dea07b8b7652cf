import type { ContainerPortRecord, Labels } from '@bulkhead/policy-engine';
import type { GeneratorOptions } from './options.ts';
import type { Rng } from './random.ts';
import { ROLES, type Role } from './roles.ts';

/** A workload before its pods are made. */
export interface WorkloadPlan {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  readonly role: Role;
  /** Labels of the pod template. */
  readonly labels: Labels;
  readonly ports: readonly ContainerPortRecord[];
  readonly replicas: number;
  readonly hostNetwork: boolean;
}

export interface NamespacePlan {
  readonly name: string;
  readonly labels: Labels;
  readonly workloads: readonly WorkloadPlan[];
  readonly system: boolean;
}

export interface ClusterPlan {
  readonly namespaces: readonly NamespacePlan[];
  readonly nodes: number;
}

const TEAMS = [
  'atlas',
  'borealis',
  'cobalt',
  'delta',
  'ember',
  'fjord',
  'garnet',
  'harbor',
  'indigo',
  'juniper',
];
const PODS_PER_NODE = 30;

/**
 * Splits `total` into one part per weight, each at least 1, in proportion to the weights.
 * `total` below the number of weights gives ones to the first and nothing to the rest.
 */
export function share(total: number, weights: readonly number[]): number[] {
  const parts = weights.map((_, index): number => (index < total ? 1 : 0));
  const rest = Math.max(0, total - weights.length);
  const sum = weights.reduce((a, b) => a + b, 0);
  let reached = 0;
  let given = 0;
  weights.forEach((weight, index) => {
    reached += weight;
    const upTo = Math.round((rest * reached) / sum);
    parts[index] = (parts[index] ?? 0) + upTo - given;
    given = upTo;
  });
  return parts;
}

function systemWorkload(
  namespace: string,
  role: Role,
  replicas: number,
  labels: Labels,
  more: { readonly name?: string; readonly hostNetwork?: boolean } = {},
): WorkloadPlan {
  const { kind, names, ports } = ROLES[role];
  return {
    namespace,
    name: more.name ?? names[0] ?? role,
    kind,
    role,
    labels,
    ports: ports[0] ?? [],
    replicas,
    hostNetwork: more.hostNetwork ?? false,
  };
}

/** What every cluster has: DNS, agents on each node (most of them in the node's network), monitoring, an ingress. */
function systemNamespaces(nodes: number): NamespacePlan[] {
  const agent = (namespace: string, name: string, hostNetwork: boolean) =>
    systemWorkload(namespace, 'agent', nodes, { 'k8s-app': name, tier: 'node' }, { name, hostNetwork });
  const dns = systemWorkload('kube-system', 'dns', Math.max(2, Math.ceil(nodes / 16)), {
    'k8s-app': 'kube-dns',
    version: 'v20',
  });
  const ingress = systemWorkload('ingress-nginx', 'ingress', Math.max(2, Math.ceil(nodes / 50)), {
    'app.kubernetes.io/name': 'ingress-nginx',
    'app.kubernetes.io/component': 'controller',
  });
  const prometheus = systemWorkload('monitoring', 'prometheus', 2, {
    'app.kubernetes.io/name': 'prometheus',
  });
  const namespace = (name: string, workloads: readonly WorkloadPlan[]): NamespacePlan => ({
    name,
    labels: {
      'kubernetes.io/metadata.name': name,
      'example.com/team': 'platform',
      'example.com/env': 'prod',
    },
    workloads,
    system: true,
  });
  return [
    namespace('kube-system', [agent('kube-system', 'kube-proxy', true), dns]),
    namespace('monitoring', [
      agent('monitoring', 'log-agent', false),
      agent('monitoring', 'node-exporter', true),
      prometheus,
    ]),
    namespace('ingress-nginx', [ingress]),
  ];
}

/** One in twenty namespaces is a giant; the others hold a handful of workloads. */
function namespaceWeight(rng: Rng): number {
  return rng.chance(0.05) ? rng.int(20, 60) : rng.int(1, 6);
}

function replicaWeight(rng: Rng, role: Role): number {
  if (role === 'batch') return 0;
  if (ROLES[role].kind === 'StatefulSet')
    return rng.weighted([
      [0, 5],
      [2, 5],
      [4, 1],
    ]);
  return rng.weighted([
    [0, 4],
    [1, 5],
    [2, 4],
    [4, 2],
    [9, 1],
    [30, 0.3],
  ]);
}

function planNamespace(rng: Rng, index: number, workloadCount: number): NamespacePlan {
  const team = `${rng.pick(TEAMS)}-${rng.int(1, 1 + Math.floor(index / 20))}`;
  const env = rng.weighted([
    ['prod', 5],
    ['stage', 3],
    ['dev', 4],
  ] as const);
  const name = `${team}-${env}-${index}`;
  const labels: Record<string, string> = {
    'kubernetes.io/metadata.name': name,
    'example.com/team': team,
    'example.com/env': env,
  };
  if (rng.chance(0.1)) labels['example.com/pci'] = 'true';
  if (rng.chance(0.3)) labels['example.com/cost-center'] = String(rng.int(1_000, 1_040));
  const workloads: WorkloadPlan[] = [];
  for (let i = 0; i < workloadCount; i++) {
    const role = rng.weighted<Role>([
      ['web', 3],
      ['api', 6],
      ['worker', 3],
      ['db', 2],
      ['cache', 1.5],
      ['queue', 0.7],
      ['batch', 0.8],
    ]);
    const traits = ROLES[role];
    const base = rng.pick(traits.names);
    const workload = i < 6 && !workloads.some((other) => other.name === base) ? base : `${base}-${i}`;
    const podLabels: Record<string, string> = {
      app: workload,
      'app.kubernetes.io/component': role,
      tier: traits.tier,
      team,
    };
    if (rng.chance(0.5)) podLabels['app.kubernetes.io/version'] = `v${rng.int(1, 9)}`;
    if (rng.chance(0.15)) podLabels['example.com/egress'] = rng.pick(['internet', 'partners', 'none']);
    workloads.push({
      namespace: name,
      name: workload,
      kind: traits.kind,
      role,
      labels: podLabels,
      ports: rng.pick(traits.ports),
      replicas: 1,
      hostNetwork: false,
    });
  }
  return { name, labels, workloads, system: false };
}

/** Decides which namespaces and workloads there are and how many pods each has; exact in pods and namespaces. */
export function planCluster(options: GeneratorOptions, rng: Rng): ClusterPlan {
  const nodes = Math.max(3, Math.ceil(options.pods / PODS_PER_NODE));
  const system = systemNamespaces(nodes);
  const systemPods = system
    .flatMap(({ workloads }) => workloads)
    .reduce((sum, { replicas }) => sum + replicas, 0);
  const teamCount = Math.max(1, options.namespaces - system.length);
  const podsLeft = Math.max(teamCount, options.pods - systemPods);
  const workloadTotal = Math.min(
    podsLeft,
    Math.max(teamCount, options.workloads ?? Math.round(options.pods / 3)),
  );

  const counts = share(
    workloadTotal,
    Array.from({ length: teamCount }, () => namespaceWeight(rng)),
  );
  const planned = counts.map((count, index) => planNamespace(rng, index, count));

  const weights: number[] = planned.flatMap(({ workloads }) =>
    workloads.map(({ role }) => replicaWeight(rng, role)),
  );
  if (!weights.some((weight) => weight > 0)) weights[0] = 1;
  const replicas = share(podsLeft, weights);
  let at = 0;
  const team = planned.map((namespace) => ({
    ...namespace,
    workloads: namespace.workloads.map((workload) => ({ ...workload, replicas: replicas[at++] ?? 1 })),
  }));
  return { namespaces: [...system, ...team], nodes };
}
