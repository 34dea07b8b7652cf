import type { ColorName } from '../../../shared/colors.ts';
import type { EdgeLabel } from '../edge-labels.ts';
import { pointAt } from '../geometry.ts';
import { EDGE_TEXT } from '../looks.ts';
import type { SceneEdge } from '../scene.ts';
import { isInSight, type Pen, write } from './pen.ts';
import { inSteps, type Steps } from './steps.ts';

export type EdgeStress = 'none' | 'lit' | 'hovered' | 'selected';

interface EdgeLook {
  readonly color: ColorName;
  readonly alpha: number;
  /** In pixels of the screen, as are the dashes. */
  readonly width: number;
  readonly dash: readonly number[];
  readonly tip: 'arrow' | 'bar';
}

const IMPACTS = {
  opened: { width: 2.6, dash: [] },
  closed: { width: 2, dash: [2, 4] },
  widened: { width: 2.4, dash: [10, 3] },
  narrowed: { width: 2, dash: [6, 4, 2, 4] },
  rearranged: { width: 2.2, dash: [10, 3, 2, 3] },
  uncertain: { width: 2.2, dash: [6, 3, 1.5, 3, 1.5, 3] },
} as const;

/** Widths of plain edges are rounded to this, so that many are drawn in one go. */
const WIDTH_STEP = 0.25;

function lookOf({ edge }: SceneEdge, stress: EdgeStress, plain: { alpha: number; width: number }): EdgeLook {
  const tip = edge.verdict === 'denied' ? 'bar' : 'arrow';
  const most = stress === 'selected' ? 3 : 0;
  if (edge.impact !== null) {
    const { width, dash } = IMPACTS[edge.impact];
    return { color: edge.impact, alpha: 1, width: Math.max(width, most), dash, tip };
  }
  if (edge.verdict === 'denied') {
    return { color: 'denied', alpha: 1, width: Math.max(1.6, most), dash: [3, 4], tip };
  }
  const unknown = edge.verdict === 'unknown';
  const dash = unknown ? [6, 3] : [];
  if (stress === 'none') {
    const weight = Math.min(3, 1 + Math.log10(Math.max(1, edge.pairs)) * 0.8);
    const width = Math.max(WIDTH_STEP, Math.round((plain.width * weight) / WIDTH_STEP) * WIDTH_STEP);
    return { color: unknown ? 'unknown' : 'border-strong', alpha: plain.alpha, width, dash, tip };
  }
  return { color: unknown ? 'unknown' : 'accent', alpha: 1, width: Math.max(1.8, most), dash, tip };
}

export interface EdgesLook {
  /** How many edges there are in all: the more, the lighter each. */
  readonly count: number;
  readonly busy: boolean;
  readonly stress: (id: string) => EdgeStress;
}

/** So many lines across the whole picture take some milliseconds. */
const LINES = 80;
const TIPS = 400;

/** Lines and their tips. Edges that look the same are drawn together: thousands cost what their lines cost. */
export function* paintEdges(
  pen: Pen,
  edges: readonly SceneEdge[],
  { count, busy, stress }: EdgesLook,
): Steps {
  const plain = {
    alpha: Math.max(0.1, Math.min(0.6, 6 / Math.sqrt(count))),
    width: busy ? 0.7 : 1.1,
  };
  const groups = new Map<string, { readonly look: EdgeLook; readonly edges: SceneEdge[] }>();
  for (const entry of edges) {
    if (!isInSight(pen, boundsOf(entry))) continue;
    const look = lookOf(entry, stress(entry.id), plain);
    const key = `${look.color} ${look.alpha} ${look.width} ${look.dash.join()} ${look.tip}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { look, edges: [entry] });
    else group.edges.push(entry);
  }
  // What stands out is drawn over the rest.
  const ordered = [...groups.values()].sort(
    (a, b) => a.look.alpha - b.look.alpha || a.look.width - b.look.width,
  );
  for (const group of ordered) yield* paintGroup(pen, group.edges, group.look, busy);
}

function boundsOf({ curve: { start, end, c1, c2 } }: SceneEdge) {
  const left = Math.min(start.x, end.x, c1.x, c2.x);
  const top = Math.min(start.y, end.y, c1.y, c2.y);
  return {
    x: left,
    y: top,
    width: Math.max(start.x, end.x, c1.x, c2.x) - left,
    height: Math.max(start.y, end.y, c1.y, c2.y) - top,
  };
}

function* paintGroup(pen: Pen, edges: readonly SceneEdge[], look: EdgeLook, straight: boolean): Steps {
  const { context, colors, scale } = pen;
  context.strokeStyle = colors[look.color];
  context.fillStyle = colors[look.color];
  context.globalAlpha = look.alpha;
  context.lineWidth = look.width * scale;
  context.setLineDash(look.dash.map((length) => length * scale));
  // Apart, since where lines cross each of them adds to what is seen.
  yield* inSteps(edges, LINES, ({ curve, edge }) => {
    context.beginPath();
    context.moveTo(curve.start.x, curve.start.y);
    if (straight && edge.from !== edge.to) context.lineTo(curve.end.x, curve.end.y);
    else context.bezierCurveTo(curve.c1.x, curve.c1.y, curve.c2.x, curve.c2.y, curve.end.x, curve.end.y);
    context.stroke();
  });
  context.setLineDash([]);
  context.globalAlpha = Math.min(1, look.alpha * 1.6);
  for (let first = 0; first < edges.length; first += TIPS) {
    paintTips(pen, edges.slice(first, first + TIPS), look);
    yield;
  }
  context.globalAlpha = 1;
}

function paintTips({ context, scale }: Pen, edges: readonly SceneEdge[], look: EdgeLook): void {
  context.beginPath();
  const size = (5.5 + look.width) * scale;
  for (const { curve } of edges) {
    const { end, c2 } = curve;
    const length = Math.hypot(end.x - c2.x, end.y - c2.y) || 1;
    const [dx, dy] = [((end.x - c2.x) / length) * size, ((end.y - c2.y) / length) * size];
    if (look.tip === 'arrow') {
      context.moveTo(end.x, end.y);
      context.lineTo(end.x - dx - dy * 0.5, end.y - dy + dx * 0.5);
      context.lineTo(end.x - dx + dy * 0.5, end.y - dy - dx * 0.5);
    } else {
      const [bx, by] = [dx * 0.18, dy * 0.18];
      context.moveTo(end.x - dy * 0.7, end.y + dx * 0.7);
      context.lineTo(end.x + dy * 0.7, end.y - dx * 0.7);
      context.lineTo(end.x + dy * 0.7 - bx, end.y - dx * 0.7 - by);
      context.lineTo(end.x - dy * 0.7 - bx, end.y + dx * 0.7 - by);
    }
    context.closePath();
  }
  context.fill();
}

/** What stands on edges. */
export function paintEdgeLabels(
  pen: Pen,
  edges: readonly SceneEdge[],
  placed: ReadonlyMap<string, EdgeLabel>,
): void {
  const { colors, scale } = pen;
  for (const { id, edge, curve } of edges) {
    const label = placed.get(id);
    if (label === undefined) continue;
    const { text, offset } = label;
    const middle = pointAt(curve, 0.5);
    const told = edge.impact !== null || edge.verdict === 'denied';
    write(pen, text, middle.x + offset.x, middle.y + offset.y, {
      size: EDGE_TEXT * scale,
      weight: told ? 600 : 400,
      color: edge.impact !== null ? colors[edge.impact] : told ? colors.denied : colors['text-2'],
      align: 'center',
      plate: colors.canvas,
    });
  }
}
