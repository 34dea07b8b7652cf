import {
  type Cluster,
  type Connection,
  connectionPoint,
  connectionSetOf,
  type DirectionExplanation,
  type ExplanationPart,
  explain as explainPair,
  type PolicyKey,
  policySource,
  type QuestionEnd,
} from '@bulkhead/policy-engine';
import type { ExplainResponse, ExplanationAnswer } from '@bulkhead/protocol';
import { requireEnd } from './ends.ts';

export interface ExplainQuestion {
  readonly from: string;
  readonly to: string;
  readonly connection?: Connection;
}

/** Pods of one workload that policies tell apart are few; a workload of thousands of labels isn't asked about whole. */
const MOST_PAIRS = 400;

/**
 * Why one end may or may not talk to another.
 * @throws {ApiProblem} where an end can't be found
 */
export function explain(
  cluster: Cluster,
  question: ExplainQuestion,
): Omit<ExplainResponse, 'epoch' | 'revision'> {
  const from = requireEnd(cluster, question.from);
  const to = requireEnd(cluster, question.to);
  const { connection } = question;
  return {
    from: from.label,
    to: to.label,
    ...(connection === undefined ? {} : { port: { ...connection } }),
    answers: answersOf(cluster, from, to, connection),
  };
}

function answersOf(
  cluster: Cluster,
  from: QuestionEnd,
  to: QuestionEnd,
  connection: Connection | undefined,
): ExplanationAnswer[] {
  const { space } = cluster.cells;
  const wanted = (part: ExplanationPart) => {
    if (connection === undefined) return part.connections.ports.length > 0 || part.connections.other;
    const point = connectionPoint(connection.protocol, connection.port);
    return space.has(space.intern(connectionSetOf(part.connections)), point);
  };
  const answers = new Map<string, ExplanationAnswer>();
  let pairs = 0;
  for (const source of from.endpoints) {
    for (const destination of to.endpoints) {
      if (pairs++ >= MOST_PAIRS) return [...answers.values()];
      const { always, parts } = explainPair(cluster, source, destination);
      const answer: ExplanationAnswer = {
        ...(always === undefined ? {} : { always }),
        pairs: 1,
        parts: parts.filter(wanted).map((part) => ({
          connections: {
            ports: part.connections.ports.map((range) => ({ ...range })),
            other: part.connections.other,
          },
          verdict: part.verdict,
          egress: half(cluster, part.egress),
          ingress: half(cluster, part.ingress),
          reasons: [...part.reasons],
        })),
      };
      const key = JSON.stringify(answer);
      const known = answers.get(key);
      if (known === undefined) answers.set(key, answer);
      else known.pairs++;
    }
  }
  return [...answers.values()];
}

type Half = ExplanationAnswer['parts'][number]['egress'];

function half(cluster: Cluster, { verdict, byDefault, rules, isolatedBy }: DirectionExplanation): Half {
  const place = (policy: PolicyKey, path?: string) => {
    const source = policySource(cluster, policy, path);
    return source === undefined ? {} : { file: source.file, line: source.line };
  };
  return {
    verdict,
    byDefault,
    rules: rules.map(({ origin, action }) => ({
      policy: origin.policy,
      path: origin.path,
      action,
      ...place(origin.policy, origin.path),
    })),
    isolatedBy: isolatedBy.map((policy) => ({ policy, ...place(policy) })),
  };
}
