import fc from 'fast-check';
import type { ClusterSnapshot, Labels, NamespaceRecord, PodRecord, PolicyRecord } from '../model/records.ts';
import { anyPolicy } from './arbitraries.ts';
import { labels, NAME_LABEL, NAMESPACES } from './arbitraries-values.ts';

/** One step of editing policies: `at` is where, past the end adds; without a policy what is there goes. */
export interface PolicyEdit {
  readonly at: number;
  readonly policy: PolicyRecord | null;
}

export const policyEdits: fc.Arbitrary<readonly PolicyEdit[]> = fc.array(
  fc.record({ at: fc.nat({ max: 5 }), policy: fc.option(anyPolicy, { freq: 3 }) }),
  { minLength: 1, maxLength: 3 },
);

/** Replacing keeps the name, as an edited policy does; every other policy stays the same object. */
export function editedPolicies(
  policies: readonly PolicyRecord[],
  { at, policy }: PolicyEdit,
  step: number,
): readonly PolicyRecord[] {
  const old = policies[at];
  if (policy === null) return policies.filter((one) => one !== old);
  const others = policies.filter((one) => one !== old && one.name !== policy.name);
  if (policy.name === 'default') return [...others, policy];
  const sameKey = old !== undefined && old.kind === policy.kind && old.namespace === policy.namespace;
  return [...others, { ...policy, name: sameKey ? old.name : `new${step}` }];
}

/** What may become of a pod: other labels, other ports, or it goes. */
type PodChange = 'same' | 'gone' | 'other-ports' | { readonly labels: Labels };

const podChange: fc.Arbitrary<PodChange> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('same' as const) },
  { weight: 3, arbitrary: labels.map((own) => ({ labels: own })) },
  { weight: 1, arbitrary: fc.constantFrom('gone' as const, 'other-ports' as const) },
);

const NEW_NAMESPACE = 'd';

const newPods: fc.Arbitrary<readonly PodRecord[]> = fc
  .array(
    fc.record({
      namespace: fc.constantFrom(...NAMESPACES, NEW_NAMESPACE),
      /** Also pods of an owner that is there already. */
      owner: fc.constantFrom('one', 'new'),
      labels,
      named: fc.boolean(),
    }),
    { maxLength: 2 },
  )
  .map((shapes) =>
    shapes.map(
      ({ namespace, owner, named, labels: own }, index): PodRecord => ({
        namespace,
        name: `new${index}`,
        labels: own,
        workload: { kind: 'Deployment', name: owner },
        ports: named ? [{ name: 'web', protocol: 'TCP', port: 8080 }] : [],
        ips: [],
        hostNetwork: false,
        state: 'declared',
        replicas: 2,
      }),
    ),
  );

/** A change of a snapshot such as a draft makes, or time. */
export interface SnapshotChange {
  readonly pods: readonly PodChange[];
  readonly newPods: readonly PodRecord[];
  /** New labels of namespaces, by their order. */
  readonly namespaces: readonly (Labels | null)[];
  readonly newNamespace: Labels | null;
  readonly policies: readonly PolicyEdit[];
  readonly shuffled: boolean;
}

const anyChange: fc.Arbitrary<SnapshotChange> = fc.record({
  pods: fc.array(podChange, { minLength: 5, maxLength: 5 }),
  newPods,
  namespaces: fc.array(fc.option(labels, { freq: 2 }), { minLength: 3, maxLength: 3 }),
  newNamespace: fc.option(labels, { freq: 2 }),
  policies: fc.oneof(fc.constant([]), policyEdits),
  shuffled: fc.boolean(),
});

/** Nothing comes or goes but labels, which is laid out by a shorter way. */
const relabelling: fc.Arbitrary<SnapshotChange> = anyChange.map((change) => ({
  ...change,
  pods: change.pods.map((own) => (typeof own === 'string' ? 'same' : own)),
  newPods: [],
  newNamespace: null,
  shuffled: false,
}));

export const snapshotChanges: fc.Arbitrary<SnapshotChange> = fc.oneof(
  { weight: 2, arbitrary: anyChange },
  { weight: 1, arbitrary: relabelling },
);

/** Lays a change over a snapshot; records that don't change stay the same objects. */
export function changedSnapshot(snapshot: ClusterSnapshot, change: SnapshotChange): ClusterSnapshot {
  const pods = snapshot.pods.flatMap((pod, index): readonly PodRecord[] => {
    const own = change.pods[index] ?? 'same';
    if (own === 'same') return [pod];
    if (own === 'gone') return [];
    if (own === 'other-ports') return [{ ...pod, ports: [{ name: 'dns', protocol: 'UDP', port: 81 }] }];
    return [{ ...pod, labels: own.labels }];
  });
  const namespaces = snapshot.namespaces.map((record, index): NamespaceRecord => {
    const own = change.namespaces[index];
    if (own === undefined || own === null || !record.labelsKnown) return record;
    return { ...record, labels: { ...own, [NAME_LABEL]: record.name } };
  });
  const added: readonly NamespaceRecord[] =
    change.newNamespace === null
      ? []
      : [
          {
            name: NEW_NAMESPACE,
            labels: { ...change.newNamespace, [NAME_LABEL]: NEW_NAMESPACE },
            labelsKnown: true,
          },
        ];
  const all = [...pods, ...change.newPods];
  return {
    ...snapshot,
    pods: change.shuffled ? all.reverse() : all,
    namespaces: [...namespaces, ...added],
    policies: change.policies.reduce(editedPolicies, snapshot.policies),
  };
}
