import type { Colors } from '../../../shared/colors.ts';
import type { Rect } from '../../../worker/layout/pack.ts';
import { LINE } from '../labels.ts';
import type { Sprites } from './sprites.ts';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/** What everything that paints needs: a context whose units are the graph's, and how those look on the screen. */
export interface Pen {
  readonly context: CanvasRenderingContext2D;
  readonly colors: Colors;
  readonly sprites: Sprites;
  /** What a length must be multiplied with to look the same at every zoom; 1 where the picture is not made smaller. */
  readonly scale: number;
  /** Pixels of the device that make a unit. */
  readonly density: number;
  /** What is in sight, in the graph's units. */
  readonly extent: Rect;
}

/** Whether anything of a rectangle, with some margin, is in sight. */
export function isInSight({ extent, scale }: Pen, { x, y, width, height }: Rect): boolean {
  const margin = 8 * scale;
  return (
    x + width + margin > extent.x &&
    x - margin < extent.x + extent.width &&
    y + height + margin > extent.y &&
    y - margin < extent.y + extent.height
  );
}

/** A rectangle as a path; its corners are square where they would be no more than a pixel. */
export function outline({ context, density }: Pen, { x, y, width, height }: Rect, radius: number): void {
  context.beginPath();
  if (radius * density < 1.5) context.rect(x, y, width, height);
  else context.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
}

export interface TextStyle {
  readonly size: number;
  readonly weight: number;
  readonly color: string;
  readonly align: 'left' | 'center';
  /** A ground for text that stands on other things: around each letter, or a plate, which is much less work. */
  readonly halo?: string;
  readonly plate?: string;
}

/** Writes lines of text so that their middle is at `y`. */
export function write({ context }: Pen, text: string, x: number, y: number, style: TextStyle): void {
  const lines = text.split('\n');
  const step = style.size * LINE;
  context.font = `${style.weight} ${style.size.toFixed(2)}px ${FONT}`;
  context.textAlign = style.align;
  context.textBaseline = 'middle';
  let at = y - ((lines.length - 1) * step) / 2;
  for (const line of lines) {
    if (style.plate !== undefined) {
      const width = context.measureText(line).width + style.size * 0.5;
      context.globalAlpha = 0.9;
      context.fillStyle = style.plate;
      context.fillRect(style.align === 'center' ? x - width / 2 : x, at - step / 2, width, step);
      context.globalAlpha = 1;
    }
    if (style.halo !== undefined) {
      context.strokeStyle = style.halo;
      context.lineWidth = style.size * 0.28;
      context.lineJoin = 'round';
      context.setLineDash([]);
      context.strokeText(line, x, at);
    }
    context.fillStyle = style.color;
    context.fillText(line, x, at);
    at += step;
  }
}
