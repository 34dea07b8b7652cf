import type { Row } from '../compile/rows.ts';
import { podsOfColumn } from '../compile/universe.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import type { ConnectionSetId } from '../sets/connection-set.ts';
import { type ChangedSets, changedSets, joinSets } from './change-kind.ts';
import type { Group, Kind } from './group.ts';
import {
  cellOfAll,
  cellSets,
  forEachRun,
  isOutside,
  isolationOf,
  type Lens,
  type PairSets,
  pairSets,
  universalOf,
} from './lens.ts';

/** What the members of one group may send to those of another, all pairs together; TCP, UDP and SCTP only. */
export interface Relation {
  /** How many pairs there are; a member is no pair with itself. */
  readonly of: number;
  /** Pairs with something allowed, after. */
  readonly allowedPairs: number;
  /** Pairs with nothing allowed and something unknown, after. */
  readonly unknownPairs: number;
  /** Union and intersection over all pairs, after. */
  readonly some: ConnectionSetId;
  readonly every: ConnectionSetId;
  /** Possible for some pair and allowed for none, after. */
  readonly unknown: ConnectionSetId;
  /** Union over all pairs, before. */
  readonly someBefore: ConnectionSetId;
  /** Pairs that have more than what both ends give to everyone, and what those pairs have. */
  readonly drawnPairs: number;
  readonly drawn: ConnectionSetId;
  readonly drawnUnknown: ConnectionSetId;
  /** Of the drawn pairs, those with something allowed, and whether they all have the same. */
  readonly drawnAllowedPairs: number;
  readonly drawnUniform: boolean;
  /** Whether every pair has the same connections. */
  readonly uniform: boolean;
  readonly change: RelationChange | null;
}

export interface RelationChange extends ChangedSets {
  /** Pairs of which anything changes, if only what is unknown. */
  readonly pairs: number;
  readonly openedPairs: number;
  readonly closedPairs: number;
}

interface Draft {
  of: number;
  allowedPairs: number;
  unknownPairs: number;
  some: ConnectionSetId;
  every: ConnectionSetId;
  possible: ConnectionSetId;
  someBefore: ConnectionSetId;
  drawnPairs: number;
  drawn: ConnectionSetId;
  drawnPossible: ConnectionSetId;
  drawnAllowedPairs: number;
  drawnFirst: ConnectionSetId | null;
  drawnUniform: boolean;
  first: PairSets | null;
  uniform: boolean;
  change: RelationChange | null;
}

/** Pairs are counted row by row where both groups are simple, else one by one. */
export function relationOf(lens: Lens, source: Group, target: Group): Relation {
  const draft = emptyDraft(lens);
  if (source.simple && target.simple) countByRows(lens, source, target, draft);
  else countOneByOne(lens, source, target, draft);
  return finished(lens, draft);
}

/** By the numbers of the source's and the target's row and of the cells in them, which are the same in all pairs of those rows. */
const relationsOfCells = new WeakMap<Lens, Map<number, Map<number, Relation>>>();

/**
 * What one column may send to another, neither changed by a draft: `out` is what the source's row says about the target, `into`
 * what the target's row says about the source.
 */
export function relationOfCells(lens: Lens, from: Kind, to: Kind, out: CellId, into: CellId): Relation {
  let known = relationsOfCells.get(lens);
  if (known === undefined) {
    known = new Map();
    relationsOfCells.set(lens, known);
  }
  // Numbers of rows and of cells are far from 2^26, so that two fit into one exact number.
  const rows = from.after * 67_108_864 + to.after;
  let ofRows = known.get(rows);
  if (ofRows === undefined) {
    ofRows = new Map();
    known.set(rows, ofRows);
  }
  const key = out * 67_108_864 + into;
  let relation = ofRows.get(key);
  if (relation === undefined) {
    const draft = emptyDraft(lens);
    add(lens, draft, crossing(lens, from, to, out, into), 1);
    relation = finished(lens, draft);
    ofRows.set(key, relation);
  }
  return relation;
}

/** Whether a relation is worth an edge: a policy allows something there, leaves it unknown, or a draft changes it. */
export function isDrawn(relation: Relation): boolean {
  return relation.drawnPairs > 0 || relation.change !== null;
}

/**
 * What the pods of each member may send to those of the same member, a member being one pair. Members of a single pod are
 * none: a pod always reaches itself (semantics 0).
 * @param which `changed`: only members of which a draft changes that
 */
function relationWithin(lens: Lens, { members }: Group, which: 'all' | 'changed' = 'all'): Relation {
  const draft = emptyDraft(lens);
  for (const member of members) {
    if (which === 'changed' && !mayChangeWithin(lens, member)) continue;
    if (!hasSeveralPods(lens, member)) continue;
    const pair = pairOf(lens, member, member);
    if (which === 'all' || !isSame(pair)) add(lens, draft, pair, 1);
  }
  return finished(lens, draft);
}

/**
 * What a group may send to itself. Of several members: between them, with what a draft changes within each among the changes
 * (in nothing else, so that pairs are counted as everywhere). Of one member: within it.
 */
export function relationInside(lens: Lens, group: Group): Relation {
  if (group.members.length === 1) return relationWithin(lens, group);
  const between = relationOf(lens, group, group);
  if (lens.before === lens.after) return between;
  const { change } = relationWithin(lens, group, 'changed');
  return change === null ? between : { ...between, change: joinChanges(lens, between.change, change) };
}

function joinChanges(lens: Lens, a: RelationChange | null, b: RelationChange): RelationChange {
  if (a === null) return b;
  return {
    ...joinSets(lens.after.cells.space, a, b),
    pairs: a.pairs + b.pairs,
    openedPairs: a.openedPairs + b.openedPairs,
    closedPairs: a.closedPairs + b.closedPairs,
  };
}

/** Whether a draft says anything else of some column of a member; where not, nothing changes within it. */
export function mayChangeWithin({ before, after }: Lens, member: readonly number[]): boolean {
  const { readingOf } = after.universe;
  const isOther = (column: number) =>
    before.rowIds.ingress[column] !== after.rowIds.ingress[column] ||
    before.rowIds.egress[column] !== after.rowIds.egress[column];
  return member.some((column) => {
    const reading = readingOf[column] ?? -1;
    return isOther(column) || (reading >= 0 && isOther(reading));
  });
}

function hasSeveralPods(lens: Lens, columns: readonly number[]): boolean {
  let pods = 0;
  for (const column of columns) pods += mostPods(lens, column);
  return pods > 1;
}

/** How many pods a column stands for in the state that has more of them. */
function mostPods({ before, after }: Lens, column: number): number {
  return Math.max(podsOfColumn(before.universe, column), podsOfColumn(after.universe, column));
}

function isSame({ before, after }: Pair): boolean {
  return before.allowed === after.allowed && before.possible === after.possible;
}

function emptyDraft(lens: Lens): Draft {
  const { space } = lens.after.cells;
  return {
    of: 0,
    allowedPairs: 0,
    unknownPairs: 0,
    some: space.none,
    every: space.transport,
    possible: space.none,
    someBefore: space.none,
    drawnPairs: 0,
    drawn: space.none,
    drawnPossible: space.none,
    drawnAllowedPairs: 0,
    drawnFirst: null,
    drawnUniform: true,
    first: null,
    uniform: true,
    change: null,
  };
}

function finished(lens: Lens, draft: Draft): Relation {
  const { space } = lens.after.cells;
  return {
    of: draft.of,
    allowedPairs: draft.allowedPairs,
    unknownPairs: draft.unknownPairs,
    some: draft.some,
    every: draft.of === 0 ? space.none : draft.every,
    unknown: space.subtract(draft.possible, draft.some),
    someBefore: draft.someBefore,
    drawnPairs: draft.drawnPairs,
    drawn: draft.drawn,
    drawnUnknown: space.subtract(draft.drawnPossible, draft.drawn),
    drawnAllowedPairs: draft.drawnAllowedPairs,
    drawnUniform: draft.drawnUniform,
    uniform: draft.uniform,
    change: draft.change,
  };
}

interface Pair {
  readonly after: PairSets;
  readonly before: PairSets;
  readonly drawn: boolean;
}

function add(lens: Lens, draft: Draft, { after, before, drawn }: Pair, count: number): void {
  if (count === 0) return;
  const { space } = lens.after.cells;
  draft.of += count;
  if (after.allowed !== space.none) draft.allowedPairs += count;
  else if (after.possible !== space.none) draft.unknownPairs += count;
  draft.some = space.union(draft.some, after.allowed);
  draft.every = space.intersect(draft.every, after.allowed);
  draft.possible = space.union(draft.possible, after.possible);
  draft.someBefore = space.union(draft.someBefore, before.allowed);
  if (draft.first === null) draft.first = after;
  else if (draft.first.allowed !== after.allowed || draft.first.possible !== after.possible) {
    draft.uniform = false;
  }
  if (drawn) {
    draft.drawnPairs += count;
    draft.drawn = space.union(draft.drawn, after.allowed);
    draft.drawnPossible = space.union(draft.drawnPossible, after.possible);
    if (after.allowed !== space.none) {
      draft.drawnAllowedPairs += count;
      draft.drawnFirst ??= after.allowed;
      if (draft.drawnFirst !== after.allowed) draft.drawnUniform = false;
    }
  }
  if (lens.before !== lens.after) addChange(lens, draft, after, before, count);
}

function addChange(lens: Lens, draft: Draft, after: PairSets, before: PairSets, count: number): void {
  if (before.allowed === after.allowed && before.possible === after.possible) return;
  const { space } = lens.after.cells;
  const sets = changedSets(space, before, after);
  draft.change = joinChanges(lens, draft.change, {
    ...sets,
    pairs: count,
    openedPairs: sets.opened !== space.none ? count : 0,
    closedPairs: sets.closed !== space.none ? count : 0,
  });
}

/** Whether a pair has more than what both of its ends give to everyone. */
function exceeds(lens: Lens, pair: PairSets, source: number, target: number): boolean {
  const { space } = lens.after.cells;
  if (pair.possible === space.none) return false;
  const outside = isOutside(lens.after.universe, source) || isOutside(lens.after.universe, target);
  const out = outside ? openness(lens, 'egress', source) : universalOf(lens.after, 'egress', source);
  const into = outside ? openness(lens, 'ingress', target) : universalOf(lens.after, 'ingress', target);
  return (
    space.subtract(pair.allowed, space.intersect(out.allowed, into.allowed)) !== space.none ||
    space.subtract(pair.possible, space.intersect(out.possible, into.possible)) !== space.none
  );
}

/** Towards the outside only what no policy isolates is left undrawn: a rule that lets the world in is drawn. */
function openness(lens: Lens, direction: 'ingress' | 'egress', column: number): PairSets {
  const { space } = lens.after.cells;
  switch (isolationOf(lens.after, direction, column)) {
    case 'open':
      return { allowed: space.transport, possible: space.transport };
    case 'unknown':
      return { allowed: space.none, possible: space.transport };
    case 'isolated':
      return { allowed: space.none, possible: space.none };
  }
}

function countOneByOne(lens: Lens, source: Group, target: Group, draft: Draft): void {
  for (const from of source.members) {
    for (const to of target.members) {
      if (from[0] !== to[0]) add(lens, draft, pairOf(lens, from, to), 1);
    }
  }
}

/** Two members as one pair: what any pod of one has towards any of the other, other than itself. */
function pairOf(lens: Lens, from: readonly number[], to: readonly number[]): Pair {
  const { space } = lens.after.cells;
  let after: PairSets = { allowed: space.none, possible: space.none };
  let before = after;
  let drawn = false;
  for (const a of from) {
    for (const b of to) {
      if (a === b && mostPods(lens, a) < 2) continue;
      const is = pairSets(lens, lens.after, a, b);
      const was = lens.before === lens.after ? is : pairSets(lens, lens.before, a, b);
      after = either(lens, after, is);
      before = either(lens, before, was);
      drawn ||= exceeds(lens, is, a, b);
    }
  }
  return { after, before, drawn };
}

function either(lens: Lens, a: PairSets, b: PairSets): PairSets {
  const { space } = lens.after.cells;
  return {
    allowed: space.union(a.allowed, b.allowed),
    possible: space.union(a.possible, b.possible),
  };
}

function countByRows(lens: Lens, source: Group, target: Group, draft: Draft): void {
  const mayMeet = overlap(source.span, target.span);
  // Most rows say one thing about all that lies between the first and the last column of a namespace.
  const outs = source.asSource.map((from) => onlyCell(lens, from, target.span));
  const intos = target.asTarget.map((to) => onlyCell(lens, to, source.span));
  for (const [row, from] of source.asSource.entries()) {
    for (const [column, to] of target.asTarget.entries()) {
      if (mayMeet) {
        for (const { pair, count } of selfless(lens, from, to)) add(lens, draft, pair, count);
        continue;
      }
      const out = outs[row] ?? onlyCell(lens, from, to.columns);
      const back = out === null ? null : (intos[column] ?? onlyCell(lens, to, from.columns));
      if (out !== null && back !== null) {
        add(lens, draft, crossing(lens, from, to, out, back), from.columns.length * to.columns.length);
        continue;
      }
      const into = sideCells(lens, to, from);
      for (const a of sideCells(lens, from, to)) {
        for (const b of into) add(lens, draft, crossed(lens, from, to, a, b), a.count * b.count);
      }
    }
  }
}

/** Whether one column can be in both of two groups. @param a first and last column */
function overlap(a: readonly number[], b: readonly number[]): boolean {
  const [first = 0, last = -1] = a;
  const [otherFirst = 0, otherLast = -1] = b;
  return first <= otherLast && otherFirst <= last;
}

interface SideCell {
  readonly before: CellId;
  readonly after: CellId;
  readonly count: number;
}

/** What a kind's row says about ascending columns where it says one thing from the first to the last, and no draft changes it. */
function onlyCell(lens: Lens, own: Kind, columns: readonly number[]): CellId | null {
  return own.before === own.after ? cellOfAll(lens.after.solver.row(own.after), columns) : null;
}

/** What the rows of one kind say about the columns of another, each distinct (before, after) with its count. */
function sideCells(lens: Lens, own: Kind, other: Kind): readonly SideCell[] {
  if (own.before !== own.after) return numberedCells(lens, own, other.columns).cells;
  // Mostly there is one, or a few: a list is looked through faster than a map is made.
  const cells: { before: CellId; after: CellId; count: number }[] = [];
  forEachRun(lens.after.solver.row(own.after), other.columns, (cell, first, end) => {
    const known = cells.find(({ after }) => after === cell);
    if (known === undefined) cells.push({ before: cell, after: cell, count: end - first });
    else known.count += end - first;
  });
  return cells;
}

function crossed(lens: Lens, from: Kind, to: Kind, out: SideCell, into: SideCell): Pair {
  const is = crossing(lens, from, to, out.after, into.after);
  const same = out.before === out.after && into.before === into.after;
  if (same) return is;
  return { ...is, before: cellSets(lens, lens.before.cells.both(out.before, into.before)) };
}

/** A pair that is the same before and after. */
function crossing(lens: Lens, from: Kind, to: Kind, out: CellId, into: CellId): Pair {
  const sets = cellSets(lens, lens.after.cells.both(out, into));
  return {
    after: sets,
    before: sets,
    drawn: exceeds(lens, sets, from.columns[0] ?? 0, to.columns[0] ?? 0),
  };
}

/** Pairs of two kinds, by what they have, without those of a column with itself. */
function selfless(
  lens: Lens,
  from: Kind,
  to: Kind,
): readonly { readonly pair: Pair; readonly count: number }[] {
  const out = numberedCells(lens, from, to.columns);
  const into = numberedCells(lens, to, from.columns);
  const width = into.cells.length;
  const counts = out.cells.flatMap((a) => into.cells.map((b) => a.count * b.count));
  // Columns of a kind ascend, so one walk finds those that both have.
  let other = 0;
  from.columns.forEach((column, own) => {
    while ((to.columns[other] ?? column) < column) other++;
    if (to.columns[other] !== column) return;
    const key = (out.numbers[other] ?? 0) * width + (into.numbers[own] ?? 0);
    counts[key] = (counts[key] ?? 0) - 1;
  });
  const pairs: { pair: Pair; count: number }[] = [];
  out.cells.forEach((a, row) => {
    into.cells.forEach((b, column) => {
      const count = counts[row * width + column] ?? 0;
      if (count > 0) pairs.push({ pair: crossed(lens, from, to, a, b), count });
    });
  });
  return pairs;
}

/** Distinct (before, after) cells that a kind's rows have for columns, and which of them each column gets. */
function numberedCells(
  lens: Lens,
  own: Kind,
  columns: readonly number[],
): { readonly cells: readonly SideCell[]; readonly numbers: Int32Array } {
  const was = cellsOf(lens.before.solver.row(own.before), columns);
  const is = own.before === own.after ? was : cellsOf(lens.after.solver.row(own.after), columns);
  const known = new Map<number, number>();
  const cells: { before: CellId; after: CellId; count: number }[] = [];
  const numbers = new Int32Array(columns.length);
  for (let index = 0; index < columns.length; index++) {
    const before = was[index] as CellId;
    const after = is[index] as CellId;
    const key = before * 67_108_864 + after;
    let number = known.get(key);
    if (number === undefined) {
      number = cells.length;
      known.set(key, number);
      cells.push({ before, after, count: 0 });
    }
    (cells[number] as { count: number }).count++;
    numbers[index] = number;
  }
  return { cells, numbers };
}

function cellsOf(row: Row, columns: readonly number[]): readonly CellId[] {
  const cells: CellId[] = [];
  forEachRun(row, columns, (cell, first, end) => {
    for (let index = first; index < end; index++) cells.push(cell);
  });
  return cells;
}
