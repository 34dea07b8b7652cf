import { APART, type EdgeLabel, edgeLabel } from '../edge-labels.ts';
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
import { inSteps, type Steps } from './steps.ts';

/** What is painted: a scene with what is written on it at the current zoom. */
export interface Picture {
  readonly scene: Scene;
  readonly focus: Focus;
  readonly labels: NodeLabels;
  readonly edgeLabels: ReadonlyMap<string, EdgeLabel>;
}

/** So many nodes with what is written on them take some milliseconds. */
const NODES = 40;

/** Everything but what depends on a focus. In a focus this layer is what is faded. */
export function* paintGround(pen: Pen, { scene, labels }: Picture): Steps {
  const { boxes, cards, outside, plain, busy } = scene;
  const expanded = boxes.filter(({ node }) => node.expanded);
  yield* inSteps(expanded, NODES, (box) => paintBox(pen, box, 'none'));
  yield* paintEdges(pen, plain, { count: plain.length, busy, stress: () => 'none' });
  yield* inSteps(boxes, NODES, (box) => {
    if (!box.node.expanded) paintBox(pen, box, 'none');
    if (!box.node.expanded || !isFar(pen)) paintBoxText(pen, box, labels, false);
  });
  if (areBlocks(pen, cards)) paintBlocks(pen, cards, 'none');
  else yield* inSteps(cards, NODES, (card) => paintCard(pen, card, labels, 'none'));
  yield* inSteps(outside, NODES, (peer) => paintOutside(pen, peer, labels, 'none'));
  if (isFar(pen)) yield* inSteps(expanded, NODES, (box) => paintBoxText(pen, box, labels, false));
  paintTabs(pen, [...boxes, ...cards]);
}

/** What is in focus, over the faded rest; where all is lit only what stands on edges. */
export function* paintLit(pen: Pen, { scene, focus, labels, edgeLabels }: Picture): Steps {
  const { lit, selected } = focus;
  if (lit === null) {
    paintEdgeLabels(pen, scene.edges, edgeLabels);
    return;
  }
  const isLit = ({ id }: { readonly id: string }) => lit.nodes.has(id);
  const stress = (id: string): Stress => (selected.has(id) ? 'selected' : 'lit');
  const boxes = scene.boxes.filter(isLit);
  const cards = scene.cards.filter(isLit);
  const edges = scene.edges.filter(({ id }) => lit.edges.has(id) || selected.has(id));
  yield* inSteps(boxes, NODES, (box) => {
    if (box.node.expanded) paintBox(pen, box, stress(box.id));
  });
  yield* paintEdges(pen, edges, {
    count: edges.length,
    busy: scene.busy,
    stress: (id): EdgeStress => (selected.has(id) ? 'selected' : 'lit'),
  });
  yield* inSteps(boxes, NODES, (box) => {
    if (!box.node.expanded) paintBox(pen, box, stress(box.id));
    paintBoxText(pen, box, labels, true);
  });
  const blocks = areBlocks(pen, cards) ? cards.filter(({ id }) => !selected.has(id)) : [];
  paintBlocks(pen, blocks, 'lit');
  const whole = blocks.length === 0 ? cards : cards.filter(({ id }) => selected.has(id));
  yield* inSteps(whole, NODES, (card) => paintCard(pen, card, labels, stress(card.id)));
  yield* inSteps(scene.outside.filter(isLit), NODES, (peer) =>
    paintOutside(pen, peer, labels, stress(peer.id)),
  );
  paintTabs(pen, [...boxes, ...cards]);
  paintEdgeLabels(pen, edges, edgeLabels);
}

/** What the pointer or the keyboard is on, and what is selected while its focus is still being asked for. */
export function* paintMarks(
  pen: Pen,
  { scene, focus, labels, edgeLabels }: Picture,
  hovered: ReadonlySet<string>,
): Steps {
  const selected = focus.lit === null || focus.pending ? focus.selected : new Set<string>();
  const stressOf = (id: string): Stress | null =>
    selected.has(id) ? 'selected' : hovered.has(id) ? 'hovered' : null;
  if (selected.size === 0 && hovered.size === 0) return;
  const edges = scene.edges.filter(({ id }) => stressOf(id) !== null);
  yield* paintEdges(pen, edges, {
    count: edges.length,
    busy: scene.busy,
    stress: (id): EdgeStress => (selected.has(id) ? 'selected' : 'hovered'),
  });
  // Where much has changed at once, the labels that have been placed are to be read.
  const unlabelled = edges.length > APART ? [] : edges.filter(({ id }) => !edgeLabels.has(id));
  const offset = { x: 0, y: 0 };
  const texts = unlabelled.map(({ id, edge }) => [id, { text: edgeLabel(edge), offset }] as const);
  paintEdgeLabels(pen, unlabelled, new Map(texts));
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
