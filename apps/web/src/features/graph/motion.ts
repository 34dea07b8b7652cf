import type { Point, Rect } from '../../worker/layout/pack.ts';
import { routeScene, type Scene, type SceneEdge } from './scene.ts';

/** The scene with its nodes elsewhere; edges follow. */
export function withRects(scene: Scene, rectOf: (id: string, rect: Rect) => Rect): Scene {
  const rects = new Map<string, Rect>();
  const put = <Node extends { readonly id: string; readonly rect: Rect }>(node: Node): Node => {
    const rect = rectOf(node.id, node.rect);
    rects.set(node.id, rect);
    return { ...node, rect };
  };
  const boxes = scene.boxes.map(put);
  const cards = scene.cards.map(put);
  const outside = scene.outside.map(put);
  const route = (edges: readonly SceneEdge[]) =>
    routeScene(
      edges.map(({ edge }) => edge),
      rects,
      scene.busy,
    );
  const plain = route(scene.plain);
  const edges = [...plain, ...route(scene.edges.slice(scene.plain.length))];
  return { ...scene, boxes, cards, outside, edges, plain, rects };
}

/** On the way from one scene to another: nodes that both have are between their places. @param share from 0 to 1 */
export function between(from: Scene, to: Scene, share: number): Scene {
  const mix = (a: number, b: number) => a + (b - a) * share;
  return withRects(to, (id, rect) => {
    const old = from.rects.get(id);
    return old === undefined
      ? rect
      : {
          x: mix(old.x, rect.x),
          y: mix(old.y, rect.y),
          width: mix(old.width, rect.width),
          height: mix(old.height, rect.height),
        };
  });
}

/** Whether a node that both scenes have stands elsewhere. */
export function hasMoved(from: Scene, to: Scene): boolean {
  for (const [id, { x, y, width, height }] of to.rects) {
    const old = from.rects.get(id);
    if (old === undefined) continue;
    if (old.x !== x || old.y !== y || old.width !== width || old.height !== height) return true;
  }
  return false;
}

/** The scene with a node dragged; a box takes its cards along. */
export function dragged(scene: Scene, id: string, by: Point): Scene {
  const along = new Set([id, ...scene.cards.filter(({ box }) => box === id).map((card) => card.id)]);
  return withRects(scene, (own, rect) =>
    along.has(own) ? { ...rect, x: rect.x + by.x, y: rect.y + by.y } : rect,
  );
}

/** Nodes and edges that are new in a scene, or say something else than before. */
export function changes(from: Scene, to: Scene): ReadonlySet<string> {
  const before = says(from);
  return new Set([...says(to)].flatMap(([id, text]) => (before.get(id) === text ? [] : [id])));
}

/** What each node and edge says, wherever it stands. */
function says({ boxes, cards, outside, plain }: Scene): ReadonlyMap<string, string> {
  // An expanded box is told by what is in it.
  const collapsed = boxes.filter(({ node }) => !node.expanded);
  const nodes = [...collapsed, ...cards, ...outside].map(
    ({ id, node }) => [id, JSON.stringify(node)] as const,
  );
  const edges = plain.map(({ id, edge: { verdict, ports, impact, opened, closed } }) => {
    return [id, JSON.stringify([verdict, ports.label, impact, opened?.label, closed?.label])] as const;
  });
  return new Map([...nodes, ...edges]);
}
