import { textEm } from '../../shared/text-width.ts';
import { type Packed, type PackItem, type Point, packFlow, packRows, type Rect, type Size } from './pack.ts';
import type { FlowEdge } from './rank.ts';

export type LayoutKind = 'flow' | 'grouped';

/** Measures in the graph's own units, one per CSS pixel at zoom 1. */
export const CARD_HEIGHT = 40;
export const OUTSIDE: Size = { width: 232, height: 40 };
export const BOX_HEADER = 46;
export const BOX_PADDING = 14;
/** Where the text of a card or an outside peer begins, and what is free behind it. */
export const CARD_TEXT = { left: 37, right: 8 };
export const OUTSIDE_TEXT = { left: 40, right: 10 };
/** Left of a box's name: its toggle. */
export const HEAD_TEXT = { left: 46, right: 10 };
/** Names fit at these sizes, so that they can be read when a cluster of usual size is seen as a whole. */
const NAME_SIZE = 21;
const HEAD_SIZE = 24;
const CARD_WIDTH = { least: 150, most: 330 };
/** `roomy`: for clusters so small that there is room for the ports on their edges. */
export type Spacing = 'roomy' | 'dense';
const CARD_GAPS: Readonly<Record<Spacing, Size>> = {
  roomy: { width: 110, height: 14 },
  dense: { width: 28, height: 7 },
};
const BOX_GAPS = { roomy: { gapX: 150, gapY: 40 }, dense: { gapX: 60, gapY: 26 } } as const;
/** Up to this many cards stand below each other: a flow of so few isn't worth the width. */
const ONE_COLUMN = 3;
/** Above this, the inside of a box is a plain grid: ranks of so many cards are no longer read as a flow. */
const MAX_RANKED = 60;

export interface BoxInput {
  readonly id: string;
  /** See `cardWidth` and `headWidth`. */
  readonly cardWidth: number;
  readonly headWidth: number;
  readonly spacing: Spacing;
  /** Workload ids, in the order in which a grid shows them. */
  readonly members: readonly string[];
  /** Edges among its members. */
  readonly edges: readonly FlowEdge[];
}

export interface LayoutInput {
  readonly boxes: readonly BoxInput[];
  readonly outside: readonly { readonly id: string; readonly side: 'first' | 'last' }[];
  /** Edges among boxes and outside peers. */
  readonly edges: readonly FlowEdge[];
}

/** Where the cards of a box stand, from the box's top left corner. */
export interface BoxPlan {
  readonly size: Size;
  readonly cardWidth: number;
  readonly cells: ReadonlyMap<string, Point>;
}

/** How wide the cards of a box are, so that the names in it can be read; the longest are cut all the same. */
export function cardWidth(names: readonly string[]): number {
  const widest = names.reduce((most, name) => Math.max(most, textEm(name)), 0);
  const width = widest * NAME_SIZE + CARD_TEXT.left + CARD_TEXT.right;
  return Math.round(Math.min(CARD_WIDTH.most, Math.max(CARD_WIDTH.least, width)));
}

/** How wide a box is at least, so that its name can be read. */
export function headWidth(name: string): number {
  return Math.min(520, textEm(name, { bold: true }) * HEAD_SIZE + HEAD_TEXT.left + HEAD_TEXT.right);
}

/**
 * The inside of a box. `previous` is kept: its members stay in their cells, new ones take free cells or further rows, so
 * that an edit never moves what is already drawn.
 */
export function planBox(box: BoxInput, previous?: BoxPlan): BoxPlan {
  if (previous !== undefined) return extendBox(box, previous);
  let width = box.cardWidth;
  let packed = packCards(box, width);
  const room = Math.round(box.headWidth) - 2 * BOX_PADDING;
  if (packed.size.width <= width && room > width) {
    width = Math.min(room, CARD_WIDTH.most);
    packed = packCards(box, width);
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

function packCards(box: BoxInput, width: number): Packed {
  const items: readonly PackItem[] = box.members.map((id) => ({ id, width, height: CARD_HEIGHT }));
  const gap = CARD_GAPS[box.spacing];
  const options = { gapX: gap.width, gapY: gap.height, aspect: 1.6 };
  if (box.spacing === 'dense' && box.members.length <= ONE_COLUMN) return packRows(items, options, width);
  return box.members.length <= MAX_RANKED && box.edges.length > 0
    ? packFlow(items, box.edges, options)
    : packRows(items, options);
}

function extendBox(box: BoxInput, previous: BoxPlan): BoxPlan {
  const { cardWidth: width } = previous;
  const gap = CARD_GAPS[box.spacing];
  const members = new Set(box.members);
  const cells = new Map([...previous.cells].filter(([id]) => members.has(id)));
  const fresh = box.members.filter((id) => !cells.has(id));
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

export interface LayoutOptions {
  readonly kind: LayoutKind;
  readonly spacing: Spacing;
  /** Rectangles of boxes and outside peers that have a place already; they keep it. */
  readonly remembered: ReadonlyMap<string, Rect>;
}

/**
 * Where boxes and outside peers stand. What is remembered stays; what is new goes below the rest; a box that grew pushes
 * away only what it would cover.
 */
export function placeBoxes(
  input: LayoutInput,
  plans: ReadonlyMap<string, BoxPlan>,
  options: LayoutOptions,
): ReadonlyMap<string, Rect> {
  const sides = new Map(input.outside.map((peer) => [peer.id, peer.side]));
  const sizes = new Map<string, Size>();
  for (const box of input.boxes) {
    const plan = plans.get(box.id);
    if (plan !== undefined) sizes.set(box.id, plan.size);
  }
  for (const { id } of input.outside) sizes.set(id, OUTSIDE);
  const items: readonly PackItem[] = [...sizes].map(([id, size]) => {
    const side = sides.get(id);
    return side === undefined ? { id, ...size } : { id, ...size, side };
  });
  const known = items.filter((item) => options.remembered.has(item.id));
  const rects = new Map<string, Rect>();
  for (const item of known) {
    const rect = options.remembered.get(item.id);
    if (rect !== undefined) rects.set(item.id, { x: rect.x, y: rect.y, ...sizeOf(item) });
  }
  const grown = known.filter((item) => {
    const rect = options.remembered.get(item.id);
    return rect !== undefined && (item.width > rect.width + 1 || item.height > rect.height + 1);
  });
  for (const item of grown) pushApart(item.id, rects);
  const fresh = items.filter((item) => !rects.has(item.id));
  if (fresh.length === 0) return rects;
  const gap = BOX_GAPS[options.spacing];
  const whole =
    options.kind === 'flow' ? packFlow(fresh, input.edges, { ...gap, aspect: 1.5 }) : packGrouped(fresh);
  const below =
    known.length === 0 ? 0 : Math.max(...[...rects.values()].map((r) => r.y + r.height)) + gap.gapY;
  const left = known.length === 0 ? 0 : Math.min(...[...rects.values()].map((r) => r.x));
  for (const item of fresh) {
    const at = whole.at.get(item.id) ?? { x: 0, y: 0 };
    rects.set(item.id, { x: left + at.x, y: below + at.y, ...sizeOf(item) });
  }
  return rects;
}

/** By name, in rows: outside peers that come first, namespaces, then the others. */
function packGrouped(items: readonly PackItem[]): Packed {
  const weight = (item: PackItem) => (item.side === 'first' ? 0 : item.side === undefined ? 1 : 2);
  const sorted = items.toSorted((a, b) => weight(a) - weight(b) || (a.id < b.id ? -1 : 1));
  return packRows(sorted, { gapX: 64, gapY: 64, aspect: 1.7 });
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
