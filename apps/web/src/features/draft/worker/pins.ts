import {
  type Cluster,
  checkInvariants,
  connectionText,
  endsOfInvariants,
  evaluateInvariants,
  type Invariant,
  type InvariantResult,
} from '@bulkhead/policy-engine';
import type { EngineSession } from '../../../worker/session.ts';
import type { PinVerdict } from './requests.ts';

/** Judges invariants on the cluster as it is and with the draft. */
export function judgePins(session: EngineSession, invariants: readonly Invariant[]): readonly PinVerdict[] {
  const { overlay } = session;
  const before = judge(overlay?.before ?? session.cluster, invariants);
  const now = overlay === null ? before : judge(overlay.after, invariants);
  return now.map((result, index) => ({
    name: result.invariant.name,
    now: result.status,
    before: before[index]?.status ?? result.status,
    examples: examplesOf(result),
  }));
}

/** Ends that are addresses need an address space cut at them; workloads and namespaces need nothing. */
function judge(cluster: Cluster, invariants: readonly Invariant[]): readonly InvariantResult[] {
  const ends = endsOfInvariants(invariants);
  const plain = ends.every(
    ({ type }) =>
      type === 'workload' || type === 'pods' || type === 'nodes' || type === 'cluster' || type === 'everyone',
  );
  return plain ? evaluateInvariants(cluster, invariants) : checkInvariants(cluster.snapshot, invariants);
}

const MOST_EXAMPLES = 2;

function examplesOf({ status, violations }: InvariantResult): readonly string[] {
  if (status !== 'fails' && status !== 'unknown') return [];
  return violations.slice(0, MOST_EXAMPLES).map((violation) => {
    if (violation.type === 'pair') {
      return `${violation.source} → ${violation.target}: ${connectionText(violation.connections)}`;
    }
    return violation.type === 'not-isolated'
      ? `${violation.workload}: ${violation.direction}`
      : violation.finding.message;
  });
}
