import type { PolicyRecord } from '../model/records.ts';
import { clusterPolicyProblem } from './spec-validity-cluster.ts';
import { networkPolicyProblem } from './spec-validity-network.ts';

/**
 * Why the API server would reject the policy, as the path of the first field at fault; `undefined` for a valid one.
 * A rejected policy can't exist in a cluster; seen in a file it has no effect (the INV rows of semantics section 6).
 */
export function problemOf(policy: PolicyRecord): string | undefined {
  return policy.kind === 'NetworkPolicy' ? networkPolicyProblem(policy.spec) : clusterPolicyProblem(policy);
}
