import { type Cluster, rowOf } from '../compile/compile.ts';
import type { PolicyKey } from '../model/records.ts';
import { isolation } from '../queries/coverage.ts';
import { policiesSelecting } from '../queries/explain.ts';
import { connectionPoint } from '../sets/connection-set.ts';
import { forEachMember, fromSortedPoints, type IntervalSet, overlaps } from '../sets/interval-set.ts';
import { type Finding, listText } from './finding.ts';
import { workloadIds } from './workloads.ts';

const DNS_EGRESS_RULE = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

/**
 * Pods isolated for egress that get UDP 53 to no cluster DNS pod and to no address outside: names stop resolving, since
 * nothing allows DNS by itself (K69). Grouped by the policies that isolate.
 */
export function* dnsCut(cluster: Cluster): Iterable<Finding> {
  const { universe } = cluster;
  const dns = dnsColumns(cluster);
  const groups = new Map<string, { policies: PolicyKey[]; columns: number[] }>();
  forEachMember(universe.plainPods, (column) => {
    if (isolation(cluster, 'egress', column, column) !== 'isolated') return;
    if (resolves(cluster, column, dns)) return;
    const policies = policiesSelecting(cluster, 'egress', column).filter((key) =>
      key.startsWith('NetworkPolicy/'),
    ) as PolicyKey[];
    const key = policies.join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { policies, columns: [column] });
    else group.columns.push(column);
  });
  for (const { policies, columns } of groups.values()) {
    const workloads = workloadIds(cluster, fromSortedPoints(columns));
    const policy = policies[0];
    const record = policy === undefined ? undefined : cluster.policies.get(policy)?.record;
    if (policy === undefined || record === undefined) continue;
    yield {
      code: 'dns-cut',
      severity: 'warning',
      message: `${workloads.length === 1 ? workloads[0] : `${workloads.length} workloads`} can't resolve names: egress is isolated and nothing allows UDP 53.`,
      policy,
      path: 'spec.egress',
      ...(record.namespace === undefined ? {} : { namespace: record.namespace }),
      evidence: [
        `Isolated for egress by ${listText(policies.map((key) => key.slice(key.indexOf('/') + 1)))}.`,
        dns.length === 0
          ? 'No cluster DNS pods are known; no other pod or address is open on UDP 53 either.'
          : `Cluster DNS: ${listText(workloadIds(cluster, dns))}.`,
      ],
      workloads,
      fix: {
        description: 'Allow DNS to the cluster DNS pods',
        edits: [{ type: 'append', policy, path: 'spec.egress', value: DNS_EGRESS_RULE }],
      },
    };
  }
}

/** Pods that serve cluster DNS: `k8s-app=kube-dns` is what CoreDNS and kube-dns carry by convention. */
function dnsColumns(cluster: Cluster): IntervalSet {
  const points: number[] = [];
  cluster.universe.classes.forEach((entry, column) => {
    if (Object.hasOwn(entry.labels, 'k8s-app') && entry.labels['k8s-app'] === 'kube-dns') points.push(column);
  });
  return fromSortedPoints(points);
}

function resolves(cluster: Cluster, column: number, dns: IntervalSet): boolean {
  const { space } = cluster.cells;
  const point = connectionPoint('UDP', 53);
  const { regions } = cluster.universe;
  return rowOf(cluster, 'egress', column).parts.some((part) => {
    if (!space.has(cluster.cells.decision(part.cell).possible, point)) return false;
    return (
      overlaps(part.columns, dns.length > 0 ? dns : regions.classes) || overlaps(part.columns, regions.blocks)
    );
  });
}
