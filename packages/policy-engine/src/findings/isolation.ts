import type { Cluster } from '../compile/compile.ts';
import { isolation } from '../queries/coverage.ts';
import type { Finding } from './finding.ts';

/** Namespaces with pods of which none is isolated for ingress: anyone may connect. */
export function* namespacesNotIsolated(cluster: Cluster): Iterable<Finding> {
  for (const entry of cluster.universe.namespaces) {
    if (entry.last < entry.first) continue;
    if (isolation(cluster, 'ingress', entry.first, entry.last) !== 'open') continue;
    const { name } = entry.record;
    const workloads = cluster.universe.workloads
      .slice(entry.firstWorkload, entry.lastWorkload + 1)
      .filter((workload) => workload.last >= workload.first);
    yield {
      code: 'namespace-not-isolated',
      severity: 'warning',
      message: `No pod in namespace ${name} is isolated: every pod and address may connect to all of it.`,
      namespace: name,
      evidence: [
        `${workloads.length} workload${workloads.length === 1 ? '' : 's'}, none selected by a NetworkPolicy for ingress.`,
      ],
      workloads: workloads.map((workload) => workload.id),
      fix: {
        description: `Deny all ingress in ${name}, then allow what is needed`,
        edits: [
          {
            type: 'add-policy',
            object: {
              apiVersion: 'networking.k8s.io/v1',
              kind: 'NetworkPolicy',
              metadata: { name: 'default-deny-ingress', namespace: name },
              spec: { podSelector: {}, policyTypes: ['Ingress'] },
            },
          },
        ],
      },
    };
  }
}
