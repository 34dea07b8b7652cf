import type { PolicyEdit } from '../../findings/finding.ts';
import { policyYaml } from '../../manifests/policy-yaml.ts';
import { type ClusterSnapshot, type PolicyKey, type PolicyRecord, policyKey } from '../../model/records.ts';
import { isPolicyKind } from '../form/model.ts';
import { getAt, isList, isObject, type Json, type JsonPath, toJson } from '../json.ts';
import { documentText } from '../yaml/document-text.ts';
import { editJson, editYaml } from '../yaml/edit.ts';
import { parsePath } from '../yaml/locate.ts';
import { DEFAULT_STYLE, renderBlock } from '../yaml/render.ts';
import type { YamlEdit } from '../yaml/splice.ts';
import { specJson } from './apply.ts';
import { effectivePolicies, withText } from './last-good.ts';
import type { Draft, DraftItemId, PolicyText } from './model.ts';
import { readPolicyText } from './policies.ts';

/** A policy as a whole object. */
function objectOf(policy: PolicyRecord): Json {
  const { apiVersion, kind, namespace, name, spec } = policy;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: toJson(spec) ?? {},
  };
}

/** The edit of YAML that a policy edit amounts to, on an object that is there; undefined where it has no place in it. */
function yamlEdit(object: Json, edit: PolicyEdit): YamlEdit | undefined {
  if (edit.type === 'add-policy' || edit.type === 'remove-policy') return undefined;
  const path: JsonPath = parsePath(edit.path);
  if (edit.type === 'remove') return getAt(object, path) === undefined ? undefined : { op: 'delete', path };
  const value = toJson(edit.value);
  if (value === undefined) return undefined;
  if (edit.type === 'set') return { op: 'set', path, value };
  if (edit.type === 'insert') {
    const index = path.at(-1);
    const isThere = typeof index === 'number' && getAt(object, path) !== undefined;
    return isThere ? { op: 'insert', path: path.slice(0, -1), index, value } : undefined;
  }
  const list = getAt(object, path);
  if (list === undefined) return { op: 'set', path, value: [value] };
  return isList(list) ? { op: 'insert', path, index: list.length, value } : undefined;
}

/**
 * Applies edits to the policies of a snapshot, without texts: for trying out. Edits of policies that are not there are
 * passed over. Removals of several items of one list must come with the last item first.
 */
export function editSnapshot(snapshot: ClusterSnapshot, edits: readonly PolicyEdit[]): ClusterSnapshot {
  const policies = new Map<PolicyKey, PolicyRecord>(
    snapshot.policies.map((policy) => [policyKey(policy), policy]),
  );
  for (const edit of edits) {
    if (edit.type === 'add-policy') {
      const { apiVersion, kind, metadata, spec } = edit.object;
      if (!isPolicyKind(kind)) continue;
      const policy: PolicyRecord = { apiVersion, kind, ...metadata, spec };
      policies.set(policyKey(policy), policy);
      continue;
    }
    const policy = policies.get(edit.policy);
    if (policy === undefined) continue;
    if (edit.type === 'remove-policy') {
      policies.delete(edit.policy);
      continue;
    }
    const object = objectOf(policy);
    const change = yamlEdit(object, edit);
    const after = change === undefined ? undefined : editJson(object, change);
    const { text: _text, source: _source, ...record } = policy;
    if (after !== undefined) policies.set(edit.policy, { ...record, spec: getAt(after, ['spec']) ?? {} });
  }
  return { ...snapshot, policies: [...policies.values()] };
}

export interface EditedDraft {
  readonly draft: Draft;
  /** The item that holds the last edit. */
  readonly item: DraftItemId | null;
  /** Edits that could not be made, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * Puts edits of policies into a draft: into the text that already holds the policy, else into a new text that begins as
 * the live one. Comments and style of the text stay. `newId` makes ids for new items.
 */
export function editDraft(
  draft: Draft,
  snapshot: ClusterSnapshot,
  edits: readonly PolicyEdit[],
  newId: () => DraftItemId,
): EditedDraft {
  let current = draft;
  let item: DraftItemId | null = null;
  const problems: string[] = [];
  for (const edit of edits) {
    const step = editOnce(current, snapshot, edit, newId);
    if (typeof step === 'string') problems.push(step);
    else {
      current = step.draft;
      item = step.item;
    }
  }
  return { draft: current, item, problems };
}

function editOnce(
  draft: Draft,
  snapshot: ClusterSnapshot,
  edit: PolicyEdit,
  newId: () => DraftItemId,
): { readonly draft: Draft; readonly item: DraftItemId } | string {
  if (edit.type === 'add-policy') {
    const value = toJson(edit.object);
    if (value === undefined || !isObject(value)) return 'The new policy is no JSON.';
    const id = newId();
    const text = `${renderBlock(value, DEFAULT_STYLE).join('\n')}\n`;
    return { draft: { ...draft, items: [...draft.items, { id, type: 'policies', text }] }, item: id };
  }
  const live = snapshot.policies.find((policy) => policyKey(policy) === edit.policy);
  if (edit.type === 'remove-policy') {
    if (live === undefined) return `There is no ${edit.policy} to remove.`;
    const { kind, namespace, name, spec } = live;
    const id = newId();
    const policy = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
    return {
      draft: {
        ...draft,
        items: [...draft.items, { id, type: 'remove-policy', policy, spec: specJson(spec) }],
      },
      item: id,
    };
  }
  const opened = itemOf(draft, edit.policy) ?? (live === undefined ? undefined : liveText(live, newId()));
  if (opened === undefined) return `There is no ${edit.policy} to edit.`;
  const changed = editText(opened, edit);
  if (typeof changed === 'string') return changed;
  const known = draft.items.some(({ id }) => id === changed.id);
  const items = known
    ? draft.items.map((other) => (other.id === changed.id ? changed : other))
    : [...draft.items, changed];
  return { draft: { ...draft, items }, item: changed.id };
}

function itemOf(draft: Draft, key: PolicyKey): PolicyText | undefined {
  return draft.items.find(
    (item): item is PolicyText =>
      item.type === 'policies' &&
      effectivePolicies(item).policies.some((policy) => policyKey(policy) === key),
  );
}

/** A live policy as a text of the draft. */
function liveText(policy: PolicyRecord, id: DraftItemId): PolicyText {
  const { kind, namespace, name, spec, text = '' } = policy;
  return {
    id,
    type: 'policies',
    text: text.trim() === '' ? policyYaml(policy) : documentText(text),
    base: { kind, name, ...(namespace === undefined ? {} : { namespace }), spec: specJson(spec) },
  };
}

function editText(
  item: PolicyText,
  edit: Extract<PolicyEdit, { readonly path: string }>,
): PolicyText | string {
  const found = readPolicyText(item.text, item.id).documents.find(
    ({ policy }) => policy !== undefined && policyKey(policy) === edit.policy,
  );
  if (found?.policy === undefined) return `${edit.policy} is half-typed in this draft; mend it first.`;
  const change = yamlEdit(objectOf(found.policy), edit);
  if (change === undefined) return `${edit.policy} has no ${edit.path} to change.`;
  const result = editYaml(item.text, found.index, change);
  return result.ok ? withText(item, result.text) : result.problem.message;
}
