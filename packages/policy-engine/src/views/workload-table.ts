import { cellAt } from '../compile/rows.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import {
  shownNamespaces,
  type WorkloadFilter,
  workloadId,
  workloadIsolation,
  workloadPods,
} from './graph.ts';
import type { IsolationState } from './graph-model.ts';
import { type Group, groupOf, workloadMember } from './group.ts';
import { cellSets, histogram, type Lens } from './lens.ts';
import { outsidePeers } from './outside.ts';
import { relationOf } from './relation.ts';

export interface WorkloadRow {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  readonly pods: number;
  readonly ingress: IsolationState;
  readonly egress: IsolationState;
  /** Workloads that it may send something to, and that may send something to it. */
  readonly reaches: number;
  readonly reachedBy: number;
  /** Whether something outside the cluster may send to it, and it to the outside: the internet itself or only some block. */
  readonly fromOutside: Exposed;
  readonly toOutside: Exposed;
}

export type Exposed = 'internet' | 'some' | 'none';

/** Each workload with its isolation and reach. Reach counts pods that exist, of the whole cluster. */
export function workloadTable(lens: Lens, filter: WorkloadFilter): readonly WorkloadRow[] {
  const shown = shownNamespaces(lens, filter, new Set());
  const counter = new ReachCounter(lens);
  const peers = outsidePeers(lens);
  const { universe, cells } = lens.after;
  const exposures = new Map<string, Exposed>();
  const exposed = (workload: number, outward: boolean): Exposed => {
    const columns = workloadMember(universe, workload);
    const rows = lens.after.rowIds[outward ? 'egress' : 'ingress'];
    const key = `${outward} ${columns.map((column) => rows[column]).join()}`;
    let known = exposures.get(key);
    if (known === undefined) {
      const own = groupOf(lens, 'own', [columns]);
      known = 'none';
      for (const { node, group } of peers) {
        const relation = outward ? relationOf(lens, own, group) : relationOf(lens, group, own);
        if (relation.some === cells.space.none) continue;
        known = node.kind === 'internet' ? 'internet' : known === 'internet' ? known : 'some';
      }
      exposures.set(key, known);
    }
    return known;
  };
  return shown.flatMap((entry) =>
    entry.workloads.map((index): WorkloadRow => {
      const workload = universe.workloads[index];
      return {
        id: workloadId(workload?.id ?? ''),
        namespace: entry.name,
        name: workload?.name ?? '',
        kind: workload?.kind ?? '',
        pods: workloadPods(lens, index),
        ingress: workloadIsolation(lens, 'ingress', index),
        egress: workloadIsolation(lens, 'egress', index),
        reaches: counter.count(index, 'egress'),
        reachedBy: counter.count(index, 'ingress'),
        fromOutside: exposed(index, false),
        toOutside: exposed(index, true),
      };
    }),
  );
}

interface Peers {
  readonly row: number;
  readonly columns: readonly number[];
}

/**
 * Counts peers row by row: all columns with one row in the opposite direction at once, of which the own row tells apart
 * only a few groups. Workloads of several classes and hostNetwork ones are compared one by one; they are few.
 */
class ReachCounter {
  readonly #lens: Lens;
  readonly #complex: readonly number[] = [];
  readonly #groups: { readonly egress: readonly Peers[]; readonly ingress: readonly Peers[] };
  readonly #histograms = new Map<string, ReadonlyMap<CellId, number>>();
  readonly #peers = new Map<number, Group>();

  constructor(lens: Lens) {
    this.#lens = lens;
    const { universe } = lens.after;
    const complex: number[] = [];
    const simple: number[] = [];
    for (const [index, entry] of universe.workloads.entries()) {
      if (entry.last < entry.first) continue;
      if (entry.last === entry.first && (universe.readingOf[entry.first] ?? -1) < 0) simple.push(entry.first);
      else complex.push(index);
    }
    this.#complex = complex;
    this.#groups = { egress: this.#peersBy('ingress', simple), ingress: this.#peersBy('egress', simple) };
  }

  count(workload: number, direction: 'egress' | 'ingress'): number {
    const columns = workloadMember(this.#lens.after.universe, workload);
    const [only] = columns;
    if (only === undefined) return 0;
    if (this.#complex.includes(workload)) {
      return this.#oneByOne(workload, direction, this.#lens.after.universe.workloads.keys());
    }
    return this.#byRows(only, direction) + this.#oneByOne(workload, direction, this.#complex);
  }

  #peersBy(direction: 'egress' | 'ingress', simple: readonly number[]): readonly Peers[] {
    const { rowIds } = this.#lens.after;
    const groups = new Map<number, number[]>();
    for (const column of simple) {
      const row = rowIds[direction][column] ?? 0;
      const list = groups.get(row);
      if (list === undefined) groups.set(row, [column]);
      else list.push(column);
    }
    return [...groups].map(([row, columns]) => ({ row, columns }));
  }

  #byRows(column: number, direction: 'egress' | 'ingress'): number {
    const { after } = this.#lens;
    const opposite = direction === 'egress' ? 'ingress' : 'egress';
    const own = after.rowIds[direction][column] ?? 0;
    let count = 0;
    for (const group of this.#groups[direction]) {
      const theirs = cellAt(after.solver.row(group.row), column);
      if (theirs === after.cells.denied) continue;
      const key = `${own} ${group.row}`;
      let counts = this.#histograms.get(key);
      if (counts === undefined) {
        counts = histogram(after.solver.row(own), group.columns);
        this.#histograms.set(key, counts);
      }
      for (const [cell, number] of counts) {
        if (this.#passes(after.cells.both(cell, theirs))) count += number;
      }
    }
    const self = after.cells.both(
      cellAt(after.solver.row(own), column),
      cellAt(after.solver.row(after.rowIds[opposite][column] ?? 0), column),
    );
    return this.#passes(self) ? count - 1 : count;
  }

  #passes(cell: CellId): boolean {
    return cellSets(this.#lens, this.#lens.after, cell).allowed !== this.#lens.after.cells.space.none;
  }

  #peer(workload: number): Group {
    let group = this.#peers.get(workload);
    if (group === undefined) {
      group = groupOf(this.#lens, String(workload), [workloadMember(this.#lens.after.universe, workload)]);
      this.#peers.set(workload, group);
    }
    return group;
  }

  #oneByOne(workload: number, direction: 'egress' | 'ingress', others: Iterable<number>): number {
    const { cells } = this.#lens.after;
    const own = this.#peer(workload);
    let count = 0;
    for (const index of others) {
      const peer = this.#peer(index);
      if (index === workload || peer.members.length === 0) continue;
      const relation =
        direction === 'egress' ? relationOf(this.#lens, own, peer) : relationOf(this.#lens, peer, own);
      if (relation.some !== cells.space.none) count++;
    }
    return count;
  }
}
