import { type Cluster, pairCell } from '../compile/compile.ts';
import { stepsOf } from '../compile/rows.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import { isOpenPair } from '../queries/reachability.ts';
import { cellSets, isOutside, type Lens, stepAt } from './lens.ts';
import { type Outcomes, VOID_CODE } from './matrix-outcomes.ts';

/** In a line: both ends are outside of the cluster. */
export const OUTSIDE_BOTH = -1;

/** Columns that are asked about as destinations, and what is needed to look them up quickly. */
export interface Destinations {
  readonly columns: Int32Array;
  /** The same in ascending order, and the index of each. */
  readonly ascending: Int32Array;
  readonly indexes: Int32Array;
  /** Indexes of columns that are outside of the cluster, and of those that are on the network of their node. */
  readonly outside: readonly number[];
  readonly onNode: readonly number[];
  /** Distinct ingress rows of these columns, and which each has. */
  readonly kinds: readonly Kind[];
  readonly kindOf: Int32Array;
  /** Indexes of columns by kind: those of kind `i` are from `starts[i]` up to `starts[i + 1]`. */
  readonly byKind: Int32Array;
  readonly starts: Int32Array;
  /** The side that most sources have of each kind; what is found for a source deviates from it in few places. */
  readonly usual: Int32Array;
  readonly bases: Map<number, Base>;
  readonly blocks: Map<number, readonly (readonly number[])[]>;
}

/** Row numbers, without and with the draft. */
interface Kind {
  readonly before: number;
  readonly after: number;
}

/** What all sources of an egress row share: its side at each destination, and what that makes with the usual side there. */
interface Base {
  readonly sides: Int32Array;
  readonly pairs: Int32Array;
  readonly cells: Uint32Array;
}

/** Sources are asked for in order, so a few are enough to serve what comes again. */
const BASES_AT_MOST = 128;
/** Sources whose ingress sides are found together, and how many such blocks are kept. */
const BLOCK = 512;
const BLOCKS_AT_MOST = 3;
/** So many sources are asked what is usual. */
const ASKED = 24;

/**
 * Outcomes of pairs of columns, source by source. A source's line is that of its egress row where every destination says what
 * it says to most, mended where some say something else: far fewer places than there are destinations.
 */
export class PairLines {
  readonly #lens: Lens;
  readonly #outcomes: Outcomes;
  readonly #sources: Int32Array;
  readonly #sides = new Map<number, number>();
  readonly #sideCells: { before: CellId; after: CellId; open: boolean }[] = [];
  /** Sides by the cell that is the same before and after: of rows that are not open, and of open ones. */
  readonly #unchanged: readonly [number[], number[]] = [[], []];
  readonly #crossed: number[][] = [];

  /** @param sources ascending columns; a line is asked for by the index of its source */
  constructor(lens: Lens, outcomes: Outcomes, sources: readonly number[]) {
    this.#lens = lens;
    this.#outcomes = outcomes;
    this.#sources = Int32Array.from(sources);
  }

  /** Prepares to ask about these columns. */
  destinations(columns: readonly number[]): Destinations {
    const { before, after } = this.#lens;
    const ids = new Map<number, number>();
    const kinds: Kind[] = [];
    const kindOf = new Int32Array(columns.length);
    const outside: number[] = [];
    const onNode: number[] = [];
    for (const [index, column] of columns.entries()) {
      const kind = { before: before.rowIds.ingress[column] ?? 0, after: after.rowIds.ingress[column] ?? 0 };
      const key = kindKey(kind);
      let id = ids.get(key);
      if (id === undefined) {
        id = kinds.push(kind) - 1;
        ids.set(key, id);
      }
      kindOf[index] = id;
      if ((after.universe.readingOf[column] ?? -1) >= 0) onNode.push(index);
      else if (isOutside(after.universe, column)) outside.push(index);
    }
    return {
      columns: Int32Array.from(columns),
      ascending: Int32Array.from(columns).sort(),
      indexes: Int32Array.from([...columns.keys()].sort((a, b) => (columns[a] ?? 0) - (columns[b] ?? 0))),
      outside,
      onNode,
      kinds,
      kindOf,
      ...grouped(kindOf, kinds.length),
      usual: this.#usual(kinds),
      bases: new Map(),
      blocks: new Map(),
    };
  }

  /** Codes of a source's pairs with each destination, into `Outcomes.pairs`; `OUTSIDE_BOTH` where there is no pair. */
  pairs(source: number, destinations: Destinations): Int32Array {
    const line = this.#base(source, destinations).pairs.slice();
    this.#mend(source, destinations, (index, code) => {
      line[index] = code;
    });
    return line;
  }

  /** Codes of the cells that stand for a source and each destination alone, into `Outcomes.cells`. */
  cells(source: number, destinations: Destinations): Uint32Array {
    const line = this.#base(source, destinations).cells.slice();
    this.#mend(source, destinations, (index, code) => {
      line[index] = code === OUTSIDE_BOTH ? VOID_CODE : this.#outcomes.cellOfPair(code);
    });
    return line;
  }

  /** Visits the places at which a source has, or may have, another outcome than its base: index and code of each. */
  #mend(source: number, destinations: Destinations, visit: (index: number, code: number) => void): void {
    const { columns, outside, onNode, byKind, starts } = destinations;
    const { universe } = this.#lens.after;
    const column = this.#sources[source] ?? 0;
    if ((universe.readingOf[column] ?? -1) >= 0) {
      for (const [index, destination] of columns.entries()) visit(index, this.#oneByOne(column, destination));
      return;
    }
    const { sides } = this.#base(source, destinations);
    const deviations = this.#deviations(source, destinations);
    for (let at = 0; at < deviations.length; at += 2) {
      const kind = deviations[at] ?? 0;
      const into = deviations[at + 1] ?? 0;
      const end = starts[kind + 1] ?? 0;
      for (let own = starts[kind] ?? 0; own < end; own++) {
        const index = byKind[own] ?? 0;
        visit(index, this.#cross(sides[index] ?? 0, into));
      }
    }
    for (const index of onNode) visit(index, this.#oneByOne(column, columns[index] ?? 0));
    if (isOutside(universe, column)) for (const index of outside) visit(index, OUTSIDE_BOTH);
  }

  #base(source: number, { ascending, indexes, kindOf, usual, bases }: Destinations): Base {
    const { before, after } = this.#lens;
    const column = this.#sources[source] ?? 0;
    const kind = { before: before.rowIds.egress[column] ?? 0, after: after.rowIds.egress[column] ?? 0 };
    const key = kindKey(kind);
    let base = bases.get(key);
    if (base !== undefined) return base;
    if (bases.size >= BASES_AT_MOST) bases.clear();
    const sides = new Int32Array(ascending.length);
    this.#runs(kind, ascending, (side, first, end) => {
      for (let at = first; at < end; at++) sides[indexes[at] ?? 0] = side;
    });
    const pairs = new Int32Array(ascending.length);
    const cells = new Uint32Array(ascending.length);
    for (let index = 0; index < pairs.length; index++) {
      const code = this.#cross(sides[index] ?? 0, usual[kindOf[index] ?? 0] ?? 0);
      pairs[index] = code;
      cells[index] = this.#outcomes.cellOfPair(code);
    }
    base = { sides, pairs, cells };
    bases.set(key, base);
    return base;
  }

  /** Numbers of kinds that say something unusual to a source, each followed by the side that they say. */
  #deviations(source: number, { kinds, usual, blocks }: Destinations): readonly number[] {
    const block = Math.floor(source / BLOCK);
    let lists = blocks.get(block);
    if (lists === undefined) {
      if (blocks.size >= BLOCKS_AT_MOST) blocks.clear();
      lists = this.#deviationsOf(this.#sources.subarray(block * BLOCK, (block + 1) * BLOCK), kinds, usual);
      blocks.set(block, lists);
    }
    return lists[source % BLOCK] ?? [];
  }

  #deviationsOf(
    sources: Int32Array,
    kinds: readonly Kind[],
    usual: Int32Array,
  ): readonly (readonly number[])[] {
    const lists = Array.from(sources, (): number[] => []);
    for (const [own, kind] of kinds.entries()) {
      this.#runs(kind, sources, (side, first, end) => {
        if (side === usual[own]) return;
        for (let source = first; source < end; source++) lists[source]?.push(own, side);
      });
    }
    return lists;
  }

  #usual(kinds: readonly Kind[]): Int32Array {
    const step = Math.max(1, this.#sources.length / ASKED);
    const asked = Int32Array.from(
      { length: Math.min(this.#sources.length, ASKED) },
      (_, index) => this.#sources[Math.floor(index * step)] ?? 0,
    );
    return Int32Array.from(kinds, (kind) => {
      const counts = new Map<number, number>();
      let usual = 0;
      this.#runs(kind, asked, (side, first, end) => {
        const count = (counts.get(side) ?? 0) + end - first;
        counts.set(side, count);
        if (count >= (counts.get(usual) ?? 0)) usual = side;
      });
      return usual;
    });
  }

  /** Runs of ascending columns about which a kind's rows say one thing. */
  #runs(kind: Kind, columns: Int32Array, visit: (side: number, first: number, end: number) => void): void {
    if (columns.length === 0) return;
    const row = this.#lens.after.solver.row(kind.after);
    const other = kind.before === kind.after ? row : this.#lens.before.solver.row(kind.before);
    const is = stepsOf(row);
    const was = stepsOf(other);
    const open = row.open && other.open;
    const last = columns[columns.length - 1] ?? 0;
    let at = 0;
    let step = stepAt(is.starts, columns[0] ?? 0);
    let stepBefore = row === other ? step : stepAt(was.starts, columns[0] ?? 0);
    while (at < columns.length) {
      const column = columns[at] ?? 0;
      while ((is.starts[step + 1] ?? Number.POSITIVE_INFINITY) <= column) step++;
      if (row === other) stepBefore = step;
      else while ((was.starts[stepBefore + 1] ?? Number.POSITIVE_INFINITY) <= column) stepBefore++;
      const next = Math.min(
        is.starts[step + 1] ?? Number.POSITIVE_INFINITY,
        was.starts[stepBefore + 1] ?? Number.POSITIVE_INFINITY,
      );
      const end = last < next ? columns.length : firstFrom(columns, next, at + 1);
      visit(this.#side(was.cells[stepBefore] as CellId, is.cells[step] as CellId, open), at, end);
      at = end;
    }
  }

  #side(before: CellId, after: CellId, open: boolean): number {
    const unchanged = this.#unchanged[open ? 1 : 0];
    const known = before === after ? unchanged[after] : undefined;
    if (known !== undefined) return known;
    // Cells are numbered up from 0 and far from 2^25, so the three fit into one exact number.
    const key = (before * 33_554_432 + after) * 2 + (open ? 1 : 0);
    let id = this.#sides.get(key);
    if (id === undefined) {
      id = this.#sideCells.push({ before, after, open }) - 1;
      this.#sides.set(key, id);
    }
    if (before === after) unchanged[after] = id;
    return id;
  }

  #cross(out: number, into: number): number {
    let known = this.#crossed[out];
    if (known === undefined) {
      known = [];
      this.#crossed[out] = known;
    }
    let code = known[into];
    if (code !== undefined) return code;
    const a = this.#sideCells[out];
    const b = this.#sideCells[into];
    if (a === undefined || b === undefined) return OUTSIDE_BOTH;
    const { before, after } = this.#lens;
    code = this.#outcomes.pair({
      before: cellSets(this.#lens, before.cells.both(a.before, b.before)),
      after: cellSets(this.#lens, after.cells.both(a.after, b.after)),
      open: a.open && b.open,
    });
    known[into] = code;
    return code;
  }

  #oneByOne(source: number, target: number): number {
    const sets = (cluster: Cluster) => cellSets(this.#lens, pairCell(cluster, source, target));
    const after = sets(this.#lens.after);
    const same = this.#lens.before === this.#lens.after;
    return this.#outcomes.pair({
      before: same ? after : sets(this.#lens.before),
      after,
      open:
        isOpenPair(this.#lens.after, source, target) &&
        (same || isOpenPair(this.#lens.before, source, target)),
    });
  }
}

/** Row numbers are far from 2^26, so that both fit into one exact number. */
function kindKey({ before, after }: Kind): number {
  return before * 67_108_864 + after;
}

/** Index of the first of some ascending columns that is not before `column`: looked for in steps that double. */
function firstFrom(columns: Int32Array, column: number, from: number): number {
  let step = 1;
  let lo = from;
  while ((columns[lo + step] ?? Number.POSITIVE_INFINITY) < column) {
    lo += step;
    step *= 2;
  }
  let hi = Math.min(columns.length, lo + step);
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if ((columns[mid] ?? 0) < column) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** Indexes by number, and where those of each number begin. */
function grouped(numbers: Int32Array, count: number): Pick<Destinations, 'byKind' | 'starts'> {
  const starts = new Int32Array(count + 1);
  for (const number of numbers) starts[number + 1] = (starts[number + 1] ?? 0) + 1;
  for (let number = 0; number < count; number++)
    starts[number + 1] = (starts[number + 1] ?? 0) + (starts[number] ?? 0);
  const next = starts.slice();
  const byKind = new Int32Array(numbers.length);
  for (const [index, number] of numbers.entries()) {
    byKind[next[number] ?? 0] = index;
    next[number] = (next[number] ?? 0) + 1;
  }
  return { byKind, starts };
}
