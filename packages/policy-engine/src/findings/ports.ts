import type { Cluster } from '../compile/compile.ts';
import { nearest } from '../input/nearest.ts';
import { forEachMember, type IntervalSet, overlaps, union } from '../sets/interval-set.ts';
import { type Finding, policyText } from './finding.ts';
import { selectsNothing, subjectColumns, workloadIds } from './workloads.ts';

/** Port names that no pod they could be resolved on declares: the entry matches nothing (semantics 1.4, K40). */
export function* namedPortsUnresolved(cluster: Cluster): Iterable<Finding> {
  const { resolver } = cluster.solver;
  for (const policy of cluster.policies.values()) {
    for (const block of policy.blocks) {
      const resolved = cluster.solver.resolved(cluster.solver.blockId(block));
      if (selectsNothing(resolved)) continue;
      for (const rule of resolved.rules) {
        const destinations =
          block.direction === 'ingress' ? subjectColumns(resolved) : union(rule.peers.sure, rule.peers.maybe);
        for (const term of rule.rule.connections) {
          if (term.type !== 'named') continue;
          const groups = resolver.namedPortGroups({ name: term.name, protocol: term.protocol });
          if (groups.some((group) => overlaps(group.columns, destinations))) continue;
          const declared = declaredNames(cluster, destinations);
          const near = nearest(term.name, declared);
          yield {
            code: 'named-port-unresolved',
            severity: 'warning',
            message: `Port name \`${term.name}\` in ${rule.rule.origin.path} of ${policyText(policy)} is declared by no pod it could apply to, so the entry matches nothing.`,
            policy: policy.key,
            path: `${rule.rule.origin.path}.ports[${term.index}]`,
            ...(policy.record.namespace === undefined ? {} : { namespace: policy.record.namespace }),
            evidence: [
              near !== undefined
                ? `Nearest name declared there: \`${near}\`.`
                : declared.size > 0
                  ? `Names declared there: ${[...declared].sort().slice(0, 5).join(', ')}.`
                  : 'Those pods declare no named port.',
            ],
            workloads: workloadIds(cluster, subjectColumns(resolved)),
          };
        }
      }
    }
  }
}

function declaredNames(cluster: Cluster, columns: IntervalSet): Set<string> {
  const { universe } = cluster;
  const out = new Set<string>();
  forEachMember(columns, (column) => {
    const own =
      column < universe.firstHidden ? column : universe.readingClasses[column - universe.firstReading];
    const ports = own === undefined ? undefined : universe.classes[own]?.namedPorts;
    for (const port of (ports === undefined ? undefined : universe.namedPorts[ports]) ?? []) {
      if (port.name !== undefined) out.add(port.name);
    }
  });
  return out;
}
