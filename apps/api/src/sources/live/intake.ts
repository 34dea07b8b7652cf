import {
  createOwnerIndex,
  createReadContext,
  type Diagnostic,
  type NamespaceRecord,
  type PodPart,
  type PodRecord,
  podRecord,
  policyKey,
  readKubernetesObject,
  UNLISTED_NAMESPACES,
  type WorkloadRef,
} from '@bulkhead/policy-engine';
import type { RecordChange, RecordKind } from '@bulkhead/protocol';
import type { Cancel, Clock } from '../../clock.ts';
import type { AgentEvidence } from '../../enforcement/detect.ts';
import { isObject, listAt, textAt } from '../../json.ts';
import type { ReflectorSink } from '../../kube/reflector.ts';
import { createEmitter } from '../../signal.ts';
import type { RecordStore } from '../store.ts';
import { agentEvidence } from './agents.ts';
import { apiVersionOf, type WatchedKind } from './kinds.ts';

/**
 * Turns the objects of all watched kinds into records at once, so that nothing else is kept of them, and commits what
 * comes close together as one revision.
 */
export interface Intake {
  /**
   * The way in for one kind in one scope (a namespace, or `''` for the cluster). Asked for twice, it goes on from what
   * it delivered before, so that a new list removes what an earlier connection brought.
   */
  sink(kind: WatchedKind, scope: string): ReflectorSink;
  /** Removes all that came by a sink, but for what another sink of the kind has brought too. */
  drop(kind: WatchedKind, scope: string): void;
  /** Namespaces that can't be read themselves, only what is in them: there as long as no list brings them. */
  setImpliedNamespaces(names: ReadonlySet<string>): void;
  /** Namespaces of which neither pods nor policies may be read. */
  setHiddenNamespaces(names: ReadonlySet<string>): void;
  /** Whether there may be namespaces that nobody here can know of; see `UNLISTED_NAMESPACES`. */
  setUnlistedNamespaces(possible: boolean): void;
  /** Whether owners may be read; where not, a pod's label names its Deployment. */
  setOwnersReadable(readable: boolean): void;
  agents(): readonly AgentEvidence[];
  /** Called after agents changed. */
  onAgents(listener: () => void): () => void;
  /** Commits what is waiting, now. */
  flush(): void;
  stop(): void;
}

export interface IntakeOptions {
  readonly store: RecordStore;
  readonly clock: Clock;
  /** Changes this close together become one revision. */
  readonly coalesceMs: number;
}

/** Pods of one intermediate owner, to be named anew when the owner's own owner becomes known. */
interface OwnedPods {
  readonly ref: WorkloadRef;
  readonly namespace: string;
  readonly pods: Set<string>;
}

/** A DaemonSet whose objects are looked at; all others are forgotten at once. */
const MOST_AGENTS = 2_000;

export function createIntake({ store, clock, coalesceMs }: IntakeOptions): Intake {
  const context = createReadContext('server');
  const owners = createOwnerIndex();
  const ownedPods = new Map<string, OwnedPods>();
  const ownerOfPod = new Map<string, OwnedPods>();
  const agents = new Map<string, AgentEvidence>();
  const agentsChanged = createEmitter<void>();
  const delivered = new Map<string, Set<string>>();
  const problems = new Map<string, readonly Diagnostic[]>();
  const staged = new Map<string, RecordChange>();
  let hiddenNamespaces: ReadonlySet<string> = new Set();
  let impliedNamespaces: ReadonlySet<string> = new Set();
  let ownersReadable = true;
  let problemsChanged = false;
  let cancelFlush: Cancel | undefined;

  const flush = () => {
    cancelFlush?.();
    cancelFlush = undefined;
    const changes = [...staged.values()];
    staged.clear();
    const notes = problemsChanged ? { diagnostics: [...problems.values()].flat() } : {};
    problemsChanged = false;
    store.commit(changes, notes);
  };
  const schedule = () => {
    cancelFlush ??= clock.after(coalesceMs, flush);
  };
  const stage = (change: RecordChange) => {
    staged.set(`${change.kind}:${change.key}`, change);
    schedule();
  };
  const podNow = (key: string): PodRecord | undefined => {
    const waiting = staged.get(`pod:${key}`);
    if (waiting?.kind === 'pod') return waiting.record ?? undefined;
    return store.get('pod', key);
  };
  const namespaceNow = (name: string): NamespaceRecord | undefined => {
    const waiting = staged.get(`namespace:${name}`);
    if (waiting?.kind === 'namespace') return waiting.record ?? undefined;
    return store.get('namespace', name);
  };

  const report = (key: string) => {
    const found = context.diagnostics.splice(0);
    if (found.length === 0 && !problems.has(key)) return;
    if (found.length === 0) problems.delete(key);
    else problems.set(key, found);
    problemsChanged = true;
    schedule();
  };

  const named = (part: PodPart): PodRecord => {
    const record = podRecord(part, owners);
    const { owner } = part;
    const hash = record.labels['pod-template-hash'];
    if (ownersReadable || owner?.kind !== 'ReplicaSet' || hash === undefined) return record;
    if (!owner.name.endsWith(`-${hash}`)) return record;
    // Deployments name their ReplicaSets by this label, which nothing else sets.
    return { ...record, workload: { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) } };
  };

  const own = (podKey: string, namespace: string, ref: WorkloadRef | undefined) => {
    const before = ownerOfPod.get(podKey);
    const key = ref === undefined ? undefined : ownerKey(namespace, ref);
    if (before !== undefined && key !== ownerKey(before.namespace, before.ref)) {
      before.pods.delete(podKey);
      ownerOfPod.delete(podKey);
      if (before.pods.size === 0) ownedPods.delete(ownerKey(before.namespace, before.ref));
    }
    if (ref === undefined || key === undefined || !MADE_BY_OTHERS.has(ref.kind)) return;
    const entry = ownedPods.get(key) ?? { ref, namespace, pods: new Set() };
    ownedPods.set(key, entry);
    entry.pods.add(podKey);
    ownerOfPod.set(podKey, entry);
  };

  const rename = (entry: OwnedPods) => {
    for (const key of entry.pods) {
      const record = podNow(key);
      if (record === undefined) continue;
      const unnamed = { ...record, workload: { kind: 'Pod', name: record.name } };
      stage({ kind: 'pod', key, record: named({ type: 'pod', record: unnamed, owner: entry.ref }) });
    }
  };

  const withHidden = (record: NamespaceRecord): NamespaceRecord => {
    const { hidden: _, ...rest } = record;
    return hiddenNamespaces.has(record.name) ? { ...rest, hidden: true } : rest;
  };

  const impliedNamespace = (name: string): NamespaceRecord =>
    withHidden({ name, labels: { 'kubernetes.io/metadata.name': name }, labelsKnown: false });

  /** Takes one object in. @returns its key, by which it can be removed again; `undefined`: it can't be used */
  const put = (kind: WatchedKind, object: unknown): string | undefined => {
    const key = objectKey(object);
    if (key === undefined || !isObject(object)) return undefined;
    if (kind.purpose === 'agents') {
      const evidence = agentEvidence(object);
      if (evidence !== undefined && agents.size < MOST_AGENTS) agents.set(key, evidence);
      agentsChanged.emit();
      return key;
    }
    if (kind.purpose === 'owners') {
      const namespace = textAt(object, 'metadata', 'namespace') ?? '';
      const ref = { kind: kind.kind, name: textAt(object, 'metadata', 'name') ?? '' };
      const owner = controllerOf(object);
      const before = owners.chain(namespace, ref).at(-1);
      owners.add({ namespace, ref, ...(owner === undefined ? {} : { owner }) });
      const after = owners.chain(namespace, ref).at(-1);
      const pods = ownedPods.get(ownerKey(namespace, ref));
      if (pods !== undefined && (before?.kind !== after?.kind || before?.name !== after?.name)) rename(pods);
      return key;
    }
    const parts = readKubernetesObject(
      { object: { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind } },
      context,
    );
    report(`${kind.kind}/${key}`);
    for (const part of parts) {
      switch (part.type) {
        case 'namespace':
          stage({ kind: 'namespace', key, record: withHidden(part.record) });
          break;
        case 'pod':
          own(key, part.record.namespace, part.owner);
          stage({ kind: 'pod', key, record: named(part) });
          break;
        case 'node':
          stage({ kind: 'node', key, record: part.record });
          break;
        case 'service':
          stage({ kind: 'service', key, record: part.record });
          break;
        case 'endpoint-slice':
          stage({ kind: 'endpointSlice', key, record: part.record });
          break;
        case 'policy':
          stage({ kind: 'policy', key: policyKey(part.record), record: part.record });
          break;
        case 'controller':
        case 'unread-policy':
        case 'ignored':
          break;
      }
    }
    return key;
  };

  const take = (kind: WatchedKind, key: string): void => {
    const slash = key.indexOf('/');
    const namespace = slash < 0 ? undefined : key.slice(0, slash);
    const name = key.slice(slash + 1);
    if (kind.purpose === 'agents') {
      agents.delete(key);
      agentsChanged.emit();
      return;
    }
    if (kind.purpose === 'owners') {
      owners.remove(namespace ?? '', { kind: kind.kind, name });
      return;
    }
    if (problems.delete(`${kind.kind}/${key}`)) problemsChanged = true;
    const recordKind = RECORD_KINDS[kind.kind] ?? 'policy';
    if (recordKind === 'pod') own(key, namespace ?? '', undefined);
    if (recordKind === 'namespace' && impliedNamespaces.has(key)) {
      stage({ kind: 'namespace', key, record: impliedNamespace(key) });
      return;
    }
    const recordKey = recordKind === 'policy' ? policyKey({ kind: kind.kind, namespace, name }) : key;
    stage({ kind: recordKind, key: recordKey, record: null });
  };

  const keysOf = (kind: WatchedKind, scope: string): Set<string> => {
    const id = `${kind.group}/${kind.resource}/${scope}`;
    const keys = delivered.get(id) ?? new Set();
    delivered.set(id, keys);
    return keys;
  };

  /** What a sink no longer has goes, unless another sink of the kind still has it: while rights change, both the cluster and a namespace may be listed. */
  const takeUnlessHeld = (kind: WatchedKind, keys: Iterable<string>): void => {
    const prefix = `${kind.group}/${kind.resource}/`;
    const held = [...delivered].filter(([id]) => id.startsWith(prefix)).map(([, set]) => set);
    for (const key of keys) if (!held.some((others) => others.has(key))) take(kind, key);
  };

  return {
    sink(kind, scope) {
      const keys = keysOf(kind, scope);
      return {
        begin() {
          const listed = new Set<string>();
          return {
            // Taken in page by page: each object is a fact that is newer than what is known of it.
            add(items) {
              for (const item of items) {
                const key = put(kind, item);
                if (key === undefined) continue;
                listed.add(key);
                keys.add(key);
              }
            },
            commit() {
              const gone = [...keys].filter((key) => !listed.has(key));
              for (const key of gone) keys.delete(key);
              takeUnlessHeld(kind, gone);
            },
          };
        },
        upsert(object) {
          const key = put(kind, object);
          if (key !== undefined) keys.add(key);
        },
        remove(object) {
          const key = objectKey(object);
          if (key === undefined) return;
          keys.delete(key);
          take(kind, key);
        },
      };
    },
    drop(kind, scope) {
      const keys = keysOf(kind, scope);
      delivered.delete(`${kind.group}/${kind.resource}/${scope}`);
      takeUnlessHeld(kind, keys);
    },
    setImpliedNamespaces(names) {
      const before = impliedNamespaces;
      impliedNamespaces = names;
      for (const name of names) {
        if (namespaceNow(name) === undefined)
          stage({ kind: 'namespace', key: name, record: impliedNamespace(name) });
      }
      for (const name of before) {
        // One whose labels are known has come by a list since.
        if (!names.has(name) && namespaceNow(name)?.labelsKnown === false)
          stage({ kind: 'namespace', key: name, record: null });
      }
    },
    setHiddenNamespaces(names) {
      const changed = [...new Set([...names, ...hiddenNamespaces])].filter(
        (name) => names.has(name) !== hiddenNamespaces.has(name),
      );
      hiddenNamespaces = names;
      for (const name of changed) {
        const record = namespaceNow(name);
        if (record !== undefined) stage({ kind: 'namespace', key: name, record: withHidden(record) });
      }
    },
    setUnlistedNamespaces(possible) {
      const key = UNLISTED_NAMESPACES;
      if ((namespaceNow(key) !== undefined) === possible) return;
      const record = { name: key, labels: {}, labelsKnown: false, hidden: true };
      stage({ kind: 'namespace', key, record: possible ? record : null });
    },
    setOwnersReadable(readable) {
      if (readable === ownersReadable) return;
      ownersReadable = readable;
      for (const entry of ownedPods.values()) if (entry.ref.kind === 'ReplicaSet') rename(entry);
    },
    agents: () => [...agents.values()],
    onAgents: (listener) => agentsChanged.subscribe(listener),
    flush,
    stop() {
      cancelFlush?.();
      cancelFlush = undefined;
    },
  };
}

/** Owners that are themselves made by another controller as a rule. */
const MADE_BY_OTHERS: ReadonlySet<string> = new Set(['ReplicaSet', 'Job']);

const RECORD_KINDS: Readonly<Record<string, RecordKind>> = {
  Namespace: 'namespace',
  Pod: 'pod',
  Node: 'node',
  Service: 'service',
  EndpointSlice: 'endpointSlice',
};

function ownerKey(namespace: string, ref: WorkloadRef): string {
  return `${namespace}/${ref.kind}/${ref.name}`;
}

/** `namespace/name`, or `name` of a cluster-scoped object: as `recordKey` has it. */
function objectKey(object: unknown): string | undefined {
  const name = textAt(object, 'metadata', 'name');
  const namespace = textAt(object, 'metadata', 'namespace');
  if (name === undefined) return undefined;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function controllerOf(object: unknown): WorkloadRef | undefined {
  const references = listAt(object, 'metadata', 'ownerReferences');
  const owner = references.find((reference) => isObject(reference) && reference.controller === true);
  const kind = textAt(owner, 'kind');
  const name = textAt(owner, 'name');
  return kind === undefined || name === undefined ? undefined : { kind, name };
}
