import type { Cluster, CompiledPolicy } from '../compile/compile.ts';
import type { ResolvedBlock, ResolvedRule } from '../compile/resolve.ts';
import { TIERS } from '../ir/ir.ts';
import { intersect, isEmptySet, overlaps, union } from '../sets/interval-set.ts';
import { type Finding, policyText } from './finding.ts';
import { subjectColumns, workloadIds } from './workloads.ts';

/** Pairs of policies with equal tier and priority that decide the same traffic differently: undefined (N26). */
export function* equalPriorityConflicts(cluster: Cluster): Iterable<Finding> {
  const groups = new Map<string, { policy: CompiledPolicy; block: ResolvedBlock }[]>();
  for (const policy of cluster.policies.values()) {
    for (const block of policy.blocks) {
      if (TIERS.find((tier) => tier.id === block.tier)?.conflictsAreUndefined !== true) continue;
      const key = `${block.tier}/${block.order}/${block.direction}`;
      const entry = { policy, block: cluster.solver.resolved(cluster.solver.blockId(block)) };
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [entry]);
      else group.push(entry);
    }
  }
  for (const group of groups.values()) {
    for (const [index, a] of group.entries()) {
      for (const b of group.slice(index + 1)) {
        const subjects = intersect(subjectColumns(a.block), subjectColumns(b.block));
        if (isEmptySet(subjects)) continue;
        const clash = findClash(cluster, a.block, b.block);
        if (clash === undefined) continue;
        yield {
          code: 'equal-priority-conflict',
          severity: 'error',
          message: `${policyText(a.policy)} and ${policyText(b.policy)} have the same priority and decide the same traffic differently: which one wins is undefined.`,
          policy: a.policy.key,
          path: 'spec.priority',
          evidence: [
            `${clash[0].rule.origin.path} of ${policyText(a.policy)}: ${clash[0].action}.`,
            `${clash[1].rule.origin.path} of ${policyText(b.policy)}: ${clash[1].action}.`,
          ],
          workloads: workloadIds(cluster, subjects),
        };
      }
    }
  }
}

function findClash(
  cluster: Cluster,
  a: ResolvedBlock,
  b: ResolvedBlock,
): readonly [ResolvedRule, ResolvedRule] | undefined {
  const { space } = cluster.cells;
  for (const x of a.rules) {
    for (const y of b.rules) {
      if (x.action === y.action) continue;
      const peers = overlaps(union(x.peers.sure, x.peers.maybe), union(y.peers.sure, y.peers.maybe));
      const named = x.named.length > 0 || y.named.length > 0;
      if (peers && (named || space.intersect(x.connections, y.connections) !== space.none)) return [x, y];
    }
  }
  return undefined;
}
