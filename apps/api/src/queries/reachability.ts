import {
  addressGroups,
  type Cluster,
  type ConnectionSetId,
  connectionList,
  describeColumn,
  edges,
  type IntervalSet,
  intervalSet,
} from '@bulkhead/policy-engine';
import type { Group, ReachabilityResponse } from '@bulkhead/protocol';

export type GroupingName = ReachabilityResponse['grouping'];

/** Who can reach whom, between workloads or namespaces and everything outside. */
export function reachability(
  cluster: Cluster,
  grouping: GroupingName,
): Pick<ReachabilityResponse, 'grouping' | 'groups' | 'edges'> {
  const inside = grouping === 'workload' ? workloads(cluster) : namespaces(cluster);
  const groups = [...inside, ...outside(cluster)].filter(({ columns }) => !intervalSet.isEmptySet(columns));
  const { space } = cluster.cells;
  const list = (id: ConnectionSetId) => connectionList(space.set(id));
  const found = edges(
    cluster,
    { groups: groups.map(({ group, columns }) => ({ id: group.id, columns })) },
    { loops: true },
  );
  return {
    grouping,
    groups: groups.map(({ group }) => group),
    edges: found.map(({ source, target, every, some, unknown }) => ({
      source,
      target,
      every: mutable(list(every)),
      some: mutable(list(some)),
      unknown: mutable(list(unknown)),
    })),
  };
}

interface ColumnsOfGroup {
  readonly group: Group;
  readonly columns: IntervalSet;
}

function workloads(cluster: Cluster): ColumnsOfGroup[] {
  const { universe } = cluster;
  return universe.workloads.map((workload) => ({
    group: {
      id: workload.id,
      type: 'workload',
      namespace: universe.namespaces[workload.namespace]?.record.name ?? '',
      kind: workload.kind,
      name: workload.name,
      pods: podCount(cluster, workload.pods),
    },
    columns: intervalSet.interval(workload.first, workload.last),
  }));
}

function namespaces(cluster: Cluster): ColumnsOfGroup[] {
  const { universe } = cluster;
  return universe.namespaces.map(({ record, first, last, firstWorkload, lastWorkload }) => ({
    group: {
      id: `namespace/${record.name}`,
      type: 'namespace',
      name: record.name,
      pods: universe.workloads
        .slice(firstWorkload, lastWorkload + 1)
        .reduce((sum, { pods }) => sum + podCount(cluster, pods), 0),
    },
    columns: intervalSet.interval(first, last),
  }));
}

function podCount({ snapshot }: Cluster, pods: readonly number[]): number {
  return pods.reduce((sum, index) => sum + (snapshot.pods[index]?.replicas ?? 0), 0);
}

function outside(cluster: Cluster): ColumnsOfGroup[] {
  const { universe } = cluster;
  const groups: ColumnsOfGroup[] = addressGroups(cluster).map((columns) => {
    const ranges = intervalSet.members(columns).flatMap((column) => {
      const described = describeColumn(universe, column);
      return described.type === 'addresses' ? [described.range] : [];
    });
    return { group: { id: `addresses/${ranges[0] ?? ''}`, type: 'addresses', ranges }, columns };
  });
  const single = (columns: IntervalSet, toGroup: (column: number) => Group | undefined) => {
    intervalSet.forEachMember(columns, (column) => {
      const group = toGroup(column);
      if (group !== undefined) groups.push({ group, columns: intervalSet.interval(column, column) });
    });
  };
  const { nodes, domains, hidden } = universe.regions;
  single(intervalSet.unionAll([nodes, domains, hidden]), (column) => {
    const described = describeColumn(universe, column);
    switch (described.type) {
      case 'node':
        return { id: `node/${described.node}`, type: 'node', name: described.node };
      case 'domain':
        return { id: `dns/${described.pattern}`, type: 'domain', name: described.pattern };
      case 'other-domain':
        return { id: 'dns/*', type: 'domain', name: '*' };
      case 'hidden-namespace':
        return { id: `hidden/${described.namespace}`, type: 'hidden-namespace', name: described.namespace };
      case 'class':
      case 'addresses':
        return undefined;
    }
  });
  return groups;
}

/** The protocol's types come from schemas, whose lists may be written to. */
function mutable({ ports, other }: ReturnType<typeof connectionList>) {
  return { ports: ports.map((range) => ({ ...range })), other };
}
