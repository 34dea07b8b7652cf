export interface GeneratorOptions {
  /** Pod records in all, those of the system's own namespaces included. */
  readonly pods: number;
  /** NetworkPolicies. */
  readonly policies: number;
  /** Namespaces, including kube-system, monitoring and ingress-nginx; at least 4. */
  readonly namespaces: number;
  readonly seed: number | string;
  /** Workloads outside the system's namespaces; a third of the pods by default. */
  readonly workloads?: number;
  /**
   * Cluster-scoped policies: ClusterNetworkPolicy for the most part, some AdminNetworkPolicy, and one
   * BaselineAdminNetworkPolicy. By default one for every hundred policies, 3 to 60.
   */
  readonly adminPolicies?: number;
  /** Different CIDRs that the policies draw from, of both families. By default a tenth of the policies plus 100. */
  readonly cidrs?: number;
  /** Pods and nodes have an IPv6 address as well. */
  readonly dualStack?: boolean;
}

/** The sizes that the engine's performance budget speaks of. L is what Kubernetes itself supports at most. */
export const SIZES = {
  S: { pods: 1_000, policies: 100, namespaces: 20 },
  M: { pods: 10_000, policies: 1_000, namespaces: 200 },
  L: { pods: 150_000, policies: 10_000, namespaces: 5_000 },
} as const;

/** Sizes by what one sees in the graph: the browser's benchmark. */
export const GRAPH_SIZES = {
  'workloads-100': { pods: 400, workloads: 100, policies: 60, namespaces: 10 },
  'workloads-1000': { pods: 4_000, workloads: 1_000, policies: 400, namespaces: 60 },
  'pods-10000': SIZES.M,
  'workloads-10000': { pods: 30_000, workloads: 10_000, policies: 3_000, namespaces: 500 },
  'pods-100000': { pods: 100_000, workloads: 10_000, policies: 5_000, namespaces: 800 },
} as const;

export type SizeName = keyof typeof SIZES | keyof typeof GRAPH_SIZES;

export const SIZE_NAMES: readonly SizeName[] = [
  'S',
  'M',
  'L',
  'workloads-100',
  'workloads-1000',
  'pods-10000',
  'workloads-10000',
  'pods-100000',
];

/** Options of a named size. */
export function sizeOptions(size: SizeName, seed: number | string = 1): GeneratorOptions {
  return { ...{ ...SIZES, ...GRAPH_SIZES }[size], seed };
}
