import type { PolicyRecord } from '../model/records.ts';
import { documentText } from './export/manifests.ts';
import { isList, isObject, type Json, toJson } from './json.ts';
import { orderedEntries } from './yaml/key-order.ts';
import { DEFAULT_STYLE, renderBlock } from './yaml/render.ts';

/** Maps whose keys are the user's own and keep their order. */
const FREE = ['matchLabels', 'labels', 'annotations'];

function ordered(value: Json, parent = ''): Json {
  if (isList(value)) return value.map((item) => ordered(item));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, ordered(item, key)] as const);
  return Object.fromEntries(FREE.includes(parent) ? entries : orderedEntries(entries));
}

/**
 * A live policy as YAML to edit: the text it was read from where there is one, else its record written in the usual
 * order of fields. Only what a person would write: no status, no server-set metadata.
 */
export function policyYaml(policy: PolicyRecord): string {
  if (policy.text !== undefined && policy.text.trim() !== '') return documentText(policy.text);
  const value: Json = {
    apiVersion: policy.apiVersion,
    kind: policy.kind,
    metadata: {
      name: policy.name,
      ...(policy.namespace === undefined ? {} : { namespace: policy.namespace }),
    },
    spec: ordered(toJson(policy.spec) ?? {}),
  };
  return `${renderBlock(value, DEFAULT_STYLE).join('\n')}\n`;
}
