import type { ObjectRef } from '../diagnostic.ts';
import {
  labelKeyProblem,
  labelValueProblem,
  namespaceNameProblem,
  objectNameProblem,
  quotedName,
} from '../input/names.ts';
import {
  checkFields,
  isObject,
  isRejected,
  type JsonObject,
  ownField,
  type Reading,
  readObject,
  readString,
  reject,
  startReading,
  wrongType,
} from '../input/reading.ts';
import type { ReadContext } from './context.ts';
import type { Labels, WorkloadRef } from './records.ts';
import { NO_LABELS, shared } from './sharing.ts';

export interface Metadata {
  readonly name: string;
  /** `default` where a namespaced object names none. */
  readonly namespace: string;
  readonly labels: Labels;
  readonly owner?: WorkloadRef;
}

const METADATA_FIELDS = [
  'name',
  'generateName',
  'namespace',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
  'clusterName',
];

/** Kind, namespace and name as far as they can be read, to name the object in messages. */
export function objectRef(raw: JsonObject, kind: string): ObjectRef {
  const metadata = ownField(raw, 'metadata');
  const text = (key: string) => {
    const value = isObject(metadata) ? ownField(metadata, key) : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const namespace = text('namespace');
  const name = text('name') ?? text('generateName') ?? '(unnamed)';
  return namespace === undefined ? { kind, name } : { kind, namespace, name };
}

/** Reads an object's metadata. `undefined`: an API server would have rejected it, and `reading` says why. */
export function readMetadata(
  reading: Reading,
  raw: JsonObject,
  scope: 'namespaced' | 'cluster',
  context: ReadContext,
): Metadata | undefined {
  const metadata = readObject(reading, raw, 'metadata', '');
  if (metadata === undefined) {
    if (!isRejected(reading)) {
      reject(
        reading,
        'missing-metadata',
        'metadata',
        'The object has no metadata.',
        'Add `metadata` with a `name`.',
      );
    }
    return undefined;
  }
  if (context.origin === 'files') checkFields(reading, metadata, 'metadata', METADATA_FIELDS);
  const name = readName(reading, metadata);
  const written = scope === 'namespaced' ? readString(reading, metadata, 'namespace', 'metadata') : undefined;
  const namespace = written === undefined || written === '' ? 'default' : written;
  if (name !== undefined && context.origin === 'files') checkNames(reading, name, namespace);
  const labels = readLabels(reading, metadata, 'metadata', context);
  const owner = readOwner(metadata);
  if (name === undefined || isRejected(reading)) return undefined;
  return owner === undefined ? { name, namespace, labels } : { name, namespace, labels, owner };
}

function readName(reading: Reading, metadata: JsonObject): string | undefined {
  const name = readString(reading, metadata, 'name', 'metadata');
  if (name !== undefined && name !== '') return name;
  // `kubectl create` accepts these; the server appends five characters of its own.
  const prefix = readString(reading, metadata, 'generateName', 'metadata');
  if (prefix !== undefined && prefix !== '') return `${prefix}xxxxx`;
  if (!isRejected(reading)) {
    reject(reading, 'missing-name', 'metadata.name', 'The object has no name.', 'Add `metadata.name`.');
  }
  return undefined;
}

function checkNames(reading: Reading, name: string, namespace: string): void {
  const nameProblem = objectNameProblem(name);
  if (nameProblem !== undefined) {
    reject(
      reading,
      'invalid-name',
      'metadata.name',
      `${quotedName(name)} is no name: ${nameProblem}.`,
      'Rename the object.',
    );
  }
  const namespaceProblem = namespaceNameProblem(namespace);
  if (namespaceProblem !== undefined) {
    const message = `${quotedName(namespace)} is no namespace: ${namespaceProblem}.`;
    reject(reading, 'invalid-name', 'metadata.namespace', message, 'Use the name of a namespace.');
  }
}

/** `labels` of a metadata object; equal ones are the same object. Absent or null: none. */
export function readLabels(
  reading: Reading,
  metadata: JsonObject,
  path: string,
  context: ReadContext,
): Labels {
  const labels = readObject(reading, metadata, 'labels', path);
  if (labels === undefined) return NO_LABELS;
  const keys = Object.keys(labels);
  if (keys.length === 0) return NO_LABELS;
  let valid = true;
  let identity = '';
  for (const key of keys) {
    // A null value is the empty string to the API server's decoder.
    const value = labels[key] ?? '';
    if (typeof value !== 'string') {
      valid = false;
      wrongType(
        reading,
        `${path}.labels[${key}]`,
        'a string',
        value,
        'Put the value in quotes: label values are strings.',
      );
    } else {
      identity += `${key.length}:${key}${value.length}:${value}`;
    }
  }
  if (!valid) return NO_LABELS;
  if (context.origin === 'files') checkLabels(reading, labels, path);
  return shared(context.sharing.labels, identity, () => copyOf(labels));
}

function checkLabels(reading: Reading, labels: JsonObject, path: string): void {
  for (const [key, value] of Object.entries(labels)) {
    const keyProblem = labelKeyProblem(key);
    const valueProblem = typeof value === 'string' ? labelValueProblem(value) : undefined;
    const at = `${path}.labels[${key}]`;
    if (keyProblem !== undefined) {
      reject(
        reading,
        'invalid-label-key',
        at,
        `\`${key}\` is no label key: ${keyProblem}.`,
        'Rename the label.',
      );
    }
    if (valueProblem !== undefined) {
      const message = `\`${value}\` is no label value: ${valueProblem}.`;
      reject(reading, 'invalid-label-value', at, message, 'Change the value.');
    }
  }
}

/** Own properties whatever their names: `fromEntries` defines, it doesn't assign, so `__proto__` is a key. */
function copyOf(labels: JsonObject): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [key, typeof value === 'string' ? value : '']),
  );
}

/**
 * The controlling owner, or else the first. `undefined` where there is none, or it is the node itself (static pods): the
 * pod then stands for itself.
 */
function readOwner(metadata: JsonObject): WorkloadRef | undefined {
  const owners = ownField(metadata, 'ownerReferences');
  if (!Array.isArray(owners)) return undefined;
  const references = owners.filter(isObject);
  const owner = references.find((reference) => ownField(reference, 'controller') === true) ?? references[0];
  if (owner === undefined) return undefined;
  const kind = ownField(owner, 'kind');
  const name = ownField(owner, 'name');
  if (typeof name !== 'string' || name === '') return undefined;
  // An owner that doesn't say what it is still tells which pods belong together.
  if (typeof kind !== 'string' || kind === '') return { kind: 'Pod', name };
  return kind === 'Node' ? undefined : { kind, name };
}

/** Starts reading an object of a built-in kind other than a policy; problems join the context's. */
export function readingOf(raw: JsonObject, kind: string): Reading {
  return startReading(objectRef(raw, kind), 'silent');
}
