import {
  addressGroups,
  type Cluster,
  describeColumn,
  type Grouping,
  type IntervalSet,
  intervalSet,
  parseAddress,
} from '@bulkhead/policy-engine';

/** A node of the JSON contract. Workloads and `ip` are the contract's; the other types are ours. */
export type GraphNode =
  | {
      readonly id: string;
      readonly type: 'workload';
      readonly namespace: string;
      readonly name: string;
      readonly kind: string;
      /** How many pods it stands for. */
      readonly pods: number;
    }
  | {
      readonly id: string;
      readonly type: 'ip';
      readonly ranges: readonly AddressSpan[];
      /** `true`: no policy singles these addresses out. */
      readonly internet?: boolean;
    }
  | { readonly id: string; readonly type: 'nodes'; readonly nodes: readonly string[] }
  | { readonly id: string; readonly type: 'domain'; readonly name: string }
  | { readonly id: string; readonly type: 'hidden-namespace'; readonly namespace: string };

export interface AddressSpan {
  readonly from: string;
  readonly to: string;
}

/** An end that edges are drawn between: a node, and the columns it stands for. */
export interface GraphEnd {
  readonly node: GraphNode;
  readonly columns: IntervalSet;
}

/** Every end of a cluster: workloads, then addresses, cluster nodes, external names and namespaces that can't be read. */
export function graphEnds(cluster: Cluster): readonly GraphEnd[] {
  const { universe } = cluster;
  const ends: GraphEnd[] = universe.workloads.map((workload) => ({
    node: {
      id: workload.id,
      type: 'workload',
      namespace: universe.namespaces[workload.namespace]?.record.name ?? '',
      name: workload.name,
      kind: workload.kind,
      pods: workload.pods.reduce((sum, pod) => sum + (universe.snapshot.pods[pod]?.replicas ?? 0), 0),
    },
    columns: intervalSet.interval(workload.first, workload.last),
  }));
  ends.push(...nodeOfAddresses(cluster, addressGroups(cluster), mentionsIpv6(cluster)));
  const { nodes } = universe.snapshot;
  if (nodes.length > 0) {
    for (const columns of alike(cluster, universe.regions.nodes)) {
      const names = intervalSet
        .members(columns)
        .map((column) => nodes[column - universe.firstNode]?.name ?? '');
      ends.push({
        node: {
          id: names.length === 1 ? `node/${names[0]}` : `nodes/${names[0]}+${names.length - 1}`,
          type: 'nodes',
          nodes: names,
        },
        columns,
      });
    }
  }
  intervalSet.forEachMember(universe.regions.domains, (column) => {
    const described = describeColumn(universe, column);
    if (described.type !== 'domain') return;
    ends.push({
      node: { id: `dns/${described.pattern}`, type: 'domain', name: described.pattern },
      columns: intervalSet.interval(column, column),
    });
  });
  intervalSet.forEachMember(universe.regions.hidden, (column) => {
    const described = describeColumn(universe, column);
    if (described.type !== 'hidden-namespace') return;
    ends.push({
      node: { id: `hidden/${described.namespace}`, type: 'hidden-namespace', namespace: described.namespace },
      columns: intervalSet.interval(column, column),
    });
  });
  return ends;
}

export function groupingOf(ends: readonly GraphEnd[]): Grouping {
  return {
    groups: ends
      .filter((end) => !intervalSet.isEmptySet(end.columns))
      .map((end) => ({ id: end.node.id, columns: end.columns })),
  };
}

/** Ends for groups of address columns, each of which is treated alike. */
export function nodeOfAddresses(
  cluster: Cluster,
  columnGroups: readonly IntervalSet[],
  withV6: boolean,
): GraphEnd[] {
  const groups = columnGroups
    .map((columns) => ({ columns, ranges: spansOf(cluster, columns) }))
    .filter(({ ranges }) => withV6 || ranges[0]?.from.includes(':') !== true);
  const largest = new Map<4 | 6, { readonly size: bigint; readonly columns: IntervalSet }>();
  for (const { columns, ranges } of groups) {
    const family = parseAddress(ranges[0]?.from ?? '')?.family ?? 4;
    const size = ranges.reduce((sum, range) => sum + sizeOf(range), 0n);
    if (size > (largest.get(family)?.size ?? -1n)) largest.set(family, { size, columns });
  }
  const internet = new Set([...largest.values()].map((entry) => entry.columns));
  return groups.map(({ columns, ranges }) => ({
    node: {
      id: addressId(ranges),
      type: 'ip',
      ranges,
      ...(internet.has(columns) ? { internet: true } : {}),
    },
    columns,
  }));
}

/** A cluster in which nothing has or names an IPv6 address is taken to have one address family only. */
export function mentionsIpv6(cluster: Cluster): boolean {
  const { pods, nodes } = cluster.snapshot;
  if ([...pods, ...nodes].some((entry) => entry.ips.some((ip) => ip.includes(':')))) return true;
  for (const { blocks } of cluster.policies.values()) {
    for (const { rules } of blocks) {
      for (const { peers } of rules) {
        if (peers.some((peer) => peer.type === 'cidr' && peer.cidr.includes(':'))) return true;
      }
    }
  }
  return false;
}

/** Neighbouring blocks of a group joined to as few ranges as possible. */
export function spansOf(cluster: Cluster, columns: IntervalSet): AddressSpan[] {
  const { universe } = cluster;
  const out: { from: string; to: string }[] = [];
  let lastColumn = -2;
  intervalSet.forEachMember(columns, (column) => {
    const described = describeColumn(universe, column);
    if (described.type !== 'addresses') return;
    const [from = '', to = from] = described.range.split('-');
    const previous = out.at(-1);
    const sameFamily = previous !== undefined && previous.from.includes(':') === from.includes(':');
    if (column === lastColumn + 1 && sameFamily && previous !== undefined) previous.to = to;
    else out.push({ from, to });
    lastColumn = column;
  });
  return out;
}

const LONGEST_ID_RANGES = 4;

/** The ranges themselves; of many, the first ones and a digest of all, so that different groups have different ids. */
function addressId(ranges: readonly AddressSpan[]): string {
  const texts = ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`));
  if (texts.length <= LONGEST_ID_RANGES) return texts.join(',');
  let hash = 2_166_136_261;
  for (const character of texts.join()) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619);
  return `${texts.slice(0, LONGEST_ID_RANGES - 1).join(',')},+${texts.length - LONGEST_ID_RANGES + 1}#${(hash >>> 0).toString(36)}`;
}

function sizeOf(span: AddressSpan): bigint {
  return (parseAddress(span.to)?.value ?? 0n) - (parseAddress(span.from)?.value ?? 0n) + 1n;
}

/** Partition of a region into columns that every pod treats alike. */
function alike(cluster: Cluster, region: IntervalSet): IntervalSet[] {
  const { universe, solver, rowIds } = cluster;
  const signatures = new Map<number, number>();
  intervalSet.forEachMember(region, (column) => signatures.set(column, 0));
  const pods = intervalSet.unionAll([
    universe.regions.classes,
    universe.regions.hidden,
    universe.regions.readings,
  ]);
  for (const direction of ['ingress', 'egress'] as const) {
    const seen = new Set<number>();
    intervalSet.forEachMember(pods, (column) => {
      const id = rowIds[direction][column];
      if (id === undefined || seen.has(id)) return;
      seen.add(id);
      const row = solver.row(id);
      if (row.open) return;
      const next = new Map<string, number>();
      const parts = new Map<number, number>();
      row.parts.forEach((part, index) => {
        intervalSet.forEachMember(intervalSet.intersect(part.columns, region), (member) =>
          parts.set(member, index),
        );
      });
      for (const [member, signature] of signatures) {
        const key = `${signature}|${parts.get(member) ?? -1}`;
        let value = next.get(key);
        if (value === undefined) {
          value = next.size;
          next.set(key, value);
        }
        signatures.set(member, value);
      }
    });
  }
  const groups = new Map<number, number[]>();
  for (const [column, signature] of signatures) {
    const list = groups.get(signature);
    if (list === undefined) groups.set(signature, [column]);
    else list.push(column);
  }
  return [...groups.values()].map((points) => intervalSet.fromSortedPoints(points));
}

/** Name of an end for people: `internet`, `10.0.0.0/8`, `10.0.0.0/16, 10.2.0.0-10.255.255.255`, `shop/web[Deployment]`. */
export function endLabel(node: GraphNode): string {
  if (node.type !== 'ip') return node.id;
  if (node.internet === true)
    return node.ranges[0]?.from.includes(':') === true ? 'internet (IPv6)' : 'internet';
  const texts = node.ranges.map(spanText);
  if (texts.length <= LONGEST_ID_RANGES) return texts.join(', ');
  return `${texts.slice(0, LONGEST_ID_RANGES - 1).join(', ')}, ${texts.length - LONGEST_ID_RANGES + 1} more`;
}

/** As a CIDR where it is one, as most are. */
function spanText(span: AddressSpan): string {
  const first = parseAddress(span.from);
  const size = sizeOf(span);
  if (first === undefined || size === 1n) return span.from;
  const hostBits = size.toString(2).length - 1;
  const isCidr = size === 1n << BigInt(hostBits) && first.value % size === 0n;
  return isCidr ? `${span.from}/${(first.family === 4 ? 32 : 128) - hostBits}` : `${span.from}-${span.to}`;
}
