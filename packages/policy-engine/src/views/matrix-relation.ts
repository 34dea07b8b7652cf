import type { Lens } from './lens.ts';
import { type SideClasses, sideClasses } from './matrix-classes.ts';
import { type Destinations, OUTSIDE_BOTH, PairLines } from './matrix-lines.ts';
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

/** Destinations of which cells are asked for: some classes of units. */
export interface Targets {
  readonly classes: readonly number[];
  /** The column of each class that has one member of one column, as most have; any column for the others. */
  readonly single: Destinations;
  readonly composed: readonly Composed[];
  /** Columns of all of `composed`. */
  readonly parts: Destinations;
}

/** A class of several members, or of several columns. */
interface Composed {
  /** Among the classes that are asked for. */
  readonly index: number;
  /** Of each member, indexes into `Targets.parts`. */
  readonly members: readonly (readonly number[])[];
}

/**
 * The relation between two lists of units, cell by cell, computed when it is asked for. A row costs little more than what
 * it differs in from other rows of the same policies.
 */
export class UnitRelation {
  readonly rows: UnitClasses;
  readonly columns: UnitClasses;
  readonly outcomes: Outcomes;
  /** All classes of columns. */
  readonly everyColumn: Targets;
  readonly #from: Side;
  readonly #to: Side;
  readonly #lines: PairLines;
  #turn = 0;
  readonly #seen: number[] = [];

  constructor(lens: Lens, from: readonly UnitMembers[], to: readonly UnitMembers[]) {
    this.outcomes = new Outcomes(lens);
    const sources = [...new Set(from.flatMap(({ members }) => members.flat()))];
    const targets = to === from ? sources : [...new Set(to.flatMap(({ members }) => members.flat()))];
    this.#from = sideOf(from, sideClasses(lens, 'egress', sources, targets));
    this.#to = sideOf(to, sideClasses(lens, 'ingress', targets, sources));
    this.#lines = new PairLines(lens, this.outcomes, this.#from.columns.first);
    this.rows = this.#from;
    this.columns = this.#to;
    this.everyColumn = this.targets(this.#to.members.map((_, index) => index));
  }

  /** Prepares to ask for these classes of columns. */
  targets(classes: readonly number[]): Targets {
    const { members, memberColumns, columns: side } = this.#to;
    const single: number[] = [];
    const composed: Composed[] = [];
    const parts: number[] = [];
    const positions = new Map<number, number>();
    const positionOf = (column: number): number => {
      let position = positions.get(column);
      if (position === undefined) {
        position = parts.push(side.first[column] ?? 0) - 1;
        positions.set(column, position);
      }
      return position;
    };
    for (const [index, unitClass] of classes.entries()) {
      const own = (members[unitClass] ?? []).map((member) => memberColumns[member] ?? []);
      single.push(side.first[own[0]?.[0] ?? 0] ?? 0);
      if (own.length === 1 && own[0]?.length === 1) continue;
      composed.push({ index, members: own.map((columns) => columns.map(positionOf)) });
    }
    return {
      classes,
      single: this.#lines.destinations(single),
      composed,
      parts: this.#lines.destinations(parts),
    };
  }

  /** Codes of cells (into `outcomes.cells`) of one class of rows, one for each class of the targets. */
  row(rowClass: number, { single, composed, parts }: Targets = this.everyColumn): Uint32Array {
    const sources = (this.#from.members[rowClass] ?? []).map(
      (member) => this.#from.memberColumns[member] ?? [],
    );
    const [alone] = sources.length === 1 && sources[0]?.length === 1 ? sources[0] : [];
    const pairs = (destinations: Destinations) =>
      sources.map((columns) => columns.map((column) => this.#lines.pairs(column, destinations)));
    let out: Uint32Array;
    if (alone === undefined) {
      const lines = pairs(single);
      out = Uint32Array.from(single.columns, (_, index) => this.#joined(lines, [[index]]));
    } else {
      out = this.#lines.cells(alone, single);
    }
    if (composed.length === 0) return out;
    const lines = pairs(parts);
    for (const { index, members } of composed) out[index] = this.#joined(lines, members);
    return out;
  }

  /** The cell of all members of a source with all of a destination. */
  #joined(sources: readonly (readonly Int32Array[])[], destination: readonly (readonly number[])[]): number {
    const seen = this.#seen;
    const turn = ++this.#turn;
    let first = OUTSIDE_BOTH;
    let others: number[] | undefined;
    for (const lines of sources) {
      for (const columns of destination) {
        const code = this.#either(lines, columns);
        if (code === first || code === OUTSIDE_BOTH || seen[code] === turn) continue;
        seen[code] = turn;
        if (first === OUTSIDE_BOTH) first = code;
        else if (others === undefined) others = [first, code];
        else others.push(code);
      }
    }
    if (first === OUTSIDE_BOTH) return VOID_CODE;
    return others === undefined ? this.outcomes.cellOfPair(first) : this.outcomes.cell(others);
  }

  #either(lines: readonly Int32Array[], columns: readonly number[]): number {
    const [line] = lines;
    const [only] = columns;
    if (line !== undefined && only !== undefined && lines.length === 1 && columns.length === 1) {
      return line[only] ?? OUTSIDE_BOTH;
    }
    const codes = lines.flatMap((line) => columns.map((column) => line[column] ?? OUTSIDE_BOTH));
    const known = codes.filter((code) => code !== OUTSIDE_BOTH);
    return known.length === 0 ? OUTSIDE_BOTH : this.outcomes.either(known);
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
