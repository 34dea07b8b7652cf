import type {
  ClusterSnapshot,
  Diagnostic,
  EndpointSliceRecord,
  HiddenRecord,
  NamespaceRecord,
  NodeRecord,
  PodRecord,
  PolicyRecord,
  ServiceRecord,
  UnreadPolicyRecord,
} from '@bulkhead/policy-engine';
import { policyKey } from '@bulkhead/policy-engine';
import type { ClusterStatus } from './cluster.ts';
import type { Revision } from './snapshot.ts';
import {
  type DeltaData,
  type EndData,
  type RecordChange,
  type RecordKind,
  type RecordsByKind,
  type RecordsData,
  type RecordTotals,
  recordKinds,
  type StreamEvent,
} from './stream.ts';

/** A cluster's state by key, as a client holds it. Never changed in place: a delta makes a new one. */
export interface ClusterState extends Revision {
  readonly namespace: ReadonlyMap<string, NamespaceRecord>;
  readonly pod: ReadonlyMap<string, PodRecord>;
  readonly node: ReadonlyMap<string, NodeRecord>;
  readonly service: ReadonlyMap<string, ServiceRecord>;
  readonly endpointSlice: ReadonlyMap<string, EndpointSliceRecord>;
  readonly policy: ReadonlyMap<string, PolicyRecord>;
  readonly hidden: readonly HiddenRecord[];
  readonly unreadPolicies: readonly UnreadPolicyRecord[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The key of a record among those of its kind: `name`, `namespace/name`, or `policyKey` for a policy. */
export function recordKey<K extends RecordKind>(kind: K, record: RecordsByKind[K]): string;
export function recordKey(kind: RecordKind, record: RecordsByKind[RecordKind]): string {
  if (kind === 'policy' && 'kind' in record) return policyKey(record);
  return 'namespace' in record ? `${record.namespace}/${record.name}` : record.name;
}

/**
 * The state a delta leads to. Maps of kinds that the delta doesn't touch are shared with the given state.
 * @returns `undefined` when the delta doesn't follow this state (another epoch, or a gap): the client must resync
 */
export function applyDelta(state: ClusterState, delta: DeltaData): ClusterState | undefined {
  if (state.epoch !== delta.epoch || state.revision !== delta.base) return undefined;
  const changed = <K extends RecordKind>(kind: K) =>
    delta.changes.filter((change): change is Extract<RecordChange, { kind: K }> => change.kind === kind);
  return {
    epoch: delta.epoch,
    revision: delta.revision,
    namespace: patched(state.namespace, changed('namespace')),
    pod: patched(state.pod, changed('pod')),
    node: patched(state.node, changed('node')),
    service: patched(state.service, changed('service')),
    endpointSlice: patched(state.endpointSlice, changed('endpointSlice')),
    policy: patched(state.policy, changed('policy')),
    hidden: delta.hidden ?? state.hidden,
    unreadPolicies: delta.unreadPolicies ?? state.unreadPolicies,
    diagnostics: delta.diagnostics ?? state.diagnostics,
  };
}

/** The state as the engine takes it. Lists are in the order in which their records first came. */
export function toSnapshot(state: ClusterState): ClusterSnapshot {
  return {
    namespaces: [...state.namespace.values()],
    pods: [...state.pod.values()],
    nodes: [...state.node.values()],
    services: [...state.service.values()],
    policies: [...state.policy.values()],
    hidden: state.hidden,
    ...(state.endpointSlice.size === 0 ? {} : { endpointSlices: [...state.endpointSlice.values()] }),
    ...(state.unreadPolicies.length === 0 ? {} : { unreadPolicies: state.unreadPolicies }),
  };
}

/** A snapshot by key. Of two records with one key the later stays. */
export function fromSnapshot(
  at: Revision,
  snapshot: ClusterSnapshot,
  diagnostics: readonly Diagnostic[],
): ClusterState {
  const byKey = <K extends RecordKind>(kind: K, list: readonly RecordsByKind[K][]) =>
    new Map(list.map((record) => [recordKey(kind, record), record]));
  return {
    epoch: at.epoch,
    revision: at.revision,
    namespace: byKey('namespace', snapshot.namespaces),
    pod: byKey('pod', snapshot.pods),
    node: byKey('node', snapshot.nodes),
    service: byKey('service', snapshot.services),
    endpointSlice: byKey('endpointSlice', snapshot.endpointSlices ?? []),
    policy: byKey('policy', snapshot.policies),
    hidden: snapshot.hidden,
    unreadPolicies: snapshot.unreadPolicies ?? [],
    diagnostics,
  };
}

/** What a client of a stream knows. */
export interface StreamState {
  /** The last whole state; while a new snapshot is coming in, the one before it. */
  readonly current?: ClusterState;
  /** A snapshot that is coming in. */
  readonly incoming?: Incoming;
  readonly status?: ClusterStatus;
  /** An event did not follow the one before: open the stream again without an event id. */
  readonly resync: boolean;
}

export interface Incoming extends Revision {
  readonly totals: RecordTotals;
  readonly chunks: readonly RecordsData[];
  /** Records so far, of all kinds. */
  readonly received: number;
}

export const EMPTY_STREAM: StreamState = { resync: false };

/** What a client knows after an event. Pure; the web app and the tests of the server share it. */
export function reduceStream(state: StreamState, event: StreamEvent): StreamState {
  switch (event.event) {
    case 'status':
      return { ...state, status: event.data };
    case 'begin':
      return { ...state, resync: false, incoming: { ...event.data, chunks: [], received: 0 } };
    case 'records': {
      const { incoming } = state;
      if (incoming === undefined) return { ...state, resync: true };
      return {
        ...state,
        incoming: {
          ...incoming,
          chunks: [...incoming.chunks, event.data],
          received: incoming.received + event.data.upserts.length,
        },
      };
    }
    case 'end': {
      const { incoming, ...rest } = state;
      const current = incoming === undefined ? undefined : finish(incoming, event.data);
      return current === undefined ? { ...rest, resync: true } : { ...rest, current };
    }
    case 'delta': {
      const current = state.current === undefined ? undefined : applyDelta(state.current, event.data);
      return current === undefined ? { ...state, resync: true } : { ...state, current };
    }
  }
}

/** `undefined` when records got lost on the way. */
function finish(incoming: Incoming, end: EndData): ClusterState | undefined {
  if (incoming.epoch !== end.epoch || incoming.revision !== end.revision) return undefined;
  const maps = emptyMaps();
  for (const chunk of incoming.chunks) applyRecords(maps, chunk);
  const whole = recordKinds.every((kind) => maps[kind].size === incoming.totals[kind]);
  if (!whole) return undefined;
  return {
    ...maps,
    epoch: end.epoch,
    revision: end.revision,
    hidden: end.hidden,
    unreadPolicies: end.unreadPolicies,
    diagnostics: end.diagnostics,
  };
}

type Maps = { [K in RecordKind]: Map<string, RecordsByKind[K]> };

function emptyMaps(): Maps {
  return {
    namespace: new Map(),
    pod: new Map(),
    node: new Map(),
    service: new Map(),
    endpointSlice: new Map(),
    policy: new Map(),
  };
}

function patched<R>(
  map: ReadonlyMap<string, R>,
  changes: readonly { readonly key: string; readonly record: R | null }[],
): ReadonlyMap<string, R> {
  if (changes.length === 0) return map;
  const copy = new Map(map);
  for (const { key, record } of changes) {
    if (record === null) copy.delete(key);
    else copy.set(key, record);
  }
  return copy;
}

function applyRecords(maps: Maps, data: RecordsData): void {
  switch (data.kind) {
    case 'namespace':
      for (const record of data.upserts) maps.namespace.set(recordKey('namespace', record), record);
      return;
    case 'pod':
      for (const record of data.upserts) maps.pod.set(recordKey('pod', record), record);
      return;
    case 'node':
      for (const record of data.upserts) maps.node.set(recordKey('node', record), record);
      return;
    case 'service':
      for (const record of data.upserts) maps.service.set(recordKey('service', record), record);
      return;
    case 'endpointSlice':
      for (const record of data.upserts) maps.endpointSlice.set(recordKey('endpointSlice', record), record);
      return;
    case 'policy':
      for (const record of data.upserts) maps.policy.set(recordKey('policy', record), record);
      return;
  }
}
