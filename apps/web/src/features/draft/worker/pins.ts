import {
  type Cluster,
  compileForEnds,
  connectionText,
  endsOfInvariants,
  evaluateInvariants,
  type Invariant,
  type InvariantResult,
} from '@bulkhead/policy-engine';
import type { EngineSession } from '../../../worker/session.ts';
import type { PinVerdict } from './requests.ts';

/** The cluster with its addresses cut at the pins' ends; each key that is typed judges over it, so it is kept. */
let cut: Cluster | undefined;

/** Judges invariants on the cluster as it is and with the draft. */
export function judgePins(session: EngineSession, invariants: readonly Invariant[]): readonly PinVerdict[] {
  const { overlay } = session;
  const ends = endsOfInvariants(invariants);
  const live = overlay?.before ?? session.cluster;
  cut = compileForEnds(live.snapshot, ends, cut?.snapshot === live.snapshot ? cut : live);
  const before = evaluateInvariants(cut, invariants);
  const now =
    overlay === null
      ? before
      : evaluateInvariants(compileForEnds(overlay.after.snapshot, ends, cut), invariants);
  return now.map((result, index) => ({
    name: result.invariant.name,
    now: result.status,
    before: before[index]?.status ?? result.status,
    examples: examplesOf(result),
  }));
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
