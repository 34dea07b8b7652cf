import { type Connection, parsePort } from '@bulkhead/policy-engine';
import { usageFailure } from '../failure.ts';

/**
 * Reads `5432`, `5432/tcp`, `53/udp`, `icmp`.
 * @throws {Failure} where it is none of these
 */
export function requirePort(text: string): Connection {
  const { found, problem } = parsePort(text);
  if (found === undefined) throw usageFailure(problem.message, problem.hint);
  return found;
}
