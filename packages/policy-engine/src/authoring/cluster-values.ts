import type { ClusterSnapshot, Labels } from '../model/records.ts';
import { lastingLabels } from './pick-selector.ts';

/** What an editor offers from a cluster: names and labels, once each. Plain data, small enough to send to the page. */
export interface ClusterValues {
  readonly namespaces: readonly { readonly name: string; readonly labels: Labels }[];
  readonly workloads: readonly WorkloadValues[];
}

export interface WorkloadValues {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  /** Labels that all of its pods have and keep. */
  readonly labels: Labels;
  readonly pods: number;
  readonly ports: readonly { readonly name?: string; readonly protocol: string; readonly port: number }[];
}

/** Collects an editor's values; workloads with pods that differ in lasting labels appear once per set of labels. */
export function clusterValues(snapshot: ClusterSnapshot): ClusterValues {
  const workloads = new Map<string, { -readonly [K in keyof WorkloadValues]: WorkloadValues[K] }>();
  for (const pod of snapshot.pods) {
    if (pod.hostNetwork || pod.state === 'finished') continue;
    const labels = lastingLabels(pod.labels);
    const key = JSON.stringify([pod.namespace, pod.workload.kind, pod.workload.name, labels]);
    const known = workloads.get(key);
    if (known !== undefined) known.pods += pod.replicas;
    else {
      workloads.set(key, {
        namespace: pod.namespace,
        kind: pod.workload.kind,
        name: pod.workload.name,
        labels: Object.fromEntries(labels),
        pods: pod.replicas,
        ports: pod.ports.map(({ name, protocol, port }) => ({
          ...(name === undefined ? {} : { name }),
          protocol,
          port,
        })),
      });
    }
  }
  return {
    namespaces: snapshot.namespaces.map(({ name, labels }) => ({ name, labels })).sort(byName),
    workloads: [...workloads.values()].sort(byName),
  };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
