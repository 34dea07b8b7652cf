import type { ClusterSnapshot, Labels } from '../model/records.ts';
import { isLasting, lastingLabels } from './pick-selector.ts';

/** What an editor offers from a cluster: names and labels, once each. Plain data, small enough to send to the page. */
export interface ClusterValues {
  readonly namespaces: readonly { readonly name: string; readonly labels: Labels }[];
  readonly workloads: readonly WorkloadValues[];
  readonly nodes: readonly { readonly name: string; readonly labels: Labels }[];
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
  const workloads = new Map<string, { labels: Labels; entry: Entry }[]>();
  for (const pod of snapshot.pods) {
    if (pod.hostNetwork || pod.state === 'finished') continue;
    const key = `${pod.namespace}/${pod.workload.kind}/${pod.workload.name}`;
    const own = workloads.get(key) ?? [];
    const known = own.find(({ labels }) => sameLasting(labels, pod.labels));
    if (known !== undefined) {
      known.entry.pods += pod.replicas;
      continue;
    }
    const entry: Entry = {
      namespace: pod.namespace,
      kind: pod.workload.kind,
      name: pod.workload.name,
      labels: Object.fromEntries(lastingLabels(pod.labels)),
      pods: pod.replicas,
      ports: pod.ports.map(({ name, protocol, port }) => ({
        ...(name === undefined ? {} : { name }),
        protocol,
        port,
      })),
    };
    own.push({ labels: pod.labels, entry });
    workloads.set(key, own);
  }
  return {
    namespaces: snapshot.namespaces.map(({ name, labels }) => ({ name, labels })).sort(byName),
    workloads: [...workloads.values()].flatMap((own) => own.map(({ entry }) => entry)).sort(byName),
    nodes: snapshot.nodes.map(({ name, labels }) => ({ name, labels })).sort(byName),
  };
}

type Entry = { -readonly [K in keyof WorkloadValues]: WorkloadValues[K] };

/** Whether labels are equal but for those that controllers set per pod; mostly they are, so nothing is sorted. */
function sameLasting(a: Labels, b: Labels): boolean {
  for (const key in a) if (a[key] !== b[key] && isLasting(key)) return false;
  for (const key in b) if (!Object.hasOwn(a, key) && isLasting(key)) return false;
  return true;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
