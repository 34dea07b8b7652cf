import type { Cluster, CompiledPolicy } from '../../compile/compile.ts';
import { selects, selectsNamespace } from '../../compile/selecting.ts';
import type { PodSet, Requirement } from '../../ir/ir.ts';
import type { ClusterSnapshot, Labels, PodRecord } from '../../model/records.ts';
import { jsonEqual, toJson } from '../json.ts';

/** How many pods that do not exist are looked at; each namespace and selector of a draft makes a few. */
const MOST = 60;

/**
 * Pods that do not exist yet and that some policy of a draft would select: for each subject one that has just the labels it
 * asks for, in each namespace (a few, where it names many), and one without labels beside it.
 */
export function futurePods(
  snapshot: ClusterSnapshot,
  policies: readonly CompiledPolicy[],
): readonly PodRecord[] {
  const found = new Map<string, PodRecord>();
  const add = (namespace: string, labels: Labels) => {
    const key = `${namespace} ${JSON.stringify(Object.entries(labels).sort())}`;
    if (found.size >= MOST || found.has(key)) return;
    const name = `future-${found.size + 1}`;
    found.set(key, {
      namespace,
      name,
      labels,
      workload: { kind: 'Pod', name },
      ports: [],
      ips: [],
      hostNetwork: false,
      state: 'declared',
      replicas: 1,
    });
  };
  for (const policy of policies) {
    for (const { subject } of policy.blocks) {
      for (const namespace of namespacesOf(snapshot, subject)) {
        const labels = labelsMeeting(subject.pods);
        if (labels !== undefined) add(namespace, labels);
        add(namespace, {});
      }
    }
  }
  return [...found.values()];
}

const NAMESPACES_EACH = 5;

function namespacesOf(snapshot: ClusterSnapshot, { namespaces }: PodSet): readonly string[] {
  if ('name' in namespaces) return [namespaces.name];
  return snapshot.namespaces
    .filter(({ labels, labelsKnown }) => selectsNamespace(namespaces.selector, labels, labelsKnown) === 'yes')
    .slice(0, NAMESPACES_EACH)
    .map(({ name }) => name);
}

/** The fewest labels that meet all requirements; `undefined` where none can. */
export function labelsMeeting(selector: readonly Requirement[]): Labels | undefined {
  const labels = new Map<string, string>();
  for (const { key, operator, values } of selector) {
    if (operator === 'In' && values[0] !== undefined && !labels.has(key)) labels.set(key, values[0]);
    if (operator === 'Exists' && !labels.has(key)) labels.set(key, 'any');
  }
  const result = Object.fromEntries(labels);
  return selects(selector, result) ? result : undefined;
}

/** A policy that a draft holds as it is in the cluster is read anew, and means the same. */
function isSame(a: CompiledPolicy, b: CompiledPolicy): boolean {
  const [before, after] = [toJson(a.record.spec), toJson(b.record.spec)];
  return before !== undefined && after !== undefined && jsonEqual(before, after);
}

/** Policies of two clusters that are not the same in both. */
export function changedPolicies(before: Cluster, after: Cluster): readonly CompiledPolicy[] {
  const keys = new Set([...before.policies.keys(), ...after.policies.keys()]);
  return [...keys].flatMap((key) => {
    const was = before.policies.get(key);
    const is = after.policies.get(key);
    if (was === is || (was !== undefined && is !== undefined && isSame(was, is))) return [];
    return [...(was === undefined ? [] : [was]), ...(is === undefined ? [] : [is])];
  });
}
