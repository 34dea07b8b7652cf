import type { DraftMark } from '@bulkhead/policy-engine';
import type { ColorName } from '../../../shared/colors.ts';
import { MARKS } from '../../../shared/marks.tsx';
import { textEm } from '../../../shared/text-width.ts';
import type { Rect } from '../../../worker/layout/pack.ts';
import { CARD_TEXT, HEAD_TEXT, OUTSIDE_HEIGHT, OUTSIDE_TEXT } from '../../../worker/layout/place.ts';
import { outsideMarkup, ringMarkup, toggleMarkup } from '../glyphs.ts';
import { FAR_SCALE, type NodeLabels } from '../labels.ts';
import {
  BOX_RADIUS,
  boxLook,
  boxTone,
  cutCorners,
  isOpen,
  MARK_DASH,
  OUTSIDE_RADIUS,
  TOGGLE,
  toggleSide,
} from '../looks.ts';
import type { SceneBox, SceneCard, SceneOutside } from '../scene.ts';
import { isInSight, outline, type Pen, write } from './pen.ts';

/** How much a node stands out. */
export type Stress = 'none' | 'lit' | 'hovered' | 'selected';

const ICON = { side: 28, left: 5, outsideLeft: 8 };
/** Pictures smaller than this on the screen are not drawn. */
const LEAST_ICON = 5;
/** Cards that are lower than this on the screen are plain blocks. */
const LEAST_CARD = 5;

/** A box without what is written on it. In front of others it has no ground where it is expanded: its cards lie behind. */
export function paintBox(pen: Pen, { rect, node }: SceneBox, stress: Stress): void {
  if (!isInSight(pen, rect)) return;
  const { context, colors, scale } = pen;
  const { fill, stroke, width, dash } = boxLook(boxTone(node), node.expanded);
  if (stress === 'selected') glow(pen, rect, BOX_RADIUS);
  outline(pen, rect, BOX_RADIUS);
  if (!node.expanded || stress === 'none') {
    context.globalAlpha = node.expanded ? 0.55 : 1;
    context.fillStyle = colors[fill];
    context.fill();
    context.globalAlpha = 1;
  }
  const marked = stress === 'hovered' || stress === 'selected';
  context.strokeStyle = colors[marked ? 'accent' : stroke];
  context.lineWidth = (marked ? 2 : width) * scale;
  context.setLineDash(marked ? [] : dash.map((length) => length * scale));
  context.stroke();
}

/** The name, counts and toggle of a box. */
export function paintBoxText(pen: Pen, { id, rect, node }: SceneBox, labels: NodeLabels, lit: boolean): void {
  if (!isInSight(pen, rect)) return;
  const { colors, scale } = pen;
  const [x, y] = [rect.x + rect.width / 2, rect.y + rect.height / 2];
  const name = labels.names.get(id);
  if (name !== undefined) {
    write(pen, name.text, x, y + name.lower, {
      size: name.size,
      weight: node.expanded ? 700 : 600,
      color: colors.text,
      align: 'center',
      ...(node.expanded || lit ? { halo: colors.surface } : {}),
    });
  }
  const counts = labels.counts.get(id);
  if (counts !== undefined) {
    write(pen, counts.text, x, y + counts.lower, {
      size: counts.size,
      weight: 400,
      color: colors['text-2'],
      align: 'center',
    });
  }
  const head = labels.heads.get(id);
  if (head !== undefined) {
    write(pen, head.text, rect.x + HEAD_TEXT.left, rect.y + TOGGLE.y, {
      size: head.size,
      weight: 600,
      color: colors.text,
      align: 'left',
      ...(lit ? { halo: colors.surface } : {}),
    });
  }
  const side = toggleSide(scale);
  if (side === null) return;
  icon(
    pen,
    toggleMarkup(node.expanded, colors),
    rect.x + TOGGLE.x - side / 2,
    rect.y + TOGGLE.y - side / 2,
    side,
  );
}

/** Cards that are so small that only where they are can be seen, in two fills instead of thousands. */
export function paintBlocks(pen: Pen, cards: readonly SceneCard[], stress: 'none' | 'lit'): void {
  const { context, colors } = pen;
  for (const open of [false, true]) {
    context.beginPath();
    for (const { rect, node } of cards) {
      if (isOpen(node) !== open || !isInSight(pen, rect)) continue;
      context.rect(rect.x, rect.y, rect.width, rect.height);
    }
    context.fillStyle = colors[open ? 'open' : stress === 'lit' ? 'accent' : 'border-strong'];
    context.globalAlpha = stress === 'lit' ? 0.9 : open ? 0.45 : 0.6;
    context.fill();
  }
  context.globalAlpha = 1;
}

/** Whether cards are too small for anything but blocks. */
export function areBlocks({ scale }: Pick<Pen, 'scale'>, cards: readonly SceneCard[]): boolean {
  const [first] = cards;
  return first !== undefined && first.rect.height / scale < LEAST_CARD;
}

export function paintCard(pen: Pen, card: SceneCard, labels: NodeLabels, stress: Stress): void {
  const { id, rect, node } = card;
  if (!isInSight(pen, rect)) return;
  const { context, colors, scale } = pen;
  plate(pen, rect, 8, {
    fill: isOpen(node) ? 'open-soft' : 'raised',
    stroke: node.mark !== null ? MARKS[node.mark].color : scale > 1.7 ? 'border-strong' : 'border',
    stress,
    ...(node.mark === null ? {} : { dash: MARK_DASH[node.mark] }),
  });
  icon(
    pen,
    ringMarkup(node.ingress, node.egress, node.kind, colors),
    rect.x + ICON.left,
    rect.y + (rect.height - ICON.side) / 2,
    ICON.side,
  );
  const label = labels.names.get(id);
  if (label === undefined) return;
  context.setLineDash([]);
  write(pen, label.text, rect.x + CARD_TEXT.left, rect.y + rect.height / 2, {
    size: label.size,
    weight: 500,
    color: colors.text,
    align: 'left',
    // Names in focus may leave their cards.
    ...(stress === 'none' ? {} : { halo: colors.raised }),
  });
}

export function paintOutside(
  pen: Pen,
  { id, rect, node }: SceneOutside,
  labels: NodeLabels,
  stress: Stress,
): void {
  if (!isInSight(pen, rect)) return;
  const { colors } = pen;
  plate(pen, rect, OUTSIDE_RADIUS[node.kind] * (rect.height / OUTSIDE_HEIGHT), {
    fill: 'accent-soft',
    stroke: 'accent',
    stress,
    cut: node.kind === 'cidr',
  });
  const times = rect.height / OUTSIDE_HEIGHT;
  icon(
    pen,
    outsideMarkup(node.kind, colors),
    rect.x + ICON.outsideLeft * times,
    rect.y + (rect.height - ICON.side * times) / 2,
    ICON.side * times,
  );
  const label = labels.names.get(id);
  if (label === undefined) return;
  write(pen, label.text, rect.x + OUTSIDE_TEXT.left * times, rect.y + rect.height / 2, {
    size: label.size,
    weight: 500,
    color: colors.text,
    align: 'left',
    ...(stress === 'none' ? {} : { halo: colors.raised }),
  });
}

const MARK = { size: 12, height: 17, padding: 5, radius: 4, inset: 6, overlap: 4, most: 0.75 };

/**
 * What a draft does to the things themselves, as a tab on their upper edge, over their neighbours; where there is no room for
 * it, dashes say it.
 */
export function paintTabs(pen: Pen, things: readonly (SceneBox | SceneCard)[]): void {
  for (const { rect, node } of things) {
    if (node.mark !== null && isInSight(pen, rect)) paintTab(pen, rect, node.mark);
  }
}

function paintTab(pen: Pen, rect: Rect, mark: DraftMark): void {
  const { context, colors, scale } = pen;
  const { sign, word, color } = MARKS[mark];
  const label = `${sign} ${word}`;
  const style = { size: MARK.size * scale, weight: 600, color: colors[color], align: 'center' } as const;
  const width = textEm(label, { bold: true }) * MARK.size * scale + 2 * MARK.padding * scale;
  const height = MARK.height * scale;
  if (width > rect.width * MARK.most || height > rect.height) return;
  const x = rect.x + rect.width - width - MARK.inset * scale;
  const y = rect.y + MARK.overlap * scale - height;
  outline(pen, { x, y, width, height }, MARK.radius * scale);
  context.fillStyle = colors.surface;
  context.fill();
  context.strokeStyle = colors[color];
  context.lineWidth = scale;
  context.setLineDash([]);
  context.stroke();
  write(pen, label, x + width / 2, y + height / 2, style);
}

interface PlateLook {
  readonly fill: ColorName;
  readonly stroke: ColorName;
  readonly stress: Stress;
  /** Corners are cut off instead of rounded. */
  readonly cut?: boolean;
  /** In pixels of the screen. */
  readonly dash?: readonly number[];
}

function plate(
  pen: Pen,
  rect: Rect,
  radius: number,
  { fill, stroke, stress, cut, dash = [] }: PlateLook,
): void {
  const { context, colors, scale } = pen;
  if (stress === 'selected') glow(pen, rect, radius);
  if (cut === true) cutOutline(pen, rect);
  else outline(pen, rect, radius);
  context.fillStyle = colors[fill];
  context.fill();
  const marked = stress === 'hovered' || stress === 'selected';
  context.strokeStyle = colors[marked ? 'accent' : stroke];
  context.lineWidth = (marked || dash.length > 0 ? 2 : 1) * scale;
  context.setLineDash(dash.map((length) => length * scale));
  context.stroke();
  context.setLineDash([]);
}

function cutOutline({ context }: Pen, rect: Rect): void {
  context.beginPath();
  for (const { x, y } of cutCorners(rect)) context.lineTo(x, y);
  context.closePath();
}

/** The light around what is selected. */
function glow(pen: Pen, { x, y, width, height }: Rect, radius: number): void {
  const { context, colors, scale } = pen;
  const room = 5 * scale;
  outline(
    pen,
    { x: x - room, y: y - room, width: width + 2 * room, height: height + 2 * room },
    radius + room,
  );
  context.globalAlpha = 0.22;
  context.fillStyle = colors.accent;
  context.fill();
  context.globalAlpha = 1;
}

function icon(pen: Pen, markup: string, x: number, y: number, side: number): void {
  const { context, density, sprites } = pen;
  if (side / pen.scale < LEAST_ICON) return;
  const sprite = sprites.get(markup, side * density);
  if (sprite !== undefined) context.drawImage(sprite, x, y, side, side);
}

/** Whether names of expanded boxes are written across them, on their cards. */
export function isFar({ scale }: Pen): boolean {
  return scale > FAR_SCALE;
}
