import { createHash } from 'node:crypto';
import {
  at,
  copyJson,
  isJsonObject,
  isKubeObject,
  type JsonObject,
  type KubeObject,
  type ObjectMeta,
  sameJson,
} from '../json.ts';
import { storedNetworkPolicy } from '../validation/network-policy.ts';
import { DecodeError } from '../validation/schema.ts';
import { BUILT_IN, type ResourceType, resourceTypeOf } from './catalogue.ts';
import { type Change, Collection, keyOf } from './collection.ts';

/** Names an object; a whole object serves as well. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export type ChangeListener = (change: Change) => void;

export interface StoreOptions {
  /** The revision before the first write. A real cluster's is never 0 by the time anyone asks. */
  readonly firstRevision: number;
  /** How many changes per resource stay known before reads at old revisions answer 410. */
  readonly historyLimit: number;
  readonly now: () => Date;
}

interface Listening {
  readonly onChange: ChangeListener;
  readonly onGone: () => void;
}

/** Everything the stand-in's etcd would hold: objects by resource, one revision over all of them, and history. */
export class ObjectStore {
  readonly #options: StoreOptions;
  readonly #types = new Map<string, ResourceType>();
  readonly #collections = new Map<string, Collection>();
  readonly #listeners = new Map<string, Set<Listening>>();
  #revision: number;
  #compactedTo = 0;
  #watchFloor = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#revision = options.firstRevision;
    for (const type of BUILT_IN) this.#types.set(typeKey(type.group, type.plural), type);
  }

  /** The revision of the newest write to anything. */
  get revision(): number {
    return this.#revision;
  }

  types(): readonly ResourceType[] {
    return [...this.#types.values()];
  }

  typeOf(group: string, version: string, plural: string): ResourceType | undefined {
    const type = this.#types.get(typeKey(group, plural));
    return type?.versions.includes(version) ? type : undefined;
  }

  /** Throws for a kind that is not served, as a client could not have sent it either. */
  typeOfObject(ref: { readonly apiVersion: string; readonly kind: string }): ResourceType {
    const [group, version] = splitApiVersion(ref.apiVersion);
    for (const type of this.#types.values()) {
      if (type.group === group && type.kind === ref.kind && type.versions.includes(version)) return type;
    }
    throw new Error(
      `the stand-in serves no ${ref.kind} in ${ref.apiVersion}; apply its CustomResourceDefinition first`,
    );
  }

  get(type: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#collection(type).get(keyOf(type.namespaced ? namespace : undefined, name));
  }

  all(type: ResourceType): readonly KubeObject[] {
    return [...this.#collection(type).values()];
  }

  /** The oldest revision at which objects can still be read exactly. */
  readFloor(type: ResourceType): number {
    return Math.max(this.#compactedTo, this.#collection(type).forgottenTo);
  }

  /** The oldest revision from which a watch can still be resumed. */
  watchFloor(type: ResourceType): number {
    return Math.max(this.#watchFloor, this.#collection(type).forgottenTo);
  }

  itemsAt(type: ResourceType, revision: number): readonly KubeObject[] {
    return this.#collection(type).itemsAt(revision);
  }

  changesAfter(type: ResourceType, revision: number): readonly Change[] {
    return this.#collection(type).changesAfter(revision);
  }

  /** Calls back for each change until the returned function is called; `onGone` when the kind is no longer served. */
  listen(type: ResourceType, onChange: ChangeListener, onGone: () => void): () => void {
    const key = typeKey(type.group, type.plural);
    const listeners = this.#listeners.get(key) ?? new Set<Listening>();
    this.#listeners.set(key, listeners);
    const listening = { onChange, onGone };
    listeners.add(listening);
    return () => {
      listeners.delete(listening);
    };
  }

  listenerCount(): number {
    let count = 0;
    for (const listeners of this.#listeners.values()) count += listeners.size;
    return count;
  }

  /** Creates the object or replaces it; what the server owns in `metadata` is filled in. A write that changes nothing is none. */
  put(input: KubeObject): KubeObject {
    const type = this.typeOfObject(input);
    if (type.namespaced && !input.metadata.namespace) {
      throw new Error(`${input.kind} ${input.metadata.name} is namespaced and names no namespace`);
    }
    const key = keyOf(type.namespaced ? input.metadata.namespace : undefined, input.metadata.name);
    const previous = this.#collection(type).get(key);
    const draft = this.#withServerFields(defaulted({ ...input }, type), type, previous);
    if (previous !== undefined && sameJson(previous, draft)) return previous;
    const revision = this.#nextRevision();
    draft.metadata.resourceVersion = String(revision);
    const object = copyChanged(draft, previous);
    this.#commit(type, { revision, type: previous ? 'MODIFIED' : 'ADDED', key, object, previous });
    if (type.kind === 'CustomResourceDefinition') this.#serve(object);
    return object;
  }

  /** Removes the object, and for a Namespace or CustomResourceDefinition what is in it first. `false`: there was none. */
  remove(ref: ObjectRef): boolean {
    const type = this.typeOfObject(ref);
    const key = keyOf(type.namespaced ? ref.metadata.namespace : undefined, ref.metadata.name);
    const previous = this.#collection(type).get(key);
    if (previous === undefined) return false;
    if (type.kind === 'Namespace') this.#emptyNamespace(previous);
    if (type.kind === 'CustomResourceDefinition') this.#stopServing(previous);
    const last = this.#collection(type).get(key) ?? previous;
    const revision = this.#nextRevision();
    const object = { ...last, metadata: { ...last.metadata, resourceVersion: String(revision) } };
    this.#commit(type, { revision, type: 'DELETED', key, object, previous: last });
    return true;
  }

  /** Writes that concern nothing served, so that revisions have the gaps they have in a real cluster. */
  skipRevisions(count: number): void {
    this.#revision += count;
  }

  /** Forgets all history up to a revision: exact reads, continue tokens and watches from before it are expired. */
  compact(revision = this.#revision): void {
    this.#compactedTo = Math.max(this.#compactedTo, revision);
    this.#watchFloor = Math.max(this.#watchFloor, revision);
    for (const collection of this.#collections.values()) collection.forget(revision);
  }

  /** What a restarted server's watch cache knows: nothing from before now, while etcd's history is still there. */
  coolWatchCache(): void {
    this.#watchFloor = this.#revision;
  }

  #collection(type: ResourceType): Collection {
    const key = typeKey(type.group, type.plural);
    const known = this.#collections.get(key);
    if (known !== undefined) return known;
    const created = new Collection(this.#options.historyLimit);
    this.#collections.set(key, created);
    return created;
  }

  #nextRevision(): number {
    this.#revision += 1;
    return this.#revision;
  }

  #commit(type: ResourceType, change: Change): void {
    this.#collection(type).record(change);
    for (const listener of [...(this.#listeners.get(typeKey(type.group, type.plural)) ?? [])]) {
      listener.onChange(change);
    }
  }

  #withServerFields(draft: KubeObject, type: ResourceType, previous: KubeObject | undefined): KubeObject {
    const metadata: ObjectMeta = { ...draft.metadata };
    delete metadata.resourceVersion;
    if (!type.namespaced) delete metadata.namespace;
    metadata.uid = previous?.metadata.uid ?? metadata.uid ?? this.#uid(type, metadata);
    metadata.creationTimestamp =
      previous?.metadata.creationTimestamp ?? metadata.creationTimestamp ?? toTimestamp(this.#options.now());
    if (type.kind === 'Namespace') {
      metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
      draft.status ??= { phase: 'Active' };
      draft.spec ??= { finalizers: ['kubernetes'] };
    }
    if (type.kind === 'CustomResourceDefinition')
      draft.status = establishedStatus(draft, metadata.creationTimestamp);
    if (isJsonObject(draft.spec)) {
      const before = previous?.metadata.generation ?? metadata.generation ?? 1;
      const specChanged = previous !== undefined && !sameJson(previous.spec, draft.spec);
      // Pods and namespaces only carry a generation since 1.33; leaving it out fits every version.
      if (
        type.kind !== 'Pod' &&
        type.kind !== 'Namespace' &&
        type.kind !== 'Node' &&
        type.kind !== 'Service'
      ) {
        metadata.generation = specChanged ? before + 1 : before;
      }
    }
    draft.metadata = metadata;
    if (previous !== undefined) draft.metadata.resourceVersion = previous.metadata.resourceVersion ?? '';
    return draft;
  }

  #uid(type: ResourceType, metadata: ObjectMeta): string {
    const hash = createHash('sha256')
      .update(`${type.group}/${type.plural}/${metadata.namespace ?? ''}/${metadata.name}/${this.#revision}`)
      .digest('hex');
    return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  }

  #emptyNamespace(namespace: KubeObject): void {
    const now = toTimestamp(this.#options.now());
    this.put({
      ...namespace,
      metadata: { ...namespace.metadata, deletionTimestamp: now },
      status: { phase: 'Terminating' },
    });
    for (const type of this.types().filter((one) => one.namespaced)) {
      for (const object of this.all(type)) {
        if (object.metadata.namespace === namespace.metadata.name) this.remove(object);
      }
    }
  }

  #serve(definition: KubeObject): void {
    const type = resourceTypeOf(definition);
    if (type !== undefined) this.#types.set(typeKey(type.group, type.plural), type);
  }

  #stopServing(definition: KubeObject): void {
    const type = resourceTypeOf(definition);
    if (type === undefined) return;
    const key = typeKey(type.group, type.plural);
    for (const object of this.all(type)) this.remove(object);
    this.#types.delete(key);
    this.#collections.delete(key);
    for (const listener of [...(this.#listeners.get(key) ?? [])]) listener.onGone();
    this.#listeners.delete(key);
  }
}

/** A copy that shares with the previous state what is the same there; what is stored is never changed in place. */
function copyChanged(draft: KubeObject, previous: KubeObject | undefined): KubeObject {
  const copy: KubeObject = {
    apiVersion: draft.apiVersion,
    kind: draft.kind,
    metadata: copyJson(draft.metadata),
  };
  for (const key of Object.keys(draft)) {
    if (key === 'metadata') continue;
    const value = draft[key];
    copy[key] = previous !== undefined && sameJson(previous[key], value) ? previous[key] : copyJson(value);
  }
  return copy;
}

/** A NetworkPolicy is never kept without its defaults; one that the server would refuse stays as the test wrote it. */
function defaulted(object: KubeObject, type: ResourceType): KubeObject {
  if (type.kind !== 'NetworkPolicy') return object;
  try {
    const { object: stored } = storedNetworkPolicy(object, { keepUnknown: true });
    return { ...object, spec: stored.spec ?? {} };
  } catch (error) {
    if (error instanceof DecodeError) return object;
    throw error;
  }
}

function typeKey(group: string, plural: string): string {
  return `${group}/${plural}`;
}

/** `apps/v1` → `['apps', 'v1']`; `v1` → `['', 'v1']`. */
export function splitApiVersion(apiVersion: string): readonly [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** RFC 3339 in whole seconds, as `metav1.Time` prints it. */
export function toTimestamp(when: Date): string {
  return `${when.toISOString().slice(0, 19)}Z`;
}

function establishedStatus(definition: KubeObject, since: string | null | undefined): JsonObject {
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: 'True',
    lastTransitionTime: since ?? null,
    reason,
    message,
  });
  const names = at(definition, 'spec', 'names');
  const versions = at(definition, 'spec', 'versions');
  const stored = Array.isArray(versions)
    ? versions
        .filter((version) => at(version, 'storage') === true)
        .map((version) => at(version, 'name') ?? null)
    : [];
  return {
    acceptedNames: isJsonObject(names) ? names : {},
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: stored,
  };
}

/** The objects in a parsed manifest: itself, or the items of a `List`. Throws on anything that is neither. */
export function objectsOf(value: unknown): KubeObject[] {
  if (
    isJsonObject(value) &&
    Array.isArray(value.items) &&
    typeof value.kind === 'string' &&
    value.kind.endsWith('List')
  ) {
    const apiVersion = value.apiVersion;
    const kind = value.kind.slice(0, -'List'.length);
    return value.items.flatMap((item) => {
      // Items of a typed list, as `kubectl get --raw` saves them, leave out what the list already says.
      const whole =
        isJsonObject(item) && item.kind === undefined && kind !== '' ? { apiVersion, ...item, kind } : item;
      return objectsOf(whole);
    });
  }
  if (isKubeObject(value)) return [value];
  throw new Error('neither a Kubernetes object nor a List of them');
}
