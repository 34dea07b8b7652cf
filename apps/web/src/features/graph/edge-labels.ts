import { textEm } from '../../shared/text-width.ts';
import type { Point, Rect } from '../../worker/layout/pack.ts';
import { type Curve, pointAt } from './geometry.ts';
import { type Focus, headRect, type Scene, type SceneEdge } from './scene.ts';

/** With more edges than this, ports are shown on hover and for what is selected only. */
const LABEL_EDGES = 70;
/** For more labels than this no room is looked for. */
const MOST = 150;
/** Where along its curve a label may stand, best first. */
const STOPS = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];

const IMPACT_SIGN = { opened: '+', closed: '−', widened: '±+', narrowed: '±−', rearranged: '±' } as const;

/** What stands on an edge: its ports, with the sign of its change and how many of its pairs it is true for. */
export function edgeLabel(edge: SceneEdge['edge']): string {
  const partly = edge.pairs < edge.of ? ` · ${edge.pairs}/${edge.of}` : '';
  const changed = edge.impact === 'closed' ? (edge.closed?.label ?? edge.ports.label) : edge.ports.label;
  if (edge.impact !== null) return `${IMPACT_SIGN[edge.impact]} ${changed}`;
  if (edge.verdict === 'denied') return '✕ denied';
  return `${edge.verdict === 'unknown' ? '? ' : ''}${changed}${partly}`;
}

/**
 * Which edges have their label drawn, and how far from the middle of their curve it stands: where it covers no node and no
 * other label. The selection chooses first, then what a draft changes, what is in focus, and long edges before short ones;
 * an edge that finds no place has no label.
 * @param size of the text, in the graph's units
 */
export function placeEdgeLabels(scene: Scene, focus: Focus, size: number): ReadonlyMap<string, Point> {
  const placed = new Map<string, Point>();
  const taken = [...obstacles(scene, focus)];
  const order = candidates(scene, focus)
    .toSorted(
      (a, b) =>
        b.priority - a.priority ||
        reach(b.entry.curve) - reach(a.entry.curve) ||
        (a.entry.id < b.entry.id ? -1 : 1),
    )
    .slice(0, MOST);
  for (const { entry } of order) {
    const { id, edge, curve } = entry;
    const width = textEm(edgeLabel(edge)) * size + size * 0.5;
    const height = size * 1.5;
    const middle = pointAt(curve, 0.5);
    for (const stop of STOPS) {
      const at = pointAt(curve, stop);
      const rect = { x: at.x - width / 2, y: at.y - height / 2, width, height };
      if (taken.some((other) => overlaps(rect, other))) continue;
      taken.push(rect);
      placed.set(id, { x: at.x - middle.x, y: at.y - middle.y });
      break;
    }
  }
  return placed;
}

interface Candidate {
  readonly entry: SceneEdge;
  readonly priority: number;
}

function candidates({ edges }: Scene, { lit, selected }: Focus): readonly Candidate[] {
  const few = edges.length <= LABEL_EDGES;
  return edges.flatMap((entry) => {
    const { id, edge } = entry;
    const isLit = lit?.edges.has(id) === true;
    const told = edge.impact !== null || edge.verdict === 'denied';
    if (lit === null ? !few && !told : !isLit) return [];
    return [{ entry, priority: (selected.has(id) ? 4 : 0) + (told ? 2 : 0) + (isLit ? 1 : 0) }];
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

function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
