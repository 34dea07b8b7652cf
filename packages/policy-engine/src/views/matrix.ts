import { cellAt } from '../compile/rows.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import type { ConnectionSetId } from '../sets/connection-set.ts';
import {
  impactOf,
  namespaceId,
  type Shown,
  shownNamespaces,
  type WorkloadFilter,
  workloadId,
} from './graph.ts';
import type { EdgeImpact, PortSummary } from './graph-model.ts';
import { type Group, groupOf, type Kind, workloadMember } from './group.ts';
import { cellSets, type Lens } from './lens.ts';
import { outsidePeers } from './outside.ts';
import { portSummary } from './ports.ts';
import { relationOf } from './relation.ts';

export interface MatrixItem {
  readonly id: string;
  readonly label: string;
  readonly type: 'namespace' | 'workload' | 'outside';
}

/** What a cell shows. `same`: a workload with itself, or two ends outside the cluster: nothing to say. */
export type CellState = 'all' | 'some' | 'none' | 'unknown' | 'same';

export interface CellKind {
  readonly state: CellState;
  /** Whether only part of the pairs that the cell stands for have it. */
  readonly partial: boolean;
  readonly ports: PortSummary;
  readonly impact: EdgeImpact | null;
}

/** Sources by destinations. `cells[row * columns.length + column]` is an index into `kinds`. */
export interface MatrixView {
  readonly rows: readonly MatrixItem[];
  readonly columns: readonly MatrixItem[];
  readonly cells: Uint16Array;
  readonly kinds: readonly CellKind[];
}

export interface MatrixOptions {
  readonly filter: WorkloadFilter;
  /** Two namespaces: their workloads against each other. `null`: namespaces against namespaces. */
  readonly drill: readonly [row: string, column: string] | null;
  /** `similar`: items with equal rows and columns lie together; `name`: by name. */
  readonly order: 'similar' | 'name';
}

interface Item extends MatrixItem {
  readonly group: Group;
}

/** The relation as a matrix, of namespaces and outside peers or of the workloads of two namespaces. */
export function matrixView(lens: Lens, options: MatrixOptions): MatrixView {
  const { drill } = options;
  const shown = shownNamespaces(
    lens,
    drill === null ? options.filter : { ...options.filter, scope: [] },
    new Set(),
  );
  if (drill === null) {
    const items = [...namespaceItems(shown), ...outsideItems(lens)];
    return ordered(fill(lens, items, items), options.order);
  }
  const side = (name: string) =>
    workloadItems(
      lens,
      shown.find((entry) => entry.name === name),
    );
  const rows = side(drill[0]);
  return ordered(fill(lens, rows, drill[0] === drill[1] ? rows : side(drill[1])), options.order);
}

function namespaceItems(shown: readonly Shown[]): readonly Item[] {
  return shown
    .filter((entry) => entry.group.members.length > 0)
    .map((entry) => ({
      id: namespaceId(entry.name),
      label: entry.name,
      type: 'namespace',
      group: entry.group,
    }));
}

function outsideItems(lens: Lens): readonly Item[] {
  return outsidePeers(lens).map(({ node, group }) => ({
    id: node.id,
    label: node.label,
    type: 'outside',
    group,
  }));
}

function workloadItems(lens: Lens, shown: Shown | undefined): readonly Item[] {
  const { universe } = lens.after;
  return (shown?.workloads ?? []).map((index) => {
    const id = workloadId(universe.workloads[index]?.id ?? '');
    return {
      id,
      label: universe.workloads[index]?.name ?? '',
      type: 'workload',
      group: groupOf(lens, id, [workloadMember(universe, index)]),
    };
  });
}

function fill(lens: Lens, rows: readonly Item[], columns: readonly Item[]): MatrixView {
  const book = new KindBook(lens);
  const out = new RowCells(lens, columns);
  const into = new RowCells(lens, rows);
  const cells = new Uint16Array(rows.length * columns.length);
  for (const [r, row] of rows.entries()) {
    for (const [c, column] of columns.entries()) {
      cells[r * columns.length + c] = cellOf(book, row, r, column, c, out, into);
    }
  }
  return { rows: rows.map(plain), columns: columns.map(plain), cells, kinds: book.kinds };
}

function plain({ id, label, type }: Item): MatrixItem {
  return { id, label, type };
}

function cellOf(
  book: KindBook,
  row: Item,
  r: number,
  column: Item,
  c: number,
  out: RowCells,
  into: RowCells,
): number {
  const { lens } = book;
  if (row.type === 'outside' && column.type === 'outside') return book.same;
  if (row.id === column.id) {
    return row.group.members.length < 2 ? book.same : book.ofRelation(row.group, column.group);
  }
  const [source] = row.group.asSource;
  const [target] = column.group.asTarget;
  const simple =
    row.group.simple &&
    column.group.simple &&
    row.group.asSource.length === 1 &&
    column.group.asTarget.length === 1 &&
    source !== undefined &&
    target !== undefined;
  if (!simple) return book.ofRelation(row.group, column.group);
  const first = out.uniform(source, c);
  const second = into.uniform(target, r);
  if (first === null || second === null) return book.ofRelation(row.group, column.group);
  const after = lens.after.cells.both(first.after, second.after);
  const before = lens.before.cells.both(first.before, second.before);
  return book.ofCells(before, after);
}

interface CellPair {
  readonly before: CellId;
  readonly after: CellId;
}

/** What a row says about each item, where it says the same about all of the item's columns. */
class RowCells {
  readonly #lens: Lens;
  readonly #items: readonly Item[];
  readonly #known = new Map<number, (CellPair | null)[]>();

  constructor(lens: Lens, items: readonly Item[]) {
    this.#lens = lens;
    this.#items = items;
  }

  uniform(kind: Kind, item: number): CellPair | null {
    const key = kind.before * 67_108_864 + kind.after;
    let list = this.#known.get(key);
    if (list === undefined) {
      const before = this.#lens.before.solver.row(kind.before);
      const after = this.#lens.after.solver.row(kind.after);
      list = this.#items.map(({ group }) => {
        const columns = group.members.flat();
        const [first] = columns;
        if (first === undefined) return null;
        const was = cellAt(before, first);
        const is = cellAt(after, first);
        const same = columns.every(
          (column) => cellAt(after, column) === is && cellAt(before, column) === was,
        );
        return same ? { before: was, after: is } : null;
      });
      this.#known.set(key, list);
    }
    return list[item] ?? null;
  }
}

/** Numbers the kinds of cell that occur. */
class KindBook {
  readonly lens: Lens;
  readonly kinds: CellKind[] = [];
  readonly same: number;
  readonly #ids = new Map<string, number>();
  readonly #byCells = new Map<number, number>();

  constructor(lens: Lens) {
    this.lens = lens;
    this.same = this.#number('same', () => ({
      state: 'same',
      partial: false,
      ports: portSummary(lens.after.cells.space, lens.after.cells.space.none),
      impact: null,
    }));
  }

  ofCells(before: CellId, after: CellId): number {
    const key = before * 67_108_864 + after;
    let id = this.#byCells.get(key);
    if (id === undefined) {
      const is = cellSets(this.lens, this.lens.after, after);
      const was = cellSets(this.lens, this.lens.before, before);
      const { space } = this.lens.after.cells;
      const impact = impactBetween(this.lens, was.allowed, is.allowed);
      id = this.#kind(is.allowed, is.allowed, space.subtract(is.possible, is.allowed), impact);
      this.#byCells.set(key, id);
    }
    return id;
  }

  ofRelation(source: Group, target: Group): number {
    const relation = relationOf(this.lens, source, target);
    return this.#kind(relation.some, relation.every, relation.unknown, impactOf(this.lens, relation));
  }

  #kind(
    some: ConnectionSetId,
    every: ConnectionSetId,
    unknown: ConnectionSetId,
    impact: EdgeImpact | null,
  ): number {
    const { lens } = this;
    const { space } = lens.after.cells;
    return this.#number(`${some} ${every} ${unknown} ${impact}`, () => {
      const state: CellState =
        some === space.none
          ? unknown === space.none
            ? 'none'
            : 'unknown'
          : space.includes(some, lens.mask) && space.coversTransport(some)
            ? 'all'
            : 'some';
      return {
        state,
        partial: some !== every,
        ports: portSummary(space, state === 'unknown' ? unknown : some),
        impact,
      };
    });
  }

  #number(key: string, make: () => CellKind): number {
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.kinds.length;
      this.kinds.push(make());
      this.#ids.set(key, id);
    }
    return id;
  }
}

function impactBetween(lens: Lens, before: ConnectionSetId, after: ConnectionSetId): EdgeImpact | null {
  if (before === after) return null;
  const { space } = lens.after.cells;
  if (before === space.none) return 'opened';
  if (after === space.none) return 'closed';
  return space.subtract(after, before) !== space.none ? 'widened' : 'narrowed';
}

/** Up to this many different items their order is found by comparing each with each. */
const MAX_COMPARED = 400;

function ordered(view: MatrixView, order: MatrixOptions['order']): MatrixView {
  const square =
    view.rows.length === view.columns.length && view.rows.every((row, i) => row.id === view.columns[i]?.id);
  const byName = (items: readonly MatrixItem[]) =>
    items
      .map((item, index) => ({ item, index }))
      .sort((a, b) => rank(a.item) - rank(b.item) || (a.item.label < b.item.label ? -1 : 1))
      .map(({ index }) => index);
  if (order === 'name') {
    return reordered(view, byName(view.rows), byName(view.columns));
  }
  if (square) {
    const both = similarOrder(
      view.rows,
      (index) => signature(view, index, true) + signature(view, index, false),
    );
    return reordered(view, both, both);
  }
  return reordered(
    view,
    similarOrder(view.rows, (index) => signature(view, index, true)),
    similarOrder(view.columns, (index) => signature(view, index, false)),
  );
}

function rank(item: MatrixItem): number {
  return item.type === 'outside' ? 1 : 0;
}

/** A row or column as a text, one character for each cell. */
function signature(view: MatrixView, index: number, isRow: boolean): string {
  const width = view.columns.length;
  const codes: number[] = [];
  const length = isRow ? width : view.rows.length;
  for (let at = 0; at < length; at++) {
    // Cells on the diagonal differ from all others, so they would keep equal items apart.
    const kind = view.cells[isRow ? index * width + at : at * width + index] ?? 0;
    codes.push(at === index && view.rows[index]?.id === view.columns[index]?.id ? 32 : 33 + kind);
  }
  return String.fromCharCode(...codes);
}

/** Equal items together; different ones next to what they resemble most, from the most connected on. */
function similarOrder(
  items: readonly MatrixItem[],
  signatureOf: (index: number) => string,
): readonly number[] {
  const inside = items.flatMap((item, index) => (item.type === 'outside' ? [] : [index]));
  const outside = items.flatMap((item, index) => (item.type === 'outside' ? [index] : []));
  const groups = new Map<string, number[]>();
  for (const index of inside) {
    const key = signatureOf(index);
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [index]);
    else list.push(index);
  }
  const entries = [...groups].map(([key, members]) => ({ key, members, weight: weightOf(key) }));
  entries.sort((a, b) => b.weight - a.weight || (a.key < b.key ? -1 : 1));
  const chain = entries.length <= MAX_COMPARED ? nearestChain(entries) : entries;
  return [...chain.flatMap((entry) => entry.members), ...outside];
}

/** How much of a signature differs from its most frequent character. */
function weightOf(key: string): number {
  const counts = new Map<string, number>();
  for (const char of key) counts.set(char, (counts.get(char) ?? 0) + 1);
  return key.length - Math.max(0, ...counts.values());
}

function nearestChain<T extends { readonly key: string }>(entries: readonly T[]): readonly T[] {
  const left = [...entries];
  const chain: T[] = [];
  let last = left.shift();
  while (last !== undefined) {
    chain.push(last);
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const [index, entry] of left.entries()) {
      const distance = differences(last.key, entry.key, least);
      if (distance < least) {
        least = distance;
        best = index;
      }
    }
    last = best < 0 ? undefined : left.splice(best, 1)[0];
  }
  return chain;
}

function differences(a: string, b: string, limit: number): number {
  let count = 0;
  for (let index = 0; index < a.length && count < limit; index++) {
    if (a.charCodeAt(index) !== b.charCodeAt(index)) count++;
  }
  return count;
}

function reordered(
  view: MatrixView,
  rowOrder: readonly number[],
  columnOrder: readonly number[],
): MatrixView {
  const width = view.columns.length;
  const cells = new Uint16Array(view.cells.length);
  for (const [r, row] of rowOrder.entries()) {
    for (const [c, column] of columnOrder.entries()) {
      cells[r * width + c] = view.cells[row * width + column] ?? 0;
    }
  }
  return {
    rows: rowOrder.flatMap((index) => view.rows[index] ?? []),
    columns: columnOrder.flatMap((index) => view.columns[index] ?? []),
    cells,
    kinds: view.kinds,
  };
}
