import { type Packed, type PackItem, type Point, packFlow, packRows, type Rect, type Size } from './pack.ts';
import type { FlowEdge } from './rank.ts';

export type LayoutKind = 'flow' | 'grouped';

/** Measures in the graph's own units, one per CSS pixel at zoom 1. */
export const CARD: Size = { width: 184, height: 42 };
export const OUTSIDE: Size = { width: 224, height: 44 };
export const BOX_HEADER = 44;
export const BOX_PADDING = 20;
const CARD_GAP: Size = { width: 36, height: 14 };
const BOX_GAP = { gapX: 84, gapY: 36 };
/** Above this, the inside of a box is a plain grid: ranks of so many cards are no longer read as a flow. */
const MAX_RANKED = 60;

export interface BoxInput {
  readonly id: string;
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
  readonly cells: ReadonlyMap<string, Point>;
}

/**
 * The inside of a box. `previous` is kept: its members stay in their cells, new ones take free cells or further rows, so
 * that an edit never moves what is already drawn.
 */
export function planBox(box: BoxInput, previous?: BoxPlan): BoxPlan {
  if (previous !== undefined) return extendBox(box, previous);
  const items: readonly PackItem[] = box.members.map((id) => ({ id, ...CARD }));
  const options = { gapX: CARD_GAP.width, gapY: CARD_GAP.height, aspect: 1.6 };
  const packed: Packed =
    box.members.length <= MAX_RANKED && box.edges.length > 0
      ? packFlow(items, box.edges, options)
      : packRows(items, options);
  const cells = new Map<string, Point>();
  for (const [id, { x, y }] of packed.at) cells.set(id, { x: x + BOX_PADDING, y: y + BOX_HEADER });
  return { cells, size: boxSize(packed.size) };
}

function boxSize(inner: Size): Size {
  return {
    width: Math.max(inner.width, CARD.width) + 2 * BOX_PADDING,
    height: Math.max(inner.height, CARD.height) + BOX_HEADER + BOX_PADDING,
  };
}

function extendBox(box: BoxInput, previous: BoxPlan): BoxPlan {
  const members = new Set(box.members);
  const cells = new Map([...previous.cells].filter(([id]) => members.has(id)));
  const fresh = box.members.filter((id) => !cells.has(id));
  if (fresh.length === 0) return { size: previous.size, cells };
  const stepX = CARD.width + CARD_GAP.width;
  const stepY = CARD.height + CARD_GAP.height;
  const columns = Math.max(1, Math.floor((previous.size.width - 2 * BOX_PADDING + CARD_GAP.width) / stepX));
  const taken = [...cells.values()];
  const free = (at: Point) =>
    taken.every(({ x, y }) => Math.abs(x - at.x) >= CARD.width || Math.abs(y - at.y) >= CARD.height);
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
      bottom = Math.max(bottom, at.y + CARD.height + BOX_PADDING);
      break;
    }
  }
  return { cells, size: { width: previous.size.width, height: bottom } };
}

export interface LayoutOptions {
  readonly kind: LayoutKind;
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
  for (const box of input.boxes) sizes.set(box.id, plans.get(box.id)?.size ?? CARD);
  for (const peer of input.outside) sizes.set(peer.id, OUTSIDE);
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
  const whole = options.kind === 'flow' ? packFlow(fresh, input.edges, packOptions()) : packGrouped(fresh);
  const below =
    known.length === 0 ? 0 : Math.max(...[...rects.values()].map((r) => r.y + r.height)) + BOX_GAP.gapY;
  const left = known.length === 0 ? 0 : Math.min(...[...rects.values()].map((r) => r.x));
  for (const item of fresh) {
    const at = whole.at.get(item.id) ?? { x: 0, y: 0 };
    rects.set(item.id, { x: left + at.x, y: below + at.y, ...sizeOf(item) });
  }
  return rects;
}

function packOptions() {
  return { ...BOX_GAP, aspect: 1.5 };
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
      const right = mover.x + mover.width + BOX_GAP.gapY - rect.x;
      const down = mover.y + mover.height + BOX_GAP.gapY - rect.y;
      rects.set(other, right < down ? { ...rect, x: rect.x + right } : { ...rect, y: rect.y + down });
      queue.push(other);
    }
  }
}

function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
