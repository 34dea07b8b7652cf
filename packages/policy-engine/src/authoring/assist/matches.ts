import { selects } from '../../compile/selecting.ts';
import type { Selector } from '../../ir/ir.ts';
import type { ClusterValues, WorkloadValues } from '../cluster-values.ts';
import type { SelectorForm } from '../form/model.ts';

export interface SelectorMatches {
  readonly namespaces: readonly string[];
  readonly workloads: readonly WorkloadValues[];
  readonly pods: number;
}

/** Which pods: `namespace` is the policy's own; `namespaces` absent selects that one alone. */
export interface PodsQuestion {
  readonly namespace?: string | undefined;
  readonly namespaces?: SelectorForm | undefined;
  /** Absent: every pod. */
  readonly pods?: SelectorForm | undefined;
}

/** What a selector matches in the cluster now: the same reading of selectors as the engine's. */
export function matchingPods(values: ClusterValues, question: PodsQuestion): SelectorMatches {
  const namespaces = matchingNamespaces(values, question);
  const inside = new Set(namespaces);
  const pods = toSelector(question.pods);
  const workloads = values.workloads.filter(
    ({ namespace, labels }) => inside.has(namespace) && selects(pods, labels),
  );
  return { namespaces, workloads, pods: workloads.reduce((sum, workload) => sum + workload.pods, 0) };
}

function matchingNamespaces(
  values: ClusterValues,
  { namespace, namespaces }: PodsQuestion,
): readonly string[] {
  if (namespaces === undefined) return namespace === undefined ? [] : [namespace];
  const selector = toSelector(namespaces);
  return values.namespaces.flatMap(({ name, labels }) =>
    selects(selector, { ...labels, 'kubernetes.io/metadata.name': name }) ? [name] : [],
  );
}

/** How many nodes a selector matches now. */
export function matchingNodes(values: ClusterValues, selector: SelectorForm): number {
  const wanted = toSelector(selector);
  return values.nodes.filter(({ labels }) => selects(wanted, labels)).length;
}

function toSelector(form: SelectorForm | undefined): Selector {
  return [
    ...(form?.labels ?? []).map(([key, value]) => ({ key, operator: 'In' as const, values: [value] })),
    ...(form?.expressions ?? []).map(({ key, operator, values = [] }) => ({ key, operator, values })),
  ];
}

/** `3 nodes`, `1 node`, `no node`. */
export function nodesText(nodes: number): string {
  return nodes === 0 ? 'no node' : `${nodes} ${nodes === 1 ? 'node' : 'nodes'}`;
}

/** `3 pods of api, worker`, `no pod`, `12 pods of api, web and 4 more`. */
export function matchesText({ pods, workloads }: SelectorMatches): string {
  if (pods === 0) return 'no pod';
  const names = [...new Set(workloads.map(({ name }) => name))];
  const shown = names.slice(0, 3).join(', ');
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${pods} ${pods === 1 ? 'pod' : 'pods'} of ${shown}${more}`;
}
