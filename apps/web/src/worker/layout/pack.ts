import { type FlowEdge, flowLevels } from './rank.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect extends Point, Size {}

export interface PackItem extends Size {
  readonly id: string;
  /** `first`/`last`: kept left or right of everything else, whatever its edges say. */
  readonly side?: 'first' | 'last';
}

export interface PackOptions {
  readonly gapX: number;
  readonly gapY: number;
  /** Width divided by height that the whole should have. */
  readonly aspect: number;
}

/** Top left corner of each item, and the size of the whole. */
export interface Packed {
  readonly at: ReadonlyMap<string, Point>;
  readonly size: Size;
}

/**
 * Columns from left to right along the flow of `edges`, in the way that shows the whole largest in a picture of the aspect
 * asked for. Inside a column items stand near what they are joined to. Items without edges follow below or at the end.
 */
export function packFlow(
  items: readonly PackItem[],
  edges: readonly FlowEdge[],
  options: PackOptions,
): Packed {
  const levels = flowLevels(
    items.map((item) => item.id),
    edges,
  );
  const joined = items.filter((item) => levels.has(item.id) || item.side !== undefined);
  const loose = items.filter((item) => !levels.has(item.id) && item.side === undefined);
  if (joined.length === 0) return packRows(loose, options);
  let best: Arranged | undefined;
  for (const columns of arrangements(joined, levels, options)) {
    for (const packed of withLoose(columns, loose, options)) {
      if (best === undefined || zoomOf(packed, options) > zoomOf(best, options) * 1.001) best = packed;
    }
  }
  if (best === undefined) return packRows(items, options);
  // Only the winner's columns are worth being ordered by what their items are joined to.
  const main = placeColumns(orderLayers(best.columns, edges), options);
  return best.below.length === 0 ? main : below(main, best.below, options);
}

/** How large the whole can be drawn in a picture of the aspect asked for; only to be compared. */
function zoomOf({ size }: Packed, { aspect }: PackOptions): number {
  return Math.min(aspect / size.width, 1 / size.height);
}

/** Rows from left to right in the order given, as wide as the aspect asks for or `width` says. */
export function packRows(items: readonly PackItem[], options: PackOptions, width?: number): Packed {
  const limit = width ?? Math.max(Math.sqrt(area(items, options) * options.aspect), widest(items));
  const at = new Map<string, Point>();
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  let right = 0;
  for (const item of items) {
    if (x > 0 && x + item.width > limit) {
      x = 0;
      y += rowHeight + options.gapY;
      rowHeight = 0;
    }
    at.set(item.id, { x, y });
    right = Math.max(right, x + item.width);
    rowHeight = Math.max(rowHeight, item.height);
    x += item.width + options.gapX;
  }
  return { at, size: { width: right, height: y + rowHeight } };
}

/** What items take up with the narrow gap around them; between columns there is more. */
function area(items: readonly PackItem[], { gapY }: PackOptions): number {
  return items.reduce((sum, item) => sum + (item.width + gapY) * (item.height + gapY), 0);
}

function widest(items: readonly PackItem[]): number {
  return items.reduce((most, item) => Math.max(most, item.width), 0);
}

const SWEEPS = 6;

/** Orders each layer by the mean position of its neighbours, forward and backward in turn. */
function orderLayers(given: readonly PackItem[][], edges: readonly FlowEdge[]): readonly PackItem[][] {
  const neighbours = new Map<string, string[]>();
  const join = (id: string, other: string) => {
    const list = neighbours.get(id);
    if (list === undefined) neighbours.set(id, [other]);
    else list.push(other);
  };
  for (const { from, to } of edges) {
    join(from, to);
    join(to, from);
  }
  const result = given.map((layer) => layer.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  const place = new Map<string, number>();
  const number = (layer: readonly PackItem[]) => {
    for (const [index, item] of layer.entries()) place.set(item.id, (index + 0.5) / layer.length);
  };
  for (const layer of result) number(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const order = sweep % 2 === 0 ? result : result.toReversed();
    for (const layer of order) {
      const mean = new Map(
        layer.map((item) => {
          const around = (neighbours.get(item.id) ?? []).flatMap((id) => place.get(id) ?? []);
          const own = place.get(item.id) ?? 0.5;
          const value = around.length === 0 ? own : around.reduce((a, b) => a + b, 0) / around.length;
          return [item.id, value] as const;
        }),
      );
      layer.sort((a, b) => (mean.get(a.id) ?? 0) - (mean.get(b.id) ?? 0) || (a.id < b.id ? -1 : 1));
      number(layer);
    }
  }
  return result;
}

interface Shelf {
  readonly items: PackItem[];
  readonly width: number;
  readonly height: number;
}

/** A column as rows no wider than its widest item: narrow items stand side by side. */
function shelves(column: readonly PackItem[], gap: number): readonly Shelf[] {
  const limit = widest(column);
  const rows: Shelf[] = [];
  for (const item of column) {
    const last = rows.at(-1);
    if (last !== undefined && last.width + gap + item.width <= limit) {
      last.items.push(item);
      rows[rows.length - 1] = {
        items: last.items,
        width: last.width + gap + item.width,
        height: Math.max(last.height, item.height),
      };
    } else {
      rows.push({ items: [item], width: item.width, height: item.height });
    }
  }
  return rows;
}

function columnHeight(column: readonly PackItem[], gapY: number): number {
  return shelves(column, gapY).reduce((sum, row) => sum + row.height + gapY, -gapY);
}

/** How many columns, and how much taller than a square of the same area, are tried. */
const COLUMN_COUNTS = [2, 3, 4, 5, 6, 7, 8, 10, 12];
const STRETCHES = [0.9, 1.15, 1.5, 2];

/** Ways to cut the items into columns by level; sides have columns to themselves. */
function* arrangements(
  items: readonly PackItem[],
  levels: ReadonlyMap<string, number>,
  options: PackOptions,
): Iterable<readonly PackItem[][]> {
  const { gapY, aspect } = options;
  const inner = items
    .filter((item) => item.side === undefined)
    .toSorted((a, b) => (levels.get(a.id) ?? 0) - (levels.get(b.id) ?? 0) || (a.id < b.id ? -1 : 1));
  const [first = [], last = []] = (['first', 'last'] as const).map((side) =>
    items.filter((item) => item.side === side),
  );
  const tallest = items.reduce((most, item) => Math.max(most, item.height), 0);
  const square = Math.sqrt(area(inner.length === 0 ? items : inner, options) / aspect);
  for (const stretch of STRETCHES) {
    const limit = Math.max(tallest, square * stretch);
    for (const count of COLUMN_COUNTS) {
      yield [
        ...splitColumn(first, limit, gapY),
        ...merge(byLevel(inner, levels, count), limit, gapY).flatMap((column) =>
          splitColumn(column, limit, gapY),
        ),
        ...splitColumn(last, limit, gapY),
      ];
    }
  }
}

/** The columns with what has no edges below them, or in a column of its own at the end. */
function withLoose(
  columns: readonly PackItem[][],
  loose: readonly PackItem[],
  options: PackOptions,
): readonly Arranged[] {
  const main = placeColumns(columns, options);
  if (loose.length === 0) return [{ ...main, columns, below: [] }];
  const aside = [...columns, ...splitColumn(loose, main.size.height, options.gapY)];
  return [
    { ...below(main, loose, options), columns, below: loose },
    { ...placeColumns(aside, options), columns: aside, below: [] },
  ];
}

interface Arranged extends Packed {
  readonly columns: readonly PackItem[][];
  readonly below: readonly PackItem[];
}

function below(main: Packed, loose: readonly PackItem[], options: PackOptions): Packed {
  const rest = packRows(loose, options, Math.max(main.size.width, widest(loose)));
  const top = main.size.height + options.gapY * 1.5;
  const at = new Map(main.at);
  for (const [id, { x, y }] of rest.at) at.set(id, { x, y: y + top });
  return {
    at,
    size: { width: Math.max(main.size.width, rest.size.width), height: top + rest.size.height },
  };
}

/** Cuts the span of levels into at most `room` equal parts. */
function byLevel(
  sorted: readonly PackItem[],
  levels: ReadonlyMap<string, number>,
  room: number,
): readonly PackItem[][] {
  const highest = Math.max(0, ...sorted.map((item) => levels.get(item.id) ?? 0));
  const parts = Math.max(1, Math.min(room, Math.ceil(highest * 1.5) + 1));
  const columns: PackItem[][] = Array.from({ length: parts }, () => []);
  for (const item of sorted) {
    const share = highest === 0 ? 0 : (levels.get(item.id) ?? 0) / highest;
    columns[Math.min(parts - 1, Math.floor(share * parts))]?.push(item);
  }
  return columns.filter((column) => column.length > 0);
}

/** Joins neighbouring columns that are both less than half full. */
function merge(columns: readonly PackItem[][], limit: number, gapY: number): readonly PackItem[][] {
  const merged: PackItem[][] = [];
  for (const column of columns) {
    const last = merged.at(-1);
    const low = (list: readonly PackItem[]) => columnHeight(list, gapY) < limit / 2;
    if (last !== undefined && columns.length > 3 && low(last) && low(column)) last.push(...column);
    else merged.push([...column]);
  }
  return merged;
}

function splitColumn(column: readonly PackItem[], limit: number, gapY: number): readonly PackItem[][] {
  if (column.length === 0) return [];
  const height = columnHeight(column, gapY);
  const parts = Math.ceil(height / limit);
  if (parts === 1) return [[...column]];
  const share = height / parts;
  const columns: PackItem[][] = [];
  let own: PackItem[] = [];
  let filled = 0;
  for (const row of shelves(column, gapY)) {
    if (own.length > 0 && filled + row.height > share + row.height / 2 && columns.length < parts - 1) {
      columns.push(own);
      own = [];
      filled = 0;
    }
    own.push(...row.items);
    filled += row.height + gapY;
  }
  return [...columns, own];
}

function placeColumns(columns: readonly PackItem[][], options: PackOptions): Packed {
  const { gapX, gapY } = options;
  const height = Math.max(0, ...columns.map((column) => columnHeight(column, gapY)));
  const at = new Map<string, Point>();
  let x = 0;
  for (const column of columns) {
    const width = widest(column);
    let y = (height - columnHeight(column, gapY)) / 2;
    for (const row of shelves(column, gapY)) {
      let left = x + (width - row.width) / 2;
      for (const item of row.items) {
        at.set(item.id, { x: left, y: y + (row.height - item.height) / 2 });
        left += item.width + gapY;
      }
      y += row.height + gapY;
    }
    x += width + gapX;
  }
  return { at, size: { width: x - gapX, height } };
}
