import { IMPACT_SIGNS } from '../../shared/impact-signs.ts';
import { textEm } from '../../shared/text-width.ts';
import type { Point, Rect } from '../../worker/layout/pack.ts';
import { type Curve, pointAt } from './geometry.ts';
import { type Focus, headRect, type Scene, type SceneEdge } from './scene.ts';

/** With more edges than this, the screen shows ports on hover and for what is selected only. */
export const SCREEN_EDGES = 70;
/** For more labels than this no room is looked for. */
const MOST = 120;
/** Where along its curve a label may stand, best first. */
const STOPS = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
/** How many lines above or below it, where there is no place on it. */
const ASIDE = [0, -1.1, 1.1, -2.2, 2.2];
/** From this priority on an edge has its label in any case: what a draft changes, a denial, the selection. */
const TOLD = 2;

/** What stands on an edge: its ports, with the sign of its change and how many of its pairs it is true for. */
export function edgeLabel(edge: SceneEdge['edge']): string {
  const partly = edge.pairs < edge.of ? ` · ${edge.pairs}/${edge.of}` : '';
  const told = edge.impact === 'closed' ? edge.closed : edge.uncertain;
  const changed = (told ?? edge.ports).label;
  const inside = edge.from === edge.to && edge.from.startsWith('ns:') ? ' inside' : '';
  if (edge.impact !== null) return `${IMPACT_SIGNS[edge.impact]} ${changed}${inside}`;
  if (edge.verdict === 'denied') return '✕ denied';
  return `${edge.verdict === 'unknown' ? '? ' : ''}${changed}${partly}`;
}

/**
 * Which edges have their label drawn, and how far from the middle of their curve it stands: where it covers no node and no
 * other label. The selection chooses first, then what a draft changes, what is in focus, and long edges before short ones;
 * an edge that finds no place has no label, but for the first two.
 * @param size of the text, in the graph's units
 * @param most with more edges than this, in focus or in all, only those of which something is to be told have labels
 */
export function placeEdgeLabels(
  scene: Scene,
  focus: Focus,
  { size, most }: { readonly size: number; readonly most: number },
): ReadonlyMap<string, Point> {
  const placed = new Map<string, Point>();
  const order = candidates(scene, focus, most)
    .toSorted(
      (a, b) =>
        b.priority - a.priority ||
        reach(b.entry.curve) - reach(a.entry.curve) ||
        (a.entry.id < b.entry.id ? -1 : 1),
    )
    .slice(0, MOST);
  if (order.length === 0) return placed;
  const taken = new Occupied(obstacles(scene, focus), size * CELL);
  for (const { entry, priority } of order) {
    const { id, edge, curve } = entry;
    const width = textEm(edgeLabel(edge)) * size + size * 0.5;
    const height = size * 1.5;
    const middle = pointAt(curve, 0.5);
    const rectAt = ({ x, y }: Point) => ({ x: x - width / 2, y: y - height / 2, width, height });
    const free = (at: Point) => !taken.has(rectAt(at));
    const told = priority >= TOLD;
    const at = places(curve, height, told).find(free) ?? (told ? middle : undefined);
    if (at === undefined) continue;
    taken.add(rectAt(at));
    placed.set(id, { x: at.x - middle.x, y: at.y - middle.y });
  }
  return placed;
}

interface Candidate {
  readonly entry: SceneEdge;
  readonly priority: number;
}

/** On the curve, and for what must be said also above and below it. */
function places(curve: Curve, height: number, told: boolean): readonly Point[] {
  const aside = told ? ASIDE : [0];
  return aside.flatMap((lines) =>
    STOPS.map((stop) => {
      const { x, y } = pointAt(curve, stop);
      return { x, y: y + lines * height };
    }),
  );
}

function candidates({ edges }: Scene, { lit, selected }: Focus, most: number): readonly Candidate[] {
  const few = (lit?.edges.size ?? edges.length) <= most;
  return edges.flatMap((entry) => {
    const { id, edge } = entry;
    const isLit = lit?.edges.has(id) === true;
    const told = edge.impact !== null || edge.verdict === 'denied';
    if ((lit !== null && !isLit) || (!few && !told && !selected.has(id))) return [];
    return [{ entry, priority: (selected.has(id) ? 2 * TOLD : 0) + (told ? TOLD : 0) + (isLit ? 1 : 0) }];
  });
}

/** Nodes that are not faded, and the heads of boxes. */
function obstacles({ boxes, cards, outside }: Scene, { lit }: Focus): readonly Rect[] {
  const clear = ({ id }: { readonly id: string }) => lit === null || lit.nodes.has(id);
  return [
    ...boxes.filter(clear).map(({ rect, node }) => (node.expanded ? headRect(rect) : rect)),
    ...cards.filter(clear).map(({ rect }) => rect),
    ...outside.filter(clear).map(({ rect }) => rect),
  ];
}

function reach({ start, end }: Curve): number {
  return Math.hypot(end.x - start.x, end.y - start.y);
}

/** Side of the squares in which `Occupied` looks, in sizes of the text: about the width of a label. */
const CELL = 10;
/** More squares than there are in a column, so that each has a number of its own. */
const ROWS = 2 ** 24;

/** Rectangles that are taken, found by the squares of the plane that they touch. */
class Occupied {
  readonly #side: number;
  readonly #squares = new Map<number, Rect[]>();

  constructor(rects: readonly Rect[], side: number) {
    this.#side = side;
    for (const rect of rects) this.add(rect);
  }

  add(rect: Rect): void {
    for (const key of this.#keys(rect)) {
      const square = this.#squares.get(key);
      if (square === undefined) this.#squares.set(key, [rect]);
      else square.push(rect);
    }
  }

  /** Whether anything of a rectangle is taken. */
  has(rect: Rect): boolean {
    return this.#keys(rect).some((key) => this.#squares.get(key)?.some((other) => overlaps(rect, other)));
  }

  #keys({ x, y, width, height }: Rect): number[] {
    const side = this.#side;
    const keys: number[] = [];
    for (let column = Math.floor(x / side); column <= Math.floor((x + width) / side); column++) {
      for (let row = Math.floor(y / side); row <= Math.floor((y + height) / side); row++) {
        keys.push(column * ROWS + row);
      }
    }
    return keys;
  }
}

function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
