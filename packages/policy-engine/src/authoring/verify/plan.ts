import type { Cluster } from '../../compile/compile.ts';
import {
  type ClusterSnapshot,
  type Labels,
  type PodRecord,
  type PolicyRecord,
  policyKey,
  type TransportProtocol,
} from '../../model/records.ts';
import { impactOf } from '../impact/impact.ts';
import { IMPACT_KINDS, type ImpactEnd, type ImpactRow } from '../impact/model.ts';
import { lastingLabels } from '../pick-selector.ts';
import { verdictOf } from '../suggest/halves.ts';
import type { SuggestEnd } from '../suggest/model.ts';

/** A pod that stands in for a workload: its labels and ports, not its image. */
export interface StandInPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly listens: readonly {
    readonly name?: string;
    readonly protocol: TransportProtocol;
    readonly port: number;
  }[];
}

export interface Probe {
  /** Names of stand-in pods, as `namespace/name`. */
  readonly from: string;
  readonly to: string;
  readonly protocol: TransportProtocol;
  readonly port: number;
  readonly expect: 'open' | 'closed';
}

/** What a verification does: pods to make, policies to apply, probes with the outcomes that the engine expects. */
export interface VerificationPlan {
  readonly namespaces: readonly { readonly name: string; readonly labels: Labels }[];
  readonly pods: readonly StandInPod[];
  readonly policies: readonly PolicyRecord[];
  readonly probes: readonly Probe[];
  /** What the plan leaves out, one sentence each. */
  readonly notes: readonly string[];
}

/** Namespaces that every cluster has, so that a script can't make them; nothing of what runs there is its to touch. */
const BUILT_IN = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

const MOST_PROBES = 60;
const MOST_PODS = 24;
/** Probed where nothing else is known of a workload's ports. */
const SOME_PORT = { protocol: 'TCP', port: 8080 } as const;

interface Candidate {
  readonly from: Extract<SuggestEnd, { type: 'workload' }>;
  readonly to: Extract<SuggestEnd, { type: 'workload' }>;
  readonly protocol: TransportProtocol;
  readonly port: number;
}

/**
 * Probes that prove a draft's impact between workloads: for each changed pair ports that open or close, and ports that stay
 * open. What each probe must find is asked of the engine, on the cluster with the draft; what it can't tell is left out. Of a
 * large impact some of each kind of change are probed.
 */
export function verificationPlan(before: Cluster, after: Cluster): VerificationPlan {
  const { snapshot } = after;
  const notes: string[] = [];
  const { rows, isSample } = rowsToProbe(before, after);
  const candidates = rows.flatMap((row): readonly Candidate[] => {
    const from = workloadOf(row.from);
    const to = workloadOf(row.to);
    if (from === undefined || to === undefined || isBuiltIn(from) || isBuiltIn(to)) return [];
    const changed = row.opened.ranges.length > 0 || row.opened.all ? row.opened : row.closed;
    // What stays open beside what closes is worth as much: a policy that closes everything must not pass.
    const kept = row.after.all ? [] : row.after.ranges;
    const ports = [
      ...portsToProbe(snapshot, to, changed.all ? [] : changed.ranges),
      ...kept.slice(0, 2).map((range) => ({ protocol: range.protocol, port: range.from })),
    ];
    const distinct = new Map(ports.map((port) => [`${port.protocol} ${port.port}`, port]));
    return [...distinct.values()].map((port) => ({ from, to, ...port }));
  });
  if (isSample) notes.push('The impact is large; some of the connections of each kind are probed.');
  if (rows.some(({ from, to }) => workloadOf(from) === undefined || workloadOf(to) === undefined)) {
    notes.push('Connections with addresses outside the cluster are not probed.');
  }
  const builtIn = new Set(
    rows
      .flatMap((row) => [row.from.namespace ?? '', row.to.namespace ?? ''])
      .filter((name) => BUILT_IN.has(name)),
  );
  if (builtIn.size > 0) {
    notes.push(
      `Connections of ${[...builtIn].sort().join(' and ')} are not probed: every cluster has such a namespace, and the script makes its own.`,
    );
  }
  const pods = new Map<string, StandInPod>();
  const probes: Probe[] = [];
  for (const { from, to, protocol, port } of candidates) {
    if (probes.length >= MOST_PROBES) break;
    const verdict = verdictOf(after, { from, to, protocol, port });
    if (verdict !== 'allowed' && verdict !== 'denied') continue;
    const client = standIn(snapshot, pods, from);
    const server = standIn(snapshot, pods, to, { protocol, port });
    if (client === undefined || server === undefined) continue;
    probes.push({
      from: client,
      to: server,
      protocol,
      port,
      expect: verdict === 'allowed' ? 'open' : 'closed',
    });
  }
  if (!isSample && probes.length < candidates.length)
    notes.push(`${probes.length} of ${candidates.length} changes are probed.`);
  const names = [...new Set([...pods.values()].map(({ namespace }) => namespace))].sort();
  const inside = new Set(names);
  const kinds = new Set(snapshot.policies.map(({ kind }) => kind));
  if (
    kinds.has('ClusterNetworkPolicy') &&
    (kinds.has('AdminNetworkPolicy') || kinds.has('BaselineAdminNetworkPolicy'))
  ) {
    notes.push(
      'ClusterNetworkPolicy and its v1alpha1 forerunners need a network that enforces both; the workflow installs one that enforces ClusterNetworkPolicy.',
    );
  }
  return {
    namespaces: names.map((name) => ({
      name,
      labels: snapshot.namespaces.find((namespace) => namespace.name === name)?.labels ?? {},
    })),
    pods: [...pods.values()],
    policies: snapshot.policies
      .filter((policy) => {
        // A policy that no API server would hold has no effect, and can't be applied.
        const compiled = after.policies.get(policyKey(policy));
        const rejected = compiled?.diagnostics.some(({ severity }) => severity === 'error') === true;
        return !rejected && (policy.namespace === undefined || inside.has(policy.namespace));
      })
      .sort((a, b) => (policyKey(a) < policyKey(b) ? -1 : 1)),
    probes,
    notes,
  };
}

function isBuiltIn({ namespace }: Candidate['to']): boolean {
  return BUILT_IN.has(namespace);
}

/** Up to this many pairs of workloads are looked at one by one. */
const MOST_PAIRS = 20_000;
const SAMPLE_EACH = 3;

function rowsToProbe(
  before: Cluster,
  after: Cluster,
): { readonly rows: readonly ImpactRow[]; readonly isSample: boolean } {
  const { level, rows } = impactOf(before, after, { mostWorkloadPairs: MOST_PAIRS });
  if (level === 'workload') return { rows: byTurns(rows), isSample: false };
  const some = byTurns(rows)
    .slice(0, MOST_PODS)
    .flatMap(
      ({ from, to }) =>
        impactOf(before, after, { within: { from: from.id, to: to.id }, mostRows: SAMPLE_EACH }).rows,
    );
  return { rows: some, isSample: true };
}

/** One of each kind after the other, so that a limit leaves some of each. */
function byTurns(rows: readonly ImpactRow[]): readonly ImpactRow[] {
  const seen = new Map<string, number>();
  const turns = rows.map((row) => {
    const turn = seen.get(row.kind) ?? 0;
    seen.set(row.kind, turn + 1);
    return { row, turn };
  });
  const rank = ({ kind }: ImpactRow) => IMPACT_KINDS.indexOf(kind);
  return turns.toSorted((a, b) => a.turn - b.turn || rank(a.row) - rank(b.row)).map(({ row }) => row);
}

function workloadOf(end: ImpactEnd): Extract<SuggestEnd, { type: 'workload' }> | undefined {
  if (end.type !== 'workload' || end.namespace === undefined || end.kind === undefined) return undefined;
  return { type: 'workload', namespace: end.namespace, workload: { kind: end.kind, name: end.label } };
}

function firstPod(snapshot: ClusterSnapshot, end: Candidate['to']): PodRecord | undefined {
  return snapshot.pods.find(
    (pod) =>
      pod.namespace === end.namespace &&
      pod.workload.kind === end.workload.kind &&
      pod.workload.name === end.workload.name &&
      !pod.hostNetwork &&
      pod.state !== 'finished',
  );
}

/** The first port of each range, and where every port changed, those that the workload declares. */
function portsToProbe(
  snapshot: ClusterSnapshot,
  to: Candidate['to'],
  ranges: readonly { readonly protocol: TransportProtocol; readonly from: number }[],
): readonly { readonly protocol: TransportProtocol; readonly port: number }[] {
  if (ranges.length > 0) return ranges.slice(0, 2).map(({ protocol, from }) => ({ protocol, port: from }));
  const declared = (firstPod(snapshot, to)?.ports ?? [])
    .filter(({ init }) => init !== true)
    .slice(0, 2)
    .map(({ protocol, port }) => ({ protocol, port }));
  return declared.length > 0 ? declared : [SOME_PORT];
}

/** What a pod may be called is shorter than what a workload may be; names that differ stay different. */
function podName(name: string): string {
  if (name.length <= 60) return name;
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 2_147_483_647;
  return `${name.slice(0, 53).replace(/[^a-z0-9]+$/, '')}-${sum.toString(36)}`;
}

/** The stand-in of a workload, made at first need; `undefined` where it has no pod to stand in for, or there are too many. */
function standIn(
  snapshot: ClusterSnapshot,
  pods: Map<string, StandInPod>,
  end: Candidate['to'],
  listens?: { readonly protocol: TransportProtocol; readonly port: number },
): string | undefined {
  const pod = firstPod(snapshot, end);
  if (pod === undefined) return undefined;
  const name = podName(`${end.workload.name}-${end.workload.kind.toLowerCase()}`);
  const key = `${end.namespace}/${name}`;
  const known = pods.get(key);
  if (known === undefined && pods.size >= MOST_PODS) return undefined;
  const base: StandInPod = known ?? {
    namespace: end.namespace,
    name,
    labels: Object.fromEntries(lastingLabels(pod.labels)),
    // Named ports must be declared as the workload declares them: policies resolve names on the pod.
    listens: pod.ports
      .filter((port) => port.name !== undefined && port.init !== true)
      .map(({ name: portName, protocol, port }) => ({
        ...(portName === undefined ? {} : { name: portName }),
        protocol,
        port,
      })),
  };
  const hears =
    listens === undefined ||
    base.listens.some(({ protocol, port }) => protocol === listens.protocol && port === listens.port);
  pods.set(key, hears || listens === undefined ? base : { ...base, listens: [...base.listens, listens] });
  return key;
}
