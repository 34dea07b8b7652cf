import type { Cluster } from '../compile/compile.ts';
import { isEmptySet } from '../sets/interval-set.ts';
import { type Finding, policyText } from './finding.ts';
import { selectsNothing, subjectColumns, workloadIds } from './workloads.ts';

/** Policies whose subject selects no pod at all. */
export function* policiesSelectingNothing(cluster: Cluster): Iterable<Finding> {
  for (const policy of cluster.policies.values()) {
    const blocks = policy.blocks.map((block) => cluster.solver.resolved(cluster.solver.blockId(block)));
    if (blocks.length === 0 || !blocks.every(selectsNothing)) continue;
    const own = policy.record.namespace;
    const isKnown = own === undefined || cluster.universe.namespaceIndex.has(own);
    yield {
      code: 'policy-selects-nothing',
      severity: 'warning',
      message: `${policyText(policy)} selects no pod, so it has no effect.`,
      policy: policy.key,
      path: own === undefined ? 'spec.subject' : 'spec.podSelector',
      ...(own === undefined ? {} : { namespace: own }),
      evidence: [
        isKnown && own !== undefined
          ? `No pod in namespace ${own} has the labels of its selector.`
          : 'No pod in the cluster has the labels of its selectors.',
      ],
      workloads: [],
    };
  }
}

/** Rules with a list of peers none of which exists. */
export function* peersMatchingNothing(cluster: Cluster): Iterable<Finding> {
  for (const policy of cluster.policies.values()) {
    for (const block of policy.blocks) {
      const resolved = cluster.solver.resolved(cluster.solver.blockId(block));
      if (selectsNothing(resolved)) continue;
      for (const rule of resolved.rules) {
        if (rule.rule.peers.length === 0 || rule.rule.caveat !== undefined) continue;
        const unmatched = rule.rule.peers.filter((term) => {
          const set = cluster.solver.resolver.peerTerm(term);
          return isEmptySet(set.sure) && isEmptySet(set.maybe);
        });
        if (unmatched.length === 0) continue;
        const all = isEmptySet(rule.peers.sure) && isEmptySet(rule.peers.maybe);
        const list = `${rule.rule.origin.path}.${block.direction === 'ingress' ? 'from' : 'to'}`;
        yield {
          code: 'peers-match-nothing',
          severity: all ? 'warning' : 'info',
          message: all
            ? `No peer of ${rule.rule.origin.path} of ${policyText(policy)} exists, so the rule has no effect.`
            : `${unmatched.length} of ${rule.rule.peers.length} peers of ${rule.rule.origin.path} of ${policyText(policy)} match nothing.`,
          policy: policy.key,
          path: all ? list : `${list}[${unmatched[0]?.index ?? 0}]`,
          ...(policy.record.namespace === undefined ? {} : { namespace: policy.record.namespace }),
          evidence: unmatched.map((term) => `${list}[${term.index}] matches no pod, node or address.`),
          workloads: workloadIds(cluster, subjectColumns(resolved)),
        };
      }
    }
  }
}
