import type { ClusterSnapshot } from '@bulkhead/policy-engine';
import { cidrPool } from './addresses.ts';
import type { GeneratorOptions } from './options.ts';
import { type ClusterPlan, planCluster } from './plan.ts';
import { planNodes, planPods } from './pods.ts';
import { generateClusterPolicies } from './policies/cluster-policies.ts';
import { generateNetworkPolicies } from './policies/network-policies.ts';
import type { RuleSources } from './policies/rules.ts';
import { createRng, type Rng } from './random.ts';
import { planServices } from './services.ts';

/** The plan behind a snapshot, for what wants to add to it in the same style. */
export interface Blueprint {
  readonly plan: ClusterPlan;
  readonly sources: RuleSources;
  readonly rng: Rng;
}

export function drawBlueprint(options: GeneratorOptions): Blueprint {
  const rng = createRng(options.seed);
  const plan = planCluster(options, rng.fork('plan'));
  const cidrs = cidrPool(rng.fork('cidrs'), options.cidrs ?? 100 + Math.round(options.policies / 10));
  return { plan, sources: { namespaces: plan.namespaces, cidrs }, rng };
}

/**
 * A cluster of the given size, as a live one would be read: many small namespaces and a few giants, system agents in
 * the network of the nodes, default-deny and allow policies, allow lists, cluster-scoped policies on top.
 *
 * The same options give the same snapshot. Pods, policies and namespaces are exact as long as there is a namespace for
 * the system's three and one team, a pod for each team namespace, and room for the system's own pods.
 */
export function generateCluster(options: GeneratorOptions): ClusterSnapshot {
  const { plan, sources, rng } = drawBlueprint(options);
  const dualStack = options.dualStack ?? false;
  const nodes = planNodes(plan, dualStack);
  const adminPolicies =
    options.adminPolicies ?? Math.min(60, Math.max(3, Math.round(options.policies / 100)));
  return {
    namespaces: plan.namespaces.map(({ name, labels }) => ({ name, labels, labelsKnown: true })),
    pods: planPods(plan, nodes, dualStack, rng.fork('pods')),
    nodes,
    services: planServices(plan.namespaces),
    policies: [
      ...generateNetworkPolicies(plan.namespaces, options.policies, sources, rng.fork('network-policies')),
      ...generateClusterPolicies(plan.namespaces, adminPolicies, sources, rng.fork('cluster-policies')),
    ],
    hidden: [],
  };
}
