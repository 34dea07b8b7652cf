import type { Point, Rect } from '../../worker/layout/pack.ts';

export interface EdgeEnds {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** A cubic curve from the border of one node to that of another. */
export interface Curve {
  readonly start: Point;
  readonly end: Point;
  readonly c1: Point;
  readonly c2: Point;
}

type Side = 'left' | 'right';

/** Share of a side along which edges leave and arrive. */
const SPREAD = 0.6;
/** How far edges of one side stand apart at most, in graph units. */
const MAX_STEP = 14;

/**
 * Draws edges as curves that leave and arrive horizontally, each with its own place on the side of the node, ordered
 * so that neighbouring curves don't cross at the node. An edge from a node to itself is a loop at its right side. Edges
 * whose ends have no rectangle are left out.
 */
export function routeEdges(
  edges: readonly EdgeEnds[],
  rects: ReadonlyMap<string, Rect>,
): ReadonlyMap<string, Curve> {
  const sides = new Map<string, { from: Side; to: Side }>();
  const docks = new Map<string, { edge: string; end: 'from' | 'to'; towards: number }[]>();
  for (const edge of edges) {
    const a = rects.get(edge.from);
    const b = rects.get(edge.to);
    if (a === undefined || b === undefined) continue;
    if (a === b) continue;
    const pair = sidesOf(a, b);
    sides.set(edge.id, pair);
    push(docks, `${edge.from} ${pair.from}`, { edge: edge.id, end: 'from', towards: b.y + b.height / 2 });
    push(docks, `${edge.to} ${pair.to}`, { edge: edge.id, end: 'to', towards: a.y + a.height / 2 });
  }
  const offsets = new Map<string, number>();
  for (const [key, list] of docks) {
    const rect = rects.get(key.slice(0, key.lastIndexOf(' ')));
    if (rect === undefined) continue;
    const sorted = list.toSorted((x, y) => x.towards - y.towards || (x.edge < y.edge ? -1 : 1));
    const step = Math.min(MAX_STEP, (rect.height * SPREAD) / Math.max(1, sorted.length - 1));
    for (const [index, dock] of sorted.entries()) {
      offsets.set(`${dock.edge} ${dock.end}`, (index - (sorted.length - 1) / 2) * step);
    }
  }
  const curves = new Map<string, Curve>();
  for (const edge of edges) {
    const a = rects.get(edge.from);
    const b = rects.get(edge.to);
    if (a !== undefined && a === b) curves.set(edge.id, loop(a));
    const pair = sides.get(edge.id);
    if (a === undefined || b === undefined || pair === undefined) continue;
    const start = dockAt(a, pair.from, offsets.get(`${edge.id} from`) ?? 0);
    const end = dockAt(b, pair.to, offsets.get(`${edge.id} to`) ?? 0);
    curves.set(edge.id, contains(a, b) || contains(b, a) ? inside(a, b) : bend(start, end, pair));
  }
  return curves;
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function sidesOf(a: Rect, b: Rect): { from: Side; to: Side } {
  if (a.x + a.width <= b.x + 1) return { from: 'right', to: 'left' };
  if (b.x + b.width <= a.x + 1) return { from: 'left', to: 'right' };
  // One above the other: out and back on the side where they are closer together.
  const right = Math.abs(a.x + a.width - (b.x + b.width));
  const left = Math.abs(a.x - b.x);
  return right <= left ? { from: 'right', to: 'right' } : { from: 'left', to: 'left' };
}

function dockAt(rect: Rect, side: Side, offset: number): Point {
  return { x: side === 'left' ? rect.x : rect.x + rect.width, y: rect.y + rect.height / 2 + offset };
}

function bend(start: Point, end: Point, { from, to }: { from: Side; to: Side }): Curve {
  const out = (side: Side) => (side === 'right' ? 1 : -1);
  const reach =
    from === to
      ? 28 + Math.min(90, Math.abs(end.y - start.y) * 0.22) + Math.abs(end.x - start.x) * 0.5
      : Math.min(260, Math.max(24, Math.abs(end.x - start.x) * 0.5));
  return {
    start,
    end,
    c1: { x: start.x + out(from) * reach, y: start.y },
    c2: { x: end.x + out(to) * reach, y: end.y },
  };
}

/** How far a loop reaches out, as a share of its node's height, and at most. */
const LOOP = { share: 0.7, most: 64 };

/** From a node to itself: out of its right side and back into it. */
function loop(rect: Rect): Curve {
  const quarter = rect.height / 4;
  const reach = Math.min(LOOP.most, rect.height * LOOP.share) / 0.75;
  const start = dockAt(rect, 'right', -quarter);
  const end = dockAt(rect, 'right', quarter);
  return {
    start,
    end,
    c1: { x: start.x + reach, y: start.y - quarter },
    c2: { x: end.x + reach, y: end.y + quarter },
  };
}

function contains(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** Between a box and a card in it: a short line from or to the box's border. */
function inside(a: Rect, b: Rect): Curve {
  const boxIsSource = contains(a, b);
  const box = boxIsSource ? a : b;
  const card = boxIsSource ? b : a;
  const y = card.y + card.height / 2;
  const line = boxIsSource
    ? [
        { x: box.x, y },
        { x: card.x, y },
      ]
    : [
        { x: card.x + card.width, y },
        { x: box.x + box.width, y },
      ];
  const [start = { x: 0, y: 0 }, end = { x: 0, y: 0 }] = line;
  const third = (end.x - start.x) / 3;
  return { start, end, c1: { x: start.x + third, y }, c2: { x: end.x - third, y } };
}

/** Draws edges as straight lines from border to border, for graphs with too many of them to bend; loops stay loops. */
export function straightEdges(
  edges: readonly EdgeEnds[],
  rects: ReadonlyMap<string, Rect>,
): ReadonlyMap<string, Curve> {
  const curves = new Map<string, Curve>();
  for (const edge of edges) {
    const a = rects.get(edge.from);
    const b = rects.get(edge.to);
    if (a === undefined || b === undefined) continue;
    if (a === b) {
      curves.set(edge.id, loop(a));
      continue;
    }
    const start = borderTowards(a, centreOf(b));
    const end = borderTowards(b, centreOf(a));
    const third = { x: (end.x - start.x) / 3, y: (end.y - start.y) / 3 };
    curves.set(edge.id, {
      start,
      end,
      c1: { x: start.x + third.x, y: start.y + third.y },
      c2: { x: end.x - third.x, y: end.y - third.y },
    });
  }
  return curves;
}

export function centreOf({ x, y, width, height }: Rect): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Where the line from the centre of a rectangle to a point leaves it. */
function borderTowards(rect: Rect, to: Point): Point {
  const centre = centreOf(rect);
  const dx = to.x - centre.x;
  const dy = to.y - centre.y;
  const share = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : rect.width / 2 / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : rect.height / 2 / Math.abs(dy),
    1,
  );
  return { x: centre.x + dx * share, y: centre.y + dy * share };
}

/** A rectangle around a curve, hardly larger than it. @param beside what is free on both sides of its middle */
export function curveBounds(curve: Curve, beside: number): Rect {
  const middle = pointAt(curve, 0.5);
  const points = [
    curve.start,
    pointAt(curve, 0.25),
    { x: middle.x - beside, y: middle.y },
    { x: middle.x + beside, y: middle.y },
    pointAt(curve, 0.75),
    curve.end,
  ];
  const x = Math.min(...points.map((point) => point.x));
  const y = Math.min(...points.map((point) => point.y));
  return {
    x,
    y,
    width: Math.max(...points.map((point) => point.x)) - x,
    height: Math.max(...points.map((point) => point.y)) - y,
  };
}

/** The point of a curve at `t` from 0 to 1. */
export function pointAt({ start, c1, c2, end }: Curve, t: number): Point {
  const u = 1 - t;
  const mix = (a: number, b: number, c: number, d: number) =>
    u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
  return { x: mix(start.x, c1.x, c2.x, end.x), y: mix(start.y, c1.y, c2.y, end.y) };
}
