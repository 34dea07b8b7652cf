import type { ObjectRef } from '../../diagnostic.ts';
import {
  type ClusterSnapshot,
  type Labels,
  type NamespaceRecord,
  type PodRecord,
  type PolicyKey,
  type PolicyRecord,
  policyKey,
} from '../../model/records.ts';
import { isObject, type Json, jsonEqual, toJson } from '../json.ts';
import { type EffectivePolicies, effectivePolicies } from './last-good.ts';
import type {
  AddedNamespace,
  AddedWorkload,
  Draft,
  DraftItem,
  DraftItemId,
  LabelEdit,
  PolicyRemoval,
  PolicyText,
} from './model.ts';

/**
 * An edit that no longer fits the cluster as it is now. The edit stays in the draft; `message` says what became of it.
 */
export interface DraftConflict {
  readonly item: DraftItemId;
  readonly code:
    | 'base-changed'
    | 'base-gone'
    | 'already-removed'
    | 'changed-before-removal'
    | 'target-gone'
    | 'already-exists'
    | 'namespace-gone'
    | 'put-twice';
  readonly object: ObjectRef;
  readonly message: string;
  readonly hint: string;
}

export type PolicyChange =
  | { readonly type: 'added'; readonly item: DraftItemId; readonly policy: PolicyRecord }
  | {
      readonly type: 'changed' | 'unchanged';
      readonly item: DraftItemId;
      readonly policy: PolicyRecord;
      readonly before: PolicyRecord;
    }
  | { readonly type: 'removed'; readonly item: DraftItemId; readonly before: PolicyRecord };

export interface AppliedDraft {
  /**
   * The snapshot with the draft laid over it; lists the draft doesn't touch are the snapshot's own, and those of pods and
   * namespaces stay the same arrays while only policies are edited.
   */
  readonly snapshot: ClusterSnapshot;
  readonly conflicts: readonly DraftConflict[];
  /** What became of each policy, in the order of the draft. */
  readonly changes: readonly PolicyChange[];
  /** The reading of every text, by item. */
  readonly texts: ReadonlyMap<DraftItemId, EffectivePolicies>;
}

/**
 * Lays a draft over a snapshot. Pure and total: what no longer applies becomes a conflict, what can't be read a
 * diagnostic, and everything else applies.
 */
export function applyDraft(snapshot: ClusterSnapshot, draft: Draft): AppliedDraft {
  const state: State = {
    snapshot,
    live: livePolicies(snapshot.policies),
    policies: undefined,
    namespaces: snapshot.namespaces,
    pods: snapshot.pods,
    conflicts: [],
    changes: [],
    texts: new Map(),
    put: new Set(),
  };
  // Namespaces before what stands in them; the order of the list doesn't matter to a person.
  for (const type of ORDER) {
    for (const item of draft.items) if (item.type === type) applyItem(state, item);
  }
  const { policies, conflicts, changes, texts } = state;
  return {
    snapshot: {
      ...snapshot,
      ...sameLists(snapshot, draft, state),
      policies: policies === undefined ? snapshot.policies : [...policies.values()],
    },
    conflicts,
    changes,
    texts,
  };
}

const byKey = new WeakMap<readonly PolicyRecord[], ReadonlyMap<PolicyKey, PolicyRecord>>();

/** A cluster's policies by key: of thousands, a draft asks for a few, at each keystroke. */
function livePolicies(policies: readonly PolicyRecord[]): ReadonlyMap<PolicyKey, PolicyRecord> {
  let known = byKey.get(policies);
  if (known === undefined) {
    known = new Map(policies.map((policy) => [policyKey(policy), policy]));
    byKey.set(policies, known);
  }
  return known;
}

type PodLists = Pick<ClusterSnapshot, 'namespaces' | 'pods'>;

/** What drafts made of a snapshot's pods and namespaces lately, by the edits that did it. */
const lists = new WeakMap<
  ClusterSnapshot['pods'],
  { readonly namespaces: ClusterSnapshot['namespaces']; readonly made: Map<string, PodLists> }
>();
const MOST_LISTS = 4;

/**
 * The lists as they became, which are the same arrays as the last time where the same edits made them: so whoever compares
 * two states of a draft sees at once that only policies differ.
 */
function sameLists({ namespaces, pods }: PodLists, draft: Draft, became: PodLists): PodLists {
  if (became.namespaces === namespaces && became.pods === pods) return { namespaces, pods };
  const edits = draft.items.flatMap(({ id: _id, ...edit }) =>
    edit.type === 'policies' || edit.type === 'remove-policy' ? [] : [edit],
  );
  const key = JSON.stringify(edits);
  let known = lists.get(pods);
  if (known?.namespaces !== namespaces) {
    known = { namespaces, made: new Map() };
    lists.set(pods, known);
  }
  const { made } = known;
  const own = made.get(key) ?? { namespaces: became.namespaces, pods: became.pods };
  made.delete(key);
  made.set(key, own);
  for (const old of made.keys()) {
    if (made.size <= MOST_LISTS) break;
    made.delete(old);
  }
  return own;
}

const ORDER: readonly DraftItem['type'][] = [
  'add-namespace',
  'add-workload',
  'labels',
  'remove-policy',
  'policies',
];

interface State {
  readonly snapshot: ClusterSnapshot;
  readonly live: ReadonlyMap<PolicyKey, PolicyRecord>;
  /** Copied from `live` at the first change. */
  policies: Map<PolicyKey, PolicyRecord> | undefined;
  namespaces: readonly NamespaceRecord[];
  pods: readonly PodRecord[];
  readonly conflicts: DraftConflict[];
  readonly changes: PolicyChange[];
  readonly texts: Map<DraftItemId, EffectivePolicies>;
  readonly put: Set<PolicyKey>;
}

function applyItem(state: State, item: DraftItem): void {
  switch (item.type) {
    case 'policies':
      putPolicies(state, item);
      break;
    case 'remove-policy':
      removePolicy(state, item);
      break;
    case 'labels':
      editLabels(state, item);
      break;
    case 'add-namespace':
      addNamespace(state, item);
      break;
    case 'add-workload':
      addWorkload(state, item);
      break;
  }
}

function writable(state: State): Map<PolicyKey, PolicyRecord> {
  state.policies ??= new Map(state.live);
  return state.policies;
}

function putPolicies(state: State, item: PolicyText): void {
  const reading = effectivePolicies(item);
  state.texts.set(item.id, reading);
  if (item.base !== undefined) checkBase(state, item, item.base);
  for (const policy of reading.policies) {
    const key = policyKey(policy);
    if (state.put.has(key)) {
      conflict(
        state,
        item,
        'put-twice',
        policy,
        'is in this draft twice; the first one counts.',
        'Rename one of the two.',
      );
      continue;
    }
    state.put.add(key);
    const before = state.live.get(key);
    writable(state).set(key, policy);
    if (before === undefined) state.changes.push({ type: 'added', item: item.id, policy });
    else {
      const type = sameSpec(before, policy.spec) ? 'unchanged' : 'changed';
      state.changes.push({ type, item: item.id, policy, before });
      const isBase = item.base !== undefined && policyKey(item.base) === key;
      if (!isBase && type === 'changed') {
        conflict(
          state,
          item,
          'already-exists',
          policy,
          'exists in the cluster; this draft replaces it.',
          policy.kind === 'BaselineAdminNetworkPolicy'
            ? 'A cluster has only one of that kind.'
            : 'Rename this one to keep both.',
        );
      }
    }
  }
}

function checkBase(state: State, item: PolicyText, base: NonNullable<PolicyText['base']>): void {
  const live = state.live.get(policyKey(base));
  if (live === undefined) {
    conflict(
      state,
      item,
      'base-gone',
      base,
      'was deleted from the cluster since; this draft would create it anew.',
      'Remove this edit if the deletion was meant.',
    );
  } else if (!sameSpec(live, base.spec)) {
    conflict(
      state,
      item,
      'base-changed',
      base,
      'changed in the cluster since this edit began; applying the draft would undo that.',
      'Compare with the live policy and take over what is missing.',
    );
  }
}

function removePolicy(state: State, item: PolicyRemoval): void {
  const key = policyKey(item.policy);
  const live = state.live.get(key);
  if (live === undefined) {
    conflict(
      state,
      item,
      'already-removed',
      item.policy,
      'is no longer in the cluster.',
      'Drop this removal from the draft.',
    );
    return;
  }
  if (!sameSpec(live, item.spec)) {
    conflict(
      state,
      item,
      'changed-before-removal',
      item.policy,
      'changed in the cluster since it was marked for removal.',
      'Look at it again before it goes.',
    );
  }
  writable(state).delete(key);
  state.changes.push({ type: 'removed', item: item.id, before: live });
}

function editLabels(state: State, item: LabelEdit): void {
  const { target } = item;
  if (target.type === 'namespace') {
    const exists = state.namespaces.some(({ name }) => name === target.name);
    if (!exists) {
      conflict(
        state,
        item,
        'target-gone',
        { kind: 'Namespace', name: target.name },
        'is not in the cluster; its labels stay unedited.',
        'Drop this edit, or add the namespace to the draft.',
      );
      return;
    }
    if (Object.keys(item.labels).length === 0) return;
    state.namespaces = state.namespaces.map((namespace) =>
      namespace.name === target.name
        ? { ...namespace, labels: editedLabels(namespace.labels, item.labels) }
        : namespace,
    );
    return;
  }
  const { namespace, workload } = target;
  let found = false;
  const pods = state.pods.map((pod) => {
    if (
      pod.namespace !== namespace ||
      pod.workload.kind !== workload.kind ||
      pod.workload.name !== workload.name
    ) {
      return pod;
    }
    found = true;
    return { ...pod, labels: editedLabels(pod.labels, item.labels) };
  });
  if (found) {
    // An edit of nothing leaves the lists as they are, so that the draft is compared as cheaply as one of policies.
    if (Object.keys(item.labels).length > 0) state.pods = pods;
    return;
  }
  conflict(
    state,
    item,
    'target-gone',
    { ...workload, namespace },
    'is not in the cluster; its labels stay unedited.',
    'Drop this edit.',
  );
}

function editedLabels(labels: Labels, edit: LabelEdit['labels']): Labels {
  const merged = new Map(Object.entries(labels));
  for (const [key, value] of Object.entries(edit)) {
    // The API server keeps this label as it is, whatever is asked.
    if (key === 'kubernetes.io/metadata.name') continue;
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function addNamespace(state: State, item: AddedNamespace): void {
  const { name } = item;
  if (state.namespaces.some((namespace) => namespace.name === name)) {
    conflict(
      state,
      item,
      'already-exists',
      { kind: 'Namespace', name },
      'exists in the cluster by now; the real one counts.',
      'Drop it from the draft.',
    );
    return;
  }
  const labels = { ...item.labels, 'kubernetes.io/metadata.name': name };
  state.namespaces = [...state.namespaces, { name, labels, labelsKnown: true }];
}

function addWorkload(state: State, item: AddedWorkload): void {
  const { namespace, workload } = item;
  const object = { ...workload, namespace };
  if (!state.namespaces.some(({ name }) => name === namespace)) {
    conflict(
      state,
      item,
      'namespace-gone',
      object,
      `can't be added: there is no namespace ${namespace}.`,
      'Add the namespace to the draft, or choose another.',
    );
    return;
  }
  const taken = state.pods.some(
    (pod) =>
      pod.namespace === namespace &&
      pod.workload.kind === workload.kind &&
      pod.workload.name === workload.name,
  );
  if (taken) {
    conflict(
      state,
      item,
      'already-exists',
      object,
      'exists in the cluster by now; the real one counts.',
      'Drop it from the draft.',
    );
    return;
  }
  const pod: PodRecord = {
    namespace,
    name: workload.name,
    labels: item.labels,
    workload,
    ports: item.ports,
    ips: [],
    hostNetwork: false,
    state: 'declared',
    replicas: item.replicas,
  };
  state.pods = [...state.pods, pod];
}

function conflict(
  state: State,
  item: DraftItem,
  code: DraftConflict['code'],
  subject: ObjectRef,
  what: string,
  hint: string,
): void {
  const { kind, namespace, name } = subject;
  const object: ObjectRef = namespace === undefined ? { kind, name } : { kind, namespace, name };
  const path = namespace === undefined ? name : `${namespace}/${name}`;
  state.conflicts.push({ item: item.id, code, object, message: `${kind} ${path} ${what}`, hint });
}

/** Whether a live policy's spec equals one kept as JSON. */
export function sameSpec(live: PolicyRecord, spec: unknown): boolean {
  return jsonEqual(specJson(live.spec), specJson(spec));
}

/** A policy's spec as JSON; what is none counts as an empty one. */
export function specJson(spec: unknown): Json {
  const json = toJson(spec);
  return json !== undefined && isObject(json) ? json : {};
}
