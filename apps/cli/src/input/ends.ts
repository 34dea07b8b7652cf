import { type Cluster, findEnd, type QuestionEnd } from '@bulkhead/policy-engine';
import { usageFailure } from '../failure.ts';

/**
 * What a user calls an end, found in a cluster; the engine's `findEnd` says how ends are written.
 * @throws {Failure} with the nearest name where nothing is called so, or with the choices where several things are
 */
export function requireEnd(cluster: Cluster, text: string): QuestionEnd {
  const { found, problem } = findEnd(cluster, text);
  if (found === undefined) throw usageFailure(problem.message, problem.hint);
  return found;
}
