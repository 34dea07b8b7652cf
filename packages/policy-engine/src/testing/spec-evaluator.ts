import type { ClusterSnapshot, HiddenRecord, PolicyRecord } from '../model/records.ts';
import {
  type Actor,
  actorOf,
  type EndpointRef,
  isEndpoint,
  type Traffic,
  type World,
  worlds,
} from './spec-actor.ts';
import { clusterPolicyTier } from './spec-cluster-policies.ts';
import { type Case, isPodFor, networkPolicyTier, type Outcome } from './spec-network-policy.ts';
import { problemOf } from './spec-validity.ts';

export type { EndpointRef, Protocol, Traffic } from './spec-actor.ts';

export type Verdict = 'allowed' | 'denied' | 'unknown';

/**
 * The slow twin of the engine: a transcription of the policy semantics that answers one question at a time from the
 * raw specs, sharing no code with the engine. It is meant to be read against the semantics' numbered rules and rows.
 *
 * Whatever the contract or the input leaves open is a set of possible outcomes; the verdict is known when only one
 * remains. An end that isn't an endpoint (unknown to the snapshot, pending, finished) gives `unknown`.
 */
export function evaluate(
  snapshot: ClusterSnapshot,
  from: EndpointRef,
  to: EndpointRef,
  traffic: Traffic,
): Verdict {
  return evaluateValid(withoutInvalid(snapshot), from, to, traffic);
}

/** Invalid policies have no effect: a cluster would never have accepted them. */
export function withoutInvalid(snapshot: ClusterSnapshot): ClusterSnapshot {
  return { ...snapshot, policies: snapshot.policies.filter((policy) => problemOf(policy) === undefined) };
}

/** {@link evaluate} for a snapshot whose policies are all valid, so that many questions don't validate them anew. */
export function evaluateValid(
  snapshot: ClusterSnapshot,
  from: EndpointRef,
  to: EndpointRef,
  traffic: Traffic,
): Verdict {
  if (!isEndpoint(snapshot, from) || !isEndpoint(snapshot, to)) return 'unknown';
  // A pod to itself is kept out of verdicts (semantics 0.3, K70, N64).
  if (sameEndpoint(from, to)) return 'allowed';
  const verdicts = new Set(
    worlds(snapshot, from, to).map((world) => judge(snapshot, from, to, traffic, world)),
  );
  const [only] = verdicts;
  return only !== undefined && verdicts.size === 1 ? only : 'unknown';
}

function sameEndpoint(from: EndpointRef, to: EndpointRef): boolean {
  if (from.kind === 'pod' && to.kind === 'pod') {
    return from.namespace === to.namespace && from.name === to.name;
  }
  return from.kind === 'node' && to.kind === 'node' && from.name === to.name;
}

/** Allowed iff egress at the source AND ingress at the destination allow (semantics 0.1). */
function judge(
  snapshot: ClusterSnapshot,
  from: EndpointRef,
  to: EndpointRef,
  traffic: Traffic,
  world: World,
): Verdict {
  const source = actorOf(snapshot, from);
  const destination = actorOf(snapshot, to);
  // Traffic from a pod's node to it is always allowed (semantics 1.9, K64).
  if (isNodeOf(source, destination, world)) return 'allowed';
  const shared = { snapshot, world, traffic, destination };
  const toOwnNode = isNodeOf(destination, source, world);
  const egress = side({
    ...shared,
    direction: 'egress',
    subject: source,
    peer: destination,
    ownNode: toOwnNode,
  });
  const ingress = side({
    ...shared,
    direction: 'ingress',
    subject: destination,
    peer: source,
    ownNode: false,
  });
  if (isOnly(egress, 'deny') || isOnly(ingress, 'deny')) return 'denied';
  return isOnly(egress, 'allow') && isOnly(ingress, 'allow') ? 'allowed' : 'unknown';
}

/** `node` is, or is treated as, the node that `pod` runs on. */
function isNodeOf(node: Actor, pod: Actor, world: World): boolean {
  const isNode = node.pod === undefined || world === 'as-node';
  return isNode && node.node !== undefined && pod.pod !== undefined && pod.pod.node === node.node;
}

function isOnly(outcomes: ReadonlySet<Outcome>, outcome: Outcome): boolean {
  return outcomes.size === 1 && outcomes.has(outcome);
}

/** One direction of one end, tier after tier (semantics 2.3). What no tier decides is allowed. */
function side(kase: Case): ReadonlySet<Outcome> {
  const { snapshot } = kase;
  // Nodes and outside addresses have no policies, so their side always allows (semantics 0.1).
  if (kase.subject.pod === undefined) return new Set(['allow']);
  const namespaced = snapshot.policies.filter((policy) => policy.kind === 'NetworkPolicy');
  const clusterScoped = snapshot.policies.filter((policy) => policy.kind !== 'NetworkPolicy');
  const tiers: readonly (() => ReadonlySet<Outcome>)[] = [
    () => unreadKinds(kase),
    () => clusterPolicyTier(kase, 'Admin', clusterScoped, isHidden(snapshot, ['AdminNetworkPolicy'])),
    () => networkPolicyTier(kase, namespaced, hidesNetworkPolicies(snapshot, kase.subject)),
    () =>
      clusterPolicyTier(kase, 'Baseline', clusterScoped, isHidden(snapshot, ['BaselineAdminNetworkPolicy'])),
  ];
  const outcomes = new Set<Outcome>();
  for (const tier of tiers) {
    const ofTier = tier();
    if (ofTier.has('allow')) outcomes.add('allow');
    if (ofTier.has('deny')) outcomes.add('deny');
    if (!ofTier.has('continue')) return outcomes;
  }
  return outcomes.add('allow');
}

/**
 * Policies of kinds that aren't read here, Calico's and Cilium's say, may decide anything before those that are
 * (N70, N72), for the pods of their namespace or, cluster-scoped, for all. Staged ones are never enforced.
 */
function unreadKinds({ snapshot, subject, world }: Case): ReadonlySet<Outcome> {
  const mayDecide = (snapshot.unreadPolicies ?? []).some(
    ({ kind, namespace }) =>
      !kind.startsWith('Staged') && (namespace === undefined || namespace === subject.pod?.namespace),
  );
  return new Set(isPodFor(subject, world) && mayDecide ? ['allow', 'deny', 'continue'] : ['continue']);
}

const RESOURCES: Readonly<Record<PolicyRecord['kind'], string>> = {
  NetworkPolicy: 'networkpolicies.networking.k8s.io',
  ClusterNetworkPolicy: 'clusternetworkpolicies.policy.networking.k8s.io',
  AdminNetworkPolicy: 'adminnetworkpolicies.policy.networking.k8s.io',
  BaselineAdminNetworkPolicy: 'baselineadminnetworkpolicies.policy.networking.k8s.io',
};

/** A ClusterNetworkPolicy may be of either tier, so hiding that kind hides both (section 8.12). */
function isHidden(snapshot: ClusterSnapshot, kinds: readonly PolicyRecord['kind'][]): boolean {
  const resources = [...kinds, 'ClusterNetworkPolicy' as const].map((kind) => RESOURCES[kind]);
  return snapshot.hidden.some(({ resource }) => resources.includes(resource));
}

function hidesNetworkPolicies(snapshot: ClusterSnapshot, { pod }: Actor): boolean {
  if (pod === undefined) return false;
  const covers = ({ resource, namespaces }: HiddenRecord): boolean =>
    resource === RESOURCES.NetworkPolicy && (namespaces?.includes(pod.namespace) ?? true);
  return (
    snapshot.hidden.some(covers) ||
    snapshot.namespaces.some(({ name, hidden }) => name === pod.namespace && hidden === true)
  );
}
