import { type Direction, type RuleBlock, TIERS, type Tier } from '../ir/ir.ts';
import {
  EMPTY_SET,
  equalSets,
  type IntervalSet,
  intersect,
  isEmptySet,
  subtract,
  union,
} from '../sets/interval-set.ts';
import { join, type ProgressId, ProgressTable, perhaps, type TierEnd } from './decide.ts';
import type { ResolvedBlock, ResolvedRule, Resolver } from './resolve.ts';
import type { ThreeValuedSet } from './selecting.ts';
import type { CellId, VerdictCells } from './verdict-cells.ts';

/**
 * What all subjects that the same policies select get in one direction: a partition of the universe into groups of
 * peers with the same cell.
 */
export interface Row {
  readonly parts: readonly RowPart[];
  /** Whether no policy has any say: everything is allowed. */
  readonly open: boolean;
  /** The same as a step function; made by `stepsOf` when it is first asked. */
  steps?: Steps;
}

export interface RowPart {
  readonly cell: CellId;
  readonly columns: IntervalSet;
}

/** `cells[i]` holds from column `starts[i]` up to the next start. */
export interface Steps {
  readonly starts: Float64Array;
  readonly cells: readonly CellId[];
}

/** Something that takes part in deciding a subject's row. Negative numbers are tiers that could not be read. */
export type RowInput = number & { readonly __brand: 'RowInput' };

/** In a row's input list: the policies of this tier can't be read. */
export function unreadTierInput(tier: Tier): RowInput {
  return (-1 - TIERS.indexOf(tier)) as RowInput;
}

/** The one input of a column that doesn't exist in this state of the cluster: whatever it is asked, it gets nothing. */
const ABSENT = (-1 - TIERS.length) as RowInput;

export type ListId = number & { readonly __brand: 'ListId' };

/** Lists of inputs as a tree: appending the same input to the same list gives the same list. */
class InputLists {
  #parents: ListId[] = [0 as ListId, 1 as ListId];
  #last: RowInput[] = [0 as RowInput, 0 as RowInput];
  #directions: Direction[] = ['ingress', 'egress'];
  #usesPorts: boolean[] = [false, false];
  #children = new Map<number, ListId>();

  copy(): InputLists {
    const copy = new InputLists();
    copy.#parents = [...this.#parents];
    copy.#last = [...this.#last];
    copy.#directions = [...this.#directions];
    copy.#usesPorts = [...this.#usesPorts];
    copy.#children = new Map(this.#children);
    return copy;
  }

  empty(direction: Direction): ListId {
    return (direction === 'ingress' ? 0 : 1) as ListId;
  }

  direction(list: ListId): Direction {
    return this.#directions[list] as Direction;
  }

  usesPorts(list: ListId): boolean {
    return this.#usesPorts[list] as boolean;
  }

  append(list: ListId, input: RowInput, usesPorts: boolean): ListId {
    const key = list * 67_108_864 + input - ABSENT;
    let child = this.#children.get(key);
    if (child === undefined) {
      child = this.#parents.length as ListId;
      this.#parents.push(list);
      this.#last.push(input);
      this.#directions.push(this.direction(list));
      this.#usesPorts.push(usesPorts || this.usesPorts(list));
      this.#children.set(key, child);
    }
    return child;
  }

  /** The longest prefix of a list all of whose inputs fit. */
  prefixWhile(list: ListId, fits: (input: RowInput) => boolean): ListId {
    let prefix = list;
    for (let at = list; at > 1; at = this.#parents[at] as ListId) {
      if (!fits(this.#last[at] as RowInput)) prefix = this.#parents[at] as ListId;
    }
    return prefix;
  }

  inputs(list: ListId): readonly RowInput[] {
    const out: RowInput[] = [];
    for (let at = list; at > 1; at = this.#parents[at] as ListId) out.push(this.#last[at] as RowInput);
    return out.reverse();
  }
}

/**
 * Evaluates rows over one universe and remembers them. Blocks are numbered as they come, so that clusters that share
 * a solver (a snapshot and drafts over it) share every row that they have in common.
 */
export class RowSolver {
  readonly resolver: Resolver;
  readonly cells: VerdictCells;
  #blocks: ResolvedBlock[] = [];
  readonly #blockIds = new Map<RuleBlock, number>();
  /** What is known of blocks in another state, and which of them mean the same in this one. */
  #other: { readonly solver: RowSolver; readonly meansTheSame: (block: RuleBlock) => boolean } | undefined;
  /** All numbers of a block: it has several where it means other columns in another state of the cluster. */
  #meanings = new Map<RuleBlock, number[]>();
  #progress: ProgressTable;
  #lists = new InputLists();
  #rowIds = new Map<number, number>();
  #inputs: { readonly list: ListId; readonly ports: number }[] = [];
  #rows: (Row | undefined)[] = [];
  /** Index in `TIERS` of each block's tier. */
  #tiers: number[] = [];
  #afterFirstTier = new Map<number, readonly Part[]>();
  /** Whether pods declare other ports than in the state that this one shares what it remembers with. */
  #hasOwnPorts = false;

  constructor(resolver: Resolver, cells: VerdictCells) {
    this.resolver = resolver;
    this.cells = cells;
    this.#progress = new ProgressTable(cells.space);
  }

  /**
   * A solver with the same blocks, lists and rows, over a universe in which sets of columns have become what `spread`
   * says. What is added to one of the two later is not in the other.
   */
  refined(resolver: Resolver, spread: (columns: IntervalSet) => IntervalSet): RowSolver {
    const solver = new RowSolver(resolver, this.cells);
    const spreadBoth = ({ sure, maybe }: ThreeValuedSet): ThreeValuedSet => ({
      sure: spread(sure),
      maybe: spread(maybe),
    });
    solver.#blocks = this.#blocks.map((block) => ({
      ...block,
      subject: spreadBoth(block.subject),
      rules: block.rules.map((rule) => ({ ...rule, peers: spreadBoth(rule.peers) })),
    }));
    for (const [block, id] of this.#blockIds) solver.#blockIds.set(block, id);
    solver.#meanings = new Map([...this.#meanings].map(([block, ids]) => [block, [...ids]]));
    solver.#tiers = [...this.#tiers];
    solver.#progress = this.#progress;
    solver.#lists = this.#lists.copy();
    solver.#rowIds = new Map(this.#rowIds);
    solver.#inputs = [...this.#inputs];
    solver.#rows = this.#rows.map(
      (row) =>
        row && {
          parts: row.parts.map(({ cell, columns }) => ({ cell, columns: spread(columns) })),
          open: row.open,
        },
    );
    return solver;
  }

  /**
   * A solver for another state of the cluster over the same columns. The two share everything they remember: a block that
   * means the same columns and ports in both has one number, and so rows have one number where they are the same.
   *
   * @param meansTheSame blocks of which that is known beforehand need not be resolved again; false where it isn't known
   */
  forState(resolver: Resolver, meansTheSame?: (block: RuleBlock) => boolean): RowSolver {
    const solver = new RowSolver(resolver, this.cells);
    if (meansTheSame !== undefined) solver.#other = { solver: this, meansTheSame };
    const { classes } = this.resolver.universe;
    solver.#hasOwnPorts = resolver.universe.classes.some(
      ({ namedPorts }, column) => namedPorts !== classes[column]?.namedPorts,
    );
    solver.#blocks = this.#blocks;
    solver.#meanings = this.#meanings;
    solver.#tiers = this.#tiers;
    solver.#progress = this.#progress;
    solver.#lists = this.#lists;
    solver.#rowIds = this.#rowIds;
    solver.#inputs = this.#inputs;
    solver.#rows = this.#rows;
    solver.#afterFirstTier = this.#afterFirstTier;
    return solver;
  }

  /** Number of a block; resolves it on first sight. */
  blockId(block: RuleBlock): number {
    let id = this.#blockIds.get(block);
    if (id === undefined && this.#other?.meansTheSame(block) === true) {
      id = this.#other.solver.blockId(block);
      this.#blockIds.set(block, id);
    }
    if (id === undefined) {
      const resolved = this.resolver.block(block);
      const meanings = this.#meanings.get(block) ?? [];
      // On egress a port's name means what the peers call so; on ingress a row is of the subject's own ports anyway.
      const isOwn = this.#hasOwnPorts && resolved.usesNamedPorts && block.direction === 'egress';
      id = isOwn ? undefined : meanings.find((known) => sameColumns(this.resolved(known), resolved));
      if (id === undefined) {
        id = this.#blocks.length;
        this.#blocks.push(resolved);
        this.#tiers.push(TIERS.findIndex((tier) => tier.id === block.tier));
        this.#meanings.set(block, [...meanings, id]);
      }
      this.#blockIds.set(block, id);
    }
    return id;
  }

  resolved(blockId: number): ResolvedBlock {
    return this.#blocks[blockId] as ResolvedBlock;
  }

  /** How many blocks and rows are remembered: a measure of when to start afresh. */
  get remembered(): number {
    return this.#blocks.length + this.#rows.length;
  }

  input(blockId: number, certain: boolean): RowInput {
    return (blockId * 2 + (certain ? 0 : 1)) as RowInput;
  }

  inputBlock(input: RowInput): { readonly resolved: ResolvedBlock; readonly certain: boolean } | undefined {
    return input < 0 ? undefined : { resolved: this.resolved(input >> 1), certain: isCertain(input) };
  }

  /** Sorts inputs in evaluation order: by tier, then priority, then block, so that equal lists are the same list. */
  sort(list: RowInput[]): RowInput[] {
    return list.length < 2 ? list : list.sort((a, b) => this.#compare(a, b));
  }

  /** The empty list of a direction's inputs. */
  noInputs(direction: Direction): ListId {
    return this.#lists.empty(direction);
  }

  /** The list of a column that doesn't exist in this state. */
  absent(direction: Direction): ListId {
    return this.#lists.append(this.#lists.empty(direction), ABSENT, false);
  }

  /** A list with one more input, which must come after all others in evaluation order. */
  withInput(list: ListId, input: RowInput): ListId {
    const usesPorts =
      this.#lists.direction(list) === 'ingress' && input >= 0 && this.resolved(input >> 1).usesNamedPorts;
    return this.#lists.append(list, input, usesPorts);
  }

  /** Number of the row that a list gives to subjects with these named ports. */
  rowId(list: ListId, ports: number): number {
    const key = list * 4_194_304 + (this.#lists.usesPorts(list) ? ports + 1 : 0);
    let id = this.#rowIds.get(key);
    if (id === undefined) {
      id = this.#inputs.length;
      this.#inputs.push({ list, ports });
      this.#rowIds.set(key, id);
    }
    return id;
  }

  /** The inputs of a row, in evaluation order. */
  inputsOf(rowId: number): readonly RowInput[] {
    const entry = this.#inputs[rowId];
    return entry === undefined ? [] : this.#lists.inputs(entry.list);
  }

  row(rowId: number): Row {
    let row = this.#rows[rowId];
    if (row === undefined) {
      const entry = this.#inputs[rowId];
      row = entry === undefined ? this.#openRow() : this.#evaluate(entry.list, entry.ports);
      this.#rows[rowId] = row;
    }
    return row;
  }

  #compare(a: RowInput, b: RowInput): number {
    if (a < 0 || b < 0) return a < 0 && b < 0 ? b - a : a - b;
    const tiers = this.#tierOf(a) - this.#tierOf(b);
    if (tiers !== 0) return tiers;
    const orders = this.#orderOf(a) - this.#orderOf(b);
    return orders !== 0 ? orders : a - b;
  }

  #openRow(): Row {
    return {
      parts: [{ cell: this.cells.allowed, columns: this.resolver.universe.everything }],
      open: true,
    };
  }

  #evaluate(list: ListId, ports: number): Row {
    if (list === this.#lists.empty(this.#lists.direction(list))) return this.#openRow();
    const inputs = this.#lists.inputs(list);
    if (inputs[0] === ABSENT) {
      return {
        parts: [{ cell: this.cells.denied, columns: this.resolver.universe.everything }],
        open: false,
      };
    }
    let parts = this.#firstTier(list, ports);
    for (let tier = 1; tier < TIERS.length; tier++) {
      parts = this.#runTier(parts, tier, inputs, this.#lists.direction(list), ports);
    }
    return this.#toRow(parts);
  }

  /** The outcome of the first tier, which many rows have in common: policies there select whole namespaces. */
  #firstTier(list: ListId, ports: number): readonly Part[] {
    const own = this.#lists.prefixWhile(list, (input) => input < 0 || this.#tierOf(input) === 0);
    const key = own * 4_194_304 + (this.#lists.usesPorts(own) ? ports + 1 : 0);
    let parts = this.#afterFirstTier.get(key);
    if (parts === undefined) {
      const start = [{ set: this.resolver.universe.everything, progress: this.#progress.start }];
      parts = this.#runTier(start, 0, this.#lists.inputs(own), this.#lists.direction(own), ports);
      this.#afterFirstTier.set(key, parts);
    }
    return parts;
  }

  #runTier(
    start: readonly Part[],
    index: number,
    inputs: readonly RowInput[],
    direction: Direction,
    ports: number,
  ): readonly Part[] {
    const tier = TIERS[index] as Tier;
    let parts = start;
    const own: RowInput[] = [];
    for (const input of inputs) {
      if (input === -1 - index) parts = this.#end(parts, 'unread');
      else if (input >= 0 && this.#tierOf(input) === index) own.push(input);
    }
    if (own.length === 0) return parts;
    if (tier.conflictsAreUndefined) {
      for (const group of this.#byOrder(own)) parts = this.#applyEquals(parts, group, direction, ports);
    } else {
      for (const input of own) parts = this.#applyBlock(parts, input, direction, ports);
    }
    if (tier.undecided === 'continue') return this.#end(parts, 'continue');
    return this.#end(parts, own.some(isCertain) ? 'isolate' : 'isolate-perhaps');
  }

  #byOrder(inputs: readonly RowInput[]): RowInput[][] {
    const groups: RowInput[][] = [];
    for (const input of inputs) {
      const last = groups.at(-1);
      if (last?.[0] !== undefined && this.#orderOf(last[0]) === this.#orderOf(input)) last.push(input);
      else groups.push([input]);
    }
    return groups;
  }

  #orderOf(input: RowInput): number {
    return this.resolved(input >> 1).block.order;
  }

  #tierOf(input: RowInput): number {
    return this.#tiers[input >> 1] as number;
  }

  /** Equal priorities: each policy from the same start, then every pair of outcomes joined where they overlap. */
  #applyEquals(
    parts: readonly Part[],
    group: readonly RowInput[],
    direction: Direction,
    ports: number,
  ): readonly Part[] {
    if (group.length === 1) return this.#applyBlock(parts, group[0] as RowInput, direction, ports);
    const out: Part[] = [];
    for (const part of parts) {
      let joined: readonly Part[] | undefined;
      for (const block of group) {
        const own = this.#applyBlock([part], block, direction, ports);
        joined = joined === undefined ? own : this.#product(joined, own);
      }
      for (const entry of joined ?? [part]) addPart(out, entry.set, entry.progress);
    }
    return out;
  }

  #product(a: readonly Part[], b: readonly Part[]): readonly Part[] {
    const out: Part[] = [];
    for (const x of a) {
      for (const y of b) {
        const set = intersect(x.set, y.set);
        if (isEmptySet(set)) continue;
        const both = [this.#progress.progress(x.progress), this.#progress.progress(y.progress)];
        addPart(out, set, this.#progress.intern(join(this.cells.space, both)));
      }
    }
    return out;
  }

  #applyBlock(parts: readonly Part[], input: RowInput, direction: Direction, ports: number): readonly Part[] {
    if (!isCertain(input)) {
      const possible: Part[] = [];
      for (const part of parts) {
        const without = this.#progress.progress(part.progress);
        for (const applied of this.#applyBlock([part], this.input(input >> 1, true), direction, ports)) {
          const progress = perhaps(this.cells.space, without, this.#progress.progress(applied.progress));
          addPart(possible, applied.set, this.#progress.intern(progress));
        }
      }
      return possible;
    }
    let out = parts;
    for (const rule of this.resolved(input >> 1).rules) {
      if (rule.named.length === 0) {
        out = this.#applyClause(out, rule, rule.peers.sure, rule.connections, true);
        out = this.#applyClause(out, rule, rule.peers.maybe, rule.connections, false);
        continue;
      }
      this.forEachClause(rule, direction, ports, (peers, connections, sure) => {
        out = this.#applyClause(out, rule, peers, connections, sure);
      });
    }
    return out;
  }

  /**
   * Breaks a rule into (peers, connections, certain) clauses: the certain ones first. On ingress a port name is resolved
   * on the subject (`ports`: its named ports), on egress on each peer (semantics 1.4).
   */
  forEachClause(
    rule: ResolvedRule,
    direction: Direction,
    ports: number,
    visit: (peers: IntervalSet, connections: CellConnections, certain: boolean) => void,
  ): void {
    const { sure, maybe } = rule.peers;
    const { none } = this.cells.space;
    const emit = (peers: IntervalSet, connections: CellConnections, certain: boolean): void => {
      if (connections !== none && !isEmptySet(peers)) visit(peers, connections, certain);
    };
    emit(sure, rule.connections, true);
    for (const term of rule.named) {
      if (direction === 'ingress') {
        const meaning = this.resolver.namedPortOn(ports, term);
        emit(sure, meaning.sure, true);
        emit(sure, meaning.maybe, false);
        emit(maybe, this.cells.space.union(meaning.sure, meaning.maybe), false);
      } else {
        for (const group of this.resolver.namedPortGroups(term)) {
          const own = intersect(sure, group.columns);
          emit(own, group.sure, true);
          emit(own, group.maybe, false);
          emit(intersect(maybe, group.columns), this.cells.space.union(group.sure, group.maybe), false);
        }
      }
    }
    emit(maybe, rule.connections, false);
  }

  #applyClause(
    parts: readonly Part[],
    rule: ResolvedRule,
    peers: IntervalSet,
    connections: CellConnections,
    certain: boolean,
  ): readonly Part[] {
    if (isEmptySet(peers)) return parts;
    let out: Part[] | undefined;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index] as Part;
      const next = this.#progress.meet(part.progress, rule.action, connections, certain);
      const met = next === part.progress ? EMPTY_SET : intersect(part.set, peers);
      if (isEmptySet(met)) {
        if (out !== undefined) addPart(out, part.set, part.progress);
        continue;
      }
      out ??= parts.slice(0, index);
      addPart(out, met, next);
      const rest = subtract(part.set, met);
      if (!isEmptySet(rest)) addPart(out, rest, part.progress);
    }
    return out ?? parts;
  }

  #end(parts: readonly Part[], end: TierEnd): readonly Part[] {
    const out: Part[] = [];
    for (const part of parts) addPart(out, part.set, this.#progress.end(part.progress, end));
    return out;
  }

  #toRow(parts: readonly Part[]): Row {
    const out: { cell: CellId; columns: IntervalSet }[] = [];
    for (const part of parts) {
      const cell = this.cells.intern(this.#progress.decision(part.progress));
      const seen = out.find((entry) => entry.cell === cell);
      if (seen === undefined) out.push({ cell, columns: part.set });
      else seen.columns = union(seen.columns, part.set);
    }
    return { parts: out, open: false };
  }
}

type CellConnections = ResolvedRule['connections'];

/** Whether one block, resolved in two states of a cluster, means the same columns in both. */
function sameColumns(a: ResolvedBlock, b: ResolvedBlock): boolean {
  const same = (x: ThreeValuedSet, y: ThreeValuedSet): boolean =>
    equalSets(x.sure, y.sure) && equalSets(x.maybe, y.maybe);
  return (
    same(a.subject, b.subject) &&
    a.rules.every((rule, index) => same(rule.peers, (b.rules[index] as ResolvedRule).peers))
  );
}

interface Part {
  readonly set: IntervalSet;
  readonly progress: ProgressId;
}

/** Adds a part, merged with the one of equal progress. Rows have few parts, so looking for one is a walk. */
function addPart(parts: Part[], set: IntervalSet, progress: ProgressId): void {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Part;
    if (part.progress === progress) {
      parts[i] = { set: union(part.set, set), progress };
      return;
    }
  }
  parts.push({ set, progress });
}

function isCertain(input: RowInput): boolean {
  return (input & 1) === 0;
}

/** The cell of a column in a row. */
export function cellAt(row: Row, column: number): CellId {
  const { starts, cells } = stepsOf(row);
  let lo = 0;
  let hi = starts.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if ((starts[mid] as number) <= column) lo = mid;
    else hi = mid - 1;
  }
  return cells[lo] as CellId;
}

/** A row as a step function over the columns, in ascending order. */
export function stepsOf(row: Row): Steps {
  row.steps ??= toSteps(row.parts);
  return row.steps;
}

function toSteps(parts: readonly RowPart[]): Steps {
  const count = parts.reduce((sum, part) => sum + part.columns.length / 2, 0);
  // Start and part packed into one number, so that a numeric sort orders both.
  const packed = new Float64Array(count);
  let at = 0;
  parts.forEach((part, index) => {
    for (let i = 0; i < part.columns.length; i += 2) {
      packed[at++] = (part.columns[i] as number) * parts.length + index;
    }
  });
  packed.sort();
  const cells: CellId[] = [];
  for (let i = 0; i < count; i++) {
    const value = packed[i] as number;
    const index = value % parts.length;
    cells.push((parts[index] as RowPart).cell);
    packed[i] = (value - index) / parts.length;
  }
  return { starts: packed, cells };
}
