import type { Freshness, LoadProgress, SourceProblem } from '@bulkhead/protocol';

/** How one part of a live source is doing. */
export interface PartHealth {
  readonly resource: string;
  readonly settled: boolean;
  readonly items: number;
  readonly remaining?: number;
  readonly broken?: { readonly since: number; readonly problem: SourceProblem; readonly retryAt: number };
}

export interface HealthInput {
  readonly now: number;
  /** When the source began to read, or the last state of another kind began. */
  readonly since: number;
  /** Whether there has been a whole state. */
  readonly ready: boolean;
  readonly parts: readonly PartHealth[];
  /** Nothing at all may be read. */
  readonly forbidden?: SourceProblem;
  /** How long an interruption may last before what is shown should no longer be relied on. */
  readonly staleAfterMs: number;
}

/**
 * How fresh the whole is: as bad as its worst part. The interruption that lasts longest says since when, and the
 * problem that a person can do most about says why.
 */
export function freshnessOf(input: HealthInput): Freshness {
  const { now, since, ready, parts, forbidden, staleAfterMs } = input;
  const broken = parts.filter((part) => part.broken !== undefined);
  const first = mostTelling(broken);
  if (forbidden !== undefined) return { state: 'failed', since, problem: forbidden };
  if (!ready) {
    if (first !== undefined)
      return { state: 'failed', since, problem: first.problem, retryAt: first.retryAt };
    const progress = parts.map(progressOf);
    return { state: 'loading', since, progress };
  }
  if (first === undefined) {
    // A kind that has just been found (or allowed) is read while the rest is shown.
    return { state: 'live', since };
  }
  const start = Math.min(...broken.map((part) => part.broken?.since ?? now));
  return {
    state: now - start >= staleAfterMs ? 'stale' : 'reconnecting',
    since: start,
    resources: broken.map((part) => part.resource),
    problem: first.problem,
    retryAt: Math.min(...broken.map((part) => part.broken?.retryAt ?? now)),
  };
}

function progressOf({ resource, settled, items, remaining }: PartHealth): LoadProgress {
  return { resource, items, ...(remaining === undefined ? {} : { remaining }), done: settled };
}

/** A refused credential explains more than the connections that end because of it. */
const TELLING: readonly SourceProblem['code'][] = [
  'exec-plugin-failed',
  'kubeconfig-invalid',
  'unauthorized',
  'tls',
  'forbidden',
  'host-not-found',
  'connection-refused',
  'throttled',
  'server-error',
  'protocol',
  'timeout',
];

function mostTelling(parts: readonly PartHealth[]) {
  const rank = (part: PartHealth) => {
    const index = TELLING.indexOf(part.broken?.problem.code ?? 'internal');
    return index < 0 ? TELLING.length : index;
  };
  return [...parts].sort((a, b) => rank(a) - rank(b))[0]?.broken;
}
