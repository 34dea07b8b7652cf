import type { ConnectionSetId, ConnectionSpace } from '../sets/connection-set.ts';
import { type ChangedSets, changedSets, changeKind, joinSets } from './change-kind.ts';
import type { EdgeImpact } from './graph-model.ts';
import type { Lens, PairSets } from './lens.ts';
import { portSummary } from './ports.ts';
import type { Relation } from './relation.ts';

/**
 * What a row may send to a column. `all`: everything that is looked at, between each pair of their workloads; `some`: less
 * than that; `unknown`: nothing is known to be allowed and something may be. `self`: a workload and itself. `void`: two
 * ends outside the cluster, between which the cluster has no say.
 */
export type MatrixState = 'all' | 'some' | 'unknown' | 'none' | 'self' | 'void';

/** An outcome that many cells share. */
export interface MatrixOutcome {
  readonly state: MatrixState;
  /** Ports that are allowed for at least one pair; `none` where there are none. */
  readonly ports: string;
  /** Ports that may be allowed and are not known to be; empty where there are none. */
  readonly unknown: string;
  /** Whether every pair gets the same. */
  readonly uniform: boolean;
  /** No policy has a say on either end of any pair. */
  readonly open: boolean;
  readonly impact: EdgeImpact | null;
  /** Ports that are allowed without the draft for at least one pair; as `ports` where nothing changes. */
  readonly before: string;
  /** Ports that the draft opens and closes; empty where none. */
  readonly opened: string;
  readonly closed: string;
}

/** What one pair of endpoints has, before and after. */
export interface PairOutcome {
  readonly before: PairSets;
  readonly after: PairSets;
  readonly open: boolean;
}

/** Codes of outcomes that stand in every matrix. */
export const SELF_CODE = 0;
export const VOID_CODE = 1;

/** Interns outcomes of pairs and of aggregated cells. Codes rise from 0 without gaps and are never taken back. */
export class Outcomes {
  readonly pairs: PairOutcome[] = [];
  readonly cells: MatrixOutcome[] = [emptyOutcome('self'), emptyOutcome('void')];
  readonly #pairIds = new Map<string, number>();
  readonly #cellIds = new Map<string, number>();
  readonly #sets = new Map<string, number>();
  readonly #single: number[] = [];
  readonly #lens: Lens;
  readonly #space: ConnectionSpace;

  constructor(lens: Lens) {
    this.#lens = lens;
    this.#space = lens.after.cells.space;
  }

  /** Code of a pair's outcome. */
  pair(outcome: PairOutcome): number {
    const { before, after, open } = outcome;
    const key = `${before.allowed} ${before.possible} ${after.allowed} ${after.possible} ${open}`;
    let id = this.#pairIds.get(key);
    if (id === undefined) {
      id = this.pairs.length;
      this.pairs.push(outcome);
      this.#pairIds.set(key, id);
    }
    return id;
  }

  /** Pairs of endpoints of one workload pair taken together: what any of them has. */
  either(codes: readonly number[]): number {
    const [first = 0] = codes;
    if (codes.every((code) => code === first)) return first;
    const none = { allowed: this.#space.none, possible: this.#space.none };
    const sum = codes.reduce<PairOutcome>(
      (all, code) => {
        const own = this.pairs[code];
        if (own === undefined) return all;
        return {
          before: this.#union(all.before, own.before),
          after: this.#union(all.after, own.after),
          open: all.open && own.open,
        };
      },
      { before: none, after: none, open: true },
    );
    return this.pair(sum);
  }

  /** Code of the cell that stands for pairs with this one outcome. */
  cellOfPair(code: number): number {
    let id = this.#single[code];
    if (id === undefined) {
      id = this.intern(this.#summarise([code]));
      this.#single[code] = id;
    }
    return id;
  }

  /** Code of the cell that stands for pairs with these outcomes, each once. */
  cell(codes: readonly number[]): number {
    const key = codes.toSorted((a, b) => a - b).join();
    let id = this.#sets.get(key);
    if (id === undefined) {
      id = this.intern(this.#summarise(codes));
      this.#sets.set(key, id);
    }
    return id;
  }

  #union(a: PairSets, b: PairSets): PairSets {
    return {
      allowed: this.#space.union(a.allowed, b.allowed),
      possible: this.#space.union(a.possible, b.possible),
    };
  }

  /** Code of the cell that stands for all pairs of a relation. */
  cellOfRelation(relation: Relation): number {
    const space = this.#space;
    const { some, every, unknown, change } = relation;
    return this.intern({
      state: this.#stateOf(some, every, unknown),
      ports: portSummary(space, some).label,
      unknown: this.#label(unknown),
      uniform: relation.uniform,
      open: relation.drawnPairs === 0 && relation.allowedPairs === relation.of,
      impact: change === null ? null : changeKind(space, change),
      before: portSummary(space, relation.someBefore).label,
      opened: this.#label(change?.opened ?? space.none),
      closed: this.#label(change?.closed ?? space.none),
    });
  }

  #stateOf(some: ConnectionSetId, every: ConnectionSetId, unknown: ConnectionSetId): MatrixState {
    const { none } = this.#space;
    if (some === none) return unknown === none ? 'none' : 'unknown';
    return every === this.#lens.mask ? 'all' : 'some';
  }

  #label(id: ConnectionSetId): string {
    return id === this.#space.none ? '' : portSummary(this.#space, id).label;
  }

  /** Code of a cell with this outcome. */
  intern(outcome: MatrixOutcome): number {
    const key = JSON.stringify(outcome);
    let id = this.#cellIds.get(key);
    if (id === undefined) {
      id = this.cells.length;
      this.cells.push(outcome);
      this.#cellIds.set(key, id);
    }
    return id;
  }

  #summarise(codes: readonly number[]): MatrixOutcome {
    const space = this.#space;
    const outcomes = codes.flatMap((code) => this.pairs[code] ?? []);
    const [first] = outcomes;
    if (first === undefined) return emptyOutcome('void');
    let some = space.none;
    let someBefore = space.none;
    let every = this.#lens.mask;
    let possible = space.none;
    let change: ChangedSets | null = null;
    for (const { before, after } of outcomes) {
      some = space.union(some, after.allowed);
      someBefore = space.union(someBefore, before.allowed);
      every = space.intersect(every, after.allowed);
      possible = space.union(possible, after.possible);
      if (sameSets(before, after)) continue;
      const own = changedSets(space, before, after);
      change = change === null ? own : joinSets(space, change, own);
    }
    const unknown = space.subtract(possible, some);
    return {
      state: this.#stateOf(some, every, unknown),
      ports: portSummary(space, some).label,
      unknown: this.#label(unknown),
      uniform: outcomes.every(({ after }) => sameSets(after, first.after)),
      open: outcomes.every((outcome) => outcome.open),
      impact: change === null ? null : changeKind(space, change),
      before: portSummary(space, someBefore).label,
      opened: this.#label(change?.opened ?? space.none),
      closed: this.#label(change?.closed ?? space.none),
    };
  }
}

function sameSets(a: PairSets, b: PairSets): boolean {
  return a.allowed === b.allowed && a.possible === b.possible;
}

function emptyOutcome(state: 'self' | 'void'): MatrixOutcome {
  return {
    state,
    ports: 'none',
    unknown: '',
    uniform: true,
    open: false,
    impact: null,
    before: 'none',
    opened: '',
    closed: '',
  };
}
