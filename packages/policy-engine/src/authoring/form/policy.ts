import { DIRECTIONS } from '../../ir/ir.ts';
import type { PolicyKind } from '../../model/records.ts';
import { field, isList, isObject, type Json, type JsonObject, jsonEqual, without } from '../json.ts';
import { isPolicyKind, type PolicyForm, type SubjectForm } from './model.ts';
import { readRule, writeRule } from './rule.ts';
import { isStrings, readSelector, writeSelector } from './selector.ts';

/**
 * Reads one document of a text into a form; `undefined` where it is not a policy the form can show (no object, an
 * unknown kind, no `metadata` or `spec` map). `writePolicy` of the result equals the document, whatever is in it.
 */
export function readPolicy(document: Json): PolicyForm | undefined {
  const form = parsePolicy(document);
  return form !== undefined && jsonEqual(writePolicy(form), document) ? form : undefined;
}

function parsePolicy(document: Json): PolicyForm | undefined {
  if (!isObject(document)) return undefined;
  const apiVersion = field(document, 'apiVersion');
  const kind = field(document, 'kind');
  const metadata = field(document, 'metadata');
  const spec = field(document, 'spec');
  if (typeof apiVersion !== 'string' || !isPolicyKind(kind) || !isObject(metadata) || !isObject(spec)) {
    return undefined;
  }
  const name = field(metadata, 'name');
  const namespace = field(metadata, 'namespace');
  if (typeof name !== 'string') return undefined;
  const inSpec: string[] = [kind === 'NetworkPolicy' ? 'podSelector' : 'subject'];
  const tier = field(spec, 'tier');
  const priority = field(spec, 'priority');
  const policyTypes = field(spec, 'policyTypes');
  const optional: {
    -readonly [K in 'tier' | 'priority' | 'policyTypes' | 'ingress' | 'egress']?: PolicyForm[K];
  } = {};
  if (kind === 'ClusterNetworkPolicy' && typeof tier === 'string') optional.tier = tier;
  if (kind !== 'NetworkPolicy' && typeof priority === 'number') optional.priority = priority;
  if (kind === 'NetworkPolicy' && isStrings(policyTypes)) optional.policyTypes = policyTypes;
  for (const direction of DIRECTIONS) {
    const rules = field(spec, direction);
    if (isList(rules)) optional[direction] = rules.map((rule) => readRule(kind, direction, rule));
  }
  inSpec.push(...Object.keys(optional));
  return {
    apiVersion,
    kind,
    name,
    ...(typeof namespace === 'string' ? { namespace } : {}),
    subject: readSubject(kind, spec),
    ...optional,
    rest: {
      root: without(document, ['apiVersion', 'kind', 'metadata', 'spec']),
      metadata: without(metadata, typeof namespace === 'string' ? ['name', 'namespace'] : ['name']),
      spec: without(spec, inSpec),
    },
  };
}

function readSubject(kind: PolicyKind, spec: JsonObject): SubjectForm {
  const raw = field(spec, kind === 'NetworkPolicy' ? 'podSelector' : 'subject');
  if (kind === 'NetworkPolicy') {
    if (raw === undefined) return { type: 'own-pods' };
    const selector = readSelector(raw);
    return selector === undefined ? { type: 'raw', raw } : { type: 'own-pods', selector };
  }
  if (isObject(raw)) {
    const keys = Object.keys(raw);
    const namespaces = readSelector(field(raw, 'namespaces'));
    if (namespaces !== undefined && keys.length === 1) return { type: 'namespaces', selector: namespaces };
    const pods = field(raw, 'pods');
    if (isObject(pods) && keys.length === 1 && Object.keys(pods).length === 2) {
      const inNamespaces = readSelector(field(pods, 'namespaceSelector'));
      const selector = readSelector(field(pods, 'podSelector'));
      if (inNamespaces !== undefined && selector !== undefined) {
        return { type: 'pods', namespaces: inNamespaces, pods: selector };
      }
    }
  }
  return { type: 'raw', raw };
}

function writeSubject(subject: SubjectForm): Json | undefined {
  switch (subject.type) {
    case 'own-pods':
      return subject.selector === undefined ? undefined : writeSelector(subject.selector);
    case 'namespaces':
      return { namespaces: writeSelector(subject.selector) };
    case 'pods':
      return {
        pods: {
          namespaceSelector: writeSelector(subject.namespaces),
          podSelector: writeSelector(subject.pods),
        },
      };
    case 'raw':
      return subject.raw;
  }
}

/** The document a form stands for: fields in the order people write them, then whatever else it carried. */
export function writePolicy(form: PolicyForm): JsonObject {
  const subject = writeSubject(form.subject);
  const spec: JsonObject = {
    ...(form.tier === undefined ? {} : { tier: form.tier }),
    ...(form.priority === undefined ? {} : { priority: form.priority }),
    ...(subject === undefined
      ? {}
      : { [form.kind === 'NetworkPolicy' ? 'podSelector' : 'subject']: subject }),
    ...(form.policyTypes === undefined ? {} : { policyTypes: form.policyTypes }),
    ...Object.fromEntries(
      DIRECTIONS.flatMap((direction) => {
        const rules = form[direction];
        return rules === undefined
          ? []
          : [[direction, rules.map((rule) => writeRule(form.kind, direction, rule))] as const];
      }),
    ),
    ...form.rest.spec,
  };
  return {
    apiVersion: form.apiVersion,
    kind: form.kind,
    metadata: {
      name: form.name,
      ...(form.namespace === undefined ? {} : { namespace: form.namespace }),
      ...form.rest.metadata,
    },
    spec,
    ...form.rest.root,
  };
}
