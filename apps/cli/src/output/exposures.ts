import {
  type Cluster,
  connectionSetOf,
  DIRECTIONS,
  type Direction,
  type ExposedConnections,
  type ExposedPeer,
  exposure,
  type Selector,
  type UnresolvedPort,
} from '@bulkhead/policy-engine';
import { type ContractPorts, contractPorts } from './ports.ts';

/** A port of the contract's exposure: a range, or a name whose number isn't known before the pod exists. */
export type ExposedPort =
  | Exclude<ContractPorts, 'all' | 'none'>[number]
  | { readonly name: string; readonly protocol?: string };

export interface ContractSelector {
  readonly all?: true;
  readonly name?: string;
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export type ContractPeer =
  | { readonly type: 'entire-cluster' }
  | { readonly type: 'selector'; readonly namespace: ContractSelector; readonly pod: ContractSelector };

/** What a workload is open to in one direction, towards pods that need not exist. */
export interface ContractExposure {
  readonly workload: string;
  readonly direction: Direction;
  /** `false`: no policy selects it in this direction. */
  readonly protected: boolean;
  readonly peers: readonly {
    readonly peer: ContractPeer;
    readonly ports: 'all' | 'none' | readonly ExposedPort[];
  }[];
}

/** Exposure of every workload that has endpoints. Where its pods differ, what any of them is open to. */
export function exposures(cluster: Cluster, namespaces: readonly string[]): ContractExposure[] {
  const { universe } = cluster;
  const out: ContractExposure[] = [];
  for (const workload of universe.workloads) {
    const namespace = universe.namespaces[workload.namespace]?.record.name ?? '';
    if (workload.last < workload.first) continue;
    if (namespaces.length > 0 && !namespaces.includes(namespace)) continue;
    for (const direction of DIRECTIONS) out.push(exposureOf(cluster, workload, direction));
  }
  return out;
}

function exposureOf(
  cluster: Cluster,
  workload: { readonly id: string; readonly first: number; readonly last: number },
  direction: Direction,
): ContractExposure {
  const merged = new Map<string, { readonly peer: ContractPeer; ports: Ports }>();
  const add = (peer: ContractPeer, exposed: ExposedConnections): void => {
    const key = JSON.stringify(peer);
    const ports = portsOf(cluster, exposed);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { peer, ports });
    else known.ports = joined(cluster, known.ports, ports);
  };
  let isProtected = false;
  for (let column = workload.first; column <= workload.last; column++) {
    const own = exposure(cluster, direction, column);
    if (own.protected) isProtected = true;
    if (!isNothing(cluster, own.entireCluster)) add({ type: 'entire-cluster' }, own.entireCluster);
    for (const peer of own.peers) add(peerOf(peer), peer);
  }
  return {
    workload: workload.id,
    direction,
    protected: isProtected,
    peers: [...merged.values()].map(({ peer, ports }) => ({ peer, ports: contractOf(cluster, ports) })),
  };
}

interface Ports {
  readonly set: ReturnType<Cluster['cells']['space']['intern']>;
  readonly names: readonly UnresolvedPort[];
}

function portsOf(cluster: Cluster, exposed: ExposedConnections): Ports {
  const { space } = cluster.cells;
  return {
    set: space.intersect(space.intern(connectionSetOf(exposed.connections)), space.transport),
    names: exposed.unresolved,
  };
}

function joined(cluster: Cluster, a: Ports, b: Ports): Ports {
  const names = new Map(
    [...a.names, ...b.names].map((port) => [`${port.protocol ?? ''}/${port.name}`, port]),
  );
  return { set: cluster.cells.space.union(a.set, b.set), names: [...names.values()] };
}

function isNothing(cluster: Cluster, exposed: ExposedConnections): boolean {
  const { set, names } = portsOf(cluster, exposed);
  return set === cluster.cells.space.none && names.length === 0;
}

function contractOf(cluster: Cluster, { set, names }: Ports): 'all' | 'none' | readonly ExposedPort[] {
  const ranges = contractPorts(cluster.cells.space, set);
  if (names.length === 0 || ranges === 'all') return ranges;
  return [...(ranges === 'none' ? [] : ranges), ...names];
}

function peerOf({ peer }: ExposedPeer): ContractPeer {
  return {
    type: 'selector',
    namespace:
      'name' in peer.namespaces ? { name: peer.namespaces.name } : selectorOf(peer.namespaces.selector),
    pod: selectorOf(peer.pods),
  };
}

function selectorOf(selector: Selector): ContractSelector {
  if (selector.length === 0) return { all: true };
  const labels: [string, string][] = [];
  const expressions: NonNullable<ContractSelector['matchExpressions']>[number][] = [];
  for (const { key, operator, values } of selector) {
    const [value] = values;
    // Two requirements on one key can't both be a label.
    const isLabel = operator === 'In' && values.length === 1 && !labels.some(([known]) => known === key);
    if (isLabel && value !== undefined) labels.push([key, value]);
    else expressions.push(values.length === 0 ? { key, operator } : { key, operator, values });
  }
  return {
    ...(labels.length === 0 ? {} : { matchLabels: Object.fromEntries(labels) }),
    ...(expressions.length === 0 ? {} : { matchExpressions: expressions }),
  };
}
