import { markSuffix } from '../../shared/marks.tsx';
import { plural } from '../../shared/ui.tsx';
import type { Rect } from '../../worker/layout/pack.ts';
import type { Scene, SceneCard, SceneEdge } from './scene.ts';

type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** Nodes that the keyboard stops at: cards, outside peers, and boxes by their head. */
function stops(scene: Scene): readonly { readonly id: string; readonly x: number; readonly y: number }[] {
  const centre = (rect: Rect) => ({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 });
  return [
    ...scene.boxes.map(({ id, rect, node }) => ({
      id,
      ...(node.expanded ? { x: rect.x + rect.width / 2, y: rect.y + 18 } : centre(rect)),
    })),
    ...scene.cards.map(({ id, rect }) => ({ id, ...centre(rect) })),
    ...scene.outside.map(({ id, rect }) => ({ id, ...centre(rect) })),
  ];
}

/** The node that an arrow key leads to: near, and rather straight ahead than aside. `null`: there is none. */
export function nearest(scene: Scene, from: string | null, arrow: Arrow): string | null {
  const all = stops(scene);
  const here = all.find((stop) => stop.id === from);
  if (here === undefined) return all[0]?.id ?? null;
  // The head of the box one is in lies above, never aside.
  const own = scene.cards.find((card) => card.id === from)?.box;
  const across = arrow === 'ArrowLeft' || arrow === 'ArrowRight';
  const sign = arrow === 'ArrowRight' || arrow === 'ArrowDown' ? 1 : -1;
  let best: { id: string; cost: number } | null = null;
  for (const stop of all) {
    const dx = stop.x - here.x;
    const dy = stop.y - here.y;
    const ahead = (across ? dx : dy) * sign;
    if (stop.id === here.id || ahead <= 1 || (across && stop.id === own)) continue;
    const aside = Math.abs(across ? dy : dx);
    const cost = ahead + aside * 2.5;
    if (best === null || cost < best.cost) best = { id: stop.id, cost };
  }
  return best?.id ?? null;
}

/** All nodes in reading order: each namespace with its workloads, from left to right and top to bottom, then what is outside. */
export function inOrder(scene: Scene): readonly { readonly id: string; readonly isBox: boolean }[] {
  const byPlace = (a: { rect: Rect }, b: { rect: Rect }) => a.rect.x - b.rect.x || a.rect.y - b.rect.y;
  const cards = new Map<string, SceneCard[]>();
  for (const card of scene.cards) cards.set(card.box, [...(cards.get(card.box) ?? []), card]);
  return [
    ...scene.boxes
      .toSorted(byPlace)
      .flatMap((box) => [
        { id: box.id, isBox: true },
        ...(cards.get(box.id) ?? []).toSorted(byPlace).map(({ id }) => ({ id, isBox: false })),
      ]),
    ...scene.outside.toSorted(byPlace).map(({ id }) => ({ id, isBox: false })),
  ];
}

/** The next or previous stop in reading order, around the ends; of namespaces only where asked. */
export function step(scene: Scene, from: string | null, by: 1 | -1, boxesOnly: boolean): string | null {
  const order = inOrder(scene);
  if (order.length === 0) return null;
  const start = order.findIndex((stop) => stop.id === from);
  for (let count = 1; count <= order.length; count++) {
    const at = start < 0 && by < 0 ? order.length - count : start + by * count;
    const stop = order[((at % order.length) + order.length) % order.length];
    if (stop !== undefined && (!boxesOnly || stop.isBox)) return stop.id;
  }
  return null;
}

/** Edges that touch a node, in a stable order. */
export function edgesOf(scene: Scene, id: string): readonly SceneEdge[] {
  return scene.edges.filter(({ edge }) => edge.from === id || edge.to === id);
}

/** One sentence on a node, for screen readers and for the pointer. */
export function describeNode(scene: Scene, id: string): string {
  const box = scene.boxes.find((entry) => entry.id === id)?.node;
  if (box !== undefined) {
    const isolated = `${box.ingress.isolated} isolated for ingress, ${box.egress.isolated} for egress`;
    const state = box.expanded ? 'expanded' : 'collapsed';
    return `Namespace ${box.name}: ${state}, ${plural(box.workloads, 'workload')}, ${plural(box.pods, 'pod')}, ${plural(box.policies, 'policy', 'policies')}, ${isolated}${markSuffix(box.mark)}`;
  }
  const card = scene.cards.find((entry) => entry.id === id)?.node;
  if (card !== undefined) {
    const from = card.ingressFromAll === null ? '' : ` (open to all on ${card.ingressFromAll.label})`;
    return `${card.kind} ${card.name} in ${card.namespace}: ingress ${card.ingress}${from}, egress ${card.egress}${markSuffix(card.mark)}`;
  }
  const peer = scene.outside.find((entry) => entry.id === id)?.node;
  return peer === undefined ? '' : `${peer.label} ${peer.detail}`.trim();
}
