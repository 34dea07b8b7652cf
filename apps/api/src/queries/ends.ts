import {
  type Cluster,
  type Connection,
  findEnd,
  parsePort,
  type QuestionEnd,
  type QuestionProblem,
} from '@bulkhead/policy-engine';
import { ApiProblem } from '../http/problem.ts';

/** What a caller wrote may be long; what is said about it isn't. */
const LONGEST_TITLE = 300;

/**
 * What a caller names as an end; see `explainResponseSchema` for the ways to write one.
 * @throws {ApiProblem} 400 for what is no name of an end, 404 where nothing has the name
 */
export function requireEnd(cluster: Cluster, text: string): QuestionEnd {
  const { found, problem } = findEnd(cluster, text);
  if (found === undefined) throw apiProblem(problem);
  return found;
}

/**
 * Reads `5432`, `5432/tcp`, `53/udp`, `icmp`.
 * @throws {ApiProblem} 400 for anything else
 */
export function requirePort(text: string): Connection {
  const { found, problem } = parsePort(text);
  if (found === undefined) throw apiProblem(problem);
  return found;
}

function apiProblem({ code, message, hint }: QuestionProblem): ApiProblem {
  const text = { title: message.slice(0, LONGEST_TITLE), ...(hint === undefined ? {} : { hint }) };
  return code === 'not-found'
    ? new ApiProblem('end-not-found', 404, text)
    : new ApiProblem('invalid-parameter', 400, text);
}
