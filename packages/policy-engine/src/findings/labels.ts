import type { Cluster, CompiledPolicy } from '../compile/compile.ts';
import { nearest } from '../input/nearest.ts';
import type { PodSet, Requirement, RuleBlock } from '../ir/ir.ts';
import type { Labels } from '../model/records.ts';
import { type Finding, policyText } from './finding.ts';

/** Label keys with the values that someone has. */
type LabelValues = ReadonlyMap<string, ReadonlySet<string>>;

/** Requirements for a label key or value that no pod (or namespace) has, with the nearest one that exists. */
export function* labelsNobodyHas(cluster: Cluster): Iterable<Finding> {
  const { universe } = cluster;
  const podLabels = collect(universe.snapshot.pods.map((pod) => pod.labels));
  const namespaceLabels = collect(universe.namespaces.map(({ record }) => record.labels));
  const namespacesKnown = universe.namespaces.every(({ record }) => record.labelsKnown);
  if (universe.hiddenNamespaces.length > 0) return;
  for (const policy of cluster.policies.values()) {
    for (const block of policy.blocks) {
      for (const { set, path } of podSets(block)) {
        for (const requirement of set.pods) {
          const finding = missing(policy, requirement, podLabels, 'pod', path);
          if (finding !== undefined) yield finding;
        }
        if ('selector' in set.namespaces && namespacesKnown) {
          for (const requirement of set.namespaces.selector) {
            const finding = missing(policy, requirement, namespaceLabels, 'namespace', path);
            if (finding !== undefined) yield finding;
          }
        }
      }
    }
  }
}

function collect(all: readonly Labels[]): LabelValues {
  const out = new Map<string, Set<string>>();
  for (const labels of all) {
    for (const key of Object.keys(labels)) {
      const values = out.get(key);
      if (values === undefined) out.set(key, new Set([labels[key] as string]));
      else values.add(labels[key] as string);
    }
  }
  return out;
}

function* podSets(block: RuleBlock): Iterable<{ set: PodSet; path: string }> {
  yield { set: block.subject, path: block.tier === 'network-policy' ? 'spec.podSelector' : 'spec.subject' };
  for (const rule of block.rules) {
    for (const peer of rule.peers) {
      if (peer.type !== 'pods') continue;
      const list = block.direction === 'ingress' ? 'from' : 'to';
      yield { set: peer.set, path: `${rule.origin.path}.${list}[${peer.index}]` };
    }
  }
}

function missing(
  policy: CompiledPolicy,
  requirement: Requirement,
  labels: LabelValues,
  holder: 'pod' | 'namespace',
  path: string,
): Finding | undefined {
  if (requirement.operator !== 'In' && requirement.operator !== 'Exists') return undefined;
  const values = labels.get(requirement.key);
  const wanted = requirement.values.filter((value) => values?.has(value) !== true);
  if (
    values !== undefined &&
    (requirement.operator === 'Exists' || wanted.length < requirement.values.length)
  ) {
    return undefined;
  }
  const own = policy.record.namespace;
  const base = {
    code: 'label-nobody-has' as const,
    severity: 'warning' as const,
    policy: policy.key,
    path,
    ...(own === undefined ? {} : { namespace: own }),
    workloads: [],
  };
  if (values === undefined) {
    const near = nearest(requirement.key, labels.keys());
    return {
      ...base,
      message: `${policyText(policy)} selects by label \`${requirement.key}\`, which no ${holder} has.`,
      evidence: [
        near === undefined
          ? `No ${holder} has a label with a similar key.`
          : `Nearest key in use: \`${near}\`.`,
      ],
    };
  }
  const value = wanted[0] ?? '';
  const near = nearest(value, values);
  return {
    ...base,
    message: `${policyText(policy)} selects \`${requirement.key}=${value}\`, which no ${holder} has.`,
    evidence: [
      near === undefined
        ? `Values in use: ${[...values].sort().slice(0, 5).join(', ')}.`
        : `Nearest value in use: \`${requirement.key}=${near}\`.`,
    ],
  };
}
