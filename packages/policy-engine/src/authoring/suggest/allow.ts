import type { Cluster } from '../../compile/compile.ts';
import type { PolicyEdit } from '../../findings/finding.ts';
import { DIRECTIONS, type Direction } from '../../ir/ir.ts';
import { type DirectionExplanation, explainColumns } from '../../queries/explain.ts';
import { connectionPoint, connectionSetOf } from '../../sets/connection-set.ts';
import { has } from '../../sets/interval-set.ts';
import type { Json } from '../json.ts';
import { pickSelector } from '../pick-selector.ts';
import { objectName } from '../templates/templates.ts';
import { endColumns, endName, peerOf, withEnds } from './ends.ts';
import type { SuggestEnd, SuggestionList, SuggestQuestion } from './model.ts';
import { type Candidate, ranked, verdictOf } from './rank.ts';

/** More policies or rules than these are not tried: each costs a diff. */
const MOST_POLICIES = 6;
const MOST_PER_SIDE = 6;
const MOST_SUGGESTIONS = 5;

const PEERS = { ingress: 'from', egress: 'to' } as const;
const TYPES = { ingress: 'Ingress', egress: 'Egress' } as const;

/**
 * The smallest edits that would allow exactly one denied connection, ranked, each with what else it would open. Only
 * NetworkPolicies are edited; what an admin or baseline rule denies is said to be out of their reach.
 */
export function suggestAllow(cluster: Cluster, question: SuggestQuestion): SuggestionList {
  const base = withEnds(cluster, [question.from, question.to]);
  const now = verdictOf(base, question);
  if (now === 'allowed' || now === 'no-such-end') return { now, suggestions: [], obstacles: [] };
  const obstacles: string[] = [];
  const sides: Candidate[][] = [];
  for (const direction of DIRECTIONS) {
    const halves = explainAll(base, question, direction);
    if (halves.every(({ verdict }) => verdict === 'allowed')) continue;
    const denied = halves.flatMap((half) => (half.isolatedBy.length === 0 ? half.rules : []));
    for (const rule of denied) {
      obstacles.push(
        `${rule.origin.policy} denies it (${rule.origin.path}); a NetworkPolicy can not allow what ${rule.tier === 'admin' ? 'an admin policy' : 'a baseline policy'} denies.`,
      );
    }
    if (denied.length > 0) return { now, suggestions: [], obstacles: [...new Set(obstacles)] };
    sides.push(sideCandidates(base, question, direction, halves).slice(0, MOST_PER_SIDE));
  }
  const suggestions = ranked(base, question, combined(sides), 'allowed').slice(0, MOST_SUGGESTIONS);
  return { now, suggestions, obstacles };
}

/** What a direction says about the connection, for each pair of classes of the ends. */
function explainAll(
  cluster: Cluster,
  question: SuggestQuestion,
  direction: Direction,
): readonly DirectionExplanation[] {
  const point = connectionPoint(question.protocol, question.port);
  const halves: DirectionExplanation[] = [];
  for (const source of endColumns(cluster, question.from).slice(0, 4)) {
    for (const target of endColumns(cluster, question.to).slice(0, 4)) {
      const part = explainColumns(cluster, source, target).parts.find(({ connections }) =>
        has(connectionSetOf(connections), point),
      );
      if (part !== undefined) halves.push(part[direction]);
    }
  }
  return halves;
}

function sideCandidates(
  cluster: Cluster,
  question: SuggestQuestion,
  direction: Direction,
  halves: readonly DirectionExplanation[],
): Candidate[] {
  const subject = direction === 'ingress' ? question.to : question.from;
  const peer = direction === 'ingress' ? question.from : question.to;
  if (subject.type !== 'workload') return [];
  const { snapshot } = cluster;
  const port: Json = { protocol: question.protocol, port: question.port };
  const other = peerOf(snapshot, peer, subject.namespace);
  const rule: Json = { [PEERS[direction]]: [other], ports: [port] };
  const candidates: Candidate[] = [];
  for (const { origin, failed } of halves.flatMap(({ nearMisses }) => nearMisses).slice(0, MOST_POLICIES)) {
    if (origin.direction !== direction || !origin.policy.startsWith('NetworkPolicy/')) continue;
    const name = nameOf(origin.policy);
    if (failed.every((cause) => cause === 'peer')) {
      candidates.push({
        title: `Add ${endName(peer)} to rule ${origin.rule + 1} of ${name}`,
        edits: [
          { type: 'append', policy: origin.policy, path: `${origin.path}.${PEERS[direction]}`, value: other },
        ],
      });
    }
    if (failed.every((cause) => cause === 'port' || cause === 'protocol')) {
      candidates.push({
        title: `Add ${question.protocol} ${question.port} to rule ${origin.rule + 1} of ${name}`,
        edits: [{ type: 'append', policy: origin.policy, path: `${origin.path}.ports`, value: port }],
      });
    }
  }
  for (const policy of new Set(halves.flatMap(({ isolatedBy }) => isolatedBy).slice(0, MOST_POLICIES))) {
    candidates.push({
      title: `Add a rule to ${nameOf(policy)}`,
      edits: [{ type: 'append', policy, path: `spec.${direction}`, value: rule }],
    });
  }
  candidates.push(newPolicy(cluster, subject, peer, direction, rule));
  return candidates;
}

/** `NetworkPolicy/shop/api` → `api`. */
function nameOf(key: string): string {
  return key.split('/').slice(2).join('/');
}

function newPolicy(
  cluster: Cluster,
  subject: Extract<SuggestEnd, { type: 'workload' }>,
  peer: SuggestEnd,
  direction: Direction,
  rule: Json,
): Candidate {
  const { labels } = pickSelector(cluster.snapshot, subject.namespace, subject.workload);
  const taken = new Set(
    cluster.snapshot.policies
      .filter(({ namespace }) => namespace === subject.namespace)
      .map(({ name }) => name),
  );
  const wanted = objectName(endName(subject), direction === 'ingress' ? 'from' : 'to', endName(peer));
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) name = objectName(wanted, String(count));
  const edit: PolicyEdit = {
    type: 'add-policy',
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace: subject.namespace },
      spec: {
        podSelector: labels.length === 0 ? {} : { matchLabels: Object.fromEntries(labels) },
        policyTypes: [TYPES[direction]],
        [direction]: [rule],
      },
    },
  };
  return { title: `Add the policy ${name}`, edits: [edit] };
}

/** Every way to take one candidate of each side. */
function combined(sides: readonly (readonly Candidate[])[]): readonly Candidate[] {
  const [first, ...rest] = sides;
  if (first === undefined) return [];
  if (rest.length === 0) return first;
  return first.flatMap((candidate) =>
    combined(rest).map((other) => ({
      title: `${candidate.title}; ${other.title.charAt(0).toLowerCase()}${other.title.slice(1)}`,
      edits: [...candidate.edits, ...other.edits],
    })),
  );
}
