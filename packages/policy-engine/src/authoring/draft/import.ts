import { policyKind } from '../../dialects/index.ts';
import { listItemTexts } from '../../manifests/list-items.ts';
import { type DocumentText, splitDocuments } from '../../manifests/split.ts';
import { readYaml } from '../../manifests/yaml-values.ts';
import { listItems } from '../../model/from-kubernetes.ts';
import { field, getAt, isObject, type JsonPath, toJson } from '../json.ts';
import { editYaml } from '../yaml/edit.ts';
import { DEFAULT_STYLE, renderBlock } from '../yaml/render.ts';

export interface ImportedPolicies {
  /** What to put into a draft: the policies, one document each; the text as it was where it holds none. */
  readonly text: string;
  readonly policies: number;
  /** Objects that are not policies and were left out. */
  readonly left: number;
}

/**
 * Finds the policies in any YAML or JSON that people have at hand: several documents, a `List`, what `kubectl get -o yaml`
 * prints. Comments and style are kept, what only an API server writes is left out, and documents that can't be read stay, so
 * that they can be mended. Never throws.
 */
export function importPolicies(text: string): ImportedPolicies {
  const documents: string[] = [];
  let policies = 0;
  let left = 0;
  for (const document of splitDocuments(text.replace(/^\uFEFF/, ''))) {
    const read = readYaml(document.text);
    if (!read.ok) {
      documents.push(document.text);
      continue;
    }
    const items = listItems(read.value);
    const objects =
      items === undefined ? [{ value: read.value, text: document.text }] : listed(document, items);
    for (const object of objects) {
      if (isPolicy(object.value)) {
        documents.push(withoutServerFields(object.text));
        policies += 1;
      } else left += 1;
    }
  }
  if (policies === 0) return { text, policies, left: 0 };
  return { text: joined(documents), policies, left };
}

function isPolicy(value: unknown): boolean {
  const json = toJson(value);
  if (json === undefined || !isObject(json)) return false;
  const apiVersion = field(json, 'apiVersion');
  const kind = field(json, 'kind');
  return (
    typeof apiVersion === 'string' && typeof kind === 'string' && policyKind(apiVersion, kind) !== undefined
  );
}

interface ObjectText {
  readonly value: unknown;
  readonly text: string;
}

/** The items of a list with a text each: their own where they have the type in it, else written anew. */
function listed(document: DocumentText, items: readonly unknown[]): readonly ObjectText[] {
  const texts = listItemTexts(document, items.length);
  return items.map((value, index) => {
    const own = texts?.[index]?.text;
    const read = own === undefined ? undefined : readYaml(own);
    if (own !== undefined && read?.ok === true && isPolicy(read.value)) return { value, text: dedented(own) };
    return { value, text: renderBlock(toJson(value) ?? null, DEFAULT_STYLE).join('\n') };
  });
}

function dedented(text: string): string {
  const lines = text.split('\n');
  const depth = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => (line.trim() === '' ? '' : line.slice(depth))).join('\n');
}

/** What an API server or `kubectl apply` writes into an object, and nobody else. */
const SERVER_FIELDS: readonly JsonPath[] = [
  ['status'],
  ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'],
  ['metadata', 'creationTimestamp'],
  ['metadata', 'generation'],
  ['metadata', 'managedFields'],
  ['metadata', 'resourceVersion'],
  ['metadata', 'selfLink'],
  ['metadata', 'uid'],
];

function withoutServerFields(text: string): string {
  const present = SERVER_FIELDS.filter((path) => text.includes(String(path.at(-1))));
  const cleaned = present.reduce((current, path) => deleted(current, path), text);
  return cleaned !== text && hasEmptyAnnotations(cleaned)
    ? deleted(cleaned, ['metadata', 'annotations'])
    : cleaned;
}

function deleted(text: string, path: JsonPath): string {
  const result = editYaml(text, 0, { op: 'delete', path });
  return result.ok ? result.text : text;
}

function hasEmptyAnnotations(text: string): boolean {
  const read = readYaml(text);
  const annotations = read.ok ? getAt(toJson(read.value), ['metadata', 'annotations']) : undefined;
  return annotations !== undefined && isObject(annotations) && Object.keys(annotations).length === 0;
}

function joined(documents: readonly string[]): string {
  return documents.map((text) => `${text.replace(/^---[ \t]*\r?\n/, '').trimEnd()}\n`).join('---\n');
}
