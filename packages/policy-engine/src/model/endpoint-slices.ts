import { isObject, isRejected, type JsonObject, ownField, type Reading, readList } from '../input/reading.ts';
import type { ReadContext } from './context.ts';
import { readMetadata } from './metadata.ts';
import type { SnapshotPart } from './parts.ts';
import type { EndpointSliceRecord } from './records.ts';

/** The label by which a slice belongs to a Service (KEP-752). */
const SERVICE_LABEL = 'kubernetes.io/service-name';

/**
 * Reads an EndpointSlice of `discovery.k8s.io`. Of an endpoint's conditions only `ready` counts, and one that isn't said
 * is ready (API reference of EndpointConditions); zones, hints, nodes and times are left out, so that a change of them
 * is none here.
 */
export function readEndpointSlice(
  reading: Reading,
  raw: JsonObject,
  context: ReadContext,
): SnapshotPart | undefined {
  const metadata = readMetadata(reading, raw, 'namespaced', context);
  const ready: string[] = [];
  const notReady: string[] = [];
  for (const endpoint of readList(reading, raw, 'endpoints', '') ?? []) {
    if (!isObject(endpoint)) continue;
    const addresses = ownField(endpoint, 'addresses');
    if (!Array.isArray(addresses)) continue;
    const list = isReady(endpoint) ? ready : notReady;
    for (const address of addresses) if (typeof address === 'string') list.push(address);
  }
  const ports = portsOf(reading, raw);
  if (metadata === undefined || isRejected(reading)) return undefined;
  const service = Object.hasOwn(metadata.labels, SERVICE_LABEL) ? metadata.labels[SERVICE_LABEL] : undefined;
  const record: EndpointSliceRecord = {
    namespace: metadata.namespace,
    name: metadata.name,
    ...(service === undefined || service === '' ? {} : { service }),
    ready: sortedUnique(ready),
    notReady: sortedUnique(notReady),
    ports,
  };
  return { type: 'endpoint-slice', record };
}

function isReady(endpoint: JsonObject): boolean {
  const conditions = ownField(endpoint, 'conditions');
  return !isObject(conditions) || ownField(conditions, 'ready') !== false;
}

function portsOf(reading: Reading, raw: JsonObject): EndpointSliceRecord['ports'] {
  return (readList(reading, raw, 'ports', '') ?? []).filter(isObject).map((entry) => {
    const name = ownField(entry, 'name');
    const protocol = ownField(entry, 'protocol');
    const port = ownField(entry, 'port');
    return {
      ...(typeof name === 'string' && name !== '' ? { name } : {}),
      protocol: protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP',
      ...(typeof port === 'number' ? { port } : {}),
    };
  });
}

function sortedUnique(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses)].sort();
}
