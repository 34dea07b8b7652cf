import type { Cluster } from '../compile/compile.ts';
import type { Finding } from '../findings/finding.ts';
import { intersect, interval, isEmptySet, union } from '../sets/interval-set.ts';
import type { AcceptedFinding, EndSpec } from './model.ts';
import { resolveEnds } from './resolve-ends.ts';

/**
 * Whether a finding is about something in these ends: one of its workloads, or, where it names none, its namespace or that of
 * its policy.
 */
export function findingConcerns(cluster: Cluster, finding: Finding, ends: EndSpec): boolean {
  const { universe } = cluster;
  const { sure, maybe } = resolveEnds(cluster, ends);
  const columns = union(sure, maybe);
  if (finding.workloads.length > 0) {
    return universe.workloads.some(
      (workload) =>
        finding.workloads.includes(workload.id) &&
        !isEmptySet(intersect(columns, interval(workload.first, workload.last))),
    );
  }
  const record = finding.policy === undefined ? undefined : cluster.policies.get(finding.policy)?.record;
  const namespace = finding.namespace ?? record?.namespace;
  if (namespace === undefined) return false;
  const named = namespacesNamed(ends);
  if (named.includes(namespace)) return true;
  const entry = universe.namespaces[universe.namespaceIndex.get(namespace) ?? -1];
  return entry !== undefined && !isEmptySet(intersect(columns, interval(entry.first, entry.last)));
}

/** Namespaces that ends name as a whole, so that one without pods is meant too. */
function namespacesNamed(ends: EndSpec): readonly string[] {
  switch (ends.type) {
    case 'pods':
      return ends.labels === undefined && ends.namespaceLabels === undefined ? (ends.namespaces ?? []) : [];
    case 'any-of':
      return ends.ends.flatMap(namespacesNamed);
    case 'except':
      return namespacesNamed(ends.ends);
    default:
      return [];
  }
}

/** The entry by which a finding is accepted, if there is one. */
export function acceptedBy(
  cluster: Cluster,
  finding: Finding,
  accepted: readonly AcceptedFinding[],
): AcceptedFinding | undefined {
  return accepted.find((entry) => {
    if (entry.finding !== finding.code) return false;
    if (entry.policy !== undefined) {
      const record = finding.policy === undefined ? undefined : cluster.policies.get(finding.policy)?.record;
      if (record === undefined) return false;
      const { namespace, name } = record;
      if (entry.policy !== (namespace === undefined ? name : `${namespace}/${name}`)) return false;
    }
    return entry.ends === undefined || findingConcerns(cluster, finding, entry.ends);
  });
}
