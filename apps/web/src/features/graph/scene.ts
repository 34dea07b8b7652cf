import type { GraphEdge, GraphView, NamespaceNode, OutsideNode, WorkloadNode } from '@bulkhead/policy-engine';
import type { CardPlace } from '../../worker/explore/requests.ts';
import type { Rect } from '../../worker/layout/pack.ts';
import { BOX_HEADER, CARD_HEIGHT } from '../../worker/layout/place.ts';
import { type Curve, curveBounds, routeEdges, straightEdges } from './geometry.ts';
import type { Moved } from './moved.ts';

/** Where the worker put everything, and the reader what they dragged. */
export interface Placement {
  readonly boxes: Readonly<Record<string, Rect>>;
  readonly cards: Readonly<Record<string, CardPlace>>;
  readonly moved: Moved;
}

export interface SceneBox {
  readonly id: string;
  readonly rect: Rect;
  readonly node: NamespaceNode;
}
export interface SceneCard {
  readonly id: string;
  readonly box: string;
  readonly rect: Rect;
  readonly node: WorkloadNode;
}
export interface SceneOutside {
  readonly id: string;
  readonly rect: Rect;
  readonly node: OutsideNode;
}
export interface SceneEdge {
  readonly id: string;
  readonly edge: GraphEdge;
  readonly curve: Curve;
}

/** Everything with its place: what the canvas, the overview and the exported picture draw. */
export interface Scene {
  readonly boxes: readonly SceneBox[];
  readonly cards: readonly SceneCard[];
  readonly outside: readonly SceneOutside[];
  readonly edges: readonly SceneEdge[];
  /** The edges without those that a focus adds: the same array for each focus in one graph. */
  readonly plain: readonly SceneEdge[];
  readonly rects: ReadonlyMap<string, Rect>;
  readonly bounds: Rect;
  /**
   * Whether there is too much to draw it in full at every frame: edges are straight, and nothing is animated.
   */
  readonly busy: boolean;
}

export interface Focus {
  /** Nodes and edges that stay lit; `null`: all of them. */
  readonly lit: { readonly nodes: ReadonlySet<string>; readonly edges: ReadonlySet<string> } | null;
  readonly selected: ReadonlySet<string>;
  /** What is selected has changed, and what is to be lit around it is not known yet. */
  readonly pending?: true;
}

/** With more edges or nodes than this a scene is busy. */
const BUSY_EDGES = 500;
const BUSY_NODES = 1_200;

/** Up to so many edges have their ports on them, which take up so much beside their middles. */
const LABELLED = 70;
export const PORTS = 60;

export function boxId(namespace: string): string {
  return `ns:${namespace}`;
}

/** Puts a view on its places. Nodes that have no place yet are left out, and so are their edges. */
export function buildScene(view: GraphView, placement: Placement): Scene {
  const rects = new Map<string, Rect>();
  const boxes: SceneBox[] = [];
  const cards: SceneCard[] = [];
  const outside: SceneOutside[] = [];
  for (const node of view.namespaces) {
    const rect = placed(node.id, placement);
    if (rect === undefined) continue;
    rects.set(node.id, rect);
    boxes.push({ id: node.id, rect, node });
  }
  for (const node of view.workloads) {
    const box = boxId(node.namespace);
    const origin = rects.get(box);
    const cell = placement.cards[node.id];
    if (origin === undefined || cell === undefined) continue;
    const { x, y } = placement.moved[node.id] ?? cell;
    const rect = { x: origin.x + x, y: origin.y + y, width: cell.width, height: CARD_HEIGHT };
    rects.set(node.id, rect);
    cards.push({ id: node.id, box, rect, node });
  }
  for (const node of view.outside) {
    const rect = placed(node.id, placement);
    if (rect === undefined) continue;
    rects.set(node.id, rect);
    outside.push({ id: node.id, rect, node });
  }
  const busy = view.edges.length > BUSY_EDGES || rects.size > BUSY_NODES;
  const plain = routeScene(view.edges, rects, busy);
  const lines = busy ? [] : plain.map(({ curve }) => curveBounds(curve, plain.length > LABELLED ? 0 : PORTS));
  const bounds = boundsOf([...rects.values(), ...lines]);
  return { boxes, cards, outside, edges: plain, plain, rects, bounds, busy };
}

function placed(id: string, { boxes, moved }: Placement): Rect | undefined {
  const rect = boxes[id];
  return rect === undefined ? undefined : { ...rect, ...moved[id] };
}

/** The scene with edges that only a focus draws. Nothing else in it changes, so what lies behind is not drawn anew. */
export function withExtra(scene: Scene, extra: readonly GraphEdge[]): Scene {
  const known = new Set(scene.plain.map((entry) => entry.id));
  const added = extra.filter((edge) => !known.has(edge.id));
  if (added.length === 0) return scene;
  return { ...scene, edges: [...scene.plain, ...routeScene(added, scene.rects, scene.busy)] };
}

/** Edges with their curves; those whose ends have no place are left out. */
export function routeScene(
  edges: readonly GraphEdge[],
  rects: ReadonlyMap<string, Rect>,
  busy: boolean,
): readonly SceneEdge[] {
  const curves = busy ? straightEdges(edges, rects) : routeEdges(edges, rects);
  return edges.flatMap((edge): SceneEdge[] => {
    const curve = curves.get(edge.id);
    return curve === undefined ? [] : [{ id: edge.id, edge, curve }];
  });
}

/** The smallest rectangle around all of them; a default one where there are none. */
export function boundsOf(rects: readonly Rect[]): Rect {
  if (rects.length === 0) return { x: 0, y: 0, width: 800, height: 500 };
  let [left, top, right, bottom] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const rect of rects) {
    left = Math.min(left, rect.x);
    top = Math.min(top, rect.y);
    right = Math.max(right, rect.x + rect.width);
    bottom = Math.max(bottom, rect.y + rect.height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The strip at the top of an expanded box that carries its name and is its handle. */
export function headRect(rect: Rect): Rect {
  return { x: rect.x, y: rect.y, width: rect.width, height: BOX_HEADER - 8 };
}
