import type { Diagnostic } from '../../diagnostic.ts';
import { labelKeyProblem, labelValueProblem } from '../../input/names.ts';
import { field, isObject, type JsonObject } from '../json.ts';

/** Fields of ObjectMeta (k8s.io/apimachinery meta/v1); kubectl refuses others. */
const FIELDS = [
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
];

/** What an API server or kubectl would refuse in a policy's metadata, but for its names. */
export function metadataProblems(metadata: JsonObject): readonly Diagnostic[] {
  const unknown = Object.keys(metadata).filter((key) => !FIELDS.includes(key));
  return [
    ...unknown.map((key) =>
      problem('unknown-field', `metadata[${key}]`, `\`${key}\` is not a field of metadata.`, 'Delete it.'),
    ),
    ...textsProblems(metadata, 'labels'),
    ...textsProblems(metadata, 'annotations'),
  ];
}

function textsProblems(metadata: JsonObject, name: 'labels' | 'annotations'): readonly Diagnostic[] {
  const texts = field(metadata, name);
  if (texts === undefined || texts === null) return [];
  if (!isObject(texts)) {
    return [
      problem(
        'wrong-type',
        `metadata.${name}`,
        `\`${name}\` must be an object.`,
        'Write `key: value` lines.',
      ),
    ];
  }
  return Object.entries(texts).flatMap(([key, value]): readonly Diagnostic[] => {
    const path = `metadata.${name}[${key}]`;
    const keyProblem = labelKeyProblem(key);
    if (keyProblem !== undefined && name === 'labels') {
      return [problem('invalid-label-key', path, `\`${key}\` is no label key: ${keyProblem}.`, 'Rename it.')];
    }
    // The API server's decoder takes null for the empty string.
    if (value === null) return [];
    if (typeof value !== 'string') {
      return [problem('wrong-type', path, 'This must be a string.', 'Put the value in quotes.')];
    }
    const valueProblem = name === 'labels' ? labelValueProblem(value) : undefined;
    if (valueProblem === undefined) return [];
    const message = `\`${value}\` is no label value: ${valueProblem}.`;
    return [problem('invalid-label-value', path, message, 'Change the value.')];
  });
}

function problem(code: string, path: string, message: string, hint: string): Diagnostic {
  return { code, severity: 'error', message, hint, path };
}
