import { z } from './zod.ts';

/** A policy to be validated: what says where it belongs, and its text as the API server is to read it. */
export const dryRunPolicySchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().exactOptional(),
  name: z.string(),
  /** YAML or JSON. */
  text: z.string(),
});
export type DryRunPolicy = z.infer<typeof dryRunPolicySchema>;

/** Policies in one question. */
export const MOST_DRY_RUN_POLICIES = 100;

/** Policies to be validated by the API server; nothing of them is kept. */
export const dryRunRequestSchema = z.object({
  policies: z.array(dryRunPolicySchema).max(MOST_DRY_RUN_POLICIES),
});
export type DryRunRequest = z.infer<typeof dryRunRequestSchema>;

/** What the API server says of one policy. */
export const dryRunAnswerSchema = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('accepted') }),
  z.object({ verdict: z.literal('refused'), message: z.string() }),
  /** It was not asked: this user may not apply such a policy. */
  z.object({ verdict: z.literal('not-allowed'), message: z.string() }),
]);
export type DryRunAnswer = z.infer<typeof dryRunAnswerSchema>;

/** One answer for each policy, in their order. */
export const dryRunResponseSchema = z.object({ answers: z.array(dryRunAnswerSchema) });
export type DryRunResponse = z.infer<typeof dryRunResponseSchema>;
