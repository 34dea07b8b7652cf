import type { PolicyRecord } from '../model/records.ts';
import { findNode } from './spec-actor.ts';
import type { Address } from './spec-addresses.ts';
import {
  type Case,
  inBlock,
  namedPortMatches,
  type Outcome,
  whicheverAddress,
} from './spec-network-policy.ts';
import { knownLabels, namespaceLabels, selectorMatches } from './spec-selectors.ts';
import { all, field, has, list, number, some, type Truth, text, truth } from './spec-values.ts';

/** The cluster-scoped policies of policy.networking.k8s.io, as section 2 of the semantics tells it. */

export type Tier = 'Admin' | 'Baseline';

/** What one policy may do with the traffic; `none`: no rule of it matches. */
type PolicyOutcome = 'allow' | 'deny' | 'pass' | 'none';

function tierOf(policy: PolicyRecord): Tier {
  switch (policy.kind) {
    case 'AdminNetworkPolicy':
      return 'Admin';
    case 'BaselineAdminNetworkPolicy':
      return 'Baseline';
    default:
      return text(policy.spec, 'tier') === 'Admin' ? 'Admin' : 'Baseline';
  }
}

/**
 * One tier: policies by ascending priority, rules in order, the first match decides; `Pass` ends the tier
 * (semantics 2.3).
 *
 * @param policies the valid cluster-scoped policies of the snapshot, of either tier
 * @param hidden whether policies of this tier may exist that the caller can't read
 */
export function clusterPolicyTier(
  kase: Case,
  tier: Tier,
  policies: readonly PolicyRecord[],
  hidden: boolean,
): ReadonlySet<Outcome> {
  // hostNetwork pods, nodes and addresses are never subjects (semantics 2.1, N32).
  if (kase.subject.pod === undefined || kase.subject.pod.hostNetwork) return new Set(['continue']);
  if (hidden) return new Set(['allow', 'deny', 'continue']);

  const inTier = policies.filter((policy) => tierOf(policy) === tier);
  return firstMatch(kase, byPriority(inTier));
}

/**
 * A BaselineAdminNetworkPolicy has no priority; beside Baseline-tier ClusterNetworkPolicies it counts as the last one,
 * which is what the one implementation that gives it a place does (semantics 4.2).
 */
function priorityOf({ kind, spec }: PolicyRecord): number {
  return kind === 'BaselineAdminNetworkPolicy' ? 1000 : (number(spec, 'priority') ?? 0);
}

/** The policies in groups of one priority each, lowest first. */
function byPriority(policies: readonly PolicyRecord[]): readonly (readonly PolicyRecord[])[] {
  const priorities = [...new Set(policies.map(priorityOf))].sort((left, right) => left - right);
  return priorities.map((priority) => policies.filter((policy) => priorityOf(policy) === priority));
}

function firstMatch(kase: Case, groups: readonly (readonly PolicyRecord[])[]): ReadonlySet<Outcome> {
  const outcomes = new Set<Outcome>();
  for (const group of groups) {
    const ofGroup = group.map((policy) => policyOutcomes(kase, policy));
    // Equal priority: any of the policies that match may be the one that is applied (semantics 2.1, 2.2, N26).
    for (const outcome of ofGroup.flatMap((ofPolicy) => [...ofPolicy])) {
      if (outcome === 'pass') outcomes.add('continue');
      else if (outcome !== 'none') outcomes.add(outcome);
    }
    if (ofGroup.some((ofPolicy) => !ofPolicy.has('none'))) return outcomes;
  }
  return outcomes.add('continue');
}

function policyOutcomes(kase: Case, policy: PolicyRecord): ReadonlySet<PolicyOutcome> {
  const outcomes = new Set<PolicyOutcome>();
  const selected = subjectMatches(kase, policy);
  if (selected === 'no') return outcomes.add('none');
  for (const rule of list(policy.spec, kase.direction)) {
    const { matches, action } = judgeRule(kase, policy, rule);
    if (matches !== 'no') outcomes.add(action);
    if (matches === 'yes') return selected === 'yes' ? outcomes : outcomes.add('none');
  }
  return outcomes.add('none');
}

/** Exactly one of `namespaces` and `pods`; an empty selector is everything (semantics 2.1). */
function subjectMatches(kase: Case, policy: PolicyRecord): Truth {
  const subject = field(policy.spec, 'subject');
  return podsMatch(kase, subject, kase.subject.pod);
}

/** `namespaces` or `pods` of a subject or peer. hostNetwork pods are excluded by definition (N33, N52). */
function podsMatch({ snapshot }: Case, written: unknown, pod: Case['subject']['pod']): Truth {
  if (pod === undefined || pod.hostNetwork) return 'no';
  const ofNamespace = namespaceLabels(pod.namespace, snapshot.namespaces);
  if (has(written, 'namespaces')) return selectorMatches(field(written, 'namespaces'), ofNamespace);
  const pods = field(written, 'pods');
  return all([
    selectorMatches(field(pods, 'namespaceSelector') ?? {}, ofNamespace),
    selectorMatches(field(pods, 'podSelector') ?? {}, knownLabels(pod.labels)),
  ]);
}

const ACTIONS: Readonly<Record<string, PolicyOutcome>> = {
  Accept: 'allow',
  Allow: 'allow',
  Deny: 'deny',
  Pass: 'pass',
};

function judgeRule(
  kase: Case,
  policy: PolicyRecord,
  rule: unknown,
): { readonly matches: Truth; readonly action: PolicyOutcome } {
  const action = ACTIONS[text(rule, 'action') ?? ''] ?? 'none';
  const peers = list(rule, kase.direction === 'ingress' ? 'from' : 'to');
  if (peers.some((peer) => !isKnownPeer(kase, policy, peer))) {
    // Fail closed: an allowing rule matches nothing, any other denies everything (semantics 2.1, N59, N60).
    return action === 'allow' ? { matches: 'no', action } : { matches: 'yes', action: 'deny' };
  }
  const peerMatch = whicheverAddress(kase.peer, (address) =>
    some(peers.map((peer) => peerMatches(kase, action, peer, address))),
  );
  return { matches: all([peerMatch, trafficMatches(kase, policy, rule)]), action };
}

/** Peer types per kind and direction (semantics 2.1, 2.2). */
export function knownPeerTypes(kind: PolicyRecord['kind'], direction: Case['direction']): readonly string[] {
  if (direction === 'ingress') return ['namespaces', 'pods'];
  const egress = ['namespaces', 'pods', 'nodes', 'networks'];
  return kind === 'BaselineAdminNetworkPolicy' ? egress : [...egress, 'domainNames'];
}

function isKnownPeer({ direction }: Case, policy: PolicyRecord, peer: unknown): boolean {
  return knownPeerTypes(policy.kind, direction).some((type) => has(peer, type));
}

function peerMatches(
  kase: Case,
  action: PolicyOutcome,
  written: unknown,
  address: Address | undefined,
): Truth {
  const { peer, snapshot } = kase;
  if (has(written, 'namespaces') || has(written, 'pods')) return podsMatch(kase, written, peer.pod);
  if (has(written, 'nodes')) {
    // A node's address, whoever answers there: a hostNetwork pod is reached by it as well (N50, N51).
    if (peer.node === undefined && peer.pod?.hostNetwork !== true) return 'no';
    const labels = findNode(snapshot, peer.node)?.labels;
    // A hostNetwork pod runs on some node, but its labels can't be told where that node wasn't seen.
    const nothingKnown = { labels: {}, keyKnown: () => false };
    return selectorMatches(
      field(written, 'nodes'),
      labels === undefined ? nothingKnown : knownLabels(labels),
    );
  }
  if (has(written, 'networks')) {
    // Any address counts, a pod's and a node's too (semantics 2.1, N46, N47).
    return truth(list(written, 'networks').some((cidr) => inBlock(cidr, address)));
  }
  const matches = some(list(written, 'domainNames').map((pattern) => domainMatches(pattern, peer)));
  // Only allowing rules may name domains; what a Deny or Pass does is up to the implementation (N57).
  return action !== 'allow' && matches === 'yes' ? 'maybe' : matches;
}

/** `*.` stands for one or more labels, never for none (N55, N56). Any outside address may be a domain's. */
function domainMatches(pattern: unknown, peer: Case['peer']): Truth {
  if (!peer.external || typeof pattern !== 'string') return 'no';
  if (peer.domain === undefined) return 'maybe';
  const wanted = canonicalName(pattern);
  const name = canonicalName(peer.domain);
  return truth(wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted);
}

function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** No `ports` (v1alpha1) or `protocols` (v1alpha2): every protocol, ICMP too (N44). */
function trafficMatches(kase: Case, policy: PolicyRecord, rule: unknown): Truth {
  const entries = list(rule, policy.kind === 'ClusterNetworkPolicy' ? 'protocols' : 'ports');
  if (entries.length === 0) return 'yes';
  return some(
    entries.map((entry) =>
      policy.kind === 'ClusterNetworkPolicy' ? protocolMatches(kase, entry) : portMatches(kase, entry),
    ),
  );
}

/** v1alpha1: one of `portNumber`, `portRange`, `namedPort`; the first two default to TCP (N35, N36). */
function portMatches(kase: Case, entry: unknown): Truth {
  const { traffic } = kase;
  const portNumber = field(entry, 'portNumber');
  if (portNumber !== undefined) {
    const sameProtocol = (text(portNumber, 'protocol') ?? 'TCP') === traffic.protocol;
    return truth(sameProtocol && number(portNumber, 'port') === traffic.port);
  }
  const range = field(entry, 'portRange');
  if (range !== undefined) {
    const sameProtocol = (text(range, 'protocol') ?? 'TCP') === traffic.protocol;
    return truth(sameProtocol && inRange(range, traffic.port));
  }
  return named(kase, text(entry, 'namedPort'));
}

/** v1alpha2: one of `tcp`, `udp`, `sctp` with a destination port, or `destinationNamedPort` (semantics 2.2). */
function protocolMatches(kase: Case, entry: unknown): Truth {
  const { traffic } = kase;
  if (has(entry, 'destinationNamedPort')) return named(kase, text(entry, 'destinationNamedPort'));
  const ofProtocol = field(entry, traffic.protocol.toLowerCase());
  if (ofProtocol === undefined) return 'no';
  const destinationPort = field(ofProtocol, 'destinationPort');
  if (destinationPort === undefined) return 'yes';
  if (has(destinationPort, 'number')) return truth(number(destinationPort, 'number') === traffic.port);
  return truth(inRange(field(destinationPort, 'range'), traffic.port));
}

function inRange(range: unknown, port: number): boolean {
  return (number(range, 'start') ?? 0) <= port && port <= (number(range, 'end') ?? -1);
}

/** Any container port with that name, with that port's own protocol; only pods have names (N37, N38). */
function named({ destination, traffic }: Case, name: string | undefined): Truth {
  if (name === undefined || destination.pod === undefined || destination.pod.hostNetwork) return 'no';
  return namedPortMatches(destination, name, traffic);
}
