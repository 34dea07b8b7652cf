import { blocksOfCidr } from '../../compile/address-blocks.ts';
import { type Cluster, compile } from '../../compile/compile.ts';
import { type Universe, workloadColumns } from '../../compile/universe.ts';
import { type ClusterSnapshot, EMPTY_SNAPSHOT, type PolicyRecord } from '../../model/records.ts';
import {
  fromSortedPoints,
  type IntervalSet,
  intersect,
  interval,
  members,
  union,
} from '../../sets/interval-set.ts';
import { INTERNET_ID } from '../../views/outside.ts';
import type { ImpactEnd } from '../impact/model.ts';
import { outsideNames, placesOf } from '../impact/places.ts';
import type { Json, JsonObject } from '../json.ts';
import { pickSelector } from '../pick-selector.ts';
import type { SuggestEnd } from './model.ts';

/** An end inside the cluster, which policies can have for a subject. */
export type PodEnd = Exclude<SuggestEnd, { readonly type: 'addresses' }>;

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** A snapshot's cluster that tells an end's addresses apart from all others. */
export function withEnds(cluster: Cluster, ends: readonly SuggestEnd[]): Cluster {
  const cidrs = ends.flatMap((end) => (end.type === 'addresses' ? [end.cidr] : []));
  if (cidrs.every((cidr) => blocksOfCidr(cluster.universe.blocks, cidr) !== undefined)) return cluster;
  const probe: PolicyRecord = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    namespace: 'default',
    name: 'probe',
    spec: { podSelector: {}, egress: [{ to: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }] },
  };
  const alongside: ClusterSnapshot = { ...EMPTY_SNAPSHOT, policies: [probe] };
  return compile(cluster.snapshot, { alongside: [alongside] });
}

/** Columns of an end; empty where there is no such thing, or it has no endpoint. */
export function endColumns(cluster: Cluster, end: SuggestEnd): IntervalSet {
  const { universe } = cluster;
  switch (end.type) {
    case 'workload': {
      const index = universe.workloads.findIndex(
        (workload) =>
          workload.kind === end.workload.kind &&
          workload.name === end.workload.name &&
          universe.namespaces[workload.namespace]?.record.name === end.namespace,
      );
      return index === -1 ? [] : workloadColumns(universe, index);
    }
    case 'namespace':
      return namespaceColumns(universe, end.namespace);
    case 'addresses': {
      const range = blocksOfCidr(universe.blocks, end.cidr);
      if (range === undefined) return [];
      const columns = interval(universe.firstBlock + range[0], universe.firstBlock + range[1]);
      return isInternet(end) ? unnamed(cluster, columns) : columns;
    }
  }
}

function isInternet(end: SuggestEnd): boolean {
  return end.type === 'addresses' && end.cidr.endsWith('/0');
}

/** Of columns of addresses, those that no block of a policy holds: what every view calls the internet. */
function unnamed(cluster: Cluster, columns: IntervalSet): IntervalSet {
  const { universe } = cluster;
  const { ends, ofColumn } = placesOf(universe, outsideNames(universe, cluster), 'workload');
  return fromSortedPoints(
    members(columns).filter((column) => ends[ofColumn[column] ?? -1]?.id === INTERNET_ID),
  );
}

function namespaceColumns(universe: Universe, name: string): IntervalSet {
  const index = universe.namespaces.findIndex(({ record }) => record.name === name);
  const entry = universe.namespaces[index];
  if (entry === undefined) return [];
  const unseen = universe.hiddenNamespaces.indexOf(index);
  const hidden = unseen === -1 ? [] : interval(universe.firstHidden + unseen, universe.firstHidden + unseen);
  if (entry.last < entry.first) return hidden;
  return union(intersect(universe.plainPods, interval(entry.first, entry.last)), hidden);
}

/** Why an edit of policies can't settle all of an end, one sentence each. */
export function outOfReach({ snapshot }: Cluster, ends: readonly SuggestEnd[]): readonly string[] {
  const pods = ends.filter((end) => end.type !== 'addresses');
  return pods.flatMap((end) => {
    const own = snapshot.pods.filter(
      ({ namespace, workload, hostNetwork }) =>
        hostNetwork &&
        namespace === end.namespace &&
        (end.type === 'namespace' ||
          (workload.kind === end.workload.kind && workload.name === end.workload.name)),
    );
    if (own.length === 0) return [];
    const why =
      "run on their node's network, and whether policies apply to them depends on the network plugin";
    return end.type === 'namespace'
      ? [`Some pods of ${end.namespace} are left out: they ${why}.`]
      : [`Pods of ${end.workload.name} ${why}.`];
  });
}

/** Whether an end of an impact's row is in what was asked about. */
export function isInEnd({ universe }: Cluster, end: ImpactEnd, asked: SuggestEnd): boolean {
  switch (asked.type) {
    case 'workload':
      return (
        end.type === 'workload' &&
        end.namespace === asked.namespace &&
        end.kind === asked.workload.kind &&
        end.label === asked.workload.name
      );
    case 'namespace':
      return end.namespace === asked.namespace;
    case 'addresses': {
      if (end.type !== 'addresses') return false;
      if (isInternet(asked)) return end.id === INTERNET_ID;
      const outer = blocksOfCidr(universe.blocks, asked.cidr);
      const inner = blocksOfCidr(universe.blocks, end.label);
      return outer !== undefined && inner !== undefined && outer[0] <= inner[0] && inner[1] <= outer[1];
    }
  }
}

/** The `podSelector` that selects an end, seen from its own namespace. */
export function podSelectorOf(snapshot: ClusterSnapshot, end: PodEnd): JsonObject {
  if (end.type === 'namespace') return {};
  const { labels } = pickSelector(snapshot, end.namespace, end.workload);
  return labels.length === 0 ? {} : { matchLabels: Object.fromEntries(labels) };
}

function namespaceSelectorOf(end: PodEnd): JsonObject {
  return { matchLabels: { [NAME_LABEL]: end.namespace } };
}

/** An end as a NetworkPolicy peer, written from a namespace. */
export function peerOf(snapshot: ClusterSnapshot, end: SuggestEnd, namespace: string): Json {
  if (end.type === 'addresses') return { ipBlock: { cidr: end.cidr } };
  const podSelector = podSelectorOf(snapshot, end);
  if (end.namespace === namespace) return { podSelector };
  const namespaceSelector = namespaceSelectorOf(end);
  return end.type === 'namespace' ? { namespaceSelector } : { namespaceSelector, podSelector };
}

/** An end as the subject or a peer of a cluster-scoped policy; `networks` is no subject, and no peer of ingress rules. */
export function clusterPeerOf(snapshot: ClusterSnapshot, end: SuggestEnd): JsonObject {
  if (end.type === 'addresses') return { networks: [end.cidr] };
  const namespaceSelector = namespaceSelectorOf(end);
  if (end.type === 'namespace') return { namespaces: namespaceSelector };
  return { pods: { namespaceSelector, podSelector: podSelectorOf(snapshot, end) } };
}

export function endName(end: SuggestEnd): string {
  if (end.type === 'workload') return end.workload.name;
  if (end.type === 'namespace') return end.namespace;
  return end.cidr === '0.0.0.0/0' ? 'internet' : end.cidr;
}

/** `shop/db`, `all of shop`, `203.0.113.0/24`: for texts in which a bare name would not say what it is. */
export function endText(end: SuggestEnd): string {
  return end.type === 'namespace' ? `all pods of ${end.namespace}` : endName(end);
}
