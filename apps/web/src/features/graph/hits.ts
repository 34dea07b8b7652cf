import type { Point, Rect } from '../../worker/layout/pack.ts';
import { type Curve, pointAt } from './geometry.ts';
import { TOGGLE, toggleSide } from './looks.ts';
import { headRect, type Scene } from './scene.ts';

export interface Hit {
  readonly type: 'node' | 'edge';
  readonly id: string;
  /** The toggle of a box, which is no way to select or drag it. */
  readonly toggle: boolean;
}

/** An edge is hit within so many pixels. */
const REACH = 8;
/** A curve is looked at as so many straight pieces. */
const PIECES = 14;

/**
 * What is under a point of the graph: nodes before edges, small ones before the boxes they are in, the nearest of several
 * edges. The inside of an expanded box is ground.
 * @param zoom pixels of the screen that make a unit
 */
export function hitTest(scene: Scene, at: Point, zoom: number): Hit | null {
  const node = (id: string): Hit => ({ type: 'node', id, toggle: false });
  for (const { id, rect } of scene.outside) if (contains(rect, at)) return node(id);
  for (const { id, rect } of scene.cards) if (contains(rect, at)) return node(id);
  const side = toggleSide(Math.max(1, 1 / zoom));
  for (const { id, rect, node: namespace } of scene.boxes) {
    if (!contains(rect, at)) continue;
    if (
      side !== null &&
      Math.abs(at.x - rect.x - TOGGLE.x) <= side / 2 &&
      Math.abs(at.y - rect.y - TOGGLE.y) <= side / 2
    ) {
      return { type: 'node', id, toggle: true };
    }
    if (!namespace.expanded || contains(headRect(rect), at)) return node(id);
  }
  let best: { readonly id: string; readonly distance: number } | null = null;
  const reach = REACH / zoom;
  for (const { id, curve } of scene.edges) {
    const distance = distanceTo(curve, at, reach, scene.busy ? 1 : PIECES);
    if (distance <= reach && (best === null || distance < best.distance)) best = { id, distance };
  }
  return best === null ? null : { type: 'edge', id: best.id, toggle: false };
}

function contains({ x, y, width, height }: Rect, at: Point): boolean {
  return at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height;
}

/** Distance of a point from a curve; anything above `reach` where it is farther. */
function distanceTo(curve: Curve, at: Point, reach: number, pieces: number): number {
  const { start, end, c1, c2 } = curve;
  if (
    at.x < Math.min(start.x, end.x, c1.x, c2.x) - reach ||
    at.x > Math.max(start.x, end.x, c1.x, c2.x) + reach ||
    at.y < Math.min(start.y, end.y, c1.y, c2.y) - reach ||
    at.y > Math.max(start.y, end.y, c1.y, c2.y) + reach
  ) {
    return Number.POSITIVE_INFINITY;
  }
  let least = Number.POSITIVE_INFINITY;
  let from = start;
  for (let piece = 1; piece <= pieces; piece++) {
    const to = pieces === 1 ? end : pointAt(curve, piece / pieces);
    least = Math.min(least, distanceToLine(from, to, at));
    from = to;
  }
  return least;
}

function distanceToLine(a: Point, b: Point, at: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((at.x - a.x) * dx + (at.y - a.y) * dy) / length));
  return Math.hypot(at.x - a.x - dx * share, at.y - a.y - dy * share);
}
