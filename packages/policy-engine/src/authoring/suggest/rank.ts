import type { Cluster } from '../../compile/compile.ts';
import type { PolicyEdit } from '../../findings/finding.ts';
import { compileOverlay } from '../../queries/diff.ts';
import { portSummary } from '../../views/ports.ts';
import { editSnapshot } from '../draft/policy-edits.ts';
import { impactOf } from '../impact/impact.ts';
import { IMPACT_KINDS, type ImpactRow } from '../impact/model.ts';
import { isInEnd } from './ends.ts';
import { verdictOf } from './halves.ts';
import type { AlsoChange, SuggestEnd, Suggestion, SuggestQuestion } from './model.ts';

export interface Candidate {
  readonly title: string;
  readonly edits: readonly PolicyEdit[];
}

/** Two candidates as one. */
export function bothOf(first: Candidate, second: Candidate): Candidate {
  return {
    title: `${first.title}; ${second.title.charAt(0).toLowerCase()}${second.title.slice(1)}`,
    edits: [...first.edits, ...second.edits],
  };
}

const SHOWN = 8;
/** Up to so many pairs of workloads are told apart. */
const MOST_PAIRS = 5_000;

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
  const { asked, others, alsoPairs } = changes(overlay.before, overlay.after, question);
  const { space } = overlay.after.cells;
  const port = space.range(question.protocol, question.port, question.port);
  const beside = (side: 'opened' | 'closed' | 'unknown', rows: readonly ImpactRow[]) => {
    const all = rows
      .flatMap((row) => row[side].ranges)
      .reduce((sum, { protocol, from, to }) => space.union(sum, space.range(protocol, from, to)), space.none);
    return space.subtract(all, port);
  };
  const opened = beside('opened', asked);
  const closed = beside('closed', asked);
  // Pods on their node's network stay unknown on the asked port, which is what was asked about.
  const unsure = beside(
    'unknown',
    asked.filter(({ kind }) => kind === 'uncertain'),
  );
  const hasPorts = opened !== space.none || closed !== space.none;
  return {
    title,
    edits,
    exact: alsoPairs === 0 && !hasPorts && unsure === space.none,
    alsoPorts: hasPorts ? { opened: portSummary(space, opened), closed: portSummary(space, closed) } : null,
    also: others.slice(0, SHOWN),
    alsoPairs,
  };
}

interface Changes {
  readonly asked: readonly ImpactRow[];
  readonly others: readonly AlsoChange[];
  readonly alsoPairs: number;
}

/** What changes, apart by whether it was asked for. Rows between namespaces are without what was asked for between them. */
function changes(before: Cluster, after: Cluster, question: SuggestQuestion): Changes {
  const impact = impactOf(before, after, { mostWorkloadPairs: MOST_PAIRS, mostRows: MOST_PAIRS });
  const isAsked = ({ from, to }: AlsoChange) =>
    isInEnd(after, from, question.from) && isInEnd(after, to, question.to);
  const asked: ImpactRow[] = [];
  const others: AlsoChange[] = [];
  for (const row of impact.rows) {
    const parts =
      impact.level === 'workload' || !isAround(after, row, question)
        ? [row]
        : impactOf(before, after, { within: { from: row.from.id, to: row.to.id } }).rows.filter(
            ({ kind }) => kind === row.kind,
          );
    const own = parts.filter(isAsked);
    asked.push(...own);
    const rest = row.pairs - own.reduce((sum, { pairs }) => sum + pairs, 0);
    if (rest > 0) others.push({ ...row, pairs: rest });
  }
  const within = impact.ownPods.rows.filter((row) => !isAsked(row));
  const total = IMPACT_KINDS.reduce((sum, kind) => sum + impact.pairs[kind], 0);
  const alsoPairs = total - asked.reduce((sum, { pairs }) => sum + pairs, 0) + within.length;
  return { asked, others: [...others, ...within], alsoPairs: Math.max(0, alsoPairs) };
}

/** Whether a row between namespaces may have what was asked for in it. */
function isAround(after: Cluster, { from, to }: ImpactRow, question: SuggestQuestion): boolean {
  const around = (end: ImpactRow['from'], wanted: SuggestEnd) =>
    wanted.type === 'addresses' ? isInEnd(after, end, wanted) : end.namespace === wanted.namespace;
  return around(from, question.from) && around(to, question.to);
}
