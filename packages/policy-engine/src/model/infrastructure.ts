import type { SourceRef } from '../diagnostic.ts';
import {
  asObject,
  isObject,
  isRejected,
  type JsonObject,
  ownField,
  type Reading,
  readList,
  readObject,
  readString,
} from '../input/reading.ts';
import type { ReadContext } from './context.ts';
import { readMetadata } from './metadata.ts';
import type { SnapshotPart } from './parts.ts';
import type { Labels, NamespaceRecord, ServiceRecord, TransportProtocol } from './records.ts';

/** The label that an API server sets on every namespace, to its name (semantics 1.3). */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

export function readNamespace(
  reading: Reading,
  raw: JsonObject,
  context: ReadContext,
  source: SourceRef | undefined,
): SnapshotPart | undefined {
  const metadata = readMetadata(reading, raw, 'cluster', context);
  if (metadata === undefined) return undefined;
  const { name, labels } = metadata;
  const record: NamespaceRecord = { name, labels: withNameLabel(labels, name), labelsKnown: true };
  return { type: 'namespace', record: source === undefined ? record : { ...record, source } };
}

/** A namespace that is only known because something is in it. */
export function impliedNamespace(name: string): NamespaceRecord {
  return { name, labels: { [NAMESPACE_NAME_LABEL]: name }, labelsKnown: false };
}

function withNameLabel(labels: Labels, name: string): Labels {
  return Object.fromEntries([...Object.entries(labels), [NAMESPACE_NAME_LABEL, name]]);
}

export function readNode(reading: Reading, raw: JsonObject, context: ReadContext): SnapshotPart | undefined {
  const metadata = readMetadata(reading, raw, 'cluster', context);
  if (metadata === undefined) return undefined;
  const status = ownField(raw, 'status');
  const addresses = isObject(status) ? ownField(status, 'addresses') : undefined;
  const ips: string[] = [];
  for (const address of Array.isArray(addresses) ? addresses : []) {
    if (!isObject(address)) continue;
    const type = ownField(address, 'type');
    const ip = ownField(address, 'address');
    if ((type === 'InternalIP' || type === 'ExternalIP') && typeof ip === 'string') ips.push(ip);
  }
  return { type: 'node', record: { name: metadata.name, labels: metadata.labels, ips } };
}

export function readService(
  reading: Reading,
  raw: JsonObject,
  context: ReadContext,
  source: SourceRef | undefined,
): SnapshotPart | undefined {
  const metadata = readMetadata(reading, raw, 'namespaced', context);
  const spec = readObject(reading, raw, 'spec', '') ?? {};
  const type = readString(reading, spec, 'type', 'spec') ?? 'ClusterIP';
  const selector = stringsOf(readObject(reading, spec, 'selector', 'spec'));
  const ports = servicePorts(reading, spec);
  if (metadata === undefined || isRejected(reading)) return undefined;
  const { namespace, name } = metadata;
  const record: ServiceRecord = {
    namespace,
    name,
    type,
    ...(selector === undefined ? {} : { selector }),
    ports,
  };
  return source === undefined ? { type: 'service', record } : { type: 'service', record, source };
}

/** An empty selector is no selector to a Service. */
function stringsOf(selector: JsonObject | undefined): Labels | undefined {
  const entries = Object.entries(selector ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function servicePorts(reading: Reading, spec: JsonObject): ServiceRecord['ports'] {
  return (readList(reading, spec, 'ports', 'spec') ?? []).flatMap((item, index) => {
    const entry = asObject(reading, item, `spec.ports[${index}]`);
    const port = entry && ownField(entry, 'port');
    if (entry === undefined || typeof port !== 'number') return [];
    const name = ownField(entry, 'name');
    const target = ownField(entry, 'targetPort');
    const nodePort = ownField(entry, 'nodePort');
    return [
      {
        ...(typeof name === 'string' && name !== '' ? { name } : {}),
        protocol: protocolOf(ownField(entry, 'protocol')),
        port,
        targetPort: typeof target === 'string' || (typeof target === 'number' && target > 0) ? target : port,
        ...(typeof nodePort === 'number' && nodePort > 0 ? { nodePort } : {}),
      },
    ];
  });
}

function protocolOf(value: unknown): TransportProtocol {
  return value === 'UDP' || value === 'SCTP' ? value : 'TCP';
}
