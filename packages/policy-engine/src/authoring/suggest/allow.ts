import type { Cluster } from '../../compile/compile.ts';
import type { PolicyEdit } from '../../findings/finding.ts';
import { DIRECTIONS, type Direction } from '../../ir/ir.ts';
import type { PolicyKey } from '../../model/records.ts';
import type { DirectionExplanation } from '../../queries/explain.ts';
import type { Json } from '../json.ts';
import { allowBefore } from './cluster-rules.ts';
import { endName, endText, outOfReach, type PodEnd, peerOf, podSelectorOf, withEnds } from './ends.ts';
import { freeName } from './free-name.ts';
import { halvesOf, verdictOf } from './halves.ts';
import type { SuggestEnd, SuggestionList, SuggestQuestion } from './model.ts';
import { bothOf, type Candidate, ranked } from './rank.ts';

/** More policies or rules than these are not tried: each costs a diff. */
const MOST_POLICIES = 6;
const MOST_PER_SIDE = 6;
const MOST_SUGGESTIONS = 5;

const PEERS = { ingress: 'from', egress: 'to' } as const;
const TYPES = { ingress: 'Ingress', egress: 'Egress' } as const;

/**
 * The smallest edits that would allow exactly one denied connection, ranked, each with what else it would change. Where
 * isolation denies, NetworkPolicies are edited or added; what a cluster-scoped rule denies needs one that comes before it.
 */
export function suggestAllow(cluster: Cluster, question: SuggestQuestion): SuggestionList {
  const base = withEnds(cluster, [question.from, question.to]);
  const now = verdictOf(base, question);
  if (now === 'allowed' || now === 'no-such-end') return { now, suggestions: [], obstacles: [] };
  const obstacles = new Set(outOfReach(base, [question.from, question.to]));
  const sides: Candidate[][] = [];
  for (const direction of DIRECTIONS) {
    const halves = halvesOf(base, question, direction).filter(({ verdict }) => verdict !== 'allowed');
    if (halves.length === 0) continue;
    const denying = halves.flatMap(({ isolatedBy, rules }) =>
      isolatedBy.length > 0 ? [] : rules.filter(({ action }) => action === 'deny'),
    );
    const ofAdmin = denying.filter(({ tier }) => tier === 'admin');
    for (const { origin } of ofAdmin) {
      obstacles.add(
        `${nameOf(origin.policy)} denies it (${origin.path}), and no NetworkPolicy allows what an admin policy denies.`,
      );
    }
    sides.push([
      ...(ofAdmin.length > 0 ? [] : sideCandidates(base, question, direction, halves)).slice(
        0,
        MOST_PER_SIDE,
      ),
      ...(denying.length > 0 ? allowBefore(base, question, direction, denying) : []),
    ]);
  }
  const suggestions = ranked(base, question, combined(sides), 'allowed').slice(0, MOST_SUGGESTIONS);
  return { now, suggestions, obstacles: [...obstacles] };
}

function sideCandidates(
  cluster: Cluster,
  question: SuggestQuestion,
  direction: Direction,
  halves: readonly DirectionExplanation[],
): Candidate[] {
  const subject = direction === 'ingress' ? question.to : question.from;
  const peer = direction === 'ingress' ? question.from : question.to;
  if (subject.type === 'addresses') return [];
  const port: Json = { protocol: question.protocol, port: question.port };
  const other = peerOf(cluster.snapshot, peer, subject.namespace);
  const rule: Json = { [PEERS[direction]]: [other], ports: [port] };
  const candidates: Candidate[] = [];
  const misses = new Map(
    halves.flatMap(({ nearMisses }) =>
      nearMisses.map((miss) => [`${miss.origin.policy} ${miss.origin.path}`, miss] as const),
    ),
  );
  for (const { origin, failed } of [...misses.values()].slice(0, MOST_POLICIES)) {
    if (origin.direction !== direction || !origin.policy.startsWith('NetworkPolicy/')) continue;
    const name = nameOf(origin.policy);
    if (failed.every((cause) => cause === 'peer')) {
      candidates.push({
        title: `Add ${endText(peer)} to rule ${origin.rule + 1} of ${name}`,
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
  for (const policies of covers(halves.map(({ isolatedBy }) => isolatedBy))) {
    candidates.push({
      title: `Add a rule to ${policies.map(nameOf).join(', ')}`,
      edits: policies.map((policy) => ({ type: 'append', policy, path: `spec.${direction}`, value: rule })),
    });
  }
  candidates.push(newPolicy(cluster, subject, peer, direction, rule));
  return candidates;
}

/**
 * Choices of policies of which every list has one: each single one that is in all lists, and where there is none, the few that
 * are in the most lists.
 */
function covers(lists: readonly (readonly PolicyKey[])[]): readonly (readonly PolicyKey[])[] {
  const counts = new Map<PolicyKey, number>();
  for (const policy of lists.flatMap((list) => [...new Set(list)])) {
    counts.set(policy, (counts.get(policy) ?? 0) + 1);
  }
  const single = [...counts].filter(([, count]) => count === lists.length).map(([policy]) => [policy]);
  if (single.length > 0) return single.slice(0, MOST_POLICIES);
  const chosen: PolicyKey[] = [];
  let left = lists;
  while (left.length > 0) {
    const [best] = [...counts.keys()]
      .map((policy) => ({ policy, count: left.filter((list) => list.includes(policy)).length }))
      .sort((a, b) => b.count - a.count);
    if (best === undefined || best.count === 0 || chosen.length === MOST_POLICIES) return [];
    chosen.push(best.policy);
    left = left.filter((list) => !list.includes(best.policy));
  }
  return chosen.length === 0 ? [] : [chosen];
}

/** `NetworkPolicy/shop/api` → `api`. */
function nameOf(key: string): string {
  return key.split('/').slice(2).join('/');
}

function newPolicy(
  cluster: Cluster,
  subject: PodEnd,
  peer: SuggestEnd,
  direction: Direction,
  rule: Json,
): Candidate {
  const taken = new Set(
    cluster.snapshot.policies
      .filter(({ namespace }) => namespace === subject.namespace)
      .map(({ name }) => name),
  );
  const name = freeName([endName(subject), direction === 'ingress' ? 'from' : 'to', endName(peer)], taken);
  const edit: PolicyEdit = {
    type: 'add-policy',
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace: subject.namespace },
      spec: {
        podSelector: podSelectorOf(cluster.snapshot, subject),
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
  return first.flatMap((candidate) => combined(rest).map((other) => bothOf(candidate, other)));
}
