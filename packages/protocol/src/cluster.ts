import type { HiddenRecord } from '@bulkhead/policy-engine';
import { sourceProblemSchema } from './problem.ts';
import { hiddenSchema } from './records.ts';
import { z } from './zod.ts';

export const sourceKindSchema = z.enum(['live', 'directory', 'demo']);
export type SourceKind = z.infer<typeof sourceKindSchema>;

/** One entry of the cluster switch. No address, user or credential of a cluster is part of it. */
export const clusterSummarySchema = z.object({
  /** Stable within a server and across its restarts; to be percent-encoded in a path (a context may hold `/`). */
  id: z.string().min(1),
  name: z.string(),
  kind: sourceKindSchema,
  /** The one to open first: the kubeconfig's current context, or the only one. */
  current: z.boolean(),
  /** The context's default namespace, where it names one. */
  namespace: z.string().exactOptional(),
});
export type ClusterSummary = z.infer<typeof clusterSummarySchema>;

export const clusterListSchema = z.object({ clusters: z.array(clusterSummarySchema) });
export type ClusterList = z.infer<typeof clusterListSchema>;

export const enforcementEngineNames = [
  'azure-npm',
  'calico',
  'cilium',
  'antrea',
  'kube-network-policies',
  'kube-router',
  'ovn-kubernetes',
  'weave-net',
] as const;

export const enforcementEngineSchema = z.object({
  name: z.enum(enforcementEngineNames),
  title: z.string(),
  version: z.string().exactOptional(),
  /**
   * `certain`: its agent runs and is ready. `likely`: its agent is declared but not ready everywhere, or its pods were
   * seen where DaemonSets may not be read. `hint`: only labels or CRDs point to it, which stay behind after removal.
   */
  confidence: z.enum(['certain', 'likely', 'hint']),
  /** What was seen, one sentence each. */
  evidence: z.array(z.string()),
});
export type EnforcementEngine = z.infer<typeof enforcementEngineSchema>;

export const enforcementWarningSchema = z.object({
  code: z.enum([
    'nothing-enforces',
    'engines-conflict',
    'engine-not-ready',
    'engine-end-of-life',
    'enforcement-turned-off',
    'enforcement-limited',
    'policy-kind-not-enforced',
    'windows-nodes',
    'cannot-detect',
  ]),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  hint: z.string().exactOptional(),
});
export type EnforcementWarning = z.infer<typeof enforcementWarningSchema>;

export const enforcementSchema = z.object({
  /**
   * `detected`: one engine or more enforce. `none`: looked everywhere, nothing does. `undetermined`: not looked yet,
   * or not allowed to. `assumed`: the source is text, so a conforming engine is taken for granted.
   */
  determination: z.enum(['detected', 'none', 'undetermined', 'assumed']),
  engines: z.array(enforcementEngineSchema),
  warnings: z.array(enforcementWarningSchema),
});
export type Enforcement = z.infer<typeof enforcementSchema>;

/** Milliseconds since the Unix epoch, by the server's clock; `ClusterStatus.now` tells the difference to one's own. */
const instant = z.number();

/** How far a first load (or a reload) of one resource is. */
export const loadProgressSchema = z.object({
  /** Resource as in a URL: `pods`, `networkpolicies.networking.k8s.io`; `files` for a directory. */
  resource: z.string(),
  items: z.int(),
  /** How many are still to come, where the server says so; it may be an estimate. */
  remaining: z.int().exactOptional(),
  done: z.boolean(),
});
export type LoadProgress = z.infer<typeof loadProgressSchema>;

export const freshnessSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('connecting'),
    since: instant,
    /** What the sign-in plugin says meanwhile: a device code, say. */
    message: z.string().exactOptional(),
  }),
  z.object({ state: z.literal('loading'), since: instant, progress: z.array(loadProgressSchema) }),
  /** What is shown is what the cluster says, up to the time a change needs to travel. */
  z.object({ state: z.literal('live'), since: instant }),
  /** A watch is broken and being restored; what is shown was true at `since`. */
  z.object({
    state: z.literal('reconnecting'),
    since: instant,
    resources: z.array(z.string()),
    problem: sourceProblemSchema.exactOptional(),
    retryAt: instant.exactOptional(),
  }),
  /** Reconnecting for so long that what is shown should no longer be relied on. */
  z.object({
    state: z.literal('stale'),
    since: instant,
    resources: z.array(z.string()),
    problem: sourceProblemSchema.exactOptional(),
    retryAt: instant.exactOptional(),
  }),
  /** There is nothing to show. It is tried again at `retryAt`, where that can help. */
  z.object({
    state: z.literal('failed'),
    since: instant,
    problem: sourceProblemSchema,
    retryAt: instant.exactOptional(),
  }),
]);
export type Freshness = z.infer<typeof freshnessSchema>;

export interface ClusterStatus {
  readonly cluster: string;
  readonly source: SourceKind;
  readonly freshness: Freshness;
  /** What may not be read, and why; not empty means the picture is partial. */
  readonly hidden: readonly HiddenRecord[];
  /** As the server names itself: `v1.34.1`. */
  readonly serverVersion?: string;
  /** Kinds of policy that the API server has; absent where there is no server, or it doesn't say. */
  readonly policyKinds?: readonly string[];
  readonly enforcement: Enforcement;
  /** When the last change of any record was seen. */
  readonly lastChange?: number;
  /** Whether the server may ask this cluster to validate policies by a dry run; absent: it may not. */
  readonly dryRun?: true;
  /** The server's clock when this was written. */
  readonly now: number;
}

export const clusterStatusSchema: z.ZodType<ClusterStatus> = z.object({
  cluster: z.string(),
  source: sourceKindSchema,
  freshness: freshnessSchema,
  hidden: z.array(hiddenSchema),
  serverVersion: z.string().exactOptional(),
  policyKinds: z.array(z.string()).exactOptional(),
  enforcement: enforcementSchema,
  lastChange: instant.exactOptional(),
  dryRun: z.literal(true).exactOptional(),
  now: instant,
});
