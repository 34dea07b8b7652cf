import {
  type Cluster,
  type PolicyKey,
  type PolicyRecord,
  recordSource,
  type SourceRef,
} from '@bulkhead/policy-engine';

/** A policy that one of two states has and the other has not, or not so. */
export interface PolicyChange {
  readonly change: 'added' | 'removed' | 'changed';
  readonly policy: PolicyKey;
  /** Where it stands: in the state after, or before where it is removed. */
  readonly source?: SourceRef;
}

/** Policies that differ in their spec, by kind, namespace and name. */
export function policyChanges(before: Cluster, after: Cluster): PolicyChange[] {
  const out: PolicyChange[] = [];
  for (const [policy, { record }] of after.policies) {
    const was = before.policies.get(policy)?.record;
    if (was === undefined) out.push(changeOf('added', policy, record));
    else if (was !== record && canonical(was.spec) !== canonical(record.spec))
      out.push(changeOf('changed', policy, record));
  }
  for (const [policy, { record }] of before.policies) {
    if (!after.policies.has(policy)) out.push(changeOf('removed', policy, record));
  }
  return out;
}

function changeOf(change: PolicyChange['change'], policy: PolicyKey, record: PolicyRecord): PolicyChange {
  const source = recordSource(record);
  return { change, policy, ...(source === undefined ? {} : { source }) };
}

/** JSON with sorted keys: the order of fields means nothing. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}
