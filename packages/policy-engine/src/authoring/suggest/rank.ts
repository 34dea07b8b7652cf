import type { Cluster } from '../../compile/compile.ts';
import { pairCell } from '../../compile/compile.ts';
import type { PolicyEdit } from '../../findings/finding.ts';
import { compileOverlay } from '../../queries/diff.ts';
import { connectionPoint } from '../../sets/connection-set.ts';
import { portSummary } from '../../views/ports.ts';
import { editSnapshot } from '../draft/policy-edits.ts';
import { impactOf } from '../impact/impact.ts';
import { IMPACT_KINDS, type ImpactEnd, type ImpactRow } from '../impact/model.ts';
import { endColumns, endName } from './ends.ts';
import type { SuggestEnd, Suggestion, SuggestQuestion } from './model.ts';

export interface Candidate {
  readonly title: string;
  readonly edits: readonly PolicyEdit[];
}

const SHOWN = 8;

/** How a connection stands: for every pair of the ends' classes, else unknown or denied for some. */
export function verdictOf(
  cluster: Cluster,
  question: SuggestQuestion,
): 'allowed' | 'denied' | 'unknown' | 'no-such-end' {
  const from = endColumns(cluster, question.from);
  const to = endColumns(cluster, question.to);
  if (from.length === 0 || to.length === 0) return 'no-such-end';
  const point = connectionPoint(question.protocol, question.port);
  let verdict: 'allowed' | 'unknown' = 'allowed';
  for (const source of from) {
    for (const target of to) {
      const { allowed, possible } = cluster.cells.decision(pairCell(cluster, source, target));
      if (cluster.cells.space.has(allowed, point)) continue;
      if (!cluster.cells.space.has(possible, point)) return 'denied';
      verdict = 'unknown';
    }
  }
  return verdict;
}

/**
 * Tries every candidate and keeps those that make the connection what is wanted, best first: the fewest other connections
 * changed, then the fewest other ports, then the least text.
 */
export function ranked(
  cluster: Cluster,
  question: SuggestQuestion,
  candidates: readonly Candidate[],
  want: 'allowed' | 'denied',
): readonly Suggestion[] {
  const results = candidates.flatMap((candidate) => {
    const result = tryOut(cluster, question, candidate, want);
    return result === undefined ? [] : [{ result, size: JSON.stringify(candidate.edits).length }];
  });
  results.sort(
    (a, b) =>
      a.result.alsoPairs - b.result.alsoPairs ||
      Number(a.result.alsoPorts !== null) - Number(b.result.alsoPorts !== null) ||
      a.result.edits.length - b.result.edits.length ||
      a.size - b.size,
  );
  const seen = new Set<string>();
  return results.flatMap(({ result }) => {
    const key = JSON.stringify(result.edits);
    if (seen.has(key)) return [];
    seen.add(key);
    return [result];
  });
}

function tryOut(
  cluster: Cluster,
  question: SuggestQuestion,
  { title, edits }: Candidate,
  want: 'allowed' | 'denied',
): Suggestion | undefined {
  const overlay = compileOverlay(cluster, editSnapshot(cluster.snapshot, edits));
  if (overlay === undefined || verdictOf(overlay.after, question) !== want) return undefined;
  const { space } = overlay.after.cells;
  const impact = impactOf(overlay.before, overlay.after, { mostWorkloadPairs: 5_000 });
  const total = IMPACT_KINDS.reduce((sum, kind) => sum + impact.pairs[kind], 0);
  const isAsked = (row: ImpactRow) => isEnd(row.from, question.from) && isEnd(row.to, question.to);
  const asked = impact.rows.filter(isAsked);
  const others = impact.rows.filter((row) => !isAsked(row));
  const changed = asked.reduce((set, row) => {
    const ranges = (want === 'allowed' ? row.opened : row.closed).ranges;
    return ranges.reduce(
      (sum, { protocol, from, to }) => space.union(sum, space.range(protocol, from, to)),
      set,
    );
  }, space.none);
  const port = space.range(question.protocol, question.port, question.port);
  const alsoPorts = space.subtract(changed, port);
  const alsoPairs = total - asked.reduce((sum, row) => sum + row.pairs, 0);
  return {
    title,
    edits,
    exact: alsoPairs === 0 && alsoPorts === space.none,
    alsoPorts: alsoPorts === space.none ? null : portSummary(space, alsoPorts),
    also: others.slice(0, SHOWN),
    alsoPairs,
  };
}

function isEnd(end: ImpactEnd, asked: SuggestEnd): boolean {
  if (asked.type === 'addresses') return end.type === 'addresses' && end.label === endName(asked);
  const { namespace, workload } = asked;
  return (
    end.type === 'workload' &&
    end.namespace === namespace &&
    end.kind === workload.kind &&
    end.label === workload.name
  );
}
