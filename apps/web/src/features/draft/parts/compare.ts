import { type Draft, type DraftItem, effectivePolicies } from '@bulkhead/policy-engine';

export interface DraftDifference {
  readonly title: string;
  /** The edit as text; null where that draft doesn't have it. */
  readonly here: string | null;
  readonly there: string | null;
}

/** What differs between two drafts, by what the edits are about; edits that are the same in both are left out. */
export function compareDrafts(here: Draft, there: Draft): readonly DraftDifference[] {
  const left = contents(here);
  const right = contents(there);
  const titles = [...new Set([...left.keys(), ...right.keys()])].sort();
  return titles.flatMap((title) => {
    const a = left.get(title) ?? null;
    const b = right.get(title) ?? null;
    return a === b ? [] : [{ title, here: a, there: b }];
  });
}

function contents(draft: Draft): ReadonlyMap<string, string> {
  return new Map(draft.items.flatMap(itemContents));
}

function itemContents(item: DraftItem): readonly (readonly [string, string])[] {
  switch (item.type) {
    case 'policies':
      return effectivePolicies(item).policies.map((policy) => [
        `${policy.kind} ${place(policy.namespace)}${policy.name}`,
        (policy.text ?? '').trim(),
      ]);
    case 'remove-policy': {
      const { kind, namespace, name } = item.policy;
      return [[`${kind} ${place(namespace)}${name}`, 'removed']];
    }
    case 'labels': {
      const { target } = item;
      const title =
        target.type === 'namespace'
          ? `Labels of namespace ${target.name}`
          : `Labels of ${target.workload.kind} ${target.namespace}/${target.workload.name}`;
      const lines = Object.entries(item.labels).map(([key, value]) =>
        value === null ? `${key} removed` : `${key}: ${value}`,
      );
      return [[title, lines.join('\n')]];
    }
    case 'add-namespace':
      return [[`Namespace ${item.name}`, JSON.stringify(item.labels)]];
    case 'add-workload': {
      const { namespace, workload, labels, ports, replicas } = item;
      return [
        [
          `${workload.kind} ${namespace}/${workload.name}`,
          JSON.stringify({ labels, ports, replicas }, null, 2),
        ],
      ];
    }
  }
}

function place(namespace: string | undefined): string {
  return namespace === undefined ? '' : `${namespace}/`;
}
