import type { PolicyKind, PolicyRecord } from '@bulkhead/policy-engine';
import type { NamespacePlan } from '../plan.ts';
import type { Rng } from '../random.ts';
import type { RuleSources } from './rules.ts';
import { type LabelSelector, namespaceNamed } from './spec.ts';

/**
 * Cluster-scoped policies are made once in words of v1alpha2 and then written in either version, so that the two
 * mean the same wherever both can say it.
 */
interface ClusterRule {
  readonly name: string;
  readonly action: 'Accept' | 'Deny' | 'Pass';
  readonly peers: readonly unknown[];
  readonly ports?: readonly {
    readonly protocol: 'TCP' | 'UDP' | 'SCTP';
    readonly from: number;
    readonly to: number;
  }[];
  readonly namedPort?: string;
}

interface ClusterPolicyPlan {
  readonly subject: unknown;
  readonly ingress?: readonly ClusterRule[];
  readonly egress?: readonly ClusterRule[];
}

const byEnv = (env: string): LabelSelector => ({ matchLabels: { 'example.com/env': env } });
const EVERY_POD = [{ namespaces: {} }];

/** Guard rails that platform teams really have, with the teams and ranges of this cluster filled in. */
function planPolicy(rng: Rng, sources: RuleSources): ClusterPolicyPlan {
  const team = rng.pick(sources.namespaces).labels['example.com/team'] ?? 'platform';
  const ofTeam: LabelSelector = { matchLabels: { 'example.com/team': team } };
  return rng.weighted<() => ClusterPolicyPlan>([
    [
      () => ({
        subject: { namespaces: {} },
        egress: [
          {
            name: 'dns',
            action: 'Accept',
            peers: [
              {
                pods: {
                  namespaceSelector: namespaceNamed('kube-system'),
                  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
                },
              },
            ],
            ports: [
              { protocol: 'UDP', from: 53, to: 53 },
              { protocol: 'TCP', from: 53, to: 53 },
            ],
          },
        ],
      }),
      1,
    ],
    [
      () => ({
        subject: { namespaces: byEnv('prod') },
        ingress: [
          { name: 'own-team', action: 'Pass', peers: [{ namespaces: ofTeam }] },
          { name: 'no-dev', action: 'Deny', peers: [{ namespaces: byEnv('dev') }] },
        ],
      }),
      2,
    ],
    [
      () => ({
        subject: { pods: { namespaceSelector: ofTeam, podSelector: { matchLabels: { tier: 'data' } } } },
        ingress: [
          { name: 'team', action: 'Pass', peers: [{ namespaces: ofTeam }] },
          {
            name: 'scrapes',
            action: 'Accept',
            peers: [{ namespaces: namespaceNamed('monitoring') }],
            ...(rng.chance(0.5)
              ? { namedPort: 'metrics' }
              : { ports: [{ protocol: 'TCP', from: 9_000, to: 9_999 }] }),
          },
          { name: 'others', action: 'Deny', peers: EVERY_POD },
        ],
      }),
      3,
    ],
    [
      () => ({
        subject: { namespaces: ofTeam },
        egress: [
          {
            name: 'partners',
            action: 'Pass',
            peers: [{ networks: rng.sample(sources.cidrs, rng.int(2, 20)) }],
          },
          { name: 'metadata', action: 'Deny', peers: [{ networks: ['169.254.169.254/32'] }] },
        ],
      }),
      2,
    ],
    [
      () => ({
        subject: { namespaces: byEnv(rng.pick(['dev', 'stage'])) },
        egress: [
          {
            name: 'kubelet',
            action: 'Deny',
            peers: [{ nodes: {} }],
            ports: [{ protocol: 'TCP', from: 10_250, to: 10_255 }],
          },
        ],
      }),
      1,
    ],
  ])();
}

function v1alpha2Rule(rule: ClusterRule, peerField: 'from' | 'to'): unknown {
  const protocols = rule.namedPort
    ? [{ destinationNamedPort: rule.namedPort }]
    : rule.ports?.map(({ protocol, from, to }) => ({
        [protocol.toLowerCase()]: {
          destinationPort: from === to ? { number: from } : { range: { start: from, end: to } },
        },
      }));
  return {
    name: rule.name,
    action: rule.action,
    [peerField]: rule.peers,
    ...(protocols ? { protocols } : {}),
  };
}

function v1alpha1Rule(rule: ClusterRule, peerField: 'from' | 'to'): unknown {
  const ports = rule.namedPort
    ? [{ namedPort: rule.namedPort }]
    : rule.ports?.map(({ protocol, from, to }) =>
        from === to
          ? { portNumber: { protocol, port: from } }
          : { portRange: { protocol, start: from, end: to } },
      );
  const action = rule.action === 'Accept' ? 'Allow' : rule.action;
  return { name: rule.name, action, [peerField]: rule.peers, ...(ports ? { ports } : {}) };
}

function policyRecord(kind: PolicyKind, name: string, spec: Readonly<Record<string, unknown>>): PolicyRecord {
  const version = kind === 'ClusterNetworkPolicy' ? 'v1alpha2' : 'v1alpha1';
  return { apiVersion: `policy.networking.k8s.io/${version}`, kind, name, spec };
}

function rules(plan: ClusterPolicyPlan, write: typeof v1alpha2Rule): Record<string, unknown> {
  return {
    ...(plan.ingress ? { ingress: plan.ingress.map((rule) => write(rule, 'from')) } : {}),
    ...(plan.egress ? { egress: plan.egress.map((rule) => write(rule, 'to')) } : {}),
  };
}

function baseline(): PolicyRecord {
  const plan: ClusterPolicyPlan = {
    subject: { namespaces: byEnv('prod') },
    ingress: [{ name: 'no-stage', action: 'Deny', peers: [{ namespaces: byEnv('stage') }] }],
  };
  return policyRecord('BaselineAdminNetworkPolicy', 'default', {
    subject: plan.subject,
    ...rules(plan, v1alpha1Rule),
  });
}

/**
 * `count` cluster-scoped policies: one BaselineAdminNetworkPolicy where there are three or more, one in four an
 * AdminNetworkPolicy, one in five in the Baseline tier. Priorities are unique, so that no verdict is left undefined.
 */
export function generateClusterPolicies(
  namespaces: readonly NamespacePlan[],
  count: number,
  sources: RuleSources,
  rng: Rng,
): PolicyRecord[] {
  const records: PolicyRecord[] = count >= 3 ? [baseline()] : [];
  const teams = { ...sources, namespaces: namespaces.filter(({ system }) => !system) };
  const step = Math.max(1, Math.floor(1_000 / Math.max(1, count)));
  for (let i = records.length; i < count; i++) {
    const plan = planPolicy(rng, teams);
    const priority = Math.min(1_000, i * step);
    if (i % 4 === 1) {
      records.push(
        policyRecord('AdminNetworkPolicy', `admin-${i}`, {
          priority,
          subject: plan.subject,
          ...rules(plan, v1alpha1Rule),
        }),
      );
    } else {
      const tier = i % 5 === 3 ? 'Baseline' : 'Admin';
      records.push(
        policyRecord('ClusterNetworkPolicy', `cluster-${i}`, {
          tier,
          priority,
          subject: plan.subject,
          ...rules(plan, v1alpha2Rule),
        }),
      );
    }
  }
  return records;
}
