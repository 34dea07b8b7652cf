import type { Cluster } from '../../compile/compile.ts';
import type { PolicyEdit } from '../../findings/finding.ts';
import { DIRECTIONS, type Direction } from '../../ir/ir.ts';
import type { PolicyRecord } from '../../model/records.ts';
import type { RuleMatch } from '../../queries/trace.ts';
import { getAt, isList, type Json, toJson } from '../json.ts';
import { templateContext } from '../templates/context.ts';
import { parsePath } from '../yaml/locate.ts';
import { denyJustThis } from './cluster-rules.ts';
import { endText, outOfReach, type PodEnd, podSelectorOf, withEnds } from './ends.ts';
import { freeName } from './free-name.ts';
import { halvesOf, verdictOf } from './halves.ts';
import type { SuggestionList, SuggestQuestion } from './model.ts';
import { bothOf, type Candidate, ranked } from './rank.ts';

const MOST_SUGGESTIONS = 5;
const PEERS = { ingress: 'from', egress: 'to' } as const;

/**
 * How an allowed connection can be closed: by taking it out of the rules that allow it, by isolating an end that no policy
 * isolates, or, where the cluster has cluster-scoped policies, by a rule that denies just this. Each with what else
 * it would close.
 */
export function suggestClose(cluster: Cluster, question: SuggestQuestion): SuggestionList {
  const base = withEnds(cluster, [question.from, question.to]);
  const now = verdictOf(base, question);
  if (now === 'denied' || now === 'no-such-end') return { now, suggestions: [], obstacles: [] };
  const candidates: Candidate[] = [];
  for (const direction of DIRECTIONS) {
    const { rules, byDefault } = allowedBy(base, question, direction);
    const end = direction === 'ingress' ? question.to : question.from;
    const without = rules.length > 0 ? withoutRules(base, question, direction, rules) : [];
    if (!byDefault) candidates.push(...without);
    else if (end.type !== 'addresses') {
      const isolated = isolate(base, end, direction);
      candidates.push(isolated, ...without.map((candidate) => bothOf(candidate, isolated)));
    }
  }
  candidates.push(...denyJustThis(base, question));
  return {
    now,
    suggestions: ranked(base, question, candidates, 'denied').slice(0, MOST_SUGGESTIONS),
    obstacles: outOfReach(base, [question.from, question.to]),
  };
}

/** The rules that allow the connection in a direction, and whether some pod is not isolated in it. */
function allowedBy(
  cluster: Cluster,
  question: SuggestQuestion,
  direction: Direction,
): { readonly rules: readonly RuleMatch[]; readonly byDefault: boolean } {
  const rules = new Map<string, RuleMatch>();
  let byDefault = false;
  for (const half of halvesOf(cluster, question, direction)) {
    byDefault ||= half.byDefault && half.policed;
    for (const rule of half.rules) {
      if (rule.action !== 'allow') continue;
      const key = `${rule.origin.policy} ${rule.origin.path}`;
      const known = rules.get(key);
      rules.set(
        key,
        known === undefined ? rule : { ...rule, peers: [...new Set([...known.peers, ...rule.peers])] },
      );
    }
  }
  return { rules: [...rules.values()], byDefault };
}

/** Ways to take the connection out of all rules of a direction: its peers, its port, or the rules whole. */
function withoutRules(
  cluster: Cluster,
  question: SuggestQuestion,
  direction: Direction,
  rules: readonly RuleMatch[],
): readonly Candidate[] {
  // From the back, so that earlier paths stay right.
  const ordered = [...rules].sort((a, b) => b.origin.rule - a.origin.rule);
  const names = [...new Set(ordered.map(({ origin }) => origin.policy.split('/').slice(2).join('/')))].join(
    ', ',
  );
  const whole: PolicyEdit[] = ordered.map(({ origin }) => ({
    type: 'remove',
    policy: origin.policy,
    path: origin.path,
  }));
  const peers = ordered.map((rule) => peerRemoval(cluster, direction, rule));
  const ports = ordered.map((rule) => portRemoval(cluster, question, rule));
  const end = direction === 'ingress' ? question.from : question.to;
  return [
    ...(peers.every((edits) => edits !== undefined)
      ? [{ title: `Take ${endText(end)} out of ${names}`, edits: peers.flat() }]
      : []),
    ...(ports.every((edits) => edits !== undefined)
      ? [{ title: `Take ${question.protocol} ${question.port} out of ${names}`, edits: ports.flat() }]
      : []),
    {
      title: `Remove ${whole.length === 1 ? 'the rule' : `${whole.length} rules`} from ${names}`,
      edits: whole,
    },
  ];
}

function recordOf(cluster: Cluster, match: RuleMatch): PolicyRecord | undefined {
  return cluster.policies.get(match.origin.policy)?.record;
}

function listAt(policy: PolicyRecord | undefined, path: string): readonly Json[] {
  const value = getAt({ spec: toJson(policy?.spec) ?? {} }, parsePath(path));
  return isList(value) ? value : [];
}

/** Removes the matching peers; not where they are all there are, since a rule without peers means everyone. */
function peerRemoval(
  cluster: Cluster,
  direction: Direction,
  match: RuleMatch,
): readonly PolicyEdit[] | undefined {
  const path = `${match.origin.path}.${PEERS[direction]}`;
  const all = listAt(recordOf(cluster, match), path);
  const own = [...match.peers].filter((index) => index >= 0).sort((a, b) => b - a);
  if (own.length === 0 || own.length >= all.length) return undefined;
  return own.map((index) => ({ type: 'remove', policy: match.origin.policy, path: `${path}[${index}]` }));
}

/** Removes the entry of just this port; not where it is the only one, since a rule without ports means every port. */
function portRemoval(
  cluster: Cluster,
  question: SuggestQuestion,
  match: RuleMatch,
): readonly PolicyEdit[] | undefined {
  const path = `${match.origin.path}.ports`;
  const all = listAt(recordOf(cluster, match), path);
  const index = all.findIndex(
    (entry) =>
      getAt(entry, ['port']) === question.port &&
      (getAt(entry, ['protocol']) ?? 'TCP') === question.protocol &&
      getAt(entry, ['endPort']) === undefined,
  );
  if (index === -1 || all.length < 2) return undefined;
  return [{ type: 'remove', policy: match.origin.policy, path: `${path}[${index}]` }];
}

/** A default deny for an end in one direction; out, DNS stays. */
function isolate({ snapshot }: Cluster, end: PodEnd, direction: Direction): Candidate {
  const { dns } = templateContext(snapshot, { type: 'namespace', namespace: end.namespace });
  const taken = new Set(
    snapshot.policies.filter(({ namespace }) => namespace === end.namespace).map(({ name }) => name),
  );
  const name = freeName(
    end.type === 'namespace' ? ['default-deny', direction] : [end.workload.name, 'deny', direction],
    taken,
  );
  const dnsPeer: Json = {
    ...(dns.namespace === end.namespace
      ? {}
      : { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': dns.namespace } } }),
    podSelector: { matchLabels: Object.fromEntries(dns.labels) },
  };
  const egress: Json = [
    {
      to: [dnsPeer],
      ports: [
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 53 },
      ],
    },
  ];
  return {
    title: `Isolate ${endText(end)}: ${direction === 'ingress' ? 'nothing in' : 'nothing out but DNS'} (${name})`,
    edits: [
      {
        type: 'add-policy',
        object: {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name, namespace: end.namespace },
          spec: {
            podSelector: podSelectorOf(snapshot, end),
            policyTypes: [direction === 'ingress' ? 'Ingress' : 'Egress'],
            ...(direction === 'egress' ? { egress } : {}),
          },
        },
      },
    ],
  };
}
