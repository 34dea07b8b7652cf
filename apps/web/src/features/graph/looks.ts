import type { DraftMark, NamespaceNode, WorkloadNode } from '@bulkhead/policy-engine';
import type { ColorName } from '../../shared/colors.ts';
import type { Point, Rect } from '../../worker/layout/pack.ts';

/* What nodes look like, whoever draws them: the canvas, the exported picture, the legend. */

/** Size of what is written on edges, in pixels of the screen. */
export const EDGE_TEXT = 12;
/** Where the centre of a box's toggle is, from the top left corner. */
export const TOGGLE = { x: 23, y: 23 };

/** Side of a toggle; null where it is so small that it can neither be seen nor hit. */
export function toggleSide(scale: number): number | null {
  return scale > 3 ? null : Math.min(18 * scale, 34);
}

export type BoxTone = 'tone-open' | 'tone-isolated' | 'tone-unknown' | 'tone-mixed' | 'tone-none';

/** Which colour a box carries: what most of its workloads are, where that is a statement. */
export function boxTone(node: NamespaceNode): BoxTone {
  if (node.hidden) return 'tone-unknown';
  if (node.workloads === 0) return 'tone-none';
  if (node.ingress.open === node.workloads && node.egress.open === node.workloads) return 'tone-open';
  if (node.ingress.isolated === node.workloads && node.egress.isolated === node.workloads) {
    return 'tone-isolated';
  }
  return node.ingress.unknown + node.egress.unknown > 0 ? 'tone-unknown' : 'tone-mixed';
}

/** Whether nothing isolates a workload in either direction. */
export function isOpen(node: WorkloadNode): boolean {
  return node.ingress === 'open' && node.egress === 'open';
}

/** Dashes around a card that a draft adds, or whose labels it changes; in pixels of the screen. */
export const MARK_DASH: Readonly<Record<DraftMark, readonly number[]>> = {
  added: [5, 3],
  relabelled: [2, 2],
};

export interface BoxLook {
  readonly fill: ColorName;
  readonly stroke: ColorName;
  readonly width: number;
  /** In pixels of the screen. */
  readonly dash: readonly number[];
}

/** How the outline of a box is drawn. */
export function boxLook(tone: BoxTone, expanded: boolean): BoxLook {
  const own = (fill: ColorName): ColorName => (expanded ? 'surface' : fill);
  const width = expanded ? 1 : 1.25;
  switch (tone) {
    case 'tone-open':
      return { fill: own('open-soft'), stroke: 'open', width, dash: [6, 4] };
    case 'tone-isolated':
      return { fill: own('isolated-soft'), stroke: 'isolated', width: 2, dash: [] };
    case 'tone-unknown':
      return { fill: own('unknown-soft'), stroke: 'unknown', width, dash: [2, 3] };
    default:
      return { fill: 'surface', stroke: expanded ? 'border' : 'border-strong', width, dash: [] };
  }
}

/** Corner radius of boxes, in the graph's units. */
export const BOX_RADIUS = 12;

/** Corner radii of what is outside, where it is of its least height. */
export const OUTSIDE_RADIUS = { internet: 19, cidr: 4, node: 0, domain: 12, unlisted: 8 } as const;

/** The outline of a CIDR: corners that are cut off. */
export function cutCorners({ x, y, width, height }: Rect): readonly Point[] {
  const cut = height / 4;
  const [right, bottom] = [x + width, y + height];
  return [
    { x: x + cut, y },
    { x: right - cut, y },
    { x: right, y: y + cut },
    { x: right, y: bottom - cut },
    { x: right - cut, y: bottom },
    { x: x + cut, y: bottom },
    { x, y: bottom - cut },
    { x, y: y + cut },
  ];
}
