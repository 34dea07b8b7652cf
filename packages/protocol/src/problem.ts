import { z } from './zod.ts';

/**
 * What can be wrong with a source of cluster state. The code is stable; title, detail and hint are text for people
 * and hold no secret.
 */
export const sourceProblemCodes = [
  /** The kubeconfig can't be read, parsed, or has no such context. */
  'kubeconfig-invalid',
  'context-not-found',
  /** The exec plugin is missing, failed, or printed no credential; `detail` holds what it said. */
  'exec-plugin-failed',
  /** 401: the credential is missing, wrong or expired. */
  'unauthorized',
  /** 403 on everything that was asked. */
  'forbidden',
  'connection-refused',
  'host-not-found',
  'unreachable',
  'timeout',
  'tls',
  /** 429, and the server asks for a wait. */
  'throttled',
  'server-error',
  /** What answers isn't a Kubernetes API server, or speaks it wrongly. */
  'protocol',
  'directory-not-found',
  'directory-unreadable',
  /** It is a chart or a kustomization, and the tool that renders it is missing or refuses; `detail` holds what it said. */
  'directory-not-rendered',
  'internal',
] as const;

export const sourceProblemSchema = z.object({
  code: z.enum(sourceProblemCodes),
  /** One short sentence: what is wrong. */
  title: z.string(),
  /** What exactly was said, by whom. */
  detail: z.string().exactOptional(),
  /** One sentence in the imperative: what to do. */
  hint: z.string().exactOptional(),
});
export type SourceProblem = z.infer<typeof sourceProblemSchema>;
export type SourceProblemCode = SourceProblem['code'];

/** The slugs that `type` of a problem details object can end in. */
export const problemSlugs = [
  'bad-request',
  'invalid-parameter',
  'token-required',
  'host-not-allowed',
  'origin-not-allowed',
  'not-found',
  'cluster-not-found',
  'endpoint-not-found',
  'end-not-found',
  'method-not-allowed',
  'body-too-large',
  'too-many-requests',
  'too-many-streams',
  'cluster-unavailable',
  'timeout',
  'shutting-down',
  'dry-run-off',
  'internal',
] as const;
export type ProblemSlug = (typeof problemSlugs)[number];

const TYPE_PREFIX = 'urn:bulkhead:problem:';

export function problemType(slug: ProblemSlug): ProblemDetails['type'] {
  return `${TYPE_PREFIX}${slug}`;
}

/** RFC 9457 problem details, the body of every error response (`application/problem+json`). */
export const problemDetailsSchema = z.object({
  /** `urn:bulkhead:problem:<slug>`. */
  type: z.enum(problemSlugs.map((slug) => `${TYPE_PREFIX}${slug}` as const)),
  title: z.string(),
  status: z.int(),
  detail: z.string().exactOptional(),
  /** `urn:uuid:` and the id under which the request is logged. */
  instance: z.string().exactOptional(),
  /** One sentence in the imperative: what to do. */
  hint: z.string().exactOptional(),
  /** Why the cluster's state can't be had, for `cluster-unavailable`. */
  problem: sourceProblemSchema.exactOptional(),
});
export type ProblemDetails = z.infer<typeof problemDetailsSchema>;
