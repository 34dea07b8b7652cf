import type { Diagnostic } from '../diagnostic.ts';
import { nearest } from '../input/nearest.ts';
import { describe, isObject, type JsonObject, ownField, type Reading } from '../input/reading.ts';
import { assembleSnapshot } from './assemble.ts';
import { createReadContext, type InputObject, type ReadContext } from './context.ts';
import { type ControllerKind, readController } from './controllers.ts';
import { readEndpointSlice } from './endpoint-slices.ts';
import { readNamespace, readNode, readService } from './infrastructure.ts';
import { readingOf } from './metadata.ts';
import type { SnapshotPart } from './parts.ts';
import { readPod } from './pods.ts';
import { looksLikePolicy, readPolicy } from './policies.ts';
import type { ClusterSnapshot } from './records.ts';

/**
 * From Kubernetes API objects, live or from files, to the records of a snapshot. Input is any JSON; what an object
 * lacks is reported, never thrown.
 */

/** API groups whose objects of a kind have the shape read here; older groups of the same API are equal in it. */
const GROUPS = {
  Namespace: [''],
  Pod: [''],
  Node: [''],
  Service: [''],
  EndpointSlice: ['discovery.k8s.io'],
  Deployment: ['apps', 'extensions'],
  StatefulSet: ['apps'],
  DaemonSet: ['apps', 'extensions'],
  ReplicaSet: ['apps', 'extensions'],
  ReplicationController: [''],
  DeploymentConfig: ['apps.openshift.io'],
  Job: ['batch'],
  CronJob: ['batch'],
} as const satisfies Readonly<
  Record<ControllerKind | 'Namespace' | 'Pod' | 'Node' | 'Service' | 'EndpointSlice', readonly string[]>
>;

type ReadKind = keyof typeof GROUPS;

/** Lists may hold lists; nobody nests them deeper. */
const DEEPEST_LIST = 5;

interface ObjectType {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * The items of a list (`List`, or typed as `PodList`, whose items may lack their type and then have the list's);
 * `undefined` for what is no list.
 */
export function listItems(value: unknown): readonly unknown[] | undefined {
  if (!isObject(value)) return undefined;
  const kind = ownField(value, 'kind');
  const items = ownField(value, 'items') ?? [];
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return undefined;
  const apiVersion = ownField(value, 'apiVersion');
  if (kind === 'List' || typeof apiVersion !== 'string') return items;
  const type = { apiVersion, kind: kind.slice(0, -'List'.length) };
  return items.map((item: unknown) => (isObject(item) ? { ...type, ...item } : item));
}

/**
 * Reads one API object, or each item of a list. Problems are appended to the context's diagnostics, with the source
 * of the input and the field's path in the object; what remains readable is returned.
 */
export function readKubernetesObject(input: InputObject, context: ReadContext): SnapshotPart[] {
  const parts: SnapshotPart[] = [];
  readInto(parts, input, context, 0);
  return parts;
}

/** Reads all objects of an input into one snapshot. For a live cluster that changes, keep the parts instead. */
export function snapshotFromObjects(
  objects: Iterable<InputObject>,
  origin: ReadContext['origin'] = 'files',
): { readonly snapshot: ClusterSnapshot; readonly diagnostics: readonly Diagnostic[] } {
  const context = createReadContext(origin);
  const parts: SnapshotPart[] = [];
  for (const object of objects) parts.push(...readKubernetesObject(object, context));
  const { snapshot, diagnostics } = assembleSnapshot(parts);
  return { snapshot, diagnostics: [...context.diagnostics, ...diagnostics] };
}

function readInto(parts: SnapshotPart[], input: InputObject, context: ReadContext, depth: number): void {
  const items = listItems(input.object);
  if (items !== undefined && depth < DEEPEST_LIST) {
    for (const object of items) readInto(parts, { ...input, object }, context, depth + 1);
    return;
  }
  const type = readType(input, context);
  if (type === undefined || !isObject(input.object)) return;
  const reading = readingOf(input.object, type.kind);
  const part = readTyped(reading, input.object, type, input, context);
  if (part !== undefined) parts.push(part);
  for (const diagnostic of reading.diagnostics) report(input, context, diagnostic);
}

/** What says which kind of object this is; `undefined` where it doesn't, which is then reported. */
function readType(input: InputObject, context: ReadContext): ObjectType | undefined {
  const { object } = input;
  const refuse = (code: string, message: string, hint: string) => {
    report(input, context, { code, severity: 'error', message, hint });
  };
  if (!isObject(object)) {
    const hint = 'Start each document with `apiVersion:` and `kind:`.';
    refuse('not-an-object', `This is ${describe(object)}, not a Kubernetes object.`, hint);
    return undefined;
  }
  const kind = ownField(object, 'kind');
  if (typeof kind !== 'string' || kind === '') {
    const near = nearest('kind', Object.keys(object));
    const hint =
      near === undefined || near === 'kind'
        ? 'Add `kind:`, such as `kind: NetworkPolicy`.'
        : `Is \`${near}\` meant to be \`kind\`?`;
    refuse('missing-kind', 'The document has no `kind`, so it was left out.', hint);
    return undefined;
  }
  const apiVersion = ownField(object, 'apiVersion');
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    const message = `The ${kind} has no \`apiVersion\`, so it was left out.`;
    refuse('missing-api-version', message, "Add `apiVersion:`, as the kind's documentation has it.");
    return undefined;
  }
  return { apiVersion, kind };
}

function report(input: InputObject, context: ReadContext, diagnostic: Diagnostic): void {
  context.diagnostics.push(input.source === undefined ? diagnostic : { ...diagnostic, source: input.source });
}

function readTyped(
  reading: Reading,
  raw: JsonObject,
  { apiVersion, kind }: ObjectType,
  input: InputObject,
  context: ReadContext,
): SnapshotPart | undefined {
  if (looksLikePolicy(kind)) return readPolicy(reading, raw, apiVersion, kind, context, input);
  if (!isReadKind(kind) || !groupsOf(kind).includes(groupOf(apiVersion))) return { type: 'ignored', kind };
  switch (kind) {
    case 'Namespace':
      return readNamespace(reading, raw, context, input.source);
    case 'Pod':
      return readPod(reading, raw, context, input.source);
    case 'Node':
      return readNode(reading, raw, context);
    case 'Service':
      return readService(reading, raw, context, input.source);
    case 'EndpointSlice':
      return readEndpointSlice(reading, raw, context);
    default:
      return readController(reading, raw, kind, context, input.source);
  }
}

function isReadKind(kind: string): kind is ReadKind {
  return Object.hasOwn(GROUPS, kind);
}

function groupsOf(kind: ReadKind): readonly string[] {
  return GROUPS[kind];
}

/** `apps/v1` → `apps`; the core group's `v1` → the empty string. */
function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
