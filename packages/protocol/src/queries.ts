import type { ConnectionList } from '@bulkhead/policy-engine';
import { epochSchema, revisionNumberSchema } from './snapshot.ts';
import { z } from './zod.ts';

/*
 * Questions that the server answers for scripts. The web app asks the engine itself, in a worker.
 */

/** `other`: ICMP and all protocols without ports. */
export const connectionListSchema = z.object({
  ports: z.array(z.object({ protocol: z.enum(['TCP', 'UDP', 'SCTP']), from: z.int(), to: z.int() })),
  other: z.boolean(),
}) satisfies z.ZodType<ConnectionList>;

const groupSchema = z.discriminatedUnion('type', [
  z.object({
    id: z.string(),
    type: z.literal('workload'),
    namespace: z.string(),
    kind: z.string(),
    name: z.string(),
    pods: z.int(),
  }),
  z.object({ id: z.string(), type: z.literal('namespace'), name: z.string(), pods: z.int() }),
  /** Addresses outside the cluster that every pod treats alike: `10.0.0.0-10.0.0.255`, … */
  z.object({ id: z.string(), type: z.literal('addresses'), ranges: z.array(z.string()) }),
  z.object({ id: z.string(), type: z.literal('node'), name: z.string() }),
  z.object({ id: z.string(), type: z.literal('domain'), name: z.string() }),
  z.object({ id: z.string(), type: z.literal('hidden-namespace'), name: z.string() }),
]);
export type Group = z.infer<typeof groupSchema>;

/** The body of `GET …/reachability`. Pairs of groups that are not listed are denied altogether. */
export const reachabilityResponseSchema = z.object({
  epoch: epochSchema,
  revision: revisionNumberSchema,
  grouping: z.enum(['workload', 'namespace']),
  groups: z.array(groupSchema),
  edges: z.array(
    z.object({
      /** Ids of groups; a group may have an edge to itself. */
      source: z.string(),
      target: z.string(),
      /** Allowed for every pair of members; for at least one; unknown for at least one and allowed for none. */
      every: connectionListSchema,
      some: connectionListSchema,
      unknown: connectionListSchema,
    }),
  ),
});
export type ReachabilityResponse = z.infer<typeof reachabilityResponseSchema>;

const ruleSchema = z.object({
  /** `kind/namespace/name`. */
  policy: z.string(),
  /** Field path of the rule: `spec.ingress[0]`; absent: the policy as a whole. */
  path: z.string().exactOptional(),
  action: z.enum(['allow', 'deny', 'pass']).exactOptional(),
  /** Where it is written, where that is known. */
  file: z.string().exactOptional(),
  line: z.int().exactOptional(),
});

const halfSchema = z.object({
  verdict: z.enum(['allowed', 'denied', 'unknown']),
  /** Nothing decides; what nothing decides is allowed. */
  byDefault: z.boolean(),
  rules: z.array(ruleSchema),
  /** Policies that select this end in this direction, so that only what a rule allows is allowed. */
  isolatedBy: z.array(ruleSchema),
});

const answerSchema = z.object({
  /** What holds whatever the policies say. */
  always: z.enum(['same-pod', 'own-node']).exactOptional(),
  /** How many pairs of pods (of groups of pods that no policy tells apart) it holds for. */
  pairs: z.int(),
  parts: z.array(
    z.object({
      connections: connectionListSchema,
      verdict: z.enum(['allowed', 'denied', 'unknown']),
      egress: halfSchema,
      ingress: halfSchema,
      /** Why an unknown is unknown. */
      reasons: z.array(z.string()),
    }),
  ),
});
export type ExplanationAnswer = z.infer<typeof answerSchema>;

/**
 * The body of `GET …/explain`. An end is `NAMESPACE/NAME` of a workload or a pod, `NAMESPACE/NAME[KIND]`, `node/NAME`,
 * an IP address or a DNS name; a port is `5432`, `5432/tcp`, `53/udp` or `icmp`.
 */
export const explainResponseSchema = z.object({
  epoch: epochSchema,
  revision: revisionNumberSchema,
  from: z.string(),
  to: z.string(),
  port: z.object({ protocol: z.enum(['TCP', 'UDP', 'SCTP', 'other']), port: z.int() }).exactOptional(),
  /** More than one where policies tell pods of an end apart. */
  answers: z.array(answerSchema),
});
export type ExplainResponse = z.infer<typeof explainResponseSchema>;
