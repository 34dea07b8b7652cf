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
  /** Where `flowLevels` of the same items and edges is known already, which takes long for many. */
  readonly levels?: ReadonlyMap<string, number>;
}

/** Top left corner of each item, and the size of the whole. */
export interface Packed {
  readonly at: ReadonlyMap<string, Point>;
  readonly size: Size;
}

/**
 * Tiers from left to right along the flow of `edges`, in the way that shows the whole large and the flow well in a picture of
 * the aspect asked for. A tier is a column, or as wide a strip as it must be to be no taller than the others; inside of it
 * items stand near what they are joined to. Items without edges are a last tier, or fill up the others, or follow below.
 */
export function packFlow(
  items: readonly PackItem[],
  edges: readonly FlowEdge[],
  options: PackOptions,
): Packed {
  const levels =
    options.levels ??
    flowLevels(
      items.map((item) => item.id),
      edges,
    );
  const loose = items.filter((item) => !levels.has(item.id) && item.side === undefined);
  const joined = items.filter((item) => levels.has(item.id) || item.side !== undefined);
  if (joined.length === 0) return packRows(loose, options);
  const { counts, stretches } = TRIED.find(({ upTo }) => items.length <= upTo) ?? TRIED[0];
  let best: { readonly packed: Packed; readonly worth: number } | undefined;
  for (const { first, inner, last } of tierings(joined, levels, counts)) {
    const flow = FLOW + (1 - FLOW) * shareBetween(inner, edges);
    const [before, middle, after] = ordered([first, inner, last], edges);
    const all = (tiers: readonly Tier[]) => [...before, ...tiers, ...after];
    for (const height of heights(items, stretches, options)) {
      const whole = sideBySide(all(middle), height, options);
      const ways =
        loose.length === 0
          ? [whole]
          : [
              below(whole, loose, options),
              sideBySide([...all(middle), largestFirst(loose)], height, options),
              sideBySide(all(filledUp(middle, loose, options)), height, options),
            ];
      for (const packed of ways) {
        const worth = zoomOf(packed, options) * flow;
        if (best === undefined || worth > best.worth * 1.001) best = { packed, worth };
      }
      // Where each is a column already, more height changes nothing.
      if (loose.length === 0 && whole.size.height <= height && areColumns(all(middle), height, options))
        break;
    }
  }
  return best?.packed ?? packRows(items, options);
}

type Tier = readonly PackItem[];

/** How much of its worth a picture keeps that shows nothing of the flow, since all stand in one tier. */
const FLOW = 0.6;

/** The weight of edges from one tier to a later one, as a share of all among them. */
function shareBetween(tiers: readonly Tier[], edges: readonly FlowEdge[]): number {
  const tierOf = new Map(tiers.flatMap((tier, index) => tier.map(({ id }) => [id, index] as const)));
  let [between, all] = [0, 0];
  for (const { from, to, weight } of edges) {
    const [a, b] = [tierOf.get(from), tierOf.get(to)];
    if (a === undefined || b === undefined || from === to) continue;
    all += weight;
    if (a < b) between += weight;
  }
  return all === 0 ? 1 : between / all;
}

/** Parts of the picture with their tiers in an order that goes well with those of their neighbours. */
function ordered(
  parts: readonly [readonly Tier[], readonly Tier[], readonly Tier[]],
  edges: readonly FlowEdge[],
): readonly [readonly Tier[], readonly Tier[], readonly Tier[]] {
  const [first, inner, last] = parts;
  const tiers = orderTiers(parts.flat(), edges).map(largestFirst);
  const end = first.length + inner.length;
  return [tiers.slice(0, first.length), tiers.slice(first.length, end), tiers.slice(end, end + last.length)];
}

/** The tiers with further items, each where there is the least. */
function filledUp(tiers: readonly Tier[], loose: Tier, options: PackOptions): readonly Tier[] {
  const filled = tiers.map((tier) => ({ items: [...tier], area: area(tier, options) }));
  for (const item of largestFirst(loose)) {
    const least = filled.reduce((a, b) => (b.area < a.area ? b : a), filled[0] ?? { items: [], area: 0 });
    least.items.push(item);
    least.area += area([item], options);
  }
  return filled.map(({ items }) => largestFirst(items));
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

/** Parts one below the other, each in rows as `packRows` makes them, as wide as shows the whole largest. */
export function packParts(parts: readonly (readonly PackItem[])[], options: PackOptions): Packed {
  const all = parts.flat();
  const square = Math.sqrt(area(all, options) * options.aspect);
  let best: Packed = { at: new Map(), size: { width: 0, height: 0 } };
  let zoom = 0;
  for (const stretch of STRETCHES) {
    const at = new Map<string, Point>();
    let [y, right] = [0, 0];
    for (const part of parts.filter((items) => items.length > 0)) {
      const rows = packRows(part, options, Math.max(widest(all), square * stretch));
      for (const [id, place] of rows.at) at.set(id, { x: place.x, y: y + place.y });
      y += rows.size.height + options.gapY;
      right = Math.max(right, rows.size.width);
    }
    const packed = { at, size: { width: right, height: Math.max(0, y - options.gapY) } };
    if (zoomOf(packed, options) <= zoom) continue;
    best = packed;
    zoom = zoomOf(packed, options);
  }
  return best;
}

/** What items take up with the narrow gap around them; between tiers there is more. */
function area(items: readonly PackItem[], { gapY }: PackOptions): number {
  return items.reduce((sum, item) => sum + (item.width + gapY) * (item.height + gapY), 0);
}

function widest(items: readonly PackItem[]): number {
  return items.reduce((most, item) => Math.max(most, item.width), 0);
}

/** Up to this many items of a tier stand near what they are joined to. */
const IN_ORDER = 16;
/** How tall or wide, as shares of that of a picture of the aspect asked for that has no more than room for all. */
const STRETCHES = [1, 1.08, 1.17, 1.27, 1.4, 1.6, 1.9, 2.4];
/** How many tiers are tried, and how tall ones: the less the more items there are. */
const TRIED = [
  { upTo: 40, counts: [1, 2, 3, 4, 5, 6, 7, 8], stretches: STRETCHES },
  { upTo: 150, counts: [2, 3, 4, 5, 6], stretches: [1, 1.12, 1.27, 1.5] },
  { upTo: 1_000, counts: [4, 6], stretches: [1.06, 1.25] },
  { upTo: Number.POSITIVE_INFINITY, counts: [6], stretches: [1.06, 1.25] },
] as const;

interface Tiering {
  readonly first: readonly Tier[];
  readonly inner: readonly Tier[];
  readonly last: readonly Tier[];
}

/** Ways to cut the items into tiers, by level; sides have tiers to themselves. */
function* tierings(
  items: readonly PackItem[],
  levels: ReadonlyMap<string, number>,
  counts: readonly number[],
): Iterable<Tiering> {
  const inner = items
    .filter((item) => item.side === undefined)
    .toSorted((a, b) => (levels.get(a.id) ?? 0) - (levels.get(b.id) ?? 0) || (a.id < b.id ? -1 : 1));
  const [first = [], last = []] = (['first', 'last'] as const).map((side) => {
    const own = items.filter((item) => item.side === side);
    return own.length === 0 ? [] : [own];
  });
  const known = new Set<string>();
  for (const count of counts) {
    if (count > Math.max(1, inner.length)) return;
    for (const cut of [bySpan, byNumber]) {
      const tiers = cut(inner, levels, count);
      const key = tiers.map((tier) => tier.length).join();
      if (known.has(key)) continue;
      known.add(key);
      yield { first, inner: tiers, last };
    }
  }
}

function heights(
  items: readonly PackItem[],
  stretches: readonly number[],
  options: PackOptions,
): ReadonlySet<number> {
  const square = Math.sqrt(area(items, options) / options.aspect);
  return new Set(stretches.map((stretch) => Math.max(tallestOf(items), square * stretch)));
}

/** Where many share a tier, the order shows size: what is small fills the gaps. */
function largestFirst(tier: Tier): Tier {
  if (tier.length <= IN_ORDER) return tier;
  return tier.toSorted((a, b) => b.height - a.height || b.width - a.width);
}

/** Cuts the span of levels into parts of equal span. */
function bySpan(
  sorted: readonly PackItem[],
  levels: ReadonlyMap<string, number>,
  count: number,
): readonly Tier[] {
  const highest = Math.max(0, ...sorted.map((item) => levels.get(item.id) ?? 0));
  const tiers: PackItem[][] = Array.from({ length: highest === 0 ? 1 : count }, () => []);
  for (const item of sorted) {
    const share = highest === 0 ? 0 : (levels.get(item.id) ?? 0) / highest;
    tiers[Math.min(tiers.length - 1, Math.floor(share * tiers.length))]?.push(item);
  }
  return tiers.filter((tier) => tier.length > 0);
}

/** Cuts the items into parts of equally many; those of one level stay together. */
function byNumber(
  sorted: readonly PackItem[],
  levels: ReadonlyMap<string, number>,
  count: number,
): readonly Tier[] {
  const tiers: PackItem[][] = [];
  let level = Number.NaN;
  for (const [index, item] of sorted.entries()) {
    const own = levels.get(item.id) ?? 0;
    const starts = tiers.length === 0 || index >= (tiers.length * sorted.length) / count;
    if (starts && own !== level) tiers.push([]);
    tiers.at(-1)?.push(item);
    level = own;
  }
  return tiers;
}

const SWEEPS = 6;

/** Orders each tier by the mean position of its neighbours, forward and backward in turn. */
function orderTiers(given: readonly Tier[], edges: readonly FlowEdge[]): readonly Tier[] {
  const items = given.flat().sort((a, b) => (a.id < b.id ? -1 : 1));
  const numbers = new Map(items.map(({ id }, number) => [id, number]));
  const neighbours = items.map((): number[] => []);
  for (const { from, to } of edges) {
    const [own, other] = [numbers.get(from), numbers.get(to)];
    if (own === undefined || other === undefined) continue;
    neighbours[own]?.push(other);
    neighbours[other]?.push(own);
  }
  // Numbers are in the order of ids.
  const tiers = given.map((tier) =>
    Int32Array.from(tier, ({ id }) => numbers.get(id) ?? 0).sort((a, b) => a - b),
  );
  const place = new Float64Array(items.length);
  const mean = new Float64Array(items.length);
  const number = (tier: Int32Array) => {
    for (const [index, item] of tier.entries()) place[item] = (index + 0.5) / tier.length;
  };
  for (const tier of tiers) number(tier);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const tier of sweep % 2 === 0 ? tiers : tiers.toReversed()) {
      for (const item of tier) {
        const around = neighbours[item] ?? [];
        let sum = 0;
        for (const other of around) sum += place[other] ?? 0;
        mean[item] = around.length === 0 ? (place[item] ?? 0) : sum / around.length;
      }
      tier.sort((a, b) => (mean[a] ?? 0) - (mean[b] ?? 0) || a - b);
      number(tier);
    }
  }
  return tiers.map((tier) => Array.from(tier, (item) => items[item]).filter((item) => item !== undefined));
}

function below(main: Packed, loose: Tier, options: PackOptions): Packed {
  const rest = packRows(loose, options, Math.max(main.size.width, widest(loose)));
  const top = main.size.height + options.gapY * 1.5;
  const at = new Map(main.at);
  for (const [id, { x, y }] of rest.at) at.set(id, { x, y: y + top });
  return {
    at,
    size: { width: Math.max(main.size.width, rest.size.width), height: top + rest.size.height },
  };
}

function sideBySide(tiers: readonly Tier[], height: number, options: PackOptions): Packed {
  const strips = tiers.map((tier) => packTier(tier, height, options));
  const tallest = Math.max(0, ...strips.map(({ size }) => size.height));
  const at = new Map<string, Point>();
  let left = 0;
  for (const strip of strips) {
    const top = (tallest - strip.size.height) / 2;
    for (const [id, { x, y }] of strip.at) at.set(id, { x: left + x, y: top + y });
    left += strip.size.width + options.gapX;
  }
  return { at, size: { width: Math.max(0, left - options.gapX), height: tallest } };
}

/** A strip that is tried is wider than the one before by this factor. */
const WIDEN = 1.06;

/** A tier in the narrowest strip that is no taller than asked for: one column where it fits. */
function packTier(tier: readonly PackItem[], height: number, options: PackOptions): Packed {
  const column = packColumn(tier, options);
  if (column.size.height <= height) return column;
  const { gapY } = options;
  let width = Math.max(widest(tier), (area(tier, options) / (height + gapY)) * 0.98 - gapY);
  for (;;) {
    const packed = packStrip(tier, width, gapY);
    if (packed.size.height <= height || packed.size.height <= tallestOf(tier)) return packed;
    width *= WIDEN;
  }
}

function areColumns(tiers: readonly Tier[], height: number, options: PackOptions): boolean {
  return tiers.every((tier) => packColumn(tier, options).size.height <= height);
}

function tallestOf(items: readonly PackItem[]): number {
  return items.reduce((most, item) => Math.max(most, item.height), 0);
}

function packColumn(items: readonly PackItem[], { gapY }: PackOptions): Packed {
  const width = widest(items);
  const at = new Map<string, Point>();
  let y = 0;
  for (const item of items) {
    at.set(item.id, { x: (width - item.width) / 2, y });
    y += item.height + gapY;
  }
  return { at, size: { width, height: Math.max(0, y - gapY) } };
}

interface Step {
  readonly x: number;
  readonly width: number;
  /** The first free line there. */
  readonly y: number;
}

/** Each item, in the order given, as high up as it goes in a strip of that width, and there as far left as it goes. */
function packStrip(items: readonly PackItem[], width: number, gap: number): Packed {
  let skyline: readonly Step[] = [{ x: 0, width: width + gap, y: 0 }];
  const at = new Map<string, Point>();
  let [right, bottom] = [0, 0];
  for (const item of items) {
    const room = item.width + gap;
    let best: Point | undefined;
    for (const [index, { x }] of skyline.entries()) {
      if (x + room > width + gap + 0.5) break;
      let y = 0;
      for (let other = index; other < skyline.length; other++) {
        const step = skyline[other];
        if (step === undefined || step.x >= x + room) break;
        y = Math.max(y, step.y);
      }
      if (best === undefined || y < best.y) best = { x, y };
    }
    const place = best ?? { x: 0, y: bottom + gap };
    at.set(item.id, place);
    right = Math.max(right, place.x + item.width);
    bottom = Math.max(bottom, place.y + item.height);
    skyline = raise(skyline, { x: place.x, width: room, y: place.y + item.height + gap });
  }
  return { at, size: { width: right, height: bottom } };
}

/** The skyline with a part of it at another height. */
function raise(skyline: readonly Step[], part: Step): readonly Step[] {
  const end = part.x + part.width;
  const result: Step[] = [];
  for (const step of skyline) {
    const stepEnd = step.x + step.width;
    if (stepEnd <= part.x || step.x >= end) {
      result.push(step);
      continue;
    }
    if (step.x < part.x) result.push({ ...step, width: part.x - step.x });
    if (stepEnd > end) result.push({ x: end, width: stepEnd - end, y: step.y });
  }
  result.push(part);
  return result.sort((a, b) => a.x - b.x);
}
