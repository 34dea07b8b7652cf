import { textEm } from '../../shared/text-width.ts';
import {
  type Packed,
  type PackItem,
  type PackOptions,
  type Point,
  packFlow,
  packParts,
  packRows,
  type Rect,
  type Size,
} from './pack.ts';
import { type FlowEdge, flowLevels } from './rank.ts';

export type LayoutKind = 'flow' | 'grouped';

/** Measures in the graph's own units, one per CSS pixel at zoom 1. */
export const CARD_HEIGHT = 40;
/** An outside peer in a small cluster; in larger ones it has the same shape. */
export const OUTSIDE_HEIGHT = 40;
export const BOX_HEADER = 46;
export const BOX_PADDING = 14;
/** Where the text of a card or an outside peer begins, and what is free behind it. */
export const CARD_TEXT = { left: 37, right: 8 };
export const OUTSIDE_TEXT = { left: 40, right: 10 };
/** Left of a box's name: its toggle. */
export const HEAD_TEXT = { left: 46, right: 10 };

/**
 * What is free for the graph in a window of 1280 × 800, where names are to be read in the first picture, and in one of 1920 ×
 * 1080, which hundreds of namespaces need.
 */
const WINDOWS = { usual: { width: 920, height: 612 }, large: { width: 1_540, height: 905 } } as const;
const USUAL_BOXES = 100;
/** Sizes of text in pixels of the screen, with a little air. */
const NAME_PX = 12.6;
/** What of an outside peer is to be seen, in pixels: in a large window so much that its name is read in a usual one as well. */
const OUTSIDE_PX = { usual: 20, large: 28 };
/** Names in cards and heads of boxes grow with the picture up to so many units per pixel; beyond, they don't fit in height. */
const MOST_UNIT = 2.7;
/** The unit for what is inside of boxes that open collapsed: one looks at it from nearer. */
const INSIDE_UNIT = 1.5;
const CARD_WIDTH = { least: 130, most: 430 };
const OUTSIDE_WIDTH = { least: 150, most: 420 };
/** Collapsed boxes that have their names in three and in two lines, in pixels. */
const NAMED_BOXES: readonly Size[] = [
  { width: 74, height: 46 },
  { width: 66, height: 32 },
];
/** The share of the picture that boxes of the least size may take. */
const NAMED_SHARE = 0.6;
/** `roomy`: for clusters so small that there is room for the ports on their edges. */
export type Spacing = 'roomy' | 'dense';
const CARD_GAPS: Readonly<Record<Spacing, Size>> = {
  roomy: { width: 110, height: 14 },
  dense: { width: 28, height: 7 },
};
const BOX_GAPS = { roomy: { gapX: 150, gapY: 40 }, dense: { gapX: 56, gapY: 22 } } as const;
/** The narrow and the wide gap between boxes that open collapsed, in pixels. */
const OVERVIEW_GAPS = { gapX: 20, gapY: 5 };
/** Up to this many cards stand below each other: a flow of so few isn't worth the width. */
const ONE_COLUMN = 3;
/** Above this, the inside of a box is a plain grid: ranks of so many cards are no longer read as a flow. */
const MAX_RANKED = 60;

export interface BoxInput {
  readonly id: string;
  readonly name: string;
  /** Ids and names of its workloads, in the order in which a grid shows them. */
  readonly members: readonly { readonly id: string; readonly name: string }[];
  /** Edges among its members. */
  readonly edges: readonly FlowEdge[];
}

export interface LayoutInput {
  readonly boxes: readonly BoxInput[];
  readonly outside: readonly {
    readonly id: string;
    readonly label: string;
    readonly side: 'first' | 'last';
  }[];
  /** Edges among boxes and outside peers. */
  readonly edges: readonly FlowEdge[];
}

export interface LayoutOptions {
  readonly kind: LayoutKind;
  readonly spacing: Spacing;
  /** Whether boxes open expanded, so that what is in them is to be read in the first picture. */
  readonly expanded: boolean;
}

/** What an arrangement as a whole decides for everything in it, also for what comes later. */
export interface Scale extends LayoutOptions {
  /** Units that make a pixel where the whole is seen in a window of the size it is made for. */
  readonly unit: number;
  readonly window: Size;
  /** Width divided by height that the inside of a box should have. */
  readonly inside: number;
  /** The size of boxes that have little in them, and of all outside peers. */
  readonly leastBox: Size;
  readonly peer: Size;
}

/** Where the cards of a box stand, from the box's top left corner. */
export interface BoxPlan {
  readonly size: Size;
  readonly cardWidth: number;
  readonly cells: ReadonlyMap<string, Point>;
}

/** How wide cards are, so that the names in them can be read; the longest are cut all the same. */
function cardWidth(names: readonly string[], scale: Scale): number {
  const widest = names.reduce((most, name) => Math.max(most, textEm(name)), 0);
  const width = widest * NAME_PX * insideUnit(scale) + CARD_TEXT.left + CARD_TEXT.right;
  return Math.round(Math.min(CARD_WIDTH.most, Math.max(CARD_WIDTH.least, width)));
}

/** How wide a box is at least, so that its name can be read. */
function headWidth(name: string, scale: Scale): number {
  const size = NAME_PX * 1.1 * insideUnit(scale);
  return Math.min(520, textEm(name, { bold: true }) * size + HEAD_TEXT.left + HEAD_TEXT.right);
}

function insideUnit({ expanded, unit }: Scale): number {
  return expanded ? Math.max(1.1, Math.min(MOST_UNIT, unit)) : INSIDE_UNIT;
}

/** How large outside peers are: the same for all, so that they are one column. */
function peerSize({ outside, boxes }: LayoutInput, unit: number): Size {
  const widest = outside.reduce((most, { label }) => Math.max(most, textEm(label)), 0);
  const seen = OUTSIDE_PX[windowFor(boxes.length) === WINDOWS.large ? 'large' : 'usual'];
  const times = Math.max(1, (seen * unit) / OUTSIDE_HEIGHT);
  const name = widest * NAME_PX * Math.max(1.1, unit) * (seen / OUTSIDE_PX.usual);
  const width = name + (OUTSIDE_TEXT.left + OUTSIDE_TEXT.right) * times;
  return {
    width: Math.round(Math.min(OUTSIDE_WIDTH.most * times, Math.max(OUTSIDE_WIDTH.least * times, width))),
    height: Math.round(OUTSIDE_HEIGHT * times),
  };
}

/** How small boxes may be that open collapsed: their names are to be read, unless there are too many of them. */
function leastBoxSize({ boxes }: LayoutInput, unit: number): Size {
  const window = windowFor(boxes.length);
  const share = (window.width * window.height * NAMED_SHARE) / Math.max(1, boxes.length);
  const named = NAMED_BOXES.find(({ width, height }) => width * height <= share);
  const { width, height } = named ?? NAMED_BOXES.at(-1) ?? { width: 0, height: 0 };
  const fit = unit * Math.min(1, Math.sqrt(share / (width * height)));
  return { width: width * fit, height: height * fit };
}

function windowFor(boxes: number): Size {
  return boxes > USUAL_BOXES ? WINDOWS.large : WINDOWS.usual;
}

/**
 * The inside of a box. `previous` is kept: its members stay in their cells, new ones take free cells or further rows, so
 * that an edit never moves what is already drawn.
 */
export function planBox(box: BoxInput, scale: Scale, previous?: BoxPlan): BoxPlan {
  if (previous !== undefined) return extendBox(box, scale, previous);
  let width = cardWidth(
    box.members.map(({ name }) => name),
    scale,
  );
  let packed = packCards(box, width, scale);
  const room = Math.round(headWidth(box.name, scale)) - 2 * BOX_PADDING;
  if (packed.size.width <= width && room > width) {
    width = Math.min(room, CARD_WIDTH.most);
    packed = packCards(box, width, scale);
  }
  const cells = new Map<string, Point>();
  for (const [id, { x, y }] of packed.at) cells.set(id, { x: x + BOX_PADDING, y: y + BOX_HEADER });
  return {
    cells,
    cardWidth: width,
    size: {
      width: Math.max(packed.size.width, width, room) + 2 * BOX_PADDING,
      height: Math.max(packed.size.height, CARD_HEIGHT) + BOX_HEADER + BOX_PADDING,
    },
  };
}

function packCards(box: BoxInput, width: number, { spacing, inside }: Scale): Packed {
  const items: readonly PackItem[] = box.members.map(({ id }) => ({ id, width, height: CARD_HEIGHT }));
  const gap = CARD_GAPS[spacing];
  const options = { gapX: gap.width, gapY: gap.height, aspect: inside };
  if (spacing === 'dense' && box.members.length <= ONE_COLUMN) return packRows(items, options, width);
  return box.members.length <= MAX_RANKED && box.edges.length > 0
    ? packFlow(items, box.edges, options)
    : packRows(items, options);
}

function extendBox(box: BoxInput, { spacing }: Scale, previous: BoxPlan): BoxPlan {
  const { cardWidth: width } = previous;
  const gap = CARD_GAPS[spacing];
  const ids = box.members.map(({ id }) => id);
  const members = new Set(ids);
  const cells = new Map([...previous.cells].filter(([id]) => members.has(id)));
  const fresh = ids.filter((id) => !cells.has(id));
  if (fresh.length === 0) return { ...previous, cells };
  const stepX = width + gap.width;
  const stepY = CARD_HEIGHT + gap.height;
  const columns = Math.max(1, Math.floor((previous.size.width - 2 * BOX_PADDING + gap.width) / stepX));
  const taken = [...cells.values()];
  const free = (at: Point) =>
    taken.every(({ x, y }) => Math.abs(x - at.x) >= width || Math.abs(y - at.y) >= CARD_HEIGHT);
  let cell = 0;
  let bottom = previous.size.height;
  for (const id of fresh) {
    for (; ; cell++) {
      const at = {
        x: BOX_PADDING + (cell % columns) * stepX,
        y: BOX_HEADER + Math.floor(cell / columns) * stepY,
      };
      if (!free(at)) continue;
      cells.set(id, at);
      taken.push(at);
      bottom = Math.max(bottom, at.y + CARD_HEIGHT + BOX_PADDING);
      break;
    }
  }
  return { cells, cardWidth: width, size: { width: previous.size.width, height: bottom } };
}

export interface Arrangement {
  readonly scale: Scale;
  readonly plans: ReadonlyMap<string, BoxPlan>;
  /** Of boxes and outside peers. */
  readonly rects: ReadonlyMap<string, Rect>;
}

/** Widths of boxes divided by their heights that are tried where boxes open expanded, and how often with coarser units. */
const INSIDES = [1.6, 0.9, 0.45];
const TRIES = 5;
/** Collapsed boxes are placed again where the whole came out coarser than estimated, so often, unless they are so many. */
const COARSER = 2;
const MANY_BOXES = 1_000;
/** The inside of boxes that open collapsed. */
const INSIDE = 1.6;

/**
 * Everything placed from nothing: the same input gives the same places. How large things must be to be read depends on how
 * small the whole is drawn, and that on how large they are; so it is tried.
 */
export function arrange(input: LayoutInput, options: LayoutOptions): Arrangement {
  const ids = [...input.boxes, ...input.outside].map(({ id }) => id);
  const levels = flowLevels(ids, input.edges);
  const plansAt = (scale: Scale) => new Map(input.boxes.map((box) => [box.id, planBox(box, scale)]));
  // What is in collapsed boxes doesn't depend on the unit.
  const collapsed = options.expanded ? undefined : plansAt(scaleOf(input, options, 1, INSIDE));
  const attempt = (unit: number, inside: number) => {
    const scale = scaleOf(input, options, unit, inside);
    return tryScale(input, scale, collapsed ?? plansAt(scale), levels);
  };
  let best: Tried | undefined;
  if (collapsed !== undefined) {
    let unit = estimatedUnit(input, options, collapsed);
    for (let tries = 0; tries < (input.boxes.length > MANY_BOXES ? 1 : COARSER); tries++) {
      best = attempt(unit, INSIDE);
      if (best.came <= unit * 1.03) break;
      unit = best.came;
    }
    return (best ?? attempt(unit, INSIDE)).arrangement;
  }
  for (const inside of options.spacing === 'roomy' ? [INSIDE] : INSIDES) {
    let unit = 1;
    for (let tries = 0; tries < TRIES && unit <= MOST_UNIT; tries++) {
      const tried = attempt(unit, inside);
      if (best === undefined || tried.cost < best.cost * 0.99) best = tried;
      if (tried.came <= unit * 1.02) break;
      // Larger names make the whole larger once more.
      unit = unit < MOST_UNIT ? Math.min(MOST_UNIT, tried.came * 1.03) : Number.POSITIVE_INFINITY;
    }
  }
  return (best ?? attempt(1, INSIDE)).arrangement;
}

interface Tried {
  readonly arrangement: Arrangement;
  /** The unit that comes out. */
  readonly came: number;
  /** How small everything is drawn, and how much of the names is lost in that; less is better. */
  readonly cost: number;
}

function tryScale(
  input: LayoutInput,
  scale: Scale,
  plans: ReadonlyMap<string, BoxPlan>,
  levels: ReadonlyMap<string, number>,
): Tried {
  const items = itemsOf(input, plans, scale);
  const { at, size } = packBoxes(items, input.edges, scale, levels);
  const came = Math.max(size.width / scale.window.width, size.height / scale.window.height);
  const rects = new Map<string, Rect>();
  for (const { id, width, height } of items) {
    rects.set(id, { ...(at.get(id) ?? { x: 0, y: 0 }), width, height });
  }
  const lost = Math.max(1, came / insideUnit(scale)) ** 2;
  const unread = came > MOST_UNIT * 1.06 ? 2 : 1;
  return { arrangement: { scale, plans, rects }, came, cost: Math.max(1, came) * lost * unread };
}

function scaleOf(input: LayoutInput, options: LayoutOptions, unit: number, inside: number): Scale {
  const leastBox = options.expanded ? { width: 0, height: 0 } : leastBoxSize(input, unit);
  const window = options.expanded ? WINDOWS.usual : windowFor(input.boxes.length);
  return { ...options, unit, window, inside, leastBox, peer: peerSize(input, unit) };
}

/** How much of its picture an arrangement of collapsed boxes fills, the narrow gaps counted in. */
const FILLED = 0.8;

/** The unit by the sizes of all boxes together, without placing them. */
function estimatedUnit(
  input: LayoutInput,
  options: LayoutOptions,
  plans: ReadonlyMap<string, BoxPlan>,
): number {
  let unit = 1;
  for (let step = 0; step < 12; step++) {
    const scale = scaleOf(input, options, unit, INSIDE);
    const { gapY } = gapsOf(scale);
    const area = itemsOf(input, plans, scale).reduce(
      (sum, { width, height }) => sum + (width + gapY) * (height + gapY),
      0,
    );
    unit = Math.sqrt(area / (scale.window.width * scale.window.height * FILLED));
  }
  return unit;
}

/** Boxes with the sizes of their plans, or of the least box that is named, and outside peers. */
function itemsOf(
  { boxes, outside }: LayoutInput,
  plans: ReadonlyMap<string, BoxPlan>,
  scale: Scale,
): readonly PackItem[] {
  const { leastBox: least, peer } = scale;
  return [
    ...boxes.flatMap(({ id }): PackItem[] => {
      const size = plans.get(id)?.size;
      if (size === undefined) return [];
      return [{ id, width: Math.max(least.width, size.width), height: Math.max(least.height, size.height) }];
    }),
    ...outside.map(({ id, side }): PackItem => ({ id, side, ...peer })),
  ];
}

function packBoxes(
  items: readonly PackItem[],
  edges: readonly FlowEdge[],
  scale: Scale,
  levels?: ReadonlyMap<string, number>,
): Packed {
  const gaps = gapsOf(scale);
  const aspect = scale.window.width / scale.window.height;
  return scale.kind === 'flow'
    ? packFlow(items, edges, { ...gaps, aspect, ...(levels === undefined ? {} : { levels }) })
    : packGrouped(items, { ...gaps, aspect });
}

function gapsOf({ spacing, expanded, unit }: Scale): { readonly gapX: number; readonly gapY: number } {
  const { gapX, gapY } = BOX_GAPS[spacing];
  if (expanded) return { gapX, gapY };
  return { gapX: Math.max(gapX, OVERVIEW_GAPS.gapX * unit), gapY: Math.max(gapY, OVERVIEW_GAPS.gapY * unit) };
}

/**
 * Where boxes and outside peers stand after something came, went or grew. What has a place keeps it; what is new goes below
 * the rest; a box that grew pushes away only what it would cover.
 * @param remembered rectangles of what has a place already
 */
export function placeBoxes(
  input: LayoutInput,
  plans: ReadonlyMap<string, BoxPlan>,
  scale: Scale,
  remembered: ReadonlyMap<string, Rect>,
): ReadonlyMap<string, Rect> {
  const items = itemsOf(input, plans, scale);
  const known = items.filter((item) => remembered.has(item.id));
  const rects = new Map<string, Rect>();
  for (const item of known) {
    const rect = remembered.get(item.id);
    if (rect !== undefined) rects.set(item.id, { x: rect.x, y: rect.y, ...sizeOf(item) });
  }
  const grown = known.filter((item) => {
    const rect = remembered.get(item.id);
    return rect !== undefined && (item.width > rect.width + 1 || item.height > rect.height + 1);
  });
  for (const item of grown) pushApart(item.id, rects);
  const fresh = items.filter((item) => !rects.has(item.id));
  if (fresh.length === 0) return rects;
  const whole = packBoxes(fresh, input.edges, scale);
  const placed = [...rects.values()];
  const below = placed.length === 0 ? 0 : Math.max(...placed.map((r) => r.y + r.height)) + gapsOf(scale).gapY;
  const left = placed.length === 0 ? 0 : Math.min(...placed.map((r) => r.x));
  for (const item of fresh) {
    const at = whole.at.get(item.id) ?? { x: 0, y: 0 };
    rects.set(item.id, { x: left + at.x, y: below + at.y, ...sizeOf(item) });
  }
  return rects;
}

/** By name, in rows: outside peers that come first, namespaces, then the others. */
function packGrouped(items: readonly PackItem[], { gapY, aspect }: PackOptions): Packed {
  const gaps = { gapX: gapY * 1.5, gapY: gapY * 1.5 };
  const sorted = items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const parts = (['first', undefined, 'last'] as const).map((side) =>
    sorted.filter((item) => item.side === side),
  );
  return packParts(parts, { ...gaps, aspect });
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

/** Moves what `id` covers down or right, by the shorter way, and what that covers in turn. */
function pushApart(id: string, rects: Map<string, Rect>): void {
  const queue = [id];
  for (let steps = 0; steps < rects.size * 4 && queue.length > 0; steps++) {
    const mover = rects.get(queue.shift() ?? '');
    if (mover === undefined) continue;
    for (const [other, rect] of rects) {
      if (rect === mover || !overlaps(mover, rect)) continue;
      const right = mover.x + mover.width + BOX_GAPS.dense.gapY - rect.x;
      const down = mover.y + mover.height + BOX_GAPS.dense.gapY - rect.y;
      rects.set(other, right < down ? { ...rect, x: rect.x + right } : { ...rect, y: rect.y + down });
      queue.push(other);
    }
  }
}

function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
