import type { Cluster } from '../../compile/compile.ts';
import { type Labels, type PolicyRecord, policyKey, type TransportProtocol } from '../../model/records.ts';
import { verdictOf } from '../suggest/halves.ts';
import { candidatesOf, type WorkloadEnd } from './candidates.ts';
import { type StandInPod, StandIns, testCluster } from './stand-ins.ts';

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

const MOST_PROBES = 60;

/**
 * Probes that prove a draft's impact between workloads: for each changed pair ports that open or close, and ports that stay
 * open. What each probe must find is asked of the engine, of the cluster with the draft and of the stand-ins that the test
 * cluster has in its place; what it can't tell, or what differs between the two, is left out. Of a large impact some of each
 * kind of change are probed.
 */
export function verificationPlan(before: Cluster, after: Cluster): VerificationPlan {
  const { snapshot } = after;
  const { candidates, notes: leftOut } = candidatesOf(before, after);
  const notes = [...leftOut];
  const standIns = new StandIns(snapshot);
  const tried = new Map<string, Probe>();
  let known = 0;
  for (const { from, to, protocol, port } of candidates) {
    const verdict = verdictOf(after, { from, to, protocol, port });
    if (verdict !== 'allowed' && verdict !== 'denied') continue;
    known++;
    if (tried.size >= MOST_PROBES) continue;
    const ends = standIns.connect(from, to, { protocol, port });
    if (ends === undefined) continue;
    const expect = verdict === 'allowed' ? 'open' : 'closed';
    tried.set(`${ends.from} ${ends.to} ${protocol} ${port}`, { ...ends, protocol, port, expect });
  }
  if (known < candidates.length) {
    notes.push('Connections whose verdict is not certain, or not the same for all pods, are not probed.');
  }
  const planned = clusterOf(after, standIns.pods);
  const made = testCluster(snapshot, planned);
  const probes = [...tried.values()].filter(({ from, to, protocol, port, expect }) => {
    const verdict = verdictOf(made, { from: podEnd(from), to: podEnd(to), protocol, port });
    return verdict === (expect === 'open' ? 'allowed' : 'denied');
  });
  if (probes.length < tried.size) {
    notes.push(
      "Connections that depend on the pods' addresses, which a test cluster chooses itself, or on pods that it lacks, are not probed.",
    );
  }
  if (tried.size < known) notes.push(`${tried.size} of ${known} connections are probed, some of each kind.`);
  const used = new Set(probes.flatMap(({ from, to }) => [from, to]));
  const content = clusterOf(
    after,
    standIns.pods.filter(({ namespace, name }) => used.has(`${namespace}/${name}`)),
  );
  if (needTwoEngines(content.policies)) {
    notes.push(
      'ClusterNetworkPolicy and its v1alpha1 forerunners need a network that enforces both; the workflow installs one that enforces ClusterNetworkPolicy.',
    );
  }
  return { ...content, probes, notes };
}

/** What a test cluster with these pods needs beside them. */
function clusterOf(
  after: Cluster,
  pods: readonly StandInPod[],
): Pick<VerificationPlan, 'namespaces' | 'pods' | 'policies'> {
  const names = [...new Set(pods.map(({ namespace }) => namespace))].sort();
  const namespaces = names.map((name) => ({
    name,
    labels: after.snapshot.namespaces.find((namespace) => namespace.name === name)?.labels ?? {},
  }));
  return { namespaces, pods, policies: policiesFor(after, new Set(names)) };
}

/** The policies that the test cluster gets: those that an API server would hold, of the whole cluster and of these namespaces. */
function policiesFor(
  { snapshot, policies }: Cluster,
  namespaces: ReadonlySet<string>,
): readonly PolicyRecord[] {
  return snapshot.policies
    .filter((policy) => {
      const compiled = policies.get(policyKey(policy));
      const rejected = compiled?.diagnostics.some(({ severity }) => severity === 'error') === true;
      return !rejected && (policy.namespace === undefined || namespaces.has(policy.namespace));
    })
    .sort((a, b) => (policyKey(a) < policyKey(b) ? -1 : 1));
}

function podEnd(key: string): WorkloadEnd {
  const [namespace = '', name = ''] = key.split('/');
  return { type: 'workload', namespace, workload: { kind: 'Pod', name } };
}

function needTwoEngines(policies: readonly PolicyRecord[]): boolean {
  const kinds = new Set(policies.map(({ kind }) => kind));
  return (
    kinds.has('ClusterNetworkPolicy') &&
    (kinds.has('AdminNetworkPolicy') || kinds.has('BaselineAdminNetworkPolicy'))
  );
}
