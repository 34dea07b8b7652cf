import type { Cluster } from '../compile/compile.ts';
import { withoutPolicy, withoutRule } from '../findings/redundancy.ts';
import type { PolicyKey } from '../model/records.ts';
import { type ChangedRectangle, changedRectangles } from './diff.ts';

/**
 * What a rule (`path`: `spec.ingress[0]`), or with no path the whole policy, is alone responsible for: the pairs that
 * would change without it, `before` with it and `after` without. Empty for one that changes nothing; `undefined` where
 * there is no such policy.
 */
export function contribution(
  cluster: Cluster,
  key: PolicyKey,
  path?: string,
): ChangedRectangle[] | undefined {
  const policy = cluster.policies.get(key);
  if (policy === undefined) return undefined;
  const without = path === undefined ? withoutPolicy(cluster, key) : withoutRule(cluster, policy, path);
  return changedRectangles(cluster, without);
}
