import type { ClusterSnapshot } from '@bulkhead/policy-engine';

/**
 * The new snapshot, with the old lists where they hold the same records: the compiler keeps what it knows about lists that
 * are the same arrays.
 */
export function reuse(old: ClusterSnapshot, next: ClusterSnapshot): ClusterSnapshot {
  const keep = <T>(a: readonly T[], b: readonly T[]): readonly T[] =>
    a.length === b.length && a.every((entry, index) => entry === b[index]) ? a : b;
  return {
    ...next,
    namespaces: keep(old.namespaces, next.namespaces),
    pods: keep(old.pods, next.pods),
    nodes: keep(old.nodes, next.nodes),
    services: keep(old.services, next.services),
    policies: keep(old.policies, next.policies),
    hidden: keep(old.hidden, next.hidden),
    ...(next.unreadPolicies === undefined
      ? {}
      : { unreadPolicies: keep(old.unreadPolicies ?? [], next.unreadPolicies) }),
  };
}
