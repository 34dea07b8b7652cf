import type { ClusterSnapshot } from '@bulkhead/policy-engine';
import type { Enforcement } from '@bulkhead/protocol';
import type { FoundEngine } from './detect.ts';
import { ENGINES } from './engines.ts';
import { warningsOf } from './warnings.ts';

/**
 * What manifests say about who will enforce their policies: whose agent is among them. Text runs nothing, so a
 * conforming engine is assumed either way, and what only a running cluster shows is left out.
 */
export function enforcementOfManifests(snapshot: ClusterSnapshot, today: number): Enforcement {
  const engines = ENGINES.flatMap(({ name, title, daemonSets }): FoundEngine[] => {
    const agents = snapshot.pods.filter(
      ({ workload }) => workload.kind === 'DaemonSet' && daemonSets.includes(workload.name),
    );
    const found = [...new Set(agents.map(({ namespace, workload }) => `${namespace}/${workload.name}`))];
    if (found.length === 0) return [];
    const evidence = found.map((agent) => `The manifests have its agent, the DaemonSet ${agent}.`);
    return [{ name, title, confidence: 'likely', evidence, desired: 0, ready: 0 }];
  });
  const policies: Record<string, number> = {};
  for (const { kind } of snapshot.policies) policies[kind] = (policies[kind] ?? 0) + 1;
  const warnings = warningsOf('assumed', engines, {
    agents: undefined,
    pods: [],
    nodes: snapshot.nodes.map(({ labels }) => ({
      windows: labels['kubernetes.io/os'] === 'windows',
      aks: false,
    })),
    apiGroups: [],
    settings: {},
    policies,
    today,
  });
  return {
    determination: 'assumed',
    engines: engines.map(({ desired: _d, ready: _r, ...engine }) => engine),
    warnings: [...warnings],
  };
}
