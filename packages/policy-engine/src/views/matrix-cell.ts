import type { PolicyKey } from '../model/records.ts';
import { type DirectionExplanation, explainColumns } from '../queries/explain.ts';
import type { Verdict } from '../queries/verdict.ts';
import { findEntity } from './entity.ts';
import type { Lens } from './lens.ts';
import { relationOf } from './relation.ts';

/** What one end says, in short. */
export interface CellHalf {
  readonly verdict: Verdict;
  /** No policy has a say on this end. */
  readonly byDefault: boolean;
  /** Policies of the rules that decide, or that isolate where none does; each once. */
  readonly policies: readonly PolicyKey[];
}

/** What can be said about a cell beyond its ports. */
export interface CellReason {
  /** Pairs with something allowed, of how many. */
  readonly pairs: number;
  readonly of: number;
  /** Absent where an end stands for several workloads. */
  readonly egress: CellHalf | null;
  readonly ingress: CellHalf | null;
}

/** Why a cell is as it is, shortly; `pairDetails` has all of it. `null` where an end does not exist (any more). */
export function cellReason(lens: Lens, fromId: string, toId: string): CellReason | null {
  const from = findEntity(lens, fromId);
  const to = findEntity(lens, toId);
  if (from === null || to === null) return null;
  const { allowedPairs, of } = relationOf(lens, from.group, to.group);
  const source = from.group.members[0]?.[0];
  const target = to.group.members[0]?.[0];
  const several = from.type === 'namespace' || to.type === 'namespace';
  if (several || source === undefined || target === undefined) {
    return { pairs: allowedPairs, of, egress: null, ingress: null };
  }
  const parts = explainColumns(lens.after, source, target).parts.filter(
    (part) => part.connections.ports.length > 0,
  );
  const [part] = (['allowed', 'unknown', 'denied'] as const).flatMap((verdict) =>
    parts.filter((entry) => entry.verdict === verdict),
  );
  return {
    pairs: allowedPairs,
    of,
    egress: part === undefined ? null : halfOf(part.egress),
    ingress: part === undefined ? null : halfOf(part.ingress),
  };
}

function halfOf(half: DirectionExplanation): CellHalf {
  const rules = half.rules.map((rule) => rule.origin.policy);
  return {
    verdict: half.verdict,
    byDefault: half.byDefault,
    policies: [...new Set(rules.length > 0 ? rules : half.isolatedBy)],
  };
}
