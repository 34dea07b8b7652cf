import type { Cluster } from '../compile/compile.ts';
import { intersect, isEmptySet, size, union } from '../sets/interval-set.ts';
import { type Finding, listText, policyText } from './finding.ts';
import { workloadIds } from './workloads.ts';

/**
 * CIDR peers that cover addresses of pods or nodes. `ipBlock` is meant for addresses outside of the cluster (semantics
 * 1.5, 8.2): pod addresses change, and engines differ in whether a block matches them (section 0).
 */
export function* cidrsOverClusterAddresses(cluster: Cluster): Iterable<Finding> {
  const { universe } = cluster;
  for (const policy of cluster.policies.values()) {
    if (policy.record.kind !== 'NetworkPolicy') continue;
    for (const block of policy.blocks) {
      for (const rule of block.rules) {
        for (const peer of rule.peers) {
          if (peer.type !== 'cidr') continue;
          const set = cluster.solver.resolver.peerTerm(peer);
          const all = union(set.sure, set.maybe);
          const pods = intersect(all, universe.plainPods);
          const nodes = intersect(all, universe.regions.nodes);
          if (isEmptySet(pods) && isEmptySet(nodes)) continue;
          const whole = peer.cidr.endsWith('/0');
          const list = block.direction === 'ingress' ? 'from' : 'to';
          const ids = workloadIds(cluster, pods);
          yield {
            code: 'cidr-over-cluster-addresses',
            severity: whole ? 'info' : 'warning',
            message: `ipBlock ${peer.cidr} of ${policyText(policy)} covers addresses of ${[
              ids.length > 0 ? `${ids.length} workload${ids.length === 1 ? '' : 's'}` : '',
              isEmptySet(nodes) ? '' : `${size(nodes)} node${size(nodes) === 1 ? '' : 's'}`,
            ]
              .filter((text) => text !== '')
              .join(' and ')}; engines differ in whether it matches them.`,
            policy: policy.key,
            path: `${rule.origin.path}.${list}[${peer.index}].ipBlock`,
            ...(policy.record.namespace === undefined ? {} : { namespace: policy.record.namespace }),
            evidence: [
              ...(ids.length > 0 ? [`Pods: ${listText(ids)}.`] : []),
              'Cilium never matches pods by ipBlock; Azure NPM and Calico do.',
            ],
            workloads: ids,
          };
        }
      }
    }
  }
}
