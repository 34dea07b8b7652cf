import type { EdgeImpact } from '@bulkhead/policy-engine';
import type { ElementDefinition, StylesheetJson } from 'cytoscape';
import type { Colors } from '../../shared/colors.ts';
import { toCytoscape } from './geometry.ts';
import { dataUrl, outsideMarkup, ringMarkup, toggleMarkup } from './glyphs.ts';
import { boxLabel, headRect, type Scene, type SceneBox, type SceneCard, type SceneEdge } from './scene.ts';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
/** Text smaller than this on the screen is not drawn. */
const MIN_TEXT = 11;

/** Id of the node that carries the name of an expanded box. */
export function headId(boxId: string): string {
  return `head ${boxId}`;
}

export function toggleId(boxId: string): string {
  return `tog  ${boxId}`;
}

/** The node that a canvas element stands for: heads and toggles stand for their box. */
export function nodeIdOf(elementId: string): string {
  return elementId.startsWith('head ') || elementId.startsWith('tog  ') ? elementId.slice(5) : elementId;
}

function centre(rect: { x: number; y: number; width: number; height: number }) {
  return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
}

/** Elements for Cytoscape, all data it needs spelled out, so that an update is a comparison of plain objects. */
export function toElements(scene: Scene, colors: Colors, busy: boolean): readonly ElementDefinition[] {
  const nodes = [
    ...scene.boxes.flatMap((box) => boxElements(box, colors)),
    ...scene.cards.map((card) => cardElement(card, colors)),
    ...scene.outside.map(({ id, node, rect }) => ({
      group: 'nodes' as const,
      data: {
        id,
        label: node.label,
        w: rect.width,
        h: rect.height,
        icon: dataUrl(outsideMarkup(node.kind, colors)),
      },
      position: centre(rect),
      classes: `outside ${node.kind}`,
    })),
  ];
  return [...nodes, ...scene.edges.flatMap((edge) => edgeElement(edge, scene, busy))];
}

function boxElements({ id, rect, node }: SceneBox, colors: Colors): ElementDefinition[] {
  const tone = boxTone(node);
  const counts = `${node.workloads} ${node.workloads === 1 ? 'workload' : 'workloads'}`;
  if (!node.expanded) {
    const { text, size } = boxLabel(node.name, rect);
    return [
      {
        group: 'nodes',
        data: { id, label: text, size, w: rect.width, h: rect.height, sub: counts },
        position: centre(rect),
        classes: `box collapsed ${tone}`,
      },
    ];
  }
  const head = headRect(rect);
  const inside = node.internal.uniform === null ? '' : ` · inside ${node.internal.uniform.label}`;
  const label = `${node.name} · ${node.workloads}${inside}`;
  return [
    {
      group: 'nodes',
      data: { id, label: node.name, size: boxLabel(node.name, rect).size, w: rect.width, h: rect.height },
      position: centre(rect),
      classes: `box expanded ${tone}`,
    },
    {
      group: 'nodes',
      data: { id: headId(id), w: head.width, h: head.height },
      position: centre(head),
      classes: 'head',
    },
    {
      group: 'nodes',
      data: {
        id: toggleId(id),
        label,
        w: 18,
        h: 18,
        text: head.width - 52,
        icon: dataUrl(toggleMarkup(true, colors)),
      },
      position: { x: rect.x + 23, y: rect.y + 22 },
      classes: 'toggle',
    },
  ];
}

/** Which colour a box carries: what most of its workloads are, where that is a statement. */
function boxTone(node: SceneBox['node']): string {
  if (node.hidden) return 'tone-unknown';
  if (node.workloads === 0) return 'tone-none';
  if (node.ingress.open === node.workloads && node.egress.open === node.workloads) return 'tone-open';
  if (node.ingress.isolated === node.workloads && node.egress.isolated === node.workloads) {
    return 'tone-isolated';
  }
  return node.ingress.unknown + node.egress.unknown > 0 ? 'tone-unknown' : 'tone-mixed';
}

function cardElement({ id, rect, node }: SceneCard, colors: Colors): ElementDefinition {
  const label = node.pods === 1 ? node.name : `${node.name} ×${node.pods}`;
  return {
    group: 'nodes',
    data: {
      id,
      label,
      w: rect.width,
      h: rect.height,
      icon: dataUrl(ringMarkup(node.ingress, node.egress, node.kind, colors)),
    },
    position: centre(rect),
    classes: node.ingress === 'open' && node.egress === 'open' ? 'card all-open' : 'card',
  };
}

function edgeElement({ id, edge, curve }: SceneEdge, scene: Scene, busy: boolean): ElementDefinition[] {
  const from = scene.rects.get(edge.from);
  const to = scene.rects.get(edge.to);
  if (from === undefined || to === undefined) return [];
  const shape = busy ? null : toCytoscape(curve, from, to);
  return [
    {
      group: 'edges',
      data: {
        id,
        source: edge.from,
        target: edge.to,
        label: edgeLabel(edge),
        weight: Math.min(3, 1 + Math.log10(Math.max(1, edge.pairs)) * 0.8),
        ...(shape === null
          ? {}
          : { se: shape.source, te: shape.target, cw: shape.weights, cd: shape.distances }),
      },
      classes: `link ${edge.verdict} ${edge.impact ?? ''}`,
    },
  ];
}

const IMPACT_SIGN = { opened: '+', closed: '−', widened: '±+', narrowed: '±−', rearranged: '±' } as const;

/** What stands on an edge: its ports, with the sign of its change and how many of its pairs it is true for. */
export function edgeLabel(edge: SceneEdge['edge']): string {
  const partly = edge.pairs < edge.of ? ` · ${edge.pairs}/${edge.of}` : '';
  const changed = edge.impact === 'closed' ? (edge.closed?.label ?? edge.ports.label) : edge.ports.label;
  if (edge.impact !== null) return `${IMPACT_SIGN[edge.impact]} ${changed}`;
  if (edge.verdict === 'denied') return '✕ denied';
  return `${edge.verdict === 'unknown' ? '? ' : ''}${changed}${partly}`;
}

/** What the style depends on beside the theme. */
export interface Looks {
  /**
   * What a length must be multiplied with to look the same at the current zoom (1 at zoom 1 or nearer). It changes in
   * steps, so that panning and most zooming cost no restyling.
   */
  readonly scale: number;
  readonly busy: boolean;
  readonly edges: number;
}

/** The stylesheet for a theme. */
export function stylesheet(colors: Colors, { scale, busy, edges }: Looks): StylesheetJson {
  const line = (width: number) => width * scale;
  // The more lines, the lighter each.
  const lineOpacity = Math.max(0.1, Math.min(0.6, 6 / Math.sqrt(edges)));
  const small = (size: number, most: number) => Math.min(most, size * scale);
  // As large as the box has room for, but no larger than a heading on the screen.
  const nameSize = (node: { data: (name: string) => number }) => Math.min(node.data('size'), 24 * scale);
  return [
    {
      selector: 'node',
      style: {
        width: 'data(w)',
        height: 'data(h)',
        shape: 'round-rectangle',
        'z-index-compare': 'manual',
        'font-family': FONT,
        'min-zoomed-font-size': MIN_TEXT,
        color: colors.text,
        'overlay-opacity': 0,
      },
    },
    {
      selector: '.box',
      style: {
        'corner-radius': '12',
        'background-color': colors.surface,
        'background-opacity': 0.55,
        'border-width': line(1),
        'border-color': colors.border,
        'z-index': 0,
      },
    },
    { selector: '.box.expanded', style: { events: 'no' } },
    {
      selector: '.box.collapsed',
      style: {
        label: 'data(label)',
        'font-size': nameSize,
        'font-weight': 600,
        'text-valign': 'center',
        'text-wrap': 'wrap',
        'background-opacity': 1,
        'border-width': line(1.25),
        'border-color': colors['border-strong'],
        'z-index': 4,
      },
    },
    {
      selector: '.box.far',
      style: {
        label: 'data(label)',
        'font-size': nameSize,
        'font-weight': 700,
        'text-valign': 'center',
        'text-outline-color': colors.surface,
        'text-outline-width': line(2),
        'text-outline-opacity': 0.85,
        'z-index': 20,
      },
    },
    { selector: '.box.tone-open', style: { 'border-color': colors.open, 'border-style': 'dashed' } },
    {
      selector: '.box.tone-isolated',
      style: { 'border-color': colors.isolated, 'border-width': line(2) },
    },
    { selector: '.box.tone-unknown', style: { 'border-color': colors.unknown, 'border-style': 'dotted' } },
    { selector: '.box.collapsed.tone-open', style: { 'background-color': colors['open-soft'] } },
    { selector: '.box.collapsed.tone-isolated', style: { 'background-color': colors['isolated-soft'] } },
    { selector: '.box.collapsed.tone-unknown', style: { 'background-color': colors['unknown-soft'] } },
    { selector: '.head', style: { 'background-opacity': 0, 'corner-radius': '12', 'z-index': 4 } },
    {
      selector: '.toggle',
      style: {
        'background-opacity': 0,
        label: 'data(label)',
        'font-size': small(13.2, 44),
        'font-weight': 600,
        'text-valign': 'center',
        'text-halign': 'right',
        'text-margin-x': 6,
        'text-wrap': 'ellipsis',
        'text-max-width': 'data(text)',
        'background-image': 'data(icon)',
        'background-fit': 'cover',
        'z-index': 5,
      },
    },
    { selector: '.toggle.far', style: { label: '', 'background-image-opacity': 0 } },
    {
      selector: '.card',
      style: {
        'corner-radius': '8',
        'background-color': colors.raised,
        'border-width': line(1),
        'border-color': scale > 1.7 ? colors['border-strong'] : colors.border,
        label: 'data(label)',
        'font-size': small(12.2, 27),
        'font-weight': 500,
        'text-valign': 'center',
        'text-halign': 'center',
        'text-wrap': 'ellipsis',
        'text-max-width': '138px',
        'text-margin-x': 15,
        'background-image': 'data(icon)',
        'background-fit': 'none',
        'background-width': '30px',
        'background-height': '30px',
        'background-position-x': '5px',
        'background-position-y': '50%',
        'z-index': 6,
      },
    },
    { selector: '.card.all-open', style: { 'background-color': colors['open-soft'] } },
    {
      selector: '.outside',
      style: {
        'background-color': colors['accent-soft'],
        'border-width': line(1),
        'border-color': colors.accent,
        label: 'data(label)',
        'font-size': small(12.2, 25),
        'font-weight': 600,
        'text-valign': 'center',
        'text-wrap': 'ellipsis',
        'text-max-width': '178px',
        'text-margin-x': 15,
        'background-image': 'data(icon)',
        'background-fit': 'none',
        'background-width': '28px',
        'background-height': '28px',
        'background-position-x': '9px',
        'background-position-y': '50%',
        'z-index': 6,
      },
    },
    { selector: '.outside.internet', style: { shape: 'round-rectangle', 'corner-radius': '24' } },
    { selector: '.outside.cidr', style: { shape: 'cut-rectangle', 'corner-radius': '8' } },
    { selector: '.outside.node', style: { shape: 'rectangle' } },
    { selector: '.outside.domain', style: { shape: 'round-tag' } },
    {
      selector: 'edge',
      style: {
        ...(busy
          ? { 'curve-style': 'straight' as const }
          : {
              'curve-style': 'unbundled-bezier' as const,
              'edge-distances': 'node-position' as const,
              'source-endpoint': 'data(se)',
              'target-endpoint': 'data(te)',
              'control-point-weights': 'data(cw)' as const,
              'control-point-distances': 'data(cd)' as const,
            }),
        'z-index-compare': 'manual',
        'z-index': 2,
        width: (edge: { data: (name: string) => number }) => line((busy ? 0.7 : 1.1) * edge.data('weight')),
        'line-color': colors['border-strong'],
        'line-opacity': lineOpacity,
        'target-arrow-shape': 'triangle',
        'target-arrow-color': colors['border-strong'],
        'arrow-scale': 0.75,
        'font-family': FONT,
        'font-size': 11.5 * scale,
        color: colors['text-2'],
        'min-zoomed-font-size': MIN_TEXT - 1,
        'text-background-color': colors.canvas,
        'text-background-opacity': 0.9,
        'text-background-padding': '2px',
        'text-background-shape': 'roundrectangle',
        'overlay-opacity': 0,
      },
    },
    {
      selector: 'edge.unknown',
      style: {
        'line-style': 'dashed',
        'line-color': colors.unknown,
        'target-arrow-color': colors.unknown,
      },
    },
    ...impactStyles(colors, line),
    {
      selector: 'edge.denied',
      style: {
        label: 'data(label)',
        color: colors.denied,
        'font-weight': 600,
        'line-style': 'dashed',
        'line-dash-pattern': [line(3), line(4)],
        'line-color': colors.denied,
        'target-arrow-color': colors.denied,
        'target-arrow-shape': 'tee',
        'line-opacity': 1,
      },
    },
    { selector: 'edge.labelled', style: { label: 'data(label)' } },
    { selector: '.faded', style: { opacity: 0.16 } },
    { selector: '.box.faded', style: { opacity: 0.4 } },
    { selector: 'edge.faded', style: { opacity: 0.05, label: '' } },
    {
      selector: 'edge.lit',
      style: {
        label: 'data(label)',
        'line-color': colors.accent,
        'line-opacity': 1,
        'target-arrow-color': colors.accent,
        'z-index': 3,
        width: line(1.8),
      },
    },
    {
      selector: 'edge.lit.unknown',
      style: { 'line-color': colors.unknown, 'target-arrow-color': colors.unknown },
    },
    {
      selector: 'node.hovered, node.selected',
      style: { 'border-color': colors.accent, 'border-width': line(2), 'border-style': 'solid' },
    },
    {
      selector: 'node.selected',
      style: {
        'underlay-color': colors.accent,
        'underlay-opacity': 0.22,
        'underlay-padding': 5 * scale,
        'underlay-shape': 'round-rectangle',
      },
    },
    {
      selector: 'node.head.selected, node.head.hovered, node.toggle.hovered, node.toggle.selected',
      style: { 'border-width': 0 },
    },
    {
      selector: 'edge.hovered',
      style: {
        label: 'data(label)',
        'line-color': colors.accent,
        'line-opacity': 1,
        'target-arrow-color': colors.accent,
        'z-index': 7,
      },
    },
    {
      selector: 'edge.selected',
      style: {
        label: 'data(label)',
        'line-color': colors.accent,
        'target-arrow-color': colors.accent,
        'line-opacity': 1,
        width: line(3),
        'z-index': 8,
      },
    },
    {
      selector: 'edge.denied.selected, edge.denied.lit',
      style: { 'line-color': colors.denied, 'target-arrow-color': colors.denied },
    },
  ];
}

function impactStyles(colors: Colors, line: (width: number) => number): StylesheetJson {
  const style = (name: EdgeImpact, width: number, dashes: readonly number[] | null): StylesheetJson => [
    {
      selector: `edge.${name}`,
      style: {
        label: 'data(label)',
        color: colors[name],
        'font-weight': 600,
        'line-color': colors[name],
        'target-arrow-color': colors[name],
        'line-opacity': 1,
        'z-index': 4,
        width: line(width),
        ...(dashes === null
          ? {}
          : { 'line-style': 'dashed' as const, 'line-dash-pattern': dashes.map((dash) => line(dash)) }),
      },
    },
  ];
  return [
    ...style('opened', 2.6, null),
    ...style('closed', 2, [2, 4]),
    ...style('widened', 2.4, [10, 3]),
    ...style('narrowed', 2, [6, 4, 2, 4]),
    ...style('rearranged', 2.2, [10, 3, 2, 3]),
  ];
}
