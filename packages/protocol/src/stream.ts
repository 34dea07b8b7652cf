import type {
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
import { type ClusterStatus, clusterStatusSchema } from './cluster.ts';
import { diagnosticSchema } from './diagnostic.ts';
import {
  endpointSliceSchema,
  hiddenSchema,
  namespaceSchema,
  nodeSchema,
  podSchema,
  policySchema,
  serviceSchema,
  unreadPolicySchema,
} from './records.ts';
import { epochSchema, type Revision, revisionNumberSchema } from './snapshot.ts';
import { z } from './zod.ts';

/*
 * `GET /api/v1/clusters/:id/stream`, server-sent events.
 *
 * A client without a state gets `begin`, any number of `records`, `end`; then `delta`s. Only `end` and `delta` carry
 * an event id, so a client that lost the connection in the middle of a snapshot resumes from the state it had before.
 * A client that resumes from an id that is still in the server's log gets the deltas it missed; otherwise a new
 * `begin`. `status` may come at any time, and comes at
 * least every 15 seconds: a client that hears nothing for longer has a dead connection.
 */

/** The records of one kind, by the name of that kind. */
export interface RecordsByKind {
  readonly namespace: NamespaceRecord;
  readonly pod: PodRecord;
  readonly node: NodeRecord;
  readonly service: ServiceRecord;
  readonly endpointSlice: EndpointSliceRecord;
  readonly policy: PolicyRecord;
}
export type RecordKind = keyof RecordsByKind;

/** In the order in which a snapshot sends them. */
export const recordKinds: readonly RecordKind[] = [
  'namespace',
  'policy',
  'node',
  'service',
  'endpointSlice',
  'pod',
];

/** One record as it is now; `null`: it is gone. `key` as `recordKey` makes it. */
export type RecordChange = {
  readonly [K in RecordKind]: {
    readonly kind: K;
    readonly key: string;
    readonly record: RecordsByKind[K] | null;
  };
}[RecordKind];

/** How many records of each kind are to come. */
export type RecordTotals = { readonly [K in RecordKind]: number };

export interface BeginData extends Revision {
  readonly totals: RecordTotals;
}

export type RecordsData = {
  readonly [K in RecordKind]: { readonly kind: K; readonly upserts: readonly RecordsByKind[K][] };
}[RecordKind];

export interface EndData extends Revision {
  readonly hidden: readonly HiddenRecord[];
  readonly unreadPolicies: readonly UnreadPolicyRecord[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Leads from revision `base` to `revision` of the same epoch. The lists beside `changes` are whole, if present. */
export interface DeltaData extends Revision {
  readonly base: number;
  readonly changes: readonly RecordChange[];
  readonly hidden?: readonly HiddenRecord[];
  readonly unreadPolicies?: readonly UnreadPolicyRecord[];
  readonly diagnostics?: readonly Diagnostic[];
}

export type StreamEvent =
  | { readonly event: 'begin'; readonly data: BeginData }
  | { readonly event: 'records'; readonly data: RecordsData }
  | { readonly event: 'end'; readonly data: EndData }
  | { readonly event: 'delta'; readonly data: DeltaData }
  | { readonly event: 'status'; readonly data: ClusterStatus };
export type StreamEventName = StreamEvent['event'];

export const streamEventNames: readonly StreamEventName[] = ['begin', 'records', 'end', 'delta', 'status'];

const change = <K extends RecordKind, S extends z.ZodType>(kind: K, schema: S) =>
  z.object({ kind: z.literal(kind), key: z.string(), record: schema.nullable() });

const records = <K extends RecordKind, S extends z.ZodType>(kind: K, schema: S) =>
  z.object({ kind: z.literal(kind), upserts: z.array(schema) });

export const recordChangeSchema: z.ZodType<RecordChange> = z.discriminatedUnion('kind', [
  change('namespace', namespaceSchema),
  change('pod', podSchema),
  change('node', nodeSchema),
  change('service', serviceSchema),
  change('endpointSlice', endpointSliceSchema),
  change('policy', policySchema),
]);

export const beginDataSchema: z.ZodType<BeginData> = z.object({
  epoch: epochSchema,
  revision: revisionNumberSchema,
  totals: z.object({
    namespace: z.int(),
    pod: z.int(),
    node: z.int(),
    service: z.int(),
    endpointSlice: z.int(),
    policy: z.int(),
  }),
});

export const recordsDataSchema: z.ZodType<RecordsData> = z.discriminatedUnion('kind', [
  records('namespace', namespaceSchema),
  records('pod', podSchema),
  records('node', nodeSchema),
  records('service', serviceSchema),
  records('endpointSlice', endpointSliceSchema),
  records('policy', policySchema),
]);

export const endDataSchema: z.ZodType<EndData> = z.object({
  epoch: epochSchema,
  revision: revisionNumberSchema,
  hidden: z.array(hiddenSchema),
  unreadPolicies: z.array(unreadPolicySchema),
  diagnostics: z.array(diagnosticSchema),
});

export const deltaDataSchema: z.ZodType<DeltaData> = z.object({
  epoch: epochSchema,
  base: revisionNumberSchema,
  revision: revisionNumberSchema,
  changes: z.array(recordChangeSchema),
  hidden: z.array(hiddenSchema).exactOptional(),
  unreadPolicies: z.array(unreadPolicySchema).exactOptional(),
  diagnostics: z.array(diagnosticSchema).exactOptional(),
});

/**
 * Reads one server-sent event.
 * @param event the event's name
 * @param data its data, as text
 * @returns the event, or why it can't be used; an unknown name is a problem too
 */
export function parseStreamEvent(event: string, data: string): StreamEvent | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return { problem: `the data of event "${event}" is not JSON` };
  }
  switch (event) {
    case 'begin':
      return read(event, beginDataSchema, json);
    case 'records':
      return read(event, recordsDataSchema, json);
    case 'end':
      return read(event, endDataSchema, json);
    case 'delta':
      return read(event, deltaDataSchema, json);
    case 'status':
      return read(event, clusterStatusSchema, json);
    default:
      return { problem: `there is no event "${event}"` };
  }
}

function read<N extends StreamEventName, T>(
  event: N,
  schema: z.ZodType<T>,
  json: unknown,
): { readonly event: N; readonly data: T } | { readonly problem: string } {
  const result = schema.safeParse(json);
  if (result.success) return { event, data: result.data };
  return { problem: `event "${event}" is malformed: ${z.prettifyError(result.error)}` };
}
