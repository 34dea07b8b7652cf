import type { Cluster } from '../../compile/compile.ts';
import type { Direction, RuleOrigin } from '../../ir/ir.ts';
import { type PolicyKey, type PolicyRecord, policyKey } from '../../model/records.ts';
import type { RuleMatch } from '../../queries/trace.ts';
import { getAt, type Json, type JsonObject, toJson } from '../json.ts';
import { clusterPeerOf, endName } from './ends.ts';
import { freeName } from './free-name.ts';
import type { SuggestQuestion } from './model.ts';
import type { Candidate } from './rank.ts';

type ClusterKind = Exclude<PolicyRecord['kind'], 'NetworkPolicy'>;

const PEERS = { ingress: 'from', egress: 'to' } as const;
const MOST_PRIORITY = 1000;

/** A rule about exactly the asked connection, as a kind of cluster-scoped policy writes it. */
function ruleFor(
  { snapshot }: Cluster,
  { from, to, protocol, port }: SuggestQuestion,
  direction: Direction,
  kind: ClusterKind,
  action: 'allow' | 'deny',
): JsonObject {
  const peer = clusterPeerOf(snapshot, direction === 'ingress' ? from : to);
  const isNew = kind === 'ClusterNetworkPolicy';
  const allow = isNew ? 'Accept' : 'Allow';
  return {
    action: action === 'deny' ? 'Deny' : allow,
    [PEERS[direction]]: [peer],
    ...(isNew
      ? { protocols: [{ [protocol.toLowerCase()]: { destinationPort: { number: port } } }] }
      : { ports: [{ portNumber: { protocol, port } }] }),
  };
}

/** Whether rules of this direction can name both ends: a subject is made of pods, and so is a peer of ingress rules. */
function canName({ from, to }: SuggestQuestion, direction: Direction): boolean {
  return from.type !== 'addresses' && (direction === 'egress' || to.type !== 'addresses');
}

interface NewPolicy {
  readonly kind: Exclude<ClusterKind, 'BaselineAdminNetworkPolicy'>;
  readonly tier: string;
  readonly priority: number;
  readonly direction: Direction;
  readonly action: 'allow' | 'deny';
}

function newPolicy(
  cluster: Cluster,
  question: SuggestQuestion,
  { kind, tier, priority, direction, action }: NewPolicy,
): Candidate | undefined {
  const { from, to } = question;
  if (!canName(question, direction)) return undefined;
  const { snapshot } = cluster;
  const taken = new Set(snapshot.policies.filter((other) => other.kind === kind).map(({ name }) => name));
  const name = freeName([action, endName(from), 'to', endName(to)], taken);
  const isNew = kind === 'ClusterNetworkPolicy';
  const verb = action === 'deny' ? 'Deny' : 'Allow';
  return {
    title: `${verb} just this with the ${kind} ${name}`,
    edits: [
      {
        type: 'add-policy',
        object: {
          apiVersion: `policy.networking.k8s.io/${isNew ? 'v1alpha2' : 'v1alpha1'}`,
          kind,
          metadata: { name },
          spec: {
            ...(isNew ? { tier } : {}),
            priority,
            subject: clusterPeerOf(snapshot, direction === 'ingress' ? to : from),
            [direction]: [ruleFor(cluster, question, direction, kind, action)],
          },
        },
      },
    ],
  };
}

function field(policy: PolicyRecord | undefined, name: string): Json | undefined {
  return getAt(toJson(policy?.spec) ?? {}, [name]);
}

/** Priorities that policies of one kind and tier have; equal ones have no order among them. */
function prioritiesOf({ snapshot }: Cluster, kind: ClusterKind, tier: string): ReadonlySet<number> {
  const own = snapshot.policies.filter(
    (policy) => policy.kind === kind && (kind !== 'ClusterNetworkPolicy' || field(policy, 'tier') === tier),
  );
  return new Set(own.map(priorityOf));
}

function priorityOf(policy: PolicyRecord): number {
  return Number(field(policy, 'priority') ?? -1);
}

/**
 * A cluster-scoped policy that denies exactly the asked connection, before all others; only where the cluster is seen to
 * have such policies.
 */
export function denyJustThis(cluster: Cluster, question: SuggestQuestion): readonly Candidate[] {
  const kinds = new Set(cluster.snapshot.policies.map(({ kind }) => kind));
  const kind = kinds.has('ClusterNetworkPolicy') ? 'ClusterNetworkPolicy' : 'AdminNetworkPolicy';
  if (!kinds.has(kind)) return [];
  const taken = prioritiesOf(cluster, kind, 'Admin');
  let priority = 0;
  while (taken.has(priority)) priority += 1;
  if (priority > MOST_PRIORITY) return [];
  const direction = question.to.type === 'addresses' ? 'egress' : 'ingress';
  const candidate = newPolicy(cluster, question, {
    kind,
    tier: 'Admin',
    priority,
    direction,
    action: 'deny',
  });
  return candidate === undefined ? [] : [candidate];
}

/**
 * Ways to allow what rules of cluster-scoped policies deny: a policy of its own that comes first, or a rule before the
 * denying one in its own policy.
 */
export function allowBefore(
  cluster: Cluster,
  question: SuggestQuestion,
  direction: Direction,
  denying: readonly RuleMatch[],
): readonly Candidate[] {
  if (!canName(question, direction)) return [];
  const found = new Map<
    PolicyKey,
    { readonly record: PolicyRecord; readonly kind: ClusterKind; rule: RuleOrigin }
  >();
  for (const { origin } of denying) {
    const record = cluster.policies.get(origin.policy)?.record;
    if (record === undefined || record.kind === 'NetworkPolicy') continue;
    const known = found.get(origin.policy);
    // Before the first that denies is before all of them.
    if (known === undefined) found.set(origin.policy, { record, kind: record.kind, rule: origin });
    else if (origin.rule < known.rule.rule) known.rule = origin;
  }
  const policies = [...found.values()];
  if (policies.length === 0) return [];
  const inPlace: Candidate = {
    title: `Allow it before the rule that denies it in ${policies.map(({ record }) => record.name).join(', ')}`,
    edits: policies.map(({ record, kind, rule }) => ({
      type: 'insert',
      policy: policyKey(record),
      path: rule.path,
      value: ruleFor(cluster, question, direction, kind, 'allow'),
    })),
  };
  return [...comingFirst(cluster, question, direction, policies), inPlace];
}

/** A policy of its own before all that deny; none where there is no priority left, or all of them are baseline policies without one. */
function comingFirst(
  cluster: Cluster,
  question: SuggestQuestion,
  direction: Direction,
  policies: readonly { readonly record: PolicyRecord; readonly kind: ClusterKind }[],
): readonly Candidate[] {
  const [first] = policies
    .filter(({ kind }) => kind !== 'BaselineAdminNetworkPolicy')
    .toSorted((a, b) => priorityOf(a.record) - priorityOf(b.record));
  if (first === undefined || first.kind === 'BaselineAdminNetworkPolicy') return [];
  const { record, kind } = first;
  const tier = String(field(record, 'tier') ?? 'Admin');
  const taken = prioritiesOf(cluster, kind, tier);
  let priority = priorityOf(record) - 1;
  while (taken.has(priority)) priority -= 1;
  if (priority < 0) return [];
  const candidate = newPolicy(cluster, question, { kind, tier, priority, direction, action: 'allow' });
  return candidate === undefined ? [] : [candidate];
}
