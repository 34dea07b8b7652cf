import type { Cluster } from '../compile/compile.ts';
import { rowInputs } from '../compile/compile.ts';
import { unreadTierInput } from '../compile/rows.ts';
import { DIRECTIONS, type Direction, TIERS, type Tier } from '../ir/ir.ts';

/** Whether pods are isolated in a direction. `unknown`: it can't be told (hidden policies, hostNetwork). */
export type Isolation = 'isolated' | 'open' | 'partial' | 'unknown';

export interface WorkloadIsolation {
  /** Index into `universe.workloads`. */
  readonly workload: number;
  readonly ingress: Isolation;
  readonly egress: Isolation;
}

export interface Coverage {
  readonly workloads: readonly WorkloadIsolation[];
  /** Numbers of workloads with endpoints, by direction. `isolated` leaves out partial ones. */
  readonly totals: {
    readonly [direction in Direction]: {
      readonly isolated: number;
      readonly partial: number;
      readonly open: number;
      readonly unknown: number;
    };
  };
}

/**
 * Isolation of every workload: NetworkPolicy isolates a pod in a direction when one selects it there (semantics 1.6).
 * Admin and baseline policies don't isolate; they only affect what their rules match.
 */
export function coverage(cluster: Cluster): Coverage {
  const totals = {
    ingress: { isolated: 0, partial: 0, open: 0, unknown: 0 },
    egress: { isolated: 0, partial: 0, open: 0, unknown: 0 },
  };
  const workloads: WorkloadIsolation[] = [];
  cluster.universe.workloads.forEach((workload, index) => {
    if (workload.last < workload.first) return;
    const own = { ingress: 'open' as Isolation, egress: 'open' as Isolation };
    for (const direction of DIRECTIONS) {
      own[direction] = isolation(cluster, direction, workload.first, workload.last);
      totals[direction][own[direction]]++;
    }
    workloads.push({ workload: index, ...own });
  });
  return { workloads, totals };
}

/** Isolation of the classes `first..last` together. */
export function isolation(cluster: Cluster, direction: Direction, first: number, last: number): Isolation {
  let result: Isolation | undefined;
  for (let column = first; column <= last; column++) {
    const own = columnIsolation(cluster, direction, column);
    if (result === undefined || result === own) result = own;
    else result = result === 'unknown' || own === 'unknown' ? 'unknown' : 'partial';
  }
  return result ?? 'open';
}

function columnIsolation(cluster: Cluster, direction: Direction, column: number): Isolation {
  const reading = cluster.universe.readingOf[column] ?? -1;
  const own = selectedByNetworkPolicy(cluster, direction, column);
  if (reading < 0) return own;
  return selectedByNetworkPolicy(cluster, direction, reading) === own ? own : 'unknown';
}

const NETWORK_POLICY_TIER = TIERS.find((tier) => tier.id === 'network-policy') as Tier;
const UNREAD = unreadTierInput(NETWORK_POLICY_TIER);

function selectedByNetworkPolicy(cluster: Cluster, direction: Direction, column: number): Isolation {
  let maybe = false;
  for (const input of rowInputs(cluster, direction, column)) {
    const entry = cluster.solver.inputBlock(input);
    if (entry === undefined) maybe ||= input === UNREAD;
    else if (entry.resolved.block.tier === 'network-policy') {
      if (entry.certain) return 'isolated';
      maybe = true;
    }
  }
  return maybe ? 'unknown' : 'open';
}
