import { type Direction, type RuleBlock, TIERS, type Tier } from '../ir/ir.ts';
import { type IntervalSet, intersect, isEmptySet, subtract, union } from '../sets/interval-set.ts';
import {
  begin,
  continueTier,
  finish,
  isolate,
  join,
  meet,
  type Progress,
  perhaps,
  unreadTier,
} from './decide.ts';
import type { ResolvedBlock, ResolvedRule, Resolver } from './resolve.ts';
import type { CellId, VerdictCells } from './verdict-cells.ts';

/**
 * What all subjects that the same policies select get in one direction: a partition of the universe into groups of
 * peers with the same cell.
 */
export interface Row {
  readonly parts: readonly { readonly cell: CellId; readonly columns: IntervalSet }[];
  /** The same as a step function: `cells[i]` holds from column `starts[i]` up to the next start. */
  readonly starts: readonly number[];
  readonly cells: readonly CellId[];
  /** Whether no policy has any say: everything is allowed. */
  readonly open: boolean;
}

/** Something that takes part in deciding a subject's row. Negative numbers are tiers that could not be read. */
export type RowInput = number & { readonly __brand: 'RowInput' };

/** In a row's input list: the policies of this tier can't be read. */
export function unreadTierInput(tier: Tier): RowInput {
  return (-1 - TIERS.indexOf(tier)) as RowInput;
}

/**
 * Evaluates rows over one universe and remembers them. Blocks are numbered as they come, so that clusters that share
 * a solver (a snapshot and drafts over it) share every row that they have in common.
 */
export class RowSolver {
  readonly resolver: Resolver;
  readonly cells: VerdictCells;
  readonly #blocks: ResolvedBlock[] = [];
  readonly #blockIds = new Map<RuleBlock, number>();
  readonly #keys = new Map<string, number>();
  readonly #inputs: {
    readonly direction: Direction;
    readonly list: readonly RowInput[];
    readonly ports: number;
  }[] = [];
  readonly #rows: (Row | undefined)[] = [];

  constructor(resolver: Resolver, cells: VerdictCells) {
    this.resolver = resolver;
    this.cells = cells;
  }

  /** Number of a block; resolves it on first sight. */
  blockId(block: RuleBlock): number {
    let id = this.#blockIds.get(block);
    if (id === undefined) {
      id = this.#blocks.length;
      this.#blocks.push(this.resolver.block(block));
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
    return input < 0 ? undefined : { resolved: this.resolved(input >> 1), certain: (input & 1) === 0 };
  }

  /** Evaluation order: by tier, then priority, then policy, so that equal lists are equal row keys. */
  sort(list: RowInput[]): RowInput[] {
    return list.length < 2 ? list : list.sort((a, b) => this.#compare(a, b));
  }

  /** Number of the row that these inputs give, in evaluation order. `ports` matters only where a block names ports. */
  rowId(direction: Direction, list: readonly RowInput[], ports: number): number {
    const usesPorts =
      direction === 'ingress' &&
      list.some((input) => this.inputBlock(input)?.resolved.usesNamedPorts === true);
    const key = `${direction}|${usesPorts ? ports : ''}|${list.join()}`;
    let id = this.#keys.get(key);
    if (id === undefined) {
      id = this.#inputs.length;
      this.#inputs.push({ direction, list, ports });
      this.#keys.set(key, id);
    }
    return id;
  }

  /** The inputs of a row, in evaluation order. */
  inputsOf(rowId: number): readonly RowInput[] {
    return this.#inputs[rowId]?.list ?? [];
  }

  row(rowId: number): Row {
    let row = this.#rows[rowId];
    if (row === undefined) {
      const input = this.#inputs[rowId];
      row = input === undefined ? this.#openRow() : this.#evaluate(input.direction, input.list, input.ports);
      this.#rows[rowId] = row;
    }
    return row;
  }

  #compare(a: RowInput, b: RowInput): number {
    const x = this.inputBlock(a);
    const y = this.inputBlock(b);
    if (x === undefined || y === undefined)
      return (x === undefined ? 0 : 1) - (y === undefined ? 0 : 1) || b - a;
    const tiers = tierIndex(x.resolved.block) - tierIndex(y.resolved.block);
    if (tiers !== 0) return tiers;
    const orders = x.resolved.block.order - y.resolved.block.order;
    return orders !== 0 ? orders : a - b;
  }

  #openRow(): Row {
    return this.#toRow([{ set: this.resolver.universe.everything, progress: begin(this.cells.space) }], true);
  }

  #evaluate(direction: Direction, list: readonly RowInput[], ports: number): Row {
    if (list.length === 0) return this.#openRow();
    const { space } = this.cells;
    let parts: Part[] = [{ set: this.resolver.universe.everything, progress: begin(space) }];
    TIERS.forEach((tier, index) => {
      const blocks: { resolved: ResolvedBlock; certain: boolean }[] = [];
      for (const input of list) {
        if (input === -1 - index) {
          parts = mapProgress(parts, (progress) => unreadTier(space, progress));
          continue;
        }
        const entry = this.inputBlock(input);
        if (entry !== undefined && entry.resolved.block.tier === tier.id) blocks.push(entry);
      }
      if (blocks.length === 0) return;
      for (const group of tier.conflictsAreUndefined ? byOrder(blocks) : [blocks]) {
        parts = this.#applyGroup(parts, group, tier.conflictsAreUndefined, direction, ports);
      }
      if (tier.undecided === 'isolate') {
        const certain = blocks.some((block) => block.certain);
        parts = mapProgress(parts, (progress) => isolate(space, progress, certain));
      } else {
        parts = mapProgress(parts, (progress) => continueTier(space, progress));
      }
    });
    return this.#toRow(parts, false);
  }

  #applyGroup(
    parts: Part[],
    group: readonly { resolved: ResolvedBlock; certain: boolean }[],
    conflicts: boolean,
    direction: Direction,
    ports: number,
  ): Part[] {
    if (!conflicts || group.length === 1) {
      let out = parts;
      for (const block of group) out = this.#applyBlock(out, block, direction, ports);
      return out;
    }
    // Equal priorities: each policy from the same start, then every pair of outcomes joined where they overlap.
    const out = new PartList();
    for (const part of parts) {
      let joined: Part[] | undefined;
      for (const block of group) {
        const own = this.#applyBlock([part], block, direction, ports);
        joined = joined === undefined ? own : this.#product(joined, own);
      }
      for (const entry of joined ?? [part]) out.add(entry.set, entry.progress);
    }
    return out.parts;
  }

  #product(a: readonly Part[], b: readonly Part[]): Part[] {
    const out = new PartList();
    for (const x of a) {
      for (const y of b) {
        const set = intersect(x.set, y.set);
        if (!isEmptySet(set)) out.add(set, join(this.cells.space, [x.progress, y.progress]));
      }
    }
    return out.parts;
  }

  #applyBlock(
    parts: Part[],
    { resolved, certain }: { resolved: ResolvedBlock; certain: boolean },
    direction: Direction,
    ports: number,
  ): Part[] {
    if (!certain) {
      const possible = new PartList();
      for (const part of parts) {
        for (const applied of this.#applyBlock([part], { resolved, certain: true }, direction, ports)) {
          possible.add(applied.set, perhaps(this.cells.space, part.progress, applied.progress));
        }
      }
      return possible.parts;
    }
    let out = parts;
    for (const rule of resolved.rules) {
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
    parts: Part[],
    rule: ResolvedRule,
    peers: IntervalSet,
    connections: CellConnections,
    certain: boolean,
  ): Part[] {
    const { space } = this.cells;
    const out = new PartList();
    for (const part of parts) {
      const next = meet(space, part.progress, rule.action, connections, certain);
      const met = next === part.progress ? [] : intersect(part.set, peers);
      if (isEmptySet(met)) {
        out.add(part.set, part.progress);
        continue;
      }
      out.add(met, next);
      const rest = subtract(part.set, met);
      if (!isEmptySet(rest)) out.add(rest, part.progress);
    }
    return out.parts;
  }

  #toRow(parts: readonly Part[], open: boolean): Row {
    const byCell = new Map<CellId, IntervalSet>();
    for (const part of parts) {
      const cell = this.cells.intern(finish(this.cells.space, part.progress));
      const seen = byCell.get(cell);
      byCell.set(cell, seen === undefined ? part.set : union(seen, part.set));
    }
    const out = [...byCell].map(([cell, columns]) => ({ cell, columns }));
    const steps: { start: number; cell: CellId }[] = [];
    for (const { cell, columns } of out) {
      for (let i = 0; i < columns.length; i += 2) steps.push({ start: columns[i] as number, cell });
    }
    steps.sort((a, b) => a.start - b.start);
    return {
      parts: out,
      starts: steps.map((step) => step.start),
      cells: steps.map((step) => step.cell),
      open,
    };
  }
}

type CellConnections = ResolvedRule['connections'];

interface Part {
  readonly set: IntervalSet;
  readonly progress: Progress;
}

/** Parts with equal progress merged. */
class PartList {
  readonly parts: Part[] = [];
  readonly #index = new Map<string, number>();

  add(set: IntervalSet, progress: Progress): void {
    const key = `${progress.live},${progress.allowed},${progress.denied},${progress.passed}`;
    const at = this.#index.get(key);
    if (at === undefined) {
      this.#index.set(key, this.parts.length);
      this.parts.push({ set, progress });
    } else {
      this.parts[at] = { set: union((this.parts[at] as Part).set, set), progress };
    }
  }
}

function mapProgress(parts: readonly Part[], map: (progress: Progress) => Progress): Part[] {
  const out = new PartList();
  for (const part of parts) out.add(part.set, map(part.progress));
  return out.parts;
}

function byOrder<T extends { readonly resolved: ResolvedBlock }>(blocks: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    if (last?.[0]?.resolved.block.order === block.resolved.block.order) last.push(block);
    else groups.push([block]);
  }
  return groups;
}

function tierIndex(block: RuleBlock): number {
  return TIERS.findIndex((tier) => tier.id === block.tier);
}

/** The cell of a column in a row. */
export function cellAt(row: Row, column: number): CellId {
  const { starts, cells } = row;
  let lo = 0;
  let hi = starts.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if ((starts[mid] as number) <= column) lo = mid;
    else hi = mid - 1;
  }
  return cells[lo] as CellId;
}
