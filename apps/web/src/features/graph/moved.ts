import type { Point } from '../../worker/layout/pack.ts';

/**
 * What was moved by hand, by node: top left corners, of cards from that of their box. In the order in which it was moved
 * last.
 */
export type Moved = Readonly<Record<string, Point>>;

/** A link holds so many; of more than that those that were moved last. */
const MOST = 40;

/** As a link tells it. */
export function formatMoved(moved: Moved): string {
  return Object.entries(moved)
    .slice(-MOST)
    .map(([id, { x, y }]) => `${Math.round(x)},${Math.round(y)},${id}`)
    .join(';');
}

/** Reads what `formatMoved` wrote, and leaves out what is something else. */
export function parseMoved(text: string): Moved {
  const moved: Record<string, Point> = {};
  for (const part of text.split(';')) {
    const [, x, y, id] = /^(-?\d{1,7}),(-?\d{1,7}),(.+)$/.exec(part) ?? [];
    if (id !== undefined) moved[id] = { x: Number(x), y: Number(y) };
  }
  return moved;
}

/** With one more, as the last. */
export function withMoved(moved: Moved, id: string, to: Point): Moved {
  const { [id]: _, ...others } = moved;
  return { ...others, [id]: to };
}
