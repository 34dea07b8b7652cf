import type { Point } from '../../../worker/layout/pack.ts';
import type { NodeLabels } from '../labels.ts';
import type { Focus, Scene } from '../scene.ts';
import { type EdgeStress, paintEdgeLabels, paintEdges } from './edges.ts';
import {
  areBlocks,
  isFar,
  paintBlocks,
  paintBox,
  paintBoxText,
  paintCard,
  paintOutside,
  paintTabs,
  type Stress,
} from './nodes.ts';
import type { Pen } from './pen.ts';

/** What is painted: a scene with what is written on it at the current zoom. */
export interface Picture {
  readonly scene: Scene;
  readonly focus: Focus;
  readonly labels: NodeLabels;
  readonly edgeLabels: ReadonlyMap<string, Point>;
}

/** Everything but what depends on a focus. In a focus this layer is what is faded. */
export function paintGround(pen: Pen, { scene, labels }: Picture): void {
  const { boxes, cards, outside, plain, busy } = scene;
  for (const box of boxes) if (box.node.expanded) paintBox(pen, box, 'none');
  paintEdges(pen, plain, { count: plain.length, busy, stress: () => 'none' });
  for (const box of boxes) {
    if (!box.node.expanded) paintBox(pen, box, 'none');
    if (!box.node.expanded || !isFar(pen)) paintBoxText(pen, box, labels, false);
  }
  if (areBlocks(pen, cards)) paintBlocks(pen, cards);
  else for (const card of cards) paintCard(pen, card, labels, 'none');
  for (const peer of outside) paintOutside(pen, peer, labels, 'none');
  if (isFar(pen)) for (const box of boxes) if (box.node.expanded) paintBoxText(pen, box, labels, false);
  paintTabs(pen, [...boxes, ...cards]);
}

/** What is in focus, over the faded rest; where all is lit only what stands on edges. */
export function paintLit(pen: Pen, { scene, focus, labels, edgeLabels }: Picture): void {
  const { lit, selected } = focus;
  if (lit === null) {
    paintEdgeLabels(pen, scene.edges, edgeLabels);
    return;
  }
  const isLit = ({ id }: { readonly id: string }) => lit.nodes.has(id);
  const stress = (id: string): Stress => (selected.has(id) ? 'selected' : 'lit');
  const boxes = scene.boxes.filter(isLit);
  const edges = scene.edges.filter(({ id }) => lit.edges.has(id) || selected.has(id));
  for (const box of boxes) if (box.node.expanded) paintBox(pen, box, stress(box.id));
  paintEdges(pen, edges, {
    count: edges.length,
    busy: scene.busy,
    stress: (id): EdgeStress => (selected.has(id) ? 'selected' : 'lit'),
  });
  for (const box of boxes) {
    if (!box.node.expanded) paintBox(pen, box, stress(box.id));
    paintBoxText(pen, box, labels, true);
  }
  for (const card of scene.cards) if (isLit(card)) paintCard(pen, card, labels, stress(card.id));
  for (const peer of scene.outside) if (isLit(peer)) paintOutside(pen, peer, labels, stress(peer.id));
  paintTabs(pen, [...boxes, ...scene.cards.filter(isLit)]);
  paintEdgeLabels(pen, edges, edgeLabels);
}

/** What the pointer or the keyboard is on, and what is selected while its focus is still being asked for. */
export function paintMarks(pen: Pen, { scene, focus, labels }: Picture, hovered: ReadonlySet<string>): void {
  const selected = focus.lit === null ? focus.selected : new Set<string>();
  const stressOf = (id: string): Stress | null =>
    selected.has(id) ? 'selected' : hovered.has(id) ? 'hovered' : null;
  if (selected.size === 0 && hovered.size === 0) return;
  const edges = scene.edges.filter(({ id }) => stressOf(id) !== null);
  paintEdges(pen, edges, {
    count: edges.length,
    busy: scene.busy,
    stress: (id): EdgeStress => (selected.has(id) ? 'selected' : 'hovered'),
  });
  const middle = { x: 0, y: 0 };
  paintEdgeLabels(pen, edges, new Map(edges.map(({ id }) => [id, middle])));
  for (const box of scene.boxes) {
    const stress = stressOf(box.id);
    if (stress === null) continue;
    paintBox(pen, box, stress);
    paintBoxText(pen, box, labels, true);
  }
  for (const card of scene.cards) {
    const stress = stressOf(card.id);
    if (stress !== null) paintCard(pen, card, labels, stress);
  }
  for (const peer of scene.outside) {
    const stress = stressOf(peer.id);
    if (stress !== null) paintOutside(pen, peer, labels, stress);
  }
}
