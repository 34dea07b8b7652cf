import type { JsonObject, JsonValue, KubeObject } from '@bulkhead/kube-stand-in';
import { type Api, ApiError } from './api.ts';

/** Plurals of the kinds that the tests write; the rest of them end in `s`. */
const PLURALS: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkpolicies',
  ClusterNetworkPolicy: 'clusternetworkpolicies',
  AdminNetworkPolicy: 'adminnetworkpolicies',
  BaselineAdminNetworkPolicy: 'baselineadminnetworkpolicies',
};

/** What a server sets itself and refuses, or keeps, when it is told. */
const SERVER_SET = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'selfLink'];

export type ObjectName = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

export function collectionOf({ apiVersion, kind, metadata }: ObjectName): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${root}${scope}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}`;
}

export function pathOf(object: ObjectName): string {
  return `${collectionOf(object)}/${object.metadata.name}`;
}

/**
 * Creates the object, or replaces what is its writer's of it, and then its status, as a kubelet or a controller would.
 * The spec of a pod that exists stays as it is: a server lets nobody change it.
 */
export async function apply(api: Api, object: KubeObject): Promise<void> {
  const body = withoutServerSet(object);
  try {
    await api.call('POST', collectionOf(object), body);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
    const { apiVersion: _, kind, metadata, spec, ...rest } = object;
    const fields = { ...rest, ...(kind === 'Pod' || spec === undefined ? {} : { spec }) };
    const patch = [
      { op: 'add', path: '/metadata/labels', value: metadata.labels ?? {} },
      ...Object.entries(fields)
        .filter(([field]) => field !== 'status')
        .map(([field, value]) => ({ op: 'add', path: `/${field}`, value })),
    ];
    await api.call('PATCH', pathOf(object), JSON.parse(JSON.stringify(patch)), 'application/json-patch+json');
  }
  if (object.status !== undefined) await setStatus(api, object, object.status);
}

export async function setStatus(api: Api, object: ObjectName, status: JsonValue): Promise<void> {
  if (!WITH_STATUS.has(object.kind)) return;
  await api.call('PATCH', `${pathOf(object)}/status`, { status }, MERGE);
}

/** Many at once, in the given order as far as one needs another: namespaces and definitions first. */
export async function applyAll(api: Api, objects: readonly KubeObject[]): Promise<void> {
  const first = objects.filter(({ kind }) => FIRST.has(kind));
  const named = new Set(first.map(({ metadata }) => metadata.name));
  const implied = objects.flatMap(({ metadata: { namespace } }) => {
    if (namespace === undefined || named.has(namespace)) return [];
    named.add(namespace);
    return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }];
  });
  await inParallel([...implied, ...first], (object) => apply(api, object));
  for (const object of first) {
    if (object.kind === 'CustomResourceDefinition') await served(api, object);
  }
  await inParallel(
    objects.filter((object) => !first.includes(object)),
    (object) => apply(api, object),
  );
}

/**
 * Removes the object. What a controller would do is done here: a namespace's contents go first, and its finalizer.
 * @returns whether there was one
 */
export async function remove(api: Api, object: ObjectName): Promise<boolean> {
  try {
    if (object.kind === 'Namespace') await emptyNamespace(api, object.metadata.name);
    await api.call('DELETE', pathOf(object), { gracePeriodSeconds: 0, propagationPolicy: 'Background' });
    if (object.kind === 'Namespace') {
      const left = await api.call('GET', pathOf(object));
      await api.call('PUT', `${pathOf(object)}/finalize`, { ...left, spec: { finalizers: [] } });
    }
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

/** All objects of a collection, each with its kind; empty where the kind is not served. */
export async function listAll(api: Api, apiVersion: string, kind: string): Promise<readonly KubeObject[]> {
  try {
    const list = await api.call('GET', collectionOf({ apiVersion, kind, metadata: { name: '' } }));
    const items: readonly KubeObject[] = JSON.parse(JSON.stringify(list.items ?? []));
    return items.map((item) => ({ ...item, apiVersion, kind }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

const MERGE = 'application/merge-patch+json';
const PARALLEL = 24;
const FIRST: ReadonlySet<string> = new Set(['Namespace', 'CustomResourceDefinition']);
const WITH_STATUS: ReadonlySet<string> = new Set(['Pod', 'Node', 'DaemonSet', 'Namespace']);

function withoutServerSet(object: KubeObject): JsonObject {
  const metadata: JsonObject = { ...object.metadata };
  for (const field of SERVER_SET) delete metadata[field];
  const { status: _, ...rest } = object;
  return { ...rest, metadata };
}

export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

/** Waits until the kind that a definition makes can be listed; at first its storage is still being made. */
async function served(api: Api, definition: KubeObject): Promise<void> {
  const { spec } = definition;
  const { group, names, versions }: CustomSpec = JSON.parse(JSON.stringify(spec));
  const path = `/apis/${group}/${versions[0]?.name}/${names.plural}?limit=1`;
  for (let tries = 0; tries < 300; tries += 1) {
    if ((await api.raw('GET', path)).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${definition.metadata.name} is not served`);
}

interface CustomSpec {
  readonly group: string;
  readonly names: { readonly plural: string };
  readonly versions: readonly { readonly name: string }[];
}

const CONTENTS: readonly (readonly [string, string])[] = [
  ['v1', 'Pod'],
  ['v1', 'Service'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
];

async function emptyNamespace(api: Api, namespace: string): Promise<void> {
  for (const [apiVersion, kind] of CONTENTS) {
    const collection = collectionOf({ apiVersion, kind, metadata: { name: '', namespace } });
    await api.call('DELETE', collection, { gracePeriodSeconds: 0 });
  }
}
