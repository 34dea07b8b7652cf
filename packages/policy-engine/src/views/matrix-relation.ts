import { type Cluster, pairCell } from '../compile/compile.ts';
import { cellAt, type Row, stepsOf } from '../compile/rows.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import { isOpenPair } from '../queries/reachability.ts';
import { cellSets, isOutside, type Lens } from './lens.ts';
import { type SideClasses, sideClasses } from './matrix-classes.ts';
import { Outcomes, VOID_CODE } from './matrix-outcomes.ts';
import type { UnitMembers } from './matrix-units.ts';

/** A member of units by the classes of its columns. */
type Member = readonly number[];

/** Units of one side, cut into classes: those of one class have the same cell with every unit of the other side. */
export interface UnitClasses {
  readonly units: readonly UnitMembers[];
  /** Class of each unit. */
  readonly classOf: Int32Array;
  readonly count: number;
  /** Members that a unit of the class has, each different one once. */
  readonly members: readonly (readonly number[])[];
}

interface Side extends UnitClasses {
  readonly columns: SideClasses;
  readonly memberColumns: readonly Member[];
}

const OUTSIDE_BOTH = -1;

/** Sorts of columns that are not looked up as others are. */
const OUTSIDE = 1;
const ON_NODE = 2;

/** Destinations of which cells are asked for: some classes of units, and what is needed to look them up quickly. */
export interface Targets {
  readonly classes: readonly number[];
  /** A column of each column class that occurs, ascending. */
  readonly columns: readonly number[];
  /** What each column is: outside of the cluster, on the network of its node, or neither. */
  readonly sorts: Uint8Array;
  /** Distinct ingress rows of these columns, and which each has. */
  readonly kinds: readonly Kind[];
  readonly kindOf: Int32Array;
  /** Members of unit class `i` are from `starts[i]` up to `starts[i + 1]`. */
  readonly starts: Int32Array;
  /** Index into `columns` of a member that has one column; else -1 minus an index into `several`. */
  readonly members: Int32Array;
  readonly several: readonly (readonly number[])[];
  readonly lines: Map<number, Int32Array>;
  readonly blocks: Map<number, Int32Array>;
}

interface Kind {
  readonly before: number;
  readonly after: number;
}

/** Where sides go that are found: one for each column, `step` places apart. */
interface Walked {
  readonly out: Int32Array;
  readonly first: number;
  readonly step: number;
}

/** Lines are asked for in order, so a few are enough to serve what comes again. */
const LINES_AT_MOST = 256;
/** Sources whose ingress cells are found together, and how many such blocks are kept. */
const BLOCK = 256;
const BLOCKS_AT_MOST = 6;

/**
 * The relation between two lists of units, cell by cell, computed when it is asked for. What is asked for costs a few
 * nanoseconds a cell: cells are looked up in rows that are walked once.
 */
export class UnitRelation {
  readonly rows: UnitClasses;
  readonly columns: UnitClasses;
  readonly outcomes: Outcomes;
  /** All classes of columns. */
  readonly everyColumn: Targets;
  readonly #lens: Lens;
  readonly #from: Side;
  readonly #to: Side;
  readonly #sides = new Map<number, number>();
  readonly #sideCells: { before: CellId; after: CellId; open: boolean }[] = [];
  /** Sides by the cell that is the same before and after: of rows that are not open, and of open ones. */
  readonly #unchanged: readonly [number[], number[]] = [[], []];
  readonly #crossed: number[][] = [];
  #turn = 0;
  readonly #seen: number[] = [];

  constructor(lens: Lens, from: readonly UnitMembers[], to: readonly UnitMembers[]) {
    this.#lens = lens;
    this.outcomes = new Outcomes(lens);
    const sources = [...new Set(from.flatMap(({ members }) => members.flat()))];
    const targets = [...new Set(to.flatMap(({ members }) => members.flat()))];
    this.#from = sideOf(from, sideClasses(lens, 'egress', sources, targets));
    this.#to = sideOf(to, sideClasses(lens, 'ingress', targets, sources));
    this.rows = this.#from;
    this.columns = this.#to;
    this.everyColumn = this.targets(this.#to.members.map((_, index) => index));
  }

  /** Prepares to ask for these classes of columns. */
  targets(classes: readonly number[]): Targets {
    const { members: unitMembers, memberColumns, columns: side } = this.#to;
    const wanted = new Set<number>();
    for (const unitClass of classes) {
      for (const member of unitMembers[unitClass] ?? []) {
        for (const column of memberColumns[member] ?? []) wanted.add(column);
      }
    }
    const ascending = [...wanted].sort((a, b) => a - b);
    const position = new Map(ascending.map((column, index) => [column, index]));
    const several: number[][] = [];
    const starts = new Int32Array(classes.length + 1);
    const members: number[] = [];
    for (const [index, unitClass] of classes.entries()) {
      for (const member of unitMembers[unitClass] ?? []) {
        const own = (memberColumns[member] ?? []).map((column) => position.get(column) ?? 0);
        const [only = 0] = own;
        if (own.length === 1) members.push(only);
        else members.push(-several.push(own));
      }
      starts[index + 1] = members.length;
    }
    const columns = ascending.map((column) => side.first[column] ?? 0);
    return {
      classes,
      columns,
      sorts: this.#sortsOf(columns),
      ...this.#kindsOf(columns),
      starts,
      members: Int32Array.from(members),
      several,
      lines: new Map(),
      blocks: new Map(),
    };
  }

  #sortsOf(columns: readonly number[]): Uint8Array {
    const { universe } = this.#lens.after;
    return Uint8Array.from(columns, (column) => {
      if ((universe.readingOf[column] ?? -1) >= 0) return ON_NODE;
      return isOutside(universe, column) ? OUTSIDE : 0;
    });
  }

  #kindsOf(columns: readonly number[]): { readonly kinds: readonly Kind[]; readonly kindOf: Int32Array } {
    const { before, after } = this.#lens;
    const ids = new Map<string, number>();
    const kinds: Kind[] = [];
    const kindOf = Int32Array.from(columns, (column) => {
      const kind = { before: before.rowIds.ingress[column] ?? 0, after: after.rowIds.ingress[column] ?? 0 };
      const key = `${kind.before} ${kind.after}`;
      let id = ids.get(key);
      if (id === undefined) {
        id = kinds.push(kind) - 1;
        ids.set(key, id);
      }
      return id;
    });
    return { kinds, kindOf };
  }

  /** Codes of cells (into `outcomes.cells`) of one class of rows, one for each class of the targets. */
  row(rowClass: number, targets: Targets = this.everyColumn): Uint32Array {
    const { starts, members, several } = targets;
    const out = new Uint32Array(targets.classes.length);
    const sources = (this.#from.members[rowClass] ?? []).map((member) =>
      (this.#from.memberColumns[member] ?? []).map((column) => this.#line(column, targets)),
    );
    const seen = this.#seen;
    const { outcomes } = this;
    const alone = sources.length === 1 && sources[0]?.length === 1 ? sources[0][0] : undefined;
    for (let index = 0; index < out.length; index++) {
      const member = members[starts[index] ?? 0] ?? -1;
      if (alone !== undefined && member >= 0 && (starts[index + 1] ?? 0) - (starts[index] ?? 0) === 1) {
        const code = alone[member] ?? OUTSIDE_BOTH;
        out[index] = code === OUTSIDE_BOTH ? VOID_CODE : outcomes.cellOfPair(code);
        continue;
      }
      const turn = ++this.#turn;
      const start = starts[index] ?? 0;
      const end = starts[index + 1] ?? 0;
      let first = OUTSIDE_BOTH;
      let others: number[] | undefined;
      for (let own = 0; own < sources.length; own++) {
        const lines = sources[own] ?? [];
        const line = lines.length === 1 ? lines[0] : undefined;
        for (let at = start; at < end; at++) {
          const member = members[at] ?? 0;
          const code =
            member >= 0 && line !== undefined
              ? (line[member] ?? OUTSIDE_BOTH)
              : this.#either(lines, member >= 0 ? [member] : (several[-1 - member] ?? []));
          if (code === first || code === OUTSIDE_BOTH || seen[code] === turn) continue;
          seen[code] = turn;
          if (first === OUTSIDE_BOTH) first = code;
          else if (others === undefined) others = [first, code];
          else others.push(code);
        }
      }
      out[index] =
        first === OUTSIDE_BOTH
          ? VOID_CODE
          : others === undefined
            ? outcomes.cellOfPair(first)
            : outcomes.cell(others);
    }
    return out;
  }

  #either(lines: readonly Int32Array[], columns: readonly number[]): number {
    const codes = lines.flatMap((line) => columns.map((column) => line[column] ?? OUTSIDE_BOTH));
    const known = codes.filter((code) => code !== OUTSIDE_BOTH);
    return known.length === 0 ? OUTSIDE_BOTH : this.outcomes.either(known);
  }

  /** Codes of pairs of one class of source columns with each target column. */
  #line(columnClass: number, targets: Targets): Int32Array {
    const known = targets.lines.get(columnClass);
    if (known !== undefined) return known;
    if (targets.lines.size > LINES_AT_MOST) targets.lines.clear();
    const line = this.#compute(columnClass, targets);
    targets.lines.set(columnClass, line);
    return line;
  }

  #compute(columnClass: number, targets: Targets): Int32Array {
    const { columns, sorts, kinds, kindOf } = targets;
    const { universe } = this.#lens.after;
    const source = this.#from.columns.first[columnClass] ?? 0;
    const line = new Int32Array(columns.length);
    const outside = isOutside(universe, source);
    const host = (universe.readingOf[source] ?? -1) >= 0;
    const out = this.#egress(source, columns);
    const into = this.#ingress(Math.floor(columnClass / BLOCK), targets);
    const first = (columnClass % BLOCK) * kinds.length;
    let side = -1;
    let crossed: number[] = [];
    for (let index = 0; index < columns.length; index++) {
      const sort = sorts[index] ?? 0;
      if (outside && sort === OUTSIDE) {
        line[index] = OUTSIDE_BOTH;
        continue;
      }
      if (host || sort === ON_NODE) {
        line[index] = this.#oneByOne(source, columns[index] ?? 0);
        continue;
      }
      const own = out[index] ?? 0;
      if (own !== side) {
        side = own;
        crossed = this.#crossedWith(own);
      }
      const other = into[first + (kindOf[index] ?? 0)] ?? 0;
      line[index] = crossed[other] ?? this.#cross(crossed, own, other);
    }
    return line;
  }

  /** What the source's rows say about each column, in ascending order of columns. */
  #egress(source: number, columns: readonly number[]): Int32Array {
    const { before, after } = this.#lens;
    const out = new Int32Array(columns.length);
    const afterId = after.rowIds.egress[source] ?? 0;
    const beforeId = before.rowIds.egress[source] ?? 0;
    const was = beforeId === afterId ? null : before.solver.row(beforeId);
    this.#walk(after.solver.row(afterId), was, columns, { out, first: 0, step: 1 });
    return out;
  }

  /** What every kind of target says about a block of sources, source by source. */
  #ingress(block: number, { kinds, blocks }: Targets): Int32Array {
    const known = blocks.get(block);
    if (known !== undefined) return known;
    if (blocks.size >= BLOCKS_AT_MOST) blocks.clear();
    const { before, after } = this.#lens;
    const sources = this.#from.columns.first.slice(block * BLOCK, (block + 1) * BLOCK);
    const out = new Int32Array(kinds.length * BLOCK);
    for (const [kind, { before: beforeId, after: afterId }] of kinds.entries()) {
      const row = after.solver.row(afterId);
      const was = beforeId === afterId ? null : before.solver.row(beforeId);
      this.#walk(row, was, sources, { out, first: kind, step: kinds.length });
    }
    blocks.set(block, out);
    return out;
  }

  /** Sides of a row's cells at ascending columns: the row is walked along with them, which beats searching for each. */
  #walk(row: Row, was: Row | null, columns: readonly number[], { out, first, step: stride }: Walked): void {
    const { starts, cells } = stepsOf(row);
    const open = row.open && (was?.open ?? true);
    let step = stepAt(starts, columns[0] ?? 0);
    let next = starts[step + 1] ?? Number.POSITIVE_INFINITY;
    const unchanged = this.#unchanged[open ? 1 : 0];
    let side = -1;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] ?? 0;
      if (next <= column) {
        do {
          step++;
          next = starts[step + 1] ?? Number.POSITIVE_INFINITY;
        } while (next <= column);
        side = -1;
      }
      const cell = cells[step];
      if (cell === undefined) continue;
      if (was !== null) side = this.#side(cellAt(was, column), cell, open);
      else if (side < 0) {
        side = unchanged[cell] ?? this.#side(cell, cell, open);
        unchanged[cell] = side;
      }
      out[first + index * stride] = side;
    }
  }

  #side(before: CellId, after: CellId, open: boolean): number {
    // Cells are numbered up from 0 and far from 2^25, so the three fit into one exact number.
    const key = (before * 33_554_432 + after) * 2 + (open ? 1 : 0);
    let id = this.#sides.get(key);
    if (id === undefined) {
      id = this.#sideCells.push({ before, after, open }) - 1;
      this.#sides.set(key, id);
    }
    return id;
  }

  /** Codes of what a side of a source's makes with the sides of targets, as far as they are known. */
  #crossedWith(out: number): number[] {
    let known = this.#crossed[out];
    if (known === undefined) {
      known = [];
      this.#crossed[out] = known;
    }
    return known;
  }

  #cross(known: number[], out: number, into: number): number {
    const a = this.#sideCells[out];
    const b = this.#sideCells[into];
    if (a === undefined || b === undefined) return OUTSIDE_BOTH;
    const { before, after } = this.#lens;
    const code = this.outcomes.pair({
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
    return this.outcomes.pair({
      before: same ? after : sets(this.#lens.before),
      after,
      open:
        isOpenPair(this.#lens.after, source, target) &&
        (same || isOpenPair(this.#lens.before, source, target)),
    });
  }
}

/** Index of the last start that is not beyond a column. */
function stepAt(starts: Float64Array, column: number): number {
  let lo = 0;
  let hi = starts.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if ((starts[mid] ?? 0) <= column) lo = mid;
    else hi = mid - 1;
  }
  return lo;
}

function sideOf(units: readonly UnitMembers[], columns: SideClasses): Side {
  const memberIds = new Map<string, number>();
  const memberColumns: Member[] = [];
  const unitIds = new Map<string, number>();
  const members: (readonly number[])[] = [];
  const classOf = Int32Array.from(units, (entry) => {
    const own = entry.members.map((member) => {
      const classes = [...new Set(member.map((column) => columns.classOf[column] ?? 0))];
      const key = classes.join();
      let id = memberIds.get(key);
      if (id === undefined) {
        id = memberColumns.length;
        memberIds.set(key, id);
        memberColumns.push(classes);
      }
      return id;
    });
    const distinct = [...new Set(own)].sort((a, b) => a - b);
    const key = distinct.join();
    let id = unitIds.get(key);
    if (id === undefined) {
      id = members.length;
      unitIds.set(key, id);
      members.push(distinct);
    }
    return id;
  });
  return { units, classOf, count: members.length, members, columns, memberColumns };
}
