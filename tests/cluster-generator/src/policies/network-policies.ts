import type { PolicyRecord } from '@bulkhead/policy-engine';
import { type NamespacePlan, share, type WorkloadPlan } from '../plan.ts';
import type { Rng } from '../random.ts';
import { allowList, egressRule, ingressRule, podSelector, type RuleSources } from './rules.ts';
import { DNS_EGRESS, type NetworkPolicySpec, namespaceNamed } from './spec.ts';

interface NamedSpec {
  readonly name: string;
  readonly spec: NetworkPolicySpec;
}

/** What a careful team writes first, in this order; the more policies a namespace has, the further it gets. */
function foundations(rng: Rng, namespace: NamespacePlan): NamedSpec[] {
  const closed = rng.chance(0.35);
  const specs: NamedSpec[] = [
    {
      name: 'default-deny',
      spec: { podSelector: {}, policyTypes: closed ? ['Ingress', 'Egress'] : ['Ingress'] },
    },
  ];
  // One team in eight forgets.
  if (closed && !rng.chance(0.125)) {
    specs.push({
      name: 'allow-dns',
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [DNS_EGRESS] },
    });
  }
  if (namespace.workloads.some(({ role }) => role === 'web')) {
    specs.push({
      name: 'web-from-ingress',
      spec: {
        podSelector: { matchLabels: { 'app.kubernetes.io/component': 'web' } },
        policyTypes: ['Ingress'],
        ingress: [
          { from: [{ namespaceSelector: namespaceNamed('ingress-nginx') }], ports: [{ port: 'http' }] },
        ],
      },
    });
  }
  if (rng.chance(0.6)) {
    specs.push({
      name: 'metrics',
      spec: {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [
              {
                namespaceSelector: namespaceNamed('monitoring'),
                podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } },
              },
            ],
            ports: [{ port: 'metrics' }],
          },
        ],
      },
    });
  }
  if (rng.chance(0.4)) {
    specs.push({
      name: 'same-namespace',
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
    });
  }
  return specs;
}

/** One allow policy for one workload, written as an application team would. */
export function workloadPolicySpec(
  rng: Rng,
  namespace: NamespacePlan,
  subject: WorkloadPlan,
  sources: RuleSources,
): NetworkPolicySpec {
  const ruleCount = rng.weighted([
    [1, 6],
    [2, 3],
    [4, 1],
  ] as const);
  const ingress = () =>
    Array.from({ length: ruleCount }, () => ingressRule(rng, namespace, subject, sources));
  const egress = () => Array.from({ length: ruleCount }, () => egressRule(rng, namespace, sources));
  const selector = podSelector(rng, subject);
  return rng.weighted<() => NetworkPolicySpec>([
    // Without policyTypes, as half of the world's manifests are.
    [() => ({ podSelector: selector, ingress: ingress() }), 4],
    [() => ({ podSelector: selector, policyTypes: ['Ingress'], ingress: ingress() }), 4],
    [() => ({ podSelector: selector, policyTypes: ['Egress'], egress: [DNS_EGRESS, ...egress()] }), 2],
    [
      () => ({
        podSelector: selector,
        policyTypes: ['Ingress', 'Egress'],
        ingress: ingress(),
        egress: [DNS_EGRESS, ...egress()],
      }),
      1,
    ],
    [() => ({ podSelector: selector, policyTypes: ['Ingress'], ingress: [{}] }), 0.3],
    [
      () => ({
        podSelector: selector,
        policyTypes: ['Ingress'],
        ingress: [{ from: allowList(rng, sources), ports: [{ port: 443 }] }],
      }),
      0.4,
    ],
  ])();
}

function namespacePolicies(
  rng: Rng,
  namespace: NamespacePlan,
  count: number,
  sources: RuleSources,
): NamedSpec[] {
  const specs = foundations(rng, namespace).slice(0, count);
  while (specs.length < count && namespace.workloads.length > 0) {
    const subject = rng.pick(namespace.workloads);
    specs.push({
      name: `${subject.name}-${specs.length}`,
      spec: workloadPolicySpec(rng, namespace, subject, sources),
    });
  }
  return specs;
}

export function networkPolicyRecord(namespace: string, name: string, spec: NetworkPolicySpec): PolicyRecord {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace, name, spec };
}

/** `count` NetworkPolicies in the teams' namespaces: more where there are more workloads, none in a fifth of them. */
export function generateNetworkPolicies(
  namespaces: readonly NamespacePlan[],
  count: number,
  sources: RuleSources,
  rng: Rng,
): PolicyRecord[] {
  const teams = namespaces.filter(({ system, workloads }) => !system && workloads.length > 0);
  const guarded = teams.filter((_, index) => index === 0 || !rng.chance(0.2));
  const counts = share(
    count,
    guarded.map(({ workloads }) => Math.sqrt(workloads.length)),
  );
  return guarded.flatMap((namespace, index) =>
    namespacePolicies(rng, namespace, counts[index] ?? 0, sources).map(({ name, spec }) =>
      networkPolicyRecord(namespace.name, name, spec),
    ),
  );
}
