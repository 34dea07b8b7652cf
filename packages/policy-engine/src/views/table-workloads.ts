import { workloadIsolation, workloadPods } from './graph.ts';
import type { IsolationState } from './graph-model.ts';
import type { Lens } from './lens.ts';
import type { DraftMark } from './mark.ts';
import type { MatrixOutcome } from './matrix-outcomes.ts';
import { INTERNET_ID } from './outside.ts';
import { classCodeOf, codeOf, type TableRelation } from './table-relation.ts';

/** How far outside an end may talk, or be talked to from: ports towards the internet, or only towards some addresses. */
export interface OutsideReach {
  readonly internet: string | null;
  /** Other peers outside. */
  readonly others: number;
}

export interface ReachRow {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  readonly pods: number;
  readonly mark: DraftMark | null;
  readonly ingress: IsolationState;
  readonly egress: IsolationState;
  /** Workloads that it may send something to, and that may send something to it, of those the filter shows. */
  readonly reaches: number;
  readonly reachedBy: number;
  readonly toOutside: OutsideReach;
  readonly fromOutside: OutsideReach;
}

function isAllowed(outcome: MatrixOutcome | undefined): boolean {
  return outcome?.state === 'all' || outcome?.state === 'some';
}

/** Each workload with its isolation, its reach and its exposure. */
export function reachTable(lens: Lens, relation: TableRelation): readonly ReachRow[] {
  const { units, rowOf, columnOf, lines, outcomes } = relation;
  const { universe } = lens.after;
  const allowed = outcomes.map(isAllowed);
  const sources = new Int32Array(relation.rows);
  const targets = new Int32Array(relation.columns);
  for (const [index, { unit }] of units.entries()) {
    if (unit.type !== 'workload') continue;
    const [row = 0, column = 0] = [rowOf[index], columnOf[index]];
    sources[row] = (sources[row] ?? 0) + 1;
    targets[column] = (targets[column] ?? 0) + 1;
  }
  const out = new Int32Array(relation.rows);
  const into = new Int32Array(relation.columns);
  for (const [row, line] of lines.entries()) {
    const weight = sources[row] ?? 0;
    let count = 0;
    for (let column = 0; column < line.length; column++) {
      if (allowed[line[column] ?? 0] !== true) continue;
      count += targets[column] ?? 0;
      into[column] = (into[column] ?? 0) + weight;
    }
    out[row] = count;
  }
  const peers = units.flatMap(({ unit }, index) => (unit.type === 'outside' ? [{ unit, index }] : []));
  const towards = (codes: (peer: number) => number): OutsideReach => {
    let internet: string | null = null;
    let others = 0;
    for (const { unit, index } of peers) {
      const outcome = outcomes[codes(index)];
      if (!isAllowed(outcome)) continue;
      if (unit.id === INTERNET_ID) internet = outcome?.ports ?? null;
      else others++;
    }
    return { internet, others };
  };
  // Units are in order of name, workloads in that of the universe.
  const indexOf = new Map(universe.workloads.map((entry, index) => [`wl:${entry.id}`, index]));
  return units.flatMap(({ unit }, index): ReachRow[] => {
    const workload = indexOf.get(unit.id);
    if (unit.type !== 'workload' || workload === undefined) return [];
    const self = allowed[classCodeOf(relation, index, index)] === true ? 1 : 0;
    return [
      {
        id: unit.id,
        namespace: unit.namespace ?? '',
        name: unit.label,
        kind: unit.kind,
        pods: workloadPods(lens, workload),
        mark: unit.mark,
        ingress: workloadIsolation(lens, 'ingress', workload),
        egress: workloadIsolation(lens, 'egress', workload),
        reaches: (out[rowOf[index] ?? 0] ?? 0) - self,
        reachedBy: (into[columnOf[index] ?? 0] ?? 0) - self,
        toOutside: towards((peer) => codeOf(relation, index, peer)),
        fromOutside: towards((peer) => codeOf(relation, peer, index)),
      },
    ];
  });
}
