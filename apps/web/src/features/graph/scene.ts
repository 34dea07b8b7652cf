import type { GraphEdge, GraphView, NamespaceNode, OutsideNode, WorkloadNode } from '@bulkhead/policy-engine';
import type { Point, Rect } from '../../worker/layout/pack.ts';
import { BOX_HEADER, CARD, OUTSIDE } from '../../worker/layout/place.ts';
import { type Curve, routeEdges } from './geometry.ts';

/** Where the worker put everything; centres of cards are the reader's own where they were dragged. */
export interface Placement {
  readonly boxes: Readonly<Record<string, Rect>>;
  /** Top left corners, relative to the box. */
  readonly cards: Readonly<Record<string, Point>>;
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
  readonly rects: ReadonlyMap<string, Rect>;
  readonly bounds: Rect;
}

export function boxId(namespace: string): string {
  return `ns:${namespace}`;
}

/** Puts a view on its places. Nodes that have no place yet are left out, and so are their edges. */
export function buildScene(view: GraphView, placement: Placement, extra: readonly GraphEdge[] = []): Scene {
  const rects = new Map<string, Rect>();
  const boxes: SceneBox[] = [];
  const cards: SceneCard[] = [];
  const outside: SceneOutside[] = [];
  for (const node of view.namespaces) {
    const rect = placement.boxes[node.id];
    if (rect === undefined) continue;
    rects.set(node.id, rect);
    boxes.push({ id: node.id, rect, node });
  }
  for (const node of view.workloads) {
    const box = boxId(node.namespace);
    const origin = rects.get(box);
    const cell = placement.cards[node.id];
    if (origin === undefined || cell === undefined) continue;
    const rect = { x: origin.x + cell.x, y: origin.y + cell.y, ...CARD };
    rects.set(node.id, rect);
    cards.push({ id: node.id, box, rect, node });
  }
  for (const node of view.outside) {
    const at = placement.boxes[node.id];
    if (at === undefined) continue;
    const rect = { ...at, ...OUTSIDE };
    rects.set(node.id, rect);
    outside.push({ id: node.id, rect, node });
  }
  const known = new Set(view.edges.map((edge) => edge.id));
  const all = [...view.edges, ...extra.filter((edge) => !known.has(edge.id))];
  const curves = routeEdges(all, rects);
  const edges = all.flatMap((edge): SceneEdge[] => {
    const curve = curves.get(edge.id);
    return curve === undefined ? [] : [{ id: edge.id, edge, curve }];
  });
  return { boxes, cards, outside, edges, rects, bounds: boundsOf([...rects.values()]) };
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

/** Largest font at which a namespace's name, broken at hyphens into at most three lines, fits its collapsed box. */
export function boxLabel(name: string, rect: Rect): { readonly text: string; readonly size: number } {
  const parts = name.split(/(?<=[-._])/);
  let best = { text: name, size: 0 };
  for (let lines = 1; lines <= Math.min(3, parts.length); lines++) {
    const rows = balance(parts, lines);
    const longest = Math.max(...rows.map((row) => row.length));
    const size = Math.min((rect.width * 0.86) / (longest * 0.6), (rect.height * 0.5) / (lines * 1.2));
    if (size > best.size) best = { text: rows.join('\n'), size };
  }
  return { text: best.text, size: Math.max(13, Math.min(best.size, 160)) };
}

function balance(parts: readonly string[], lines: number): readonly string[] {
  const target = parts.join('').length / lines;
  const rows: string[] = [];
  let row = '';
  for (const part of parts) {
    if (row !== '' && row.length + part.length / 2 > target && rows.length < lines - 1) {
      rows.push(row);
      row = '';
    }
    row += part;
  }
  return [...rows, row];
}
