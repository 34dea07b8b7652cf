import type { Cluster } from '../../compile/compile.ts';
import type { ClusterSnapshot, PodRecord, TransportProtocol } from '../../model/records.ts';
import type { PortSummary } from '../../views/graph-model.ts';
import { impactOf } from '../impact/impact.ts';
import { IMPACT_KINDS, type ImpactEnd, type ImpactRow } from '../impact/model.ts';
import type { SuggestEnd } from '../suggest/model.ts';

export type WorkloadEnd = Extract<SuggestEnd, { type: 'workload' }>;

export interface Port {
  readonly protocol: TransportProtocol;
  readonly port: number;
}

/** A connection worth trying. Both ends the same: between two pods of one workload. */
export interface Candidate extends Port {
  readonly from: WorkloadEnd;
  readonly to: WorkloadEnd;
}

/** Namespaces that every cluster has, so that a script can't make them; nothing of what runs there is its to touch. */
const BUILT_IN = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/** Up to this many pairs of workloads are looked at one by one. */
const MOST_PAIRS = 20_000;
/** Of a larger impact, this many pairs of namespaces, and of each this many pairs of workloads. */
const SAMPLE_PAIRS = 24;
const SAMPLE_EACH = 3;
/** Workloads that a new one is tried with, in each direction. */
const MOST_WITH_NEW = 8;
/** Of one connection, this many of the ports that the workload declares. */
const MOST_DECLARED = 2;
/** Probed where nothing else is known of a workload's ports. */
const SOME_PORT: Port = { protocol: 'TCP', port: 8080 };

/**
 * The connections between workloads that a draft changes, those that stay open beside them, and those of workloads that it
 * adds; most telling first: some of each kind of change, and of each workload. `notes` say what is left out, one sentence
 * each.
 */
export function candidatesOf(
  before: Cluster,
  after: Cluster,
): { readonly candidates: readonly Candidate[]; readonly notes: readonly string[] } {
  const { snapshot } = after;
  const { rows, isSample } = changedRows(before, after);
  const pairs = rows.map((row) => ({ row, from: workloadOf(row.from), to: workloadOf(row.to) }));
  const probed = pairs.flatMap(({ row, from, to }) =>
    from !== undefined && to !== undefined && canStandIn(snapshot, from) && canStandIn(snapshot, to)
      ? [{ row, from, to }]
      : [],
  );
  const changed = byTurns(probed).flatMap(({ row, from, to }): readonly Candidate[] => {
    const change = row.opened.ranges.length > 0 || row.opened.all ? row.opened : row.closed;
    const declared = portsOf(snapshot, to);
    // What stays open beside what closes is worth as much: a policy that closes everything must not pass.
    const ports = distinct([
      ...tellingPorts(change, declared),
      ...(row.after.all ? [] : tellingPorts(row.after, declared)),
    ]);
    return ports.map((port) => ({ from, to, ...port }));
  });
  return {
    candidates: [...changed, ...withNewWorkloads(before, after)],
    notes: notesOf(snapshot, pairs, isSample),
  };
}

interface Pair {
  readonly row: ImpactRow;
  readonly from: WorkloadEnd | undefined;
  readonly to: WorkloadEnd | undefined;
}

function notesOf(snapshot: ClusterSnapshot, pairs: readonly Pair[], isSample: boolean): readonly string[] {
  const notes: string[] = [];
  if (isSample) notes.push('The impact is large; some of the connections of each kind are probed.');
  if (pairs.some(({ from, to }) => from === undefined || to === undefined)) {
    notes.push('Connections with addresses outside the cluster are not probed.');
  }
  const ends = pairs.flatMap(({ from, to }) => [from ?? [], to ?? []].flat());
  const builtIn = new Set(ends.map(({ namespace }) => namespace).filter((name) => BUILT_IN.has(name)));
  if (builtIn.size > 0) {
    notes.push(
      `Connections of ${[...builtIn].sort().join(' and ')} are not probed: every cluster has such a namespace, and the script makes its own.`,
    );
  }
  if (ends.some((end) => !BUILT_IN.has(end.namespace) && firstPod(snapshot, end) === undefined)) {
    notes.push("Pods on their node's network, and workloads without pods, are not probed.");
  }
  return notes;
}

function changedRows(
  before: Cluster,
  after: Cluster,
): { readonly rows: readonly ImpactRow[]; readonly isSample: boolean } {
  const { level, rows, ownPods } = impactOf(before, after, { mostWorkloadPairs: MOST_PAIRS });
  if (level === 'workload') return { rows: [...rows, ...ownPods.rows], isSample: false };
  const some = byTurns(rows.map((row) => ({ row })))
    .slice(0, SAMPLE_PAIRS)
    .flatMap(
      ({ row: { from, to } }) =>
        impactOf(before, after, { within: { from: from.id, to: to.id }, mostRows: SAMPLE_EACH }).rows,
    );
  return { rows: [...some, ...ownPods.rows], isSample: true };
}

/** Each kind of change, each source and each target after the other, so that a limit leaves some of each. */
function byTurns<T extends { readonly row: ImpactRow }>(pairs: readonly T[]): readonly T[] {
  const seen = new Map<string, number>();
  const next = (key: string) => {
    const turn = seen.get(key) ?? 0;
    seen.set(key, turn + 1);
    return turn;
  };
  const turns = pairs.map((pair) => {
    const { kind, from, to } = pair.row;
    return { pair, turn: next(`from ${kind} ${from.id}`) + next(`to ${kind} ${to.id}`) };
  });
  const rank = ({ row }: T) => IMPACT_KINDS.indexOf(row.kind);
  return turns.toSorted((a, b) => a.turn - b.turn || rank(a.pair) - rank(b.pair)).map(({ pair }) => pair);
}

/** A workload that the draft adds with some of the others, both ways: that it is closed to them is no change. */
function withNewWorkloads(before: Cluster, after: Cluster): readonly Candidate[] {
  const old = workloadsOf(before.snapshot);
  const all = [...workloadsOf(after.snapshot)].filter(([, end]) => canStandIn(after.snapshot, end));
  return all
    .filter(([key]) => !old.has(key))
    .flatMap(([key, added]) =>
      all
        .filter(([other]) => other !== key)
        .slice(0, MOST_WITH_NEW)
        .flatMap(([, other]) =>
          [
            { from: other, to: added },
            { from: added, to: other },
          ].flatMap((ends) =>
            portsOf(after.snapshot, ends.to)
              .slice(0, MOST_DECLARED)
              .map((port) => ({ ...ends, ...port })),
          ),
        ),
    );
}

function workloadsOf(snapshot: ClusterSnapshot): ReadonlyMap<string, WorkloadEnd> {
  return new Map(
    snapshot.pods.map(({ namespace, workload }) => [
      `${namespace}/${workload.kind}/${workload.name}`,
      { type: 'workload', namespace, workload },
    ]),
  );
}

function canStandIn(snapshot: ClusterSnapshot, end: WorkloadEnd): boolean {
  return !BUILT_IN.has(end.namespace) && firstPod(snapshot, end) !== undefined;
}

function workloadOf(end: ImpactEnd): WorkloadEnd | undefined {
  if (end.type !== 'workload' || end.namespace === undefined || end.kind === undefined) return undefined;
  return { type: 'workload', namespace: end.namespace, workload: { kind: end.kind, name: end.label } };
}

/** A pod of a workload that policies apply to, `undefined` where it has none. */
export function firstPod(snapshot: ClusterSnapshot, end: WorkloadEnd): PodRecord | undefined {
  return snapshot.pods.find(
    (pod) =>
      pod.namespace === end.namespace &&
      pod.workload.kind === end.workload.kind &&
      pod.workload.name === end.workload.name &&
      !pod.hostNetwork &&
      pod.state !== 'finished',
  );
}

/** The ports that a workload declares, or one to try where it declares none. */
function portsOf(snapshot: ClusterSnapshot, end: WorkloadEnd): readonly Port[] {
  const declared = (firstPod(snapshot, end)?.ports ?? [])
    .filter(({ init }) => init !== true)
    .map(({ protocol, port }) => ({ protocol, port }));
  return declared.length > 0 ? distinct(declared) : [SOME_PORT];
}

/** Of these ports some that the workload declares and one where a range begins: that is where mistakes are. */
function tellingPorts({ all, ranges }: PortSummary, declared: readonly Port[]): readonly Port[] {
  const inside = ({ protocol, port }: Port) =>
    all || ranges.some((range) => range.protocol === protocol && range.from <= port && port <= range.to);
  const used = eachProtocol(declared.filter(inside)).slice(0, MOST_DECLARED);
  const begins = ranges.map(({ protocol, from }) => ({ protocol, port: from }));
  const edges = begins.filter(({ port }) => used.length === 0 || port > 1);
  return distinct([...used, ...edges]).slice(0, MOST_DECLARED + 1);
}

/** The first port of each protocol before all others. */
function eachProtocol(ports: readonly Port[]): readonly Port[] {
  const firsts = new Map(ports.toReversed().map((port) => [port.protocol, port]));
  return distinct([...firsts.values()].toReversed().concat(ports));
}

function distinct(ports: readonly Port[]): readonly Port[] {
  return [...new Map(ports.map((port) => [`${port.protocol} ${port.port}`, port])).values()];
}
