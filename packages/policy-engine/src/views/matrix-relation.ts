import { type Cluster, pairCell } from '../compile/compile.ts';
import { cellAt, stepsOf } from '../compile/rows.ts';
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

/**
 * The relation between two lists of units, cell by cell, computed when it is asked for. What is asked for costs a few
 * nanoseconds a cell: cells are looked up in rows that are walked once.
 */
export class UnitRelation {
  readonly rows: UnitClasses;
  readonly columns: UnitClasses;
  readonly outcomes: Outcomes;
  readonly #lens: Lens;
  readonly #from: Side;
  readonly #to: Side;
  readonly #sides = new Map<string, number>();
  readonly #sideCells: { before: CellId; after: CellId; open: boolean }[] = [];
  readonly #crossed: number[][] = [];
  /** Distinct ingress rows of the destinations' classes. */
  readonly #kinds: readonly { readonly before: number; readonly after: number }[];
  readonly #kindOf: Int32Array;

  constructor(lens: Lens, from: readonly UnitMembers[], to: readonly UnitMembers[]) {
    this.#lens = lens;
    this.outcomes = new Outcomes(lens);
    const sources = [...new Set(from.flatMap(({ members }) => members.flat()))];
    const targets = [...new Set(to.flatMap(({ members }) => members.flat()))];
    this.#from = sideOf(from, sideClasses(lens, 'egress', sources, targets));
    this.#to = sideOf(to, sideClasses(lens, 'ingress', targets, sources));
    this.rows = this.#from;
    this.columns = this.#to;
    const kinds = new Map<string, number>();
    const distinct: { before: number; after: number }[] = [];
    this.#kindOf = Int32Array.from(this.#to.columns.first, (column) => {
      const before = lens.before.rowIds.ingress[column] ?? 0;
      const after = lens.after.rowIds.ingress[column] ?? 0;
      const key = `${before} ${after}`;
      let kind = kinds.get(key);
      if (kind === undefined) {
        kind = kinds.size;
        kinds.set(key, kind);
        distinct.push({ before, after });
      }
      return kind;
    });
    this.#kinds = distinct;
  }

  /** Codes of cells (into `outcomes.cells`) of one class of rows, with these classes of columns (all of them if absent). */
  row(rowClass: number, columnClasses?: readonly number[]): Uint32Array {
    const wanted = columnClasses ?? Array.from({ length: this.columns.count }, (_, index) => index);
    const members = this.#from.members[rowClass] ?? [];
    const lines = members.map((member) => this.#memberLine(this.#from.memberColumns[member] ?? []));
    const out = new Uint32Array(wanted.length);
    const found: number[] = [];
    for (const [index, columnClass] of wanted.entries()) {
      found.length = 0;
      for (const target of this.#to.members[columnClass] ?? []) {
        for (const line of lines) {
          const code = this.#memberCode(line, this.#to.memberColumns[target] ?? []);
          if (code !== OUTSIDE_BOTH && !found.includes(code)) found.push(code);
        }
      }
      out[index] = found.length === 0 ? VOID_CODE : this.outcomes.cell(found);
    }
    return out;
  }

  /** Pair codes towards every class of columns, for each column of a member. */
  #memberLine(columns: Member): readonly Int32Array[] {
    return columns.map((columnClass) => this.#columnLine(columnClass));
  }

  #memberCode(lines: readonly Int32Array[], target: Member): number {
    const [line] = lines;
    const [column = 0] = target;
    if (lines.length === 1 && target.length === 1) return line?.[column] ?? OUTSIDE_BOTH;
    const codes = lines.flatMap((own) => target.map((other) => own[other] ?? OUTSIDE_BOTH));
    const known = codes.filter((code) => code !== OUTSIDE_BOTH);
    return known.length === 0 ? OUTSIDE_BOTH : this.outcomes.either(known);
  }

  readonly #lines = new Map<number, Int32Array>();

  #columnLine(columnClass: number): Int32Array {
    const known = this.#lines.get(columnClass);
    if (known !== undefined) return known;
    // Lines are asked for in order, so a few are enough to serve what comes again.
    if (this.#lines.size > 256) this.#lines.clear();
    const line = this.#compute(this.#from.columns.first[columnClass] ?? 0);
    this.#lines.set(columnClass, line);
    return line;
  }

  #compute(source: number): Int32Array {
    const { universe } = this.#lens.after;
    const { first } = this.#to.columns;
    const line = new Int32Array(first.length);
    const outside = isOutside(universe, source);
    const host = (universe.readingOf[source] ?? -1) >= 0;
    const out = this.#egress(source);
    const into = this.#kinds.map(({ before, after }) => this.#ingress(before, after, source));
    for (let index = 0; index < first.length; index++) {
      const target = first[index] ?? 0;
      if (outside && isOutside(universe, target)) {
        line[index] = OUTSIDE_BOTH;
      } else if (host || (universe.readingOf[target] ?? -1) >= 0) {
        line[index] = this.#oneByOne(source, target);
      } else {
        line[index] = this.#cross(out[index] ?? 0, into[this.#kindOf[index] ?? 0] ?? 0);
      }
    }
    return line;
  }

  /** What the source's rows say about the first column of every class, in ascending order of columns. */
  #egress(source: number): Int32Array {
    const { before, after } = this.#lens;
    const { first } = this.#to.columns;
    const out = new Int32Array(first.length);
    const afterId = after.rowIds.egress[source] ?? 0;
    const beforeId = before.rowIds.egress[source] ?? 0;
    const row = after.solver.row(afterId);
    const is = stepsOf(row);
    const was = beforeId === afterId ? null : before.solver.row(beforeId);
    const open = row.open && (was?.open ?? true);
    let step = 0;
    let side = -1;
    for (const [index, column] of first.entries()) {
      while (step + 1 < is.starts.length && (is.starts[step + 1] ?? 0) <= column) {
        step++;
        side = -1;
      }
      const cell = is.cells[step];
      if (cell === undefined) continue;
      if (was !== null) side = this.#side(cellAt(was, column), cell, open);
      else if (side < 0) side = this.#side(cell, cell, open);
      out[index] = side;
    }
    return out;
  }

  #ingress(beforeId: number, afterId: number, source: number): number {
    const row = this.#lens.after.solver.row(afterId);
    const is = cellAt(row, source);
    if (beforeId === afterId) return this.#side(is, is, row.open);
    const was = this.#lens.before.solver.row(beforeId);
    return this.#side(cellAt(was, source), is, row.open && was.open);
  }

  #side(before: CellId, after: CellId, open: boolean): number {
    const key = `${before} ${after} ${open}`;
    let id = this.#sides.get(key);
    if (id === undefined) {
      id = this.#sideCells.length;
      this.#sideCells.push({ before, after, open });
      this.#sides.set(key, id);
    }
    return id;
  }

  #cross(out: number, into: number): number {
    let known = this.#crossed[out];
    if (known === undefined) {
      known = [];
      this.#crossed[out] = known;
    }
    let code = known[into];
    if (code === undefined) {
      const a = this.#sideCells[out];
      const b = this.#sideCells[into];
      if (a === undefined || b === undefined) return OUTSIDE_BOTH;
      const { before, after } = this.#lens;
      code = this.outcomes.pair({
        before: cellSets(this.#lens, before, before.cells.both(a.before, b.before)),
        after: cellSets(this.#lens, after, after.cells.both(a.after, b.after)),
        open: a.open && b.open,
      });
      known[into] = code;
    }
    return code;
  }

  #oneByOne(source: number, target: number): number {
    const sets = (cluster: Cluster) => cellSets(this.#lens, cluster, pairCell(cluster, source, target));
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
