import {
  type Cluster,
  compileForEnds,
  connectionText,
  type EndSpec,
  endsOfInvariants,
  evaluateInvariants,
  type Invariant,
  type InvariantResult,
} from '@bulkhead/policy-engine';
import type { EngineSession, Overlay } from '../../../worker/session.ts';
import type { PinVerdict } from './requests.ts';

/** Both states with their addresses cut at the pins' ends; each key that is typed judges over them, so they are kept. */
let cut: Cluster | undefined;
let cutAfter: Cluster | undefined;

/** Judges invariants on the cluster as it is and with the draft. */
export function judgePins(session: EngineSession, invariants: readonly Invariant[]): readonly PinVerdict[] {
  const { overlay } = session;
  const ends = endsOfInvariants(invariants);
  cut = compileForEnds(session.snapshot, ends, cut?.snapshot === session.snapshot ? cut : session.cluster);
  const before = evaluateInvariants(cut, invariants);
  const now = overlay === null ? before : evaluateInvariants(afterCut(overlay, ends, cut), invariants);
  return now.map((result, index) => ({
    name: result.invariant.name,
    now: result.status,
    before: before[index]?.status ?? result.status,
    examples: examplesOf(result),
  }));
}

/** Alone, and not over the columns of the state before: what a draft adds is an end of a pin like any other. */
function afterCut({ after: { snapshot } }: Overlay, ends: readonly EndSpec[], before: Cluster): Cluster {
  const hasSamePods =
    cutAfter?.snapshot.pods === snapshot.pods && cutAfter.snapshot.namespaces === snapshot.namespaces;
  cutAfter = compileForEnds(snapshot, ends, hasSamePods ? cutAfter : before);
  return cutAfter;
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
