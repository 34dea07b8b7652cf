import type { Diagnostic, ObjectRef, SourceRef } from '@bulkhead/policy-engine';
import { z } from './zod.ts';

export const sourceRefSchema = z.object({
  file: z.string(),
  line: z.int(),
  column: z.int().exactOptional(),
  endLine: z.int().exactOptional(),
}) satisfies z.ZodType<SourceRef>;

export const objectRefSchema = z.object({
  kind: z.string(),
  namespace: z.string().exactOptional(),
  name: z.string(),
}) satisfies z.ZodType<ObjectRef>;

export const diagnosticSchema = z.object({
  code: z.string(),
  severity: z.enum(['fatal', 'error', 'warning', 'info']),
  message: z.string(),
  hint: z.string().exactOptional(),
  source: sourceRefSchema.exactOptional(),
  object: objectRefSchema.exactOptional(),
  path: z.string().exactOptional(),
}) satisfies z.ZodType<Diagnostic>;
