import { IMPACT_SIGNS } from '../../shared/impact-signs.ts';
import { textEm } from '../../shared/text-width.ts';
import type { Point, Rect } from '../../worker/layout/pack.ts';
import { type Curve, pointAt } from './geometry.ts';
import { type Focus, headRect, type Scene, type SceneEdge } from './scene.ts';

/** With more edges than this, the screen shows ports on hover and for what is selected only. */
export const SCREEN_EDGES = 70;
/** For more labels than this no room is looked for. */
const MOST = 120;
/** Where along its curve the label of one edge may stand, best first. */
const STOPS: Stops = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
/** How many lines above or below it, where there is no place on it. */
const ASIDE = [0, -1.1, 1.1, -2.2, 2.2];
/** From this priority on more places are tried: what a draft changes, a denial; from twice this on, the selection. */
const TOLD = 2;
/** With more edges than this of which something is to be told, those of a fan that say the same have one label together. */
export const APART = 12;
/** So many edges that say the same at one end are a fan. */
const FAN = 4;
/** How many edges of a fan are tried for a place of its label. */
const TRIED = 8;

/** What is written about an edge, and how far from the middle of its curve. */
export interface EdgeLabel {
  readonly text: string;
  readonly offset: Point;
}

/** What stands on an edge: its ports, with the sign of its change and how many of its pairs it is true for. */
export function edgeLabel(edge: SceneEdge['edge']): string {
  if (edge.impact === null && edge.verdict === 'denied') return '✕ denied';
  const pairs = edge.impact === null ? edge.pairs : edge.changed;
  // Inside of a box the pods of one workload among themselves change as well, which are no pair of its.
  const partly = pairs < edge.of && edge.from !== edge.to ? ` · ${pairs}/${edge.of}` : '';
  return portsLabel(edge) + partly;
}

/** The ports that an edge is about, with the sign of its change. */
function portsLabel(edge: SceneEdge['edge']): string {
  const told = edge.impact === 'closed' ? edge.closed : edge.uncertain;
  const ports = (told ?? edge.ports).label;
  if (edge.impact === null) return `${edge.verdict === 'unknown' ? '? ' : ''}${ports}`;
  const inside = edge.from === edge.to && edge.from.startsWith('ns:') ? ' inside' : '';
  return `${IMPACT_SIGNS[edge.impact]} ${ports}${inside}`;
}

/**
 * Which edges have their label drawn, and where: where it covers no node and no other label. The selection chooses first,
 * then what a draft changes, what is in focus, and long edges before short ones; an edge that finds no place has no label,
 * but for the selection, and a draft's changes while they are few. Where a draft changes much, a fan of edges that say the
 * same has one label for all of them.
 * @param size of the text, in the graph's units
 * @param most with more edges than this, in focus or in all, only those of which something is to be told have labels
 */
export function placeEdgeLabels(
  scene: Scene,
  focus: Focus,
  { size, most }: { readonly size: number; readonly most: number },
): ReadonlyMap<string, EdgeLabel> {
  const placed = new Map<string, EdgeLabel>();
  const order = inFans(candidates(scene, focus, most))
    .toSorted(
      (a, b) =>
        b.priority - a.priority ||
        b.entries.length - a.entries.length ||
        reach(b.entries[0].curve) - reach(a.entries[0].curve) ||
        (a.entries[0].id < b.entries[0].id ? -1 : 1),
    )
    .slice(0, MOST);
  if (order.length === 0) return placed;
  const few = order.filter(({ priority }) => priority >= TOLD).length <= APART;
  const nodes = new Occupied(obstacles(scene, focus), size * CELL);
  const labels = new Occupied([], size * CELL);
  for (const { text, entries, priority, stops } of order) {
    const width = textEm(text) * size + size * 0.5;
    const height = size * 1.5;
    const rectAt = ({ x, y }: Point) => ({ x: x - width / 2, y: y - height / 2, width, height });
    const told = priority >= TOLD;
    const forced = priority >= 2 * TOLD || (told && few);
    const isUnlabelled = (at: Point) => !labels.has(rectAt(at));
    const isFree = (at: Point) => isUnlabelled(at) && !nodes.has(rectAt(at));
    const anywhere = { entry: entries[0], at: pointAt(entries[0].curve, stops[0]) };
    const found =
      firstFree(entries, stops, height, told, isFree) ??
      (forced ? (firstFree(entries, stops, height, told, isUnlabelled) ?? anywhere) : undefined);
    if (found === undefined) continue;
    labels.add(rectAt(found.at));
    const middle = pointAt(found.entry.curve, 0.5);
    placed.set(found.entry.id, { text, offset: { x: found.at.x - middle.x, y: found.at.y - middle.y } });
  }
  return placed;
}

function firstFree(
  entries: readonly SceneEdge[],
  stops: Stops,
  height: number,
  told: boolean,
  free: (at: Point) => boolean,
): { readonly entry: SceneEdge; readonly at: Point } | undefined {
  for (const entry of entries) {
    const at = places(entry.curve, stops, height, told).find(free);
    if (at !== undefined) return { entry, at };
  }
  return undefined;
}

/** Where along a curve a label may stand, as shares of it, best first. */
type Stops = readonly [number, ...number[]];

/** One label, which says the same of one edge or more. */
interface Label {
  readonly text: string;
  /** Edges on which it may stand, best first. */
  readonly entries: readonly [SceneEdge, ...SceneEdge[]];
  readonly priority: number;
  readonly stops: Stops;
}

/** Candidates of which something is to be told, gathered where many say the same at one end. */
function inFans(candidates: readonly Candidate[]): readonly Label[] {
  const alone = ({ entry, priority }: Candidate): Label => {
    return { text: edgeLabel(entry.edge), entries: [entry], priority, stops: STOPS };
  };
  const isTold = ({ priority }: Candidate) => priority >= TOLD && priority < 2 * TOLD;
  const told = candidates.filter(isTold);
  if (told.length <= APART) return candidates.map(alone);
  const fans = new Map<string, Candidate[]>();
  const keyAt = (end: 'from' | 'to', { edge }: SceneEdge) => `${end} ${edge[end]} ${portsLabel(edge)}`;
  for (const candidate of told) {
    for (const end of ['from', 'to'] as const) {
      const key = keyAt(end, candidate.entry);
      const fan = fans.get(key);
      if (fan === undefined) fans.set(key, [candidate]);
      else fan.push(candidate);
    }
  }
  const labels = candidates.filter((candidate) => !isTold(candidate)).map(alone);
  const done = new Set<Candidate>();
  // The widest first, so that an edge is told of with most others.
  for (const [key, fan] of [...fans].sort(([, a], [, b]) => b.length - a.length)) {
    const left = fan.filter((candidate) => !done.has(candidate));
    if (left.length < FAN) continue;
    for (const candidate of left) done.add(candidate);
    labels.push(fanLabel(left, key.startsWith('to ') ? TO_STOPS : FROM_STOPS));
  }
  return [...labels, ...told.filter((candidate) => !done.has(candidate)).map(alone)];
}

/** Near the end that a fan's edges share. */
const TO_STOPS: Stops = [0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4];
const FROM_STOPS: Stops = [0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6];

function fanLabel(fan: readonly Candidate[], stops: Stops): Label {
  const step = Math.max(1, fan.length / TRIED);
  const tried = Array.from(
    { length: Math.min(fan.length, TRIED) },
    (_, index) => fan[Math.floor(index * step)],
  );
  const [first, ...rest] = tried.flatMap((candidate) => (candidate === undefined ? [] : [candidate.entry]));
  if (first === undefined) throw new Error('a fan has edges');
  const text = `${portsLabel(first.edge)} · ${fan.length} edges`;
  return { text, entries: [first, ...rest], priority: Math.max(...fan.map((each) => each.priority)), stops };
}

interface Candidate {
  readonly entry: SceneEdge;
  readonly priority: number;
}

/** On the curve, and for what must be said also above and below it. */
function places(curve: Curve, stops: Stops, height: number, told: boolean): readonly Point[] {
  const aside = told ? ASIDE : [0];
  return aside.flatMap((lines) =>
    stops.map((stop) => {
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
