import type { ClusterSnapshot, Diagnostic } from '@bulkhead/policy-engine';
import { type ClusterStatus, clusterStatusSchema } from './cluster.ts';
import { diagnosticSchema } from './diagnostic.ts';
import { snapshotSchema } from './records.ts';
import { z } from './zod.ts';

/**
 * Where in a source's history a state stands. A source that starts anew has a new epoch; within one, revisions count
 * up by one with each delta. Revisions of different epochs can't be compared.
 */
export interface Revision {
  readonly epoch: string;
  readonly revision: number;
}

export const epochSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const revisionNumberSchema = z.int().nonnegative();

/** The body of `GET /api/v1/clusters/:id/snapshot`. */
export interface SnapshotResponse extends Revision {
  readonly snapshot: ClusterSnapshot;
  readonly diagnostics: readonly Diagnostic[];
  readonly status: ClusterStatus;
}

export const snapshotResponseSchema: z.ZodType<SnapshotResponse> = z.object({
  epoch: epochSchema,
  revision: revisionNumberSchema,
  snapshot: snapshotSchema,
  diagnostics: z.array(diagnosticSchema),
  status: clusterStatusSchema,
});

/** The id of an event in a stream: `epoch:revision`. */
export function formatEventId(at: Revision): string {
  return `${at.epoch}:${at.revision}`;
}

/** `undefined` for anything that `formatEventId` could not have written. */
export function parseEventId(text: string): Revision | undefined {
  const match = /^([A-Za-z0-9_-]{1,64}):(\d{1,15})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { epoch: match[1], revision: Number(match[2]) };
}
