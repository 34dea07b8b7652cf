import type { Diagnostic, SourceRef } from '../diagnostic.ts';
import { impliedNamespace } from './infrastructure.ts';
import { createOwnerIndex, type OwnerIndex } from './owners.ts';
import type { ControllerPart, PodPart, SnapshotPart } from './parts.ts';
import type { ClusterSnapshot, NamespaceRecord, PodRecord, WorkloadRef } from './records.ts';

export interface AssembledSnapshot {
  readonly snapshot: ClusterSnapshot;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Puts what single objects contribute together:
 * - Of two objects with one kind, namespace and name the last counts, as with `kubectl apply`, and is warned about.
 * - A pod is named by its topmost owner (see `OwnerIndex`).
 * - A template counts only while no real pod of it that isn't finished is there, and not where what made its
 *   controller is there too: pods are the truth, and nothing is counted twice.
 * - A namespace that only appears by use exists, with its name label alone.
 */
export function assembleSnapshot(parts: Iterable<SnapshotPart>): AssembledSnapshot {
  const diagnostics: Diagnostic[] = [];
  const unique = uniqueParts(parts, diagnostics);
  const pods: PodPart[] = [];
  const controllers: ControllerPart[] = [];
  const namespaces = new Map<string, NamespaceRecord>();
  const snapshot = {
    nodes: [] as ClusterSnapshot['nodes'][number][],
    services: [] as ClusterSnapshot['services'][number][],
    policies: [] as ClusterSnapshot['policies'][number][],
  };
  const endpointSlices: NonNullable<ClusterSnapshot['endpointSlices']>[number][] = [];
  const unreadPolicies: NonNullable<ClusterSnapshot['unreadPolicies']>[number][] = [];
  for (const part of unique) {
    switch (part.type) {
      case 'namespace':
        namespaces.set(part.record.name, part.record);
        break;
      case 'pod':
        pods.push(part);
        break;
      case 'controller':
        controllers.push(part);
        break;
      case 'node':
        snapshot.nodes.push(part.record);
        break;
      case 'service':
        snapshot.services.push(part.record);
        break;
      case 'endpoint-slice':
        endpointSlices.push(part.record);
        break;
      case 'policy':
        snapshot.policies.push(part.record);
        break;
      case 'unread-policy':
        unreadPolicies.push(part.record);
        break;
      case 'ignored':
        break;
    }
  }
  const records = podRecords(pods, controllers);
  for (const { namespace } of [...records, ...snapshot.services, ...snapshot.policies, ...unreadPolicies]) {
    if (namespace !== undefined && !namespaces.has(namespace)) {
      namespaces.set(namespace, impliedNamespace(namespace));
    }
  }
  return {
    snapshot: {
      namespaces: [...namespaces.values()],
      pods: records,
      ...snapshot,
      hidden: [],
      ...(endpointSlices.length === 0 ? {} : { endpointSlices }),
      ...(unreadPolicies.length === 0 ? {} : { unreadPolicies }),
    },
    diagnostics,
  };
}

/** A pod's record with its topmost owner, as far as `owners` shows it. */
export function podRecord(part: PodPart, owners: OwnerIndex): PodRecord {
  const { record, owner } = part;
  const top = owner === undefined ? undefined : owners.chain(record.namespace, owner).at(-1);
  return top === undefined ? record : { ...record, workload: top };
}

function podRecords(pods: readonly PodPart[], controllers: readonly ControllerPart[]): PodRecord[] {
  const owners = createOwnerIndex(controllers);
  const populated = new Set<string>();
  const key = (namespace: string, { kind, name }: WorkloadRef) => `${namespace}/${kind}/${name}`;
  const records: PodRecord[] = [];
  for (const part of pods) {
    records.push(podRecord(part, owners));
    if (part.owner === undefined || part.record.state === 'finished') continue;
    const { namespace } = part.record;
    for (const link of owners.chain(namespace, part.owner)) populated.add(key(namespace, link));
  }
  for (const { namespace, ref, owner, pod } of controllers) {
    const chain = owners.chain(namespace, ref);
    const top = chain.at(-1) ?? ref;
    const madeByAnother = chain.some((link) => link !== ref && owners.has(namespace, link));
    // Old ReplicaSets of a Deployment that isn't shown itself.
    const retired = owner !== undefined && pod.replicas === 0;
    if (madeByAnother || retired || populated.has(key(namespace, ref))) continue;
    records.push(top === ref ? pod : { ...pod, workload: top });
  }
  return records;
}

/** The last part under each key, in the order of first appearance. */
function uniqueParts(parts: Iterable<SnapshotPart>, diagnostics: Diagnostic[]): Iterable<SnapshotPart> {
  const kept = new Map<string, SnapshotPart>();
  for (const part of parts) {
    const identity = identityOf(part);
    if (identity === undefined) continue;
    const { kind, namespace, name } = identity;
    const key = `${part.type}/${kind}/${namespace ?? ''}/${name}`;
    const previous = kept.get(key);
    if (previous !== undefined) diagnostics.push(duplicate(identity, sourceOf(previous), sourceOf(part)));
    kept.set(key, part);
  }
  return kept.values();
}

interface Identity {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

function identityOf(part: SnapshotPart): Identity | undefined {
  switch (part.type) {
    case 'namespace':
      return { kind: 'Namespace', name: part.record.name };
    case 'node':
      return { kind: 'Node', name: part.record.name };
    case 'pod':
      return { kind: 'Pod', namespace: part.record.namespace, name: part.record.name };
    case 'service':
      return { kind: 'Service', namespace: part.record.namespace, name: part.record.name };
    case 'endpoint-slice':
      return { kind: 'EndpointSlice', namespace: part.record.namespace, name: part.record.name };
    case 'controller':
      return { kind: part.ref.kind, namespace: part.namespace, name: part.ref.name };
    case 'policy':
      return part.record;
    case 'unread-policy':
      return { ...part.record, kind: `${part.record.kind}.${part.record.apiVersion}` };
    case 'ignored':
      return undefined;
  }
}

function sourceOf(part: SnapshotPart): SourceRef | undefined {
  switch (part.type) {
    case 'controller':
      return part.pod.source;
    case 'service':
      return part.source;
    case 'node':
    case 'endpoint-slice':
    case 'ignored':
      return undefined;
    default:
      return part.record.source;
  }
}

function duplicate(
  identity: Identity,
  first: SourceRef | undefined,
  last: SourceRef | undefined,
): Diagnostic {
  const { kind, namespace, name } = identity;
  const where = first === undefined ? 'before' : `in ${first.file}, line ${first.line}`;
  return {
    code: 'duplicate-object',
    severity: 'warning',
    message: `${kind} ${namespace === undefined ? name : `${namespace}/${name}`} is also defined ${where}; the last one counts.`,
    hint: 'Remove one of the two.',
    object: namespace === undefined ? { kind, name } : { kind, namespace, name },
    ...(last === undefined ? {} : { source: last }),
  };
}
