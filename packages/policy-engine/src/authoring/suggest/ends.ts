import { blocksOfCidr } from '../../compile/address-blocks.ts';
import { type Cluster, compile } from '../../compile/compile.ts';
import { workloadColumns } from '../../compile/universe.ts';
import { type ClusterSnapshot, EMPTY_SNAPSHOT, type PolicyRecord } from '../../model/records.ts';
import { type IntervalSet, interval, members } from '../../sets/interval-set.ts';
import type { Json } from '../json.ts';
import { pickSelector } from '../pick-selector.ts';
import type { SuggestEnd } from './model.ts';

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

/** Columns of an end; empty where there is no such thing, or it is no endpoint. */
export function endColumns({ universe }: Cluster, end: SuggestEnd): readonly number[] {
  let columns: IntervalSet = [];
  if (end.type === 'workload') {
    const index = universe.workloads.findIndex(
      (workload) =>
        workload.kind === end.workload.kind &&
        workload.name === end.workload.name &&
        universe.namespaces[workload.namespace]?.record.name === end.namespace,
    );
    columns = index === -1 ? [] : workloadColumns(universe, index);
  } else {
    const range = blocksOfCidr(universe.blocks, end.cidr);
    if (range !== undefined)
      columns = interval(universe.firstBlock + range[0], universe.firstBlock + range[1]);
  }
  return members(columns);
}

/** An end as a NetworkPolicy peer, written from a namespace. */
export function peerOf(snapshot: ClusterSnapshot, end: SuggestEnd, namespace: string): Json {
  if (end.type === 'addresses') return { ipBlock: { cidr: end.cidr } };
  const { labels } = pickSelector(snapshot, end.namespace, end.workload);
  const podSelector: Json = labels.length === 0 ? {} : { matchLabels: Object.fromEntries(labels) };
  if (end.namespace === namespace) return { podSelector };
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': end.namespace } },
    podSelector,
  };
}

export function endName(end: SuggestEnd): string {
  if (end.type === 'workload') return end.workload.name;
  return end.cidr === '0.0.0.0/0' ? 'internet' : end.cidr;
}
