import type { Point, Rect } from '../../worker/layout/pack.ts';
import { centreOf } from './geometry.ts';
import type { Scene } from './scene.ts';

/**
 * What of the graph is seen, as a link tells it: not by pixels of one window, and not by where the graph's origin is, so that
 * the same things are in the middle in another window, and when the cluster changed in the meantime.
 */
export interface Outlook {
  /** The box or outside peer that is nearest to the middle. */
  readonly anchor: string;
  /** The middle of what is seen, from the middle of the anchor. */
  readonly from: Point;
  /** What is seen, in the graph's units. */
  readonly width: number;
  readonly height: number;
}

/** How a part of the graph is told; `undefined` where there is nothing to tell it by. */
export function outlookOn(extent: Rect, { boxes, outside }: Scene): Outlook | undefined {
  const middle = centreOf(extent);
  let nearest: { readonly anchor: string; readonly from: Point; readonly distance: number } | undefined;
  for (const { id, rect } of [...boxes, ...outside]) {
    const { x, y } = centreOf(rect);
    const from = { x: middle.x - x, y: middle.y - y };
    const distance = Math.hypot(from.x, from.y);
    if (nearest === undefined || distance < nearest.distance) nearest = { anchor: id, from, distance };
  }
  if (nearest === undefined) return undefined;
  return { anchor: nearest.anchor, from: nearest.from, width: extent.width, height: extent.height };
}

/** The part of the graph that an outlook tells; `undefined` where its anchor is not drawn. */
export function extentOf({ anchor, from, width, height }: Outlook, scene: Scene): Rect | undefined {
  const rect = scene.rects.get(anchor);
  if (rect === undefined) return undefined;
  const { x, y } = centreOf(rect);
  return { x: x + from.x - width / 2, y: y + from.y - height / 2, width, height };
}

/** As short as keeps it within a pixel. */
export function formatOutlook({ anchor, from, width, height }: Outlook): string {
  const steps = width < 3_000 ? 10 : 1;
  const numbers = [from.x, from.y, width, height].map((value) => Math.round(value * steps) / steps);
  return `${numbers.join(',')},${anchor}`;
}

const OUTLOOK = /^(-?[\d.]+),(-?[\d.]+),([\d.]+),([\d.]+),(.+)$/;

/** Reads what `formatOutlook` wrote; `undefined` where it is nothing that can be looked at. */
export function parseOutlook(text: string): Outlook | undefined {
  const [, x, y, w, h, anchor] = OUTLOOK.exec(text) ?? [];
  if (anchor === undefined) return undefined;
  const [left, top, width, height] = [Number(x), Number(y), Number(w), Number(h)];
  const areNumbers = [left, top, width, height].every(Number.isFinite);
  return areNumbers && width > 0 && height > 0
    ? { anchor, from: { x: left, y: top }, width, height }
    : undefined;
}
