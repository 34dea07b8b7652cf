import type { EdgeImpact } from '@bulkhead/policy-engine';
import type { EdgeSingular, ElementDefinition, NodeSingular, StylesheetJson } from 'cytoscape';
import type { Colors } from '../../shared/colors.ts';
import { CARD_TEXT, HEAD_TEXT, OUTSIDE_TEXT } from '../../worker/layout/place.ts';
import { edgeLabel } from './edge-labels.ts';
import { centreOf, toCytoscape } from './geometry.ts';
import { dataUrl, outsideMarkup, ringMarkup, toggleMarkup } from './glyphs.ts';
import { FAR_SCALE, type Label, type NodeLabels } from './labels.ts';
import { headRect, type Scene, type SceneBox, type SceneCard, type SceneEdge } from './scene.ts';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
/** While zooming, until sizes follow: text smaller than this on the screen is not drawn. */
const MIN_TEXT = 11;
/** Size of what is written on edges, in pixels of the screen. */
export const EDGE_TEXT = 12;
/** Where the centre of a box's toggle is, from the top left corner, and how large it is and may get. */
const TOGGLE = { x: 23, y: 23, size: 18, largest: 34 };

/** A box has up to three elements beside its own; each is told by these five characters. */
const PARTS = { head: 'head ', toggle: 'tog  ', counts: 'cnt  ' } as const;

/** Ids of the elements that a box may have beside its own: its handle and name, its toggle, its counts. */
export function partIds(boxId: string): readonly string[] {
  return Object.values(PARTS).map((part) => part + boxId);
}

/** Id of the element that is the handle of an expanded box. */
export function headId(boxId: string): string {
  return PARTS.head + boxId;
}

/** The node that a canvas element stands for: parts of a box stand for their box. */
export function nodeIdOf(elementId: string): string {
  return Object.values(PARTS).some((part) => elementId.startsWith(part)) ? elementId.slice(5) : elementId;
}

/**
 * Elements for Cytoscape, all data it needs spelled out, so that an update is a comparison of plain objects. What is written
 * on nodes is no part of it, but `key` says when that changes.
 */
export function toElements(scene: Scene, colors: Colors): readonly ElementDefinition[] {
  const nodes = [
    ...scene.boxes.flatMap((box) => boxElements(box, colors)),
    ...scene.cards.map((card) => cardElement(card, colors)),
    ...scene.outside.map(({ id, node, rect }) => ({
      group: 'nodes' as const,
      data: {
        id,
        key: node.label,
        w: rect.width,
        h: rect.height,
        icon: dataUrl(outsideMarkup(node.kind, colors)),
      },
      position: centreOf(rect),
      classes: `outside ${node.kind}`,
    })),
  ];
  return [...nodes, ...scene.edges.flatMap((edge) => edgeElement(edge, scene))];
}

function boxElements({ id, rect, node }: SceneBox, colors: Colors): ElementDefinition[] {
  const key = `${node.name} ${node.workloads} ${node.ingress.open} ${node.egress.open} ${node.internal.uniform?.label}`;
  const own: ElementDefinition = {
    group: 'nodes',
    data: { id, key, w: rect.width, h: rect.height },
    position: centreOf(rect),
    classes: `box ${node.expanded ? 'expanded' : 'collapsed'} ${boxTone(node)}`,
  };
  const toggle: ElementDefinition = {
    group: 'nodes',
    data: { id: PARTS.toggle + id, key, icon: dataUrl(toggleMarkup(node.expanded, colors)) },
    position: { x: rect.x + TOGGLE.x, y: rect.y + TOGGLE.y },
    grabbable: false,
    classes: 'toggle',
  };
  if (!node.expanded) {
    const counts: ElementDefinition = {
      group: 'nodes',
      data: { id: PARTS.counts + id, key },
      position: centreOf(rect),
      grabbable: false,
      classes: 'counts',
    };
    return [own, toggle, counts];
  }
  const head = headRect(rect);
  return [
    own,
    {
      group: 'nodes',
      data: { id: headId(id), w: head.width, h: head.height },
      position: centreOf(head),
      classes: 'head',
    },
    toggle,
  ];
}

export type BoxTone = 'tone-open' | 'tone-isolated' | 'tone-unknown' | 'tone-mixed' | 'tone-none';

/** Which colour a box carries: what most of its workloads are, where that is a statement. */
export function boxTone(node: SceneBox['node']): BoxTone {
  if (node.hidden) return 'tone-unknown';
  if (node.workloads === 0) return 'tone-none';
  if (node.ingress.open === node.workloads && node.egress.open === node.workloads) return 'tone-open';
  if (node.ingress.isolated === node.workloads && node.egress.isolated === node.workloads) {
    return 'tone-isolated';
  }
  return node.ingress.unknown + node.egress.unknown > 0 ? 'tone-unknown' : 'tone-mixed';
}

function cardElement({ id, rect, node }: SceneCard, colors: Colors): ElementDefinition {
  return {
    group: 'nodes',
    data: {
      id,
      w: rect.width,
      h: rect.height,
      key: `${node.name} ${node.pods}`,
      icon: dataUrl(ringMarkup(node.ingress, node.egress, node.kind, colors)),
    },
    position: centreOf(rect),
    classes: isOpen(node) ? 'card all-open' : 'card',
  };
}

/** Whether nothing isolates a workload in either direction. */
export function isOpen(node: SceneCard['node']): boolean {
  return node.ingress === 'open' && node.egress === 'open';
}

function edgeElement({ id, edge, curve }: SceneEdge, { rects, busy }: Scene): ElementDefinition[] {
  const from = rects.get(edge.from);
  const to = rects.get(edge.to);
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

/** What the style depends on beside the theme. */
export interface Looks {
  /**
   * What a length must be multiplied with to look the same at the current zoom (1 at zoom 1 or nearer). It changes in
   * steps, so that panning and most zooming cost no restyling.
   */
  readonly scale: number;
  readonly busy: boolean;
  readonly edges: number;
  /** Asked whenever an element is styled. */
  readonly labels: () => NodeLabels;
}

type Written = (node: NodeSingular) => Label | undefined;

/** The text of a node, as functions that Cytoscape calls for each element. */
function written(find: Written) {
  return {
    label: (node: NodeSingular) => find(node)?.text ?? '',
    'font-size': (node: NodeSingular) => find(node)?.size ?? 1,
  };
}

/** Text that begins at `left` inside its node: Cytoscape can only begin behind a node's right border. */
function fromLeft(left: number) {
  return {
    'text-valign': 'center' as const,
    'text-halign': 'right' as const,
    'text-margin-x': (node: NodeSingular) => left - Number(node.data('w')),
  };
}

/** The stylesheet for a theme. */
export function stylesheet(colors: Colors, { scale, busy, edges, labels }: Looks): StylesheetJson {
  const line = (width: number) => width * scale;
  // The more lines, the lighter each.
  const lineOpacity = Math.max(0.1, Math.min(0.6, 6 / Math.sqrt(edges)));
  const name: Written = (node) => labels().names.get(node.id());
  const head: Written = (node) => labels().heads.get(nodeIdOf(node.id()));
  const counts: Written = (node) => labels().counts.get(nodeIdOf(node.id()));
  const toggleSize = Math.min(TOGGLE.size * scale, TOGGLE.largest);
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
        ...written(name),
        'font-weight': 600,
        'text-valign': 'center',
        'text-wrap': 'wrap',
        'text-margin-y': (node: NodeSingular) => name(node)?.lower ?? 0,
      },
    },
    {
      selector: '.box.expanded',
      style: {
        events: 'no',
        'font-weight': 700,
        'text-outline-color': colors.surface,
        'text-outline-width': line(2),
        'text-outline-opacity': 0.85,
        // A name that is written across the box stands on its cards.
        'z-index': scale > FAR_SCALE ? 20 : 0,
      },
    },
    {
      selector: '.box.collapsed',
      style: {
        'background-opacity': 1,
        'border-width': line(1.25),
        'border-color': colors['border-strong'],
        'z-index': 4,
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
      selector: '.counts',
      style: {
        width: 1,
        height: 1,
        events: 'no',
        'background-opacity': 0,
        ...written(counts),
        color: colors['text-2'],
        'text-valign': 'center',
        'text-margin-y': (node: NodeSingular) => counts(node)?.lower ?? 0,
        'z-index': 5,
      },
    },
    {
      selector: '.toggle',
      style: {
        width: toggleSize,
        height: toggleSize,
        'background-opacity': 0,
        ...written(head),
        'font-weight': 600,
        'text-valign': 'center',
        'text-halign': 'right',
        'text-margin-x': HEAD_TEXT.left - TOGGLE.x - toggleSize / 2,
        'background-image': 'data(icon)',
        'background-fit': 'cover',
        // A toggle that small can neither be seen nor hit.
        'background-image-opacity': scale > 3 ? 0 : 1,
        events: scale > 3 ? 'no' : 'yes',
        'z-index': 5,
      },
    },
    {
      selector: '.card',
      style: {
        'corner-radius': '8',
        'background-color': colors.raised,
        'border-width': line(1),
        'border-color': scale > 1.7 ? colors['border-strong'] : colors.border,
        ...written(name),
        ...fromLeft(CARD_TEXT.left),
        'font-weight': 500,
        'background-image': 'data(icon)',
        'background-fit': 'none',
        'background-width': '28px',
        'background-height': '28px',
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
        ...written(name),
        ...fromLeft(OUTSIDE_TEXT.left),
        'font-weight': 500,
        'background-image': 'data(icon)',
        'background-fit': 'none',
        'background-width': '28px',
        'background-height': '28px',
        'background-position-x': '8px',
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
        'font-size': EDGE_TEXT * scale,
        color: colors['text-2'],
        'min-zoomed-font-size': MIN_TEXT,
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
    {
      selector: 'edge.labelled',
      style: {
        label: 'data(label)',
        'text-margin-x': (edge: EdgeSingular) => Number(edge.data('mx')),
        'text-margin-y': (edge: EdgeSingular) => Number(edge.data('my')),
      },
    },
    {
      selector: 'node.lit',
      // Names in focus may leave their nodes.
      style: { 'text-outline-color': colors.raised, 'text-outline-width': line(2), 'z-index': 9 },
    },
    { selector: '.box.lit', style: { 'z-index': 0 } },
    { selector: '.box.collapsed.lit', style: { 'z-index': 4 } },
    { selector: '.faded', style: { opacity: 0.16 } },
    { selector: '.box.faded', style: { opacity: 0.4 } },
    { selector: 'edge.faded', style: { opacity: 0.05 } },
    {
      selector: 'edge.lit',
      style: {
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
