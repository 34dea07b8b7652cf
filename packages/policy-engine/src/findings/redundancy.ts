import type { CompiledPolicy } from '../compile/compile.ts';
import { type Cluster, withPolicies } from '../compile/compile.ts';
import type { RuleBlock } from '../ir/ir.ts';
import type { PolicyKey } from '../model/records.ts';
import { changedRectangles } from '../queries/diff.ts';
import { explainColumns } from '../queries/explain.ts';
import { forEachMember, intersect, isEmptySet } from '../sets/interval-set.ts';
import { type Finding, policyText } from './finding.ts';
import { selectsNothing, subjectColumns, workloadIds } from './workloads.ts';

/** The cluster without one rule of a policy. */
export function withoutRule(cluster: Cluster, policy: CompiledPolicy, path: string): Cluster {
  const blocks = policy.blocks.map(
    (block): RuleBlock => ({ ...block, rules: block.rules.filter((rule) => rule.origin.path !== path) }),
  );
  return replace(cluster, policy.key, { ...policy, blocks });
}

/** The cluster without a policy. */
export function withoutPolicy(cluster: Cluster, key: PolicyKey): Cluster {
  return replace(cluster, key, undefined);
}

function replace(cluster: Cluster, key: PolicyKey, policy: CompiledPolicy | undefined): Cluster {
  const policies = new Map(cluster.policies);
  if (policy === undefined) policies.delete(key);
  else policies.set(key, policy);
  return withPolicies(cluster, policies);
}

/**
 * Policies, and rules of policies that do have an effect, whose removal changes no connection: proved by the diff, so what
 * the other end denies anyway counts too.
 */
export function* changingNothing(cluster: Cluster): Iterable<Finding> {
  for (const policy of cluster.policies.values()) {
    const blocks = policy.blocks.map((block) => cluster.solver.resolved(cluster.solver.blockId(block)));
    if (blocks.length === 0 || blocks.every(selectsNothing)) continue;
    const workloads = blocks.flatMap((block) => workloadIds(cluster, subjectColumns(block)));
    const common = {
      policy: policy.key,
      ...(policy.record.namespace === undefined ? {} : { namespace: policy.record.namespace }),
      workloads: [...new Set(workloads)],
    };
    if (changedRectangles(cluster, withoutPolicy(cluster, policy.key)).length === 0) {
      // A default-deny matters for pods that come later, whatever the diff over today's pods says.
      const guards = policy.blocks.some(
        (block) => block.rules.length === 0 && block.subject.pods.length === 0,
      );
      yield {
        ...common,
        code: 'policy-changes-nothing',
        severity: 'info',
        message: guards
          ? `${policyText(policy)} changes no connection of today's pods; it still isolates pods that come later.`
          : `Removing ${policyText(policy)} would change no connection.`,
        evidence: ['The diff of the cluster with and without it is empty.'],
        ...(guards
          ? {}
          : {
              fix: {
                description: `Remove ${policyText(policy)}`,
                edits: [{ type: 'remove-policy' as const, policy: policy.key }],
              },
            }),
      };
      continue;
    }
    for (const block of policy.blocks) {
      const resolved = cluster.solver.resolved(cluster.solver.blockId(block));
      if (selectsNothing(resolved)) continue;
      for (const rule of resolved.rules) {
        if (isEmptySet(rule.peers.sure) && isEmptySet(rule.peers.maybe)) continue;
        const { path } = rule.rule.origin;
        if (changedRectangles(cluster, withoutRule(cluster, policy, path)).length > 0) continue;
        const shadow = shadowedBy(cluster, policy, block, path);
        yield {
          ...common,
          path,
          code: shadow.length > 0 ? 'rule-shadowed' : 'rule-changes-nothing',
          severity: shadow.length > 0 ? 'warning' : 'info',
          message:
            shadow.length > 0
              ? `${path} of ${policyText(policy)} never decides anything: an earlier tier does.`
              : `Removing ${path} of ${policyText(policy)} would change no connection.`,
          evidence:
            shadow.length > 0
              ? shadow.map((text) => `Decided before by ${text}.`)
              : ['The diff of the cluster with and without the rule is empty.'],
          fix: {
            description: `Remove ${path} from ${policyText(policy)}`,
            edits: [{ type: 'remove', policy: policy.key, path }],
          },
        };
      }
    }
  }
}

/** Rules of other policies in earlier tiers or of lower priority number that decide every pair this rule matches. */
function shadowedBy(cluster: Cluster, policy: CompiledPolicy, block: RuleBlock, path: string): string[] {
  const resolved = cluster.solver.resolved(cluster.solver.blockId(block));
  const rule = resolved.rules.find((candidate) => candidate.rule.origin.path === path);
  if (rule === undefined) return [];
  const found = new Set<string>();
  let all = true;
  let pairs = 0;
  forEachMember(subjectColumns(resolved), (subject) => {
    if (!all || pairs > 500) return;
    forEachMember(intersect(rule.peers.sure, cluster.universe.regions.classes), (peer) => {
      if (!all || ++pairs > 500) return;
      const ingress = block.direction === 'ingress';
      const explanation = explainColumns(cluster, ingress ? peer : subject, ingress ? subject : peer);
      for (const part of explanation.parts) {
        const half = ingress ? part.ingress : part.egress;
        const mentions = half.rules.some(
          (match) => match.origin.policy === policy.key && match.origin.path === path,
        );
        if (mentions) all = false;
        for (const match of half.rules) {
          if (match.action !== 'pass' && match.tier === 'admin') {
            const other = cluster.policies.get(match.origin.policy);
            if (other !== undefined) found.add(`${match.origin.path} of ${policyText(other)}`);
          }
        }
      }
    });
  });
  return all && pairs > 0 ? [...found].slice(0, 3) : [];
}
