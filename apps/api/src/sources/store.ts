import { randomBytes } from 'node:crypto';
import type { ClusterSnapshot, Diagnostic, HiddenRecord, UnreadPolicyRecord } from '@bulkhead/policy-engine';
import {
  type DeltaData,
  fromSnapshot,
  type RecordChange,
  type RecordKind,
  type RecordsByKind,
  type RecordTotals,
  recordKinds,
} from '@bulkhead/protocol';
import { createEmitter } from '../signal.ts';
import { sameJson } from './equal.ts';

/** What can change beside records; given whole. */
export interface StoreNotes {
  readonly hidden?: readonly HiddenRecord[];
  readonly unreadPolicies?: readonly UnreadPolicyRecord[];
  readonly diagnostics?: readonly Diagnostic[];
}

/** A cluster's records with a revision, and the deltas that led to it, as far back as memory allows. */
export interface RecordStore {
  /** Identifies this store's history; another store, also of the same cluster, has another. */
  readonly epoch: string;
  /** Counts up by one with each commit that changed something. */
  revision(): number;
  /** Whether the records are one whole state yet; before that nothing should be shown. */
  ready(): boolean;
  /** Declares the records to be one whole state. */
  markReady(): void;
  get<K extends RecordKind>(kind: K, key: string): RecordsByKind[K] | undefined;
  keys(kind: RecordKind): Iterable<string>;
  records<K extends RecordKind>(kind: K): Iterable<RecordsByKind[K]>;
  totals(): RecordTotals;
  /** What is part of the state beside the records. */
  notes(): Required<StoreNotes>;
  snapshot(): ClusterSnapshot;
  /** Applies changes as one revision. What changes nothing is dropped. @returns whether anything changed */
  commit(changes: Iterable<RecordChange>, notes?: StoreNotes): boolean;
  /** Commits the difference between what is held and a whole new state. */
  replace(snapshot: ClusterSnapshot, diagnostics: readonly Diagnostic[]): boolean;
  /** All changes after `revision` as one delta; `undefined`: not known any more, or never was. */
  since(revision: number): DeltaData | undefined;
  /** Called after each revision, and once when the store becomes ready. */
  subscribe(listener: () => void): () => void;
}

export interface StoreOptions {
  /** How many changes of records are remembered for clients that come back. */
  readonly logLimit?: number;
}

type Maps = { readonly [K in RecordKind]: Map<string, RecordsByKind[K]> };

interface LogEntry extends StoreNotes {
  readonly revision: number;
  readonly changes: readonly RecordChange[];
}

const DEFAULT_LOG_LIMIT = 20_000;

export function createStore({ logLimit = DEFAULT_LOG_LIMIT }: StoreOptions = {}): RecordStore {
  const epoch = randomBytes(12).toString('base64url');
  const maps: Maps = {
    namespace: new Map(),
    pod: new Map(),
    node: new Map(),
    service: new Map(),
    endpointSlice: new Map(),
    policy: new Map(),
  };
  const changed = createEmitter<void>();
  let notes: Required<StoreNotes> = { hidden: [], unreadPolicies: [], diagnostics: [] };
  let revision = 0;
  let ready = false;
  let log: LogEntry[] = [];
  let logged = 0;
  let cached: { readonly revision: number; readonly snapshot: ClusterSnapshot } | undefined;

  const remember = (entry: LogEntry) => {
    log.push(entry);
    logged += entry.changes.length + 1;
    let drop = 0;
    while (logged > logLimit && drop < log.length) {
      logged -= (log[drop]?.changes.length ?? 0) + 1;
      drop++;
    }
    if (drop > 0) log = log.slice(drop);
  };

  const commit = (changes: Iterable<RecordChange>, given: StoreNotes = {}) => {
    const real: RecordChange[] = [];
    for (const change of changes) if (apply(maps, change)) real.push(change);
    const news = differing(notes, given);
    if (real.length === 0 && Object.keys(news).length === 0) return false;
    notes = { ...notes, ...news };
    revision++;
    // Nobody can have seen a state before the first whole one, so nobody resumes from there.
    if (ready) {
      remember({ revision, changes: real, ...news });
      changed.emit();
    }
    return true;
  };

  return {
    epoch,
    revision: () => revision,
    ready: () => ready,
    markReady() {
      if (ready) return;
      ready = true;
      changed.emit();
    },
    get: (kind, key) => maps[kind].get(key),
    keys: (kind) => maps[kind].keys(),
    records: (kind) => maps[kind].values(),
    totals: () => ({
      namespace: maps.namespace.size,
      pod: maps.pod.size,
      node: maps.node.size,
      service: maps.service.size,
      endpointSlice: maps.endpointSlice.size,
      policy: maps.policy.size,
    }),
    notes: () => notes,
    snapshot() {
      if (cached?.revision !== revision) {
        const snapshot = {
          namespaces: [...maps.namespace.values()],
          pods: [...maps.pod.values()],
          nodes: [...maps.node.values()],
          services: [...maps.service.values()],
          policies: [...maps.policy.values()],
          hidden: notes.hidden,
          ...(maps.endpointSlice.size === 0 ? {} : { endpointSlices: [...maps.endpointSlice.values()] }),
          ...(notes.unreadPolicies.length === 0 ? {} : { unreadPolicies: notes.unreadPolicies }),
        };
        cached = { revision, snapshot };
      }
      return cached.snapshot;
    },
    commit,
    replace: (snapshot, diagnostics) =>
      commit(difference(maps, snapshot), {
        hidden: snapshot.hidden,
        unreadPolicies: snapshot.unreadPolicies ?? [],
        diagnostics,
      }),
    since(from) {
      const oldest = log[0]?.revision ?? revision + 1;
      if (from > revision || from < oldest - 1) return undefined;
      return merge(epoch, from, revision, log.slice(from - oldest + 1));
    },
    subscribe: (listener) => changed.subscribe(listener),
  };
}

/** @returns whether anything is different now */
function apply(maps: Maps, change: RecordChange): boolean {
  switch (change.kind) {
    case 'namespace':
      return put(maps.namespace, change.key, change.record);
    case 'pod':
      return put(maps.pod, change.key, change.record);
    case 'node':
      return put(maps.node, change.key, change.record);
    case 'service':
      return put(maps.service, change.key, change.record);
    case 'endpointSlice':
      return put(maps.endpointSlice, change.key, change.record);
    case 'policy':
      return put(maps.policy, change.key, change.record);
  }
}

function put<R>(map: Map<string, R>, key: string, record: R | null): boolean {
  if (record === null) return map.delete(key);
  const before = map.get(key);
  if (before !== undefined && sameJson(before, record)) return false;
  map.set(key, record);
  return true;
}

function* difference(maps: Maps, snapshot: ClusterSnapshot): Generator<RecordChange> {
  const next = fromSnapshot({ epoch: '', revision: 0 }, snapshot, []);
  for (const kind of recordKinds) {
    for (const key of [...maps[kind].keys()]) if (!next[kind].has(key)) yield { kind, key, record: null };
  }
  for (const [key, record] of next.namespace) yield { kind: 'namespace', key, record };
  for (const [key, record] of next.policy) yield { kind: 'policy', key, record };
  for (const [key, record] of next.node) yield { kind: 'node', key, record };
  for (const [key, record] of next.service) yield { kind: 'service', key, record };
  for (const [key, record] of next.endpointSlice) yield { kind: 'endpointSlice', key, record };
  for (const [key, record] of next.pod) yield { kind: 'pod', key, record };
}

function merge(epoch: string, base: number, revision: number, entries: readonly LogEntry[]): DeltaData {
  const latest = new Map<string, RecordChange>();
  let notes: StoreNotes = {};
  for (const { revision: _, changes, ...entryNotes } of entries) {
    for (const change of changes) latest.set(`${change.kind}:${change.key}`, change);
    notes = { ...notes, ...entryNotes };
  }
  return { epoch, base, revision, changes: [...latest.values()], ...notes };
}

/** The notes among `given` that say something else than those there are. */
function differing(
  { hidden, unreadPolicies, diagnostics }: Required<StoreNotes>,
  given: StoreNotes,
): StoreNotes {
  return {
    ...(given.hidden === undefined || sameJson(given.hidden, hidden) ? {} : { hidden: given.hidden }),
    ...(given.unreadPolicies === undefined || sameJson(given.unreadPolicies, unreadPolicies)
      ? {}
      : { unreadPolicies: given.unreadPolicies }),
    ...(given.diagnostics === undefined || sameJson(given.diagnostics, diagnostics)
      ? {}
      : { diagnostics: given.diagnostics }),
  };
}
