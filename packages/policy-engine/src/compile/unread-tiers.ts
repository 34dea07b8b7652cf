import { TIERS } from '../ir/ir.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import { type IntervalSet, intersect, interval, isEmptySet, unionAll } from '../sets/interval-set.ts';
import { type RowInput, unreadTierInput } from './rows.ts';
import type { Universe } from './universe.ts';

/** Cluster-scoped policy resources and the tiers they act in. */
const CLUSTER_POLICY_RESOURCES: readonly { readonly resource: string; readonly tiers: readonly string[] }[] =
  [
    { resource: 'clusternetworkpolicies', tiers: ['admin', 'baseline'] },
    { resource: 'adminnetworkpolicies', tiers: ['admin'] },
    { resource: 'baselineadminnetworkpolicies', tiers: ['baseline'] },
  ];

/** For every tier that could not be read somewhere: on which columns its outcome is unknown (semantics 7.2, 8.12). */
export function unreadInputs(
  snapshot: ClusterSnapshot,
  universe: Universe,
): { readonly columns: IntervalSet; readonly input: RowInput }[] {
  const out: { columns: IntervalSet; input: RowInput }[] = [];
  const policed = unionAll([universe.plainPods, universe.regions.hidden, universe.regions.readings]);
  for (const tier of TIERS) {
    const parts: IntervalSet[] = [];
    if (tier.id === 'network-policy') {
      universe.namespaces.forEach(({ record }, index) => {
        if (record.hidden === true || isHidden(snapshot, 'networkpolicies', record.name)) {
          parts.push(namespaceColumns(universe, index));
        }
      });
    } else {
      const hidden = CLUSTER_POLICY_RESOURCES.some(
        ({ resource, tiers }) => tiers.includes(tier.id) && isHidden(snapshot, resource, undefined),
      );
      if (hidden) parts.push(unionAll([universe.plainPods, universe.regions.hidden]));
    }
    // A policy that no dialect reads may decide anything before the kinds that are read (Calico and Cilium order theirs so).
    if (tier.id === 'admin') parts.push(unreadPolicyColumns(snapshot, universe));
    const columns = unionAll(parts);
    if (isEmptySet(columns)) continue;
    out.push({ columns: intersect(columns, policed), input: unreadTierInput(tier) });
  }
  return out;
}

/** Columns that policies of kinds no dialect reads may select. */
function unreadPolicyColumns(snapshot: ClusterSnapshot, universe: Universe): IntervalSet {
  const parts: IntervalSet[] = [];
  for (const policy of snapshot.unreadPolicies ?? []) {
    // Staged policies are never enforced (semantics 4.1).
    if (policy.kind.startsWith('Staged')) continue;
    if (policy.namespace === undefined) return universe.everything;
    const namespace = universe.namespaceIndex.get(policy.namespace);
    if (namespace !== undefined) parts.push(namespaceColumns(universe, namespace));
  }
  return unionAll(parts);
}

function isHidden(snapshot: ClusterSnapshot, resource: string, namespace: string | undefined): boolean {
  return snapshot.hidden.some(
    (record) =>
      record.resource.split('.')[0] === resource &&
      (record.namespaces === undefined || (namespace !== undefined && record.namespaces.includes(namespace))),
  );
}

function namespaceColumns(universe: Universe, namespace: number): IntervalSet {
  const entry = universe.namespaces[namespace];
  if (entry === undefined) return [];
  const parts: IntervalSet[] = [interval(entry.first, entry.last)];
  universe.hiddenNamespaces.forEach((hidden, index) => {
    if (hidden === namespace)
      parts.push(interval(universe.firstHidden + index, universe.firstHidden + index));
  });
  universe.readingClasses.forEach((owner, index) => {
    if (owner >= entry.first && owner <= entry.last) {
      parts.push(interval(universe.firstReading + index, universe.firstReading + index));
    }
  });
  return unionAll(parts);
}
