import type { MatrixOutcome } from '@bulkhead/policy-engine';
import type { ColorName, Colors } from '../../shared/colors.ts';

/** How a cell is drawn. `open`: all, because no policy has a say. */
export type Look =
  | 'pending'
  | 'all'
  | 'open'
  | 'some'
  | 'unknown'
  | 'none'
  | 'self'
  | 'void'
  | 'filtered'
  | 'opened'
  | 'closed'
  | 'widened'
  | 'narrowed'
  | 'rearranged'
  | 'uncertain';

export const LOOKS: readonly Look[] = [
  'pending',
  'all',
  'open',
  'some',
  'unknown',
  'none',
  'self',
  'void',
  'filtered',
  'opened',
  'closed',
  'widened',
  'narrowed',
  'rearranged',
  'uncertain',
];

/** @param verdicts what the filter lets through; changes by a draft are shown in any case */
export function lookOf(outcome: MatrixOutcome, verdicts: readonly string[]): Look {
  if (outcome.impact !== null) return outcome.impact;
  const { state } = outcome;
  if (state === 'unknown') return verdicts.includes('unknown') ? 'unknown' : 'filtered';
  if (state === 'all' || state === 'some') {
    if (!verdicts.includes('allowed')) return 'filtered';
    return state === 'all' && outcome.open ? 'open' : state;
  }
  return state;
}

interface Fill {
  readonly color: ColorName;
  /** How much of it, over the canvas' colour. */
  readonly share: number;
}

/** The colour of a whole cell where it is too small for a glyph. */
const FILLS: Readonly<Record<Look, Fill>> = {
  pending: { color: 'surface-3', share: 0.5 },
  all: { color: 'allowed', share: 0.92 },
  open: { color: 'open', share: 0.42 },
  some: { color: 'allowed', share: 0.48 },
  unknown: { color: 'unknown', share: 0.55 },
  none: { color: 'surface', share: 1 },
  self: { color: 'border', share: 1 },
  void: { color: 'canvas', share: 1 },
  filtered: { color: 'surface', share: 1 },
  opened: { color: 'opened', share: 1 },
  closed: { color: 'closed', share: 1 },
  widened: { color: 'widened', share: 1 },
  narrowed: { color: 'narrowed', share: 1 },
  rearranged: { color: 'rearranged', share: 1 },
  uncertain: { color: 'uncertain', share: 1 },
};

type Rgb = readonly [number, number, number];

function parse(color: string): Rgb {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}

function mixed(colors: Colors, { color, share }: Fill): Rgb {
  const over = parse(colors[color]);
  const under = parse(colors.surface);
  const at = (index: 0 | 1 | 2) => Math.round(over[index] * share + under[index] * (1 - share));
  return [at(0), at(1), at(2)];
}

/** A cell's colour as a pixel of an image. */
export function pixelOf(look: Look, colors: Colors): number {
  const [r, g, b] = mixed(colors, FILLS[look]);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

const SIGNS = {
  opened: '+',
  closed: '−',
  widened: '±',
  narrowed: '∓',
  rearranged: '⇄',
  uncertain: '~',
} as const;

/** Draws one cell with its glyph: each look has a shape of its own, so that colour is never the only sign. */
export function drawLook(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  look: Look,
  x: number,
  y: number,
  size: number,
  colors: Colors,
): void {
  const css = ([r, g, b]: Rgb) => `rgb(${r} ${g} ${b})`;
  const fill = (share: number, color: ColorName) => css(mixed(colors, { color, share }));
  const square = (style: string, inset: number) => {
    context.fillStyle = style;
    context.fillRect(x + inset, y + inset, size - 2 * inset, size - 2 * inset);
  };
  const gap = Math.max(1, Math.round(size * 0.06));
  const [midX, midY] = [x + size / 2, y + size / 2];
  square(fill(1, look === 'void' ? 'canvas' : 'surface'), 0);
  switch (look) {
    case 'all':
      square(fill(0.92, 'allowed'), gap);
      return;
    case 'open': {
      square(fill(0.16, 'open'), gap);
      context.strokeStyle = colors.open;
      context.lineWidth = Math.max(1, size * 0.08);
      context.beginPath();
      context.arc(midX, midY, size * 0.2, 0, Math.PI * 2);
      context.stroke();
      return;
    }
    case 'some':
      square(fill(0.18, 'allowed'), gap);
      context.fillStyle = fill(0.85, 'allowed');
      context.beginPath();
      context.moveTo(x + gap, y + gap);
      context.lineTo(x + gap, y + size - gap);
      context.lineTo(x + size - gap, y + size - gap);
      context.fill();
      return;
    case 'unknown':
      square(fill(0.2, 'unknown'), gap);
      sign(context, '?', midX, midY, size, colors.unknown);
      return;
    case 'none': {
      const dot = Math.max(1, Math.round(size * 0.08));
      context.fillStyle = colors.border;
      context.fillRect(midX - dot, midY - dot, dot * 2, dot * 2);
      return;
    }
    case 'self':
      square(fill(0.7, 'surface-3'), gap);
      context.strokeStyle = colors['border-strong'];
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(x + size * 0.3, y + size * 0.3);
      context.lineTo(x + size * 0.7, y + size * 0.7);
      context.stroke();
      return;
    case 'pending':
      square(fill(0.5, 'surface-3'), gap);
      return;
    case 'void':
    case 'filtered':
      return;
    default: {
      const line = Math.max(1.5, size * 0.1);
      square(fill(0.16, look), gap);
      context.strokeStyle = colors[look];
      context.lineWidth = line;
      context.strokeRect(
        x + gap + line / 2,
        y + gap + line / 2,
        size - 2 * gap - line,
        size - 2 * gap - line,
      );
      sign(context, SIGNS[look], midX, midY, size * 1.1, colors[look]);
    }
  }
}

function sign(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  size: number,
  color: string,
): void {
  context.font = `700 ${Math.round(size * 0.62)}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = color;
  context.fillText(text, x, y + size * 0.04);
}
