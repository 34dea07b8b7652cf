import type { DraftMark, NamespaceNode, WorkloadNode } from '@bulkhead/policy-engine';

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
