import type { Labels, PolicyKey } from '../model/records.ts';
import { workloadId, workloadIsolation, workloadPods } from './graph.ts';
import type { IsolationState } from './graph-model.ts';
import type { Lens } from './lens.ts';
import { type DraftMark, namespaceMark, workloadMark } from './mark.ts';
import { subjectsOf } from './policy.ts';

export interface IndexedWorkload {
  readonly id: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly pods: number;
  readonly ingress: IsolationState;
  readonly egress: IsolationState;
  readonly labels: Labels;
  readonly mark: DraftMark | null;
}

export interface IndexedNamespace {
  readonly id: string;
  readonly name: string;
  readonly workloads: number;
  readonly policies: number;
  readonly hidden: boolean;
  readonly mark: DraftMark | null;
}

export interface IndexedPolicy {
  readonly key: PolicyKey;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  /** How many workloads it selects. */
  readonly subjects: number;
  readonly ingressRules: number | null;
  readonly egressRules: number | null;
  readonly problems: number;
}

/** What can be found by name: the lists at the side and the palette. Sorted by namespace and name. */
export interface ClusterIndex {
  readonly namespaces: readonly IndexedNamespace[];
  readonly workloads: readonly IndexedWorkload[];
  readonly policies: readonly IndexedPolicy[];
  readonly kinds: readonly string[];
}

/** Lists everything; a direction that a policy doesn't speak about has no rules (`null`). */
export function clusterIndex(lens: Lens): ClusterIndex {
  const { universe, policies } = lens.after;
  const perNamespace = new Map<string, number>();
  const indexed: IndexedPolicy[] = [];
  for (const policy of policies.values()) {
    const { record } = policy;
    const namespace = record.namespace ?? null;
    if (namespace !== null) perNamespace.set(namespace, (perNamespace.get(namespace) ?? 0) + 1);
    const rules = (direction: 'ingress' | 'egress') => {
      const blocks = policy.blocks.filter((block) => block.direction === direction);
      return blocks.length === 0 ? null : blocks.reduce((sum, block) => sum + block.rules.length, 0);
    };
    indexed.push({
      key: policy.key,
      kind: record.kind,
      namespace,
      name: record.name,
      subjects: subjectsOf(lens, policy).length,
      ingressRules: rules('ingress'),
      egressRules: rules('egress'),
      problems: policy.diagnostics.filter((entry) => entry.severity !== 'info').length,
    });
  }
  indexed.sort((a, b) => compare(a.namespace ?? '', b.namespace ?? '') || compare(a.name, b.name));
  const workloads = universe.workloads.flatMap((entry, index): IndexedWorkload[] => {
    if (entry.last < entry.first) return [];
    return [
      {
        id: workloadId(entry.id),
        namespace: universe.namespaces[entry.namespace]?.record.name ?? '',
        kind: entry.kind,
        name: entry.name,
        pods: workloadPods(lens, index),
        ingress: workloadIsolation(lens, 'ingress', index),
        egress: workloadIsolation(lens, 'egress', index),
        labels: universe.classes[entry.first]?.labels ?? {},
        mark: workloadMark(lens, index),
      },
    ];
  });
  return {
    namespaces: universe.namespaces.map(({ record, firstWorkload, lastWorkload }, index) => ({
      id: `ns:${record.name}`,
      name: record.name,
      workloads: Math.max(0, lastWorkload - firstWorkload + 1),
      policies: perNamespace.get(record.name) ?? 0,
      hidden: universe.hiddenNamespaces.includes(index),
      mark: namespaceMark(lens, index),
    })),
    workloads,
    policies: indexed,
    kinds: [...new Set(workloads.map((entry) => entry.kind))].sort(),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
