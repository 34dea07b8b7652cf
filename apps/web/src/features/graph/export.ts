import type { Colors } from '../../shared/colors.ts';
import { MARKS, markSuffix } from '../../shared/marks.tsx';
import type { Rect } from '../../worker/layout/pack.ts';
import { CARD_TEXT, HEAD_TEXT, OUTSIDE_HEIGHT, OUTSIDE_TEXT } from '../../worker/layout/place.ts';
import { placeEdgeLabels } from './edge-labels.ts';
import { pointAt } from './geometry.ts';
import { outsideMarkup, ringMarkup } from './glyphs.ts';
import { legendSamples } from './Legend.tsx';
import { type Label, LINE, type NodeLabels, nodeLabels } from './labels.ts';
import {
  BOX_RADIUS,
  boxLook,
  boxTone,
  cutCorners,
  EDGE_TEXT,
  isOpen,
  MARK_DASH,
  OUTSIDE_RADIUS,
} from './looks.ts';
import type { Focus, Scene, SceneEdge } from './scene.ts';

const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, sans-serif';
const MARGIN = 48;
const TITLE = 64;
const LEGEND_HEIGHT = 168;
const LEGEND_COLUMN = 480;
/** The graph is drawn no wider than this: larger ones smaller, with text and lines as large as in the others. */
const PAGE_WIDTH = 2200;
/** A picture is read nearer than a screen: up to this many edges have their ports. */
const PRINTED_EDGES = 250;

/** What is exported: what is on the screen, with its headings. */
export interface Picture {
  readonly scene: Scene;
  readonly focus: Focus;
  readonly colors: Colors;
  readonly title: string;
  /** What is selected, filtered and left out. */
  readonly subtitle: string;
}

/** The picture as an SVG document with a title and a legend. Pure: the same picture gives the same text. */
export function pictureToSvg({ scene, focus, colors, title, subtitle }: Picture): string {
  const { bounds } = scene;
  const columns = legendSamples(colors).length;
  const scale = Math.max(1, bounds.width / PAGE_WIDTH);
  const width = Math.max(bounds.width / scale, columns * LEGEND_COLUMN) + 2 * MARGIN;
  const height = bounds.height / scale + 3 * MARGIN + TITLE + LEGEND_HEIGHT;
  const labels = nodeLabels(scene, focus, scale);
  const edgeLabels = placeEdgeLabels(scene, focus, { size: EDGE_TEXT * scale, most: PRINTED_EDGES });
  const style: Style = { colors, labels, scale };
  // What a viewer shows for the pointer: names that had no room are there all the same.
  const group = (id: string, name: string, svg: string, faded: number) => {
    const opacity = focus.lit === null || focus.lit.nodes.has(id) ? '' : ` opacity="${faded}"`;
    return `<g${opacity}><title>${escapeXml(name)}</title>${svg}</g>`;
  };
  const boxes = (expanded: boolean) =>
    scene.boxes
      .filter(({ node }) => node.expanded === expanded)
      .map((box) => group(box.id, `Namespace ${box.node.name}`, boxSvg(box, style), 0.4));
  const lines = scene.edges.map((edge) => {
    const lit = focus.lit?.edges.has(edge.id) === true;
    const svg = edgeSvg(edge, colors, { scale, lit });
    return focus.lit === null || lit ? svg : `<g opacity="0.08">${svg}</g>`;
  });
  const ports = scene.edges.flatMap(({ id, edge, curve }) => {
    const label = edgeLabels.get(id);
    if (label === undefined) return [];
    const { offset } = label;
    const middle = pointAt(curve, 0.5);
    const fill = edge.impact !== null ? colors[edge.impact] : colors['text-2'];
    const style = { size: EDGE_TEXT * scale, fill, halo: colors.canvas };
    return [text(middle.x + offset.x, middle.y + offset.y, label.text, style)];
  });
  const parts = [
    `<rect width="${n(width)}" height="${n(height)}" fill="${colors.canvas}"/>`,
    text(MARGIN, MARGIN, title, { size: 22, weight: 650, fill: colors.text, anchor: 'start' }),
    subtitle === ''
      ? ''
      : text(MARGIN, MARGIN + 28, subtitle, { size: 14, fill: colors['text-2'], anchor: 'start' }),
    `<g transform="translate(${MARGIN} ${MARGIN + TITLE}) scale(${1 / scale}) translate(${n(-bounds.x)} ${n(-bounds.y)})">`,
    ...boxes(true),
    ...lines,
    ...boxes(false),
    ...scene.cards.map((card) => {
      const { kind, namespace, name } = card.node;
      const title = `${kind} ${namespace}/${name}${markSuffix(card.node.mark)}`;
      return group(card.id, title, cardSvg(card, style), 0.16);
    }),
    ...scene.outside.map((peer) =>
      group(peer.id, `${peer.node.label} ${peer.node.detail}`.trim(), outsideSvg(peer, style), 0.16),
    ),
    ...ports,
    '</g>',
    legendSvg(colors, height - LEGEND_HEIGHT - MARGIN / 2),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" font-family="${FONT}"><title>${escapeXml(title)}</title>${parts.join('')}</svg>`;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escapeXml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

interface TextStyle {
  readonly size: number;
  readonly weight?: number;
  readonly fill: string;
  readonly anchor?: 'start' | 'middle';
  /** A ground for text that stands on lines. */
  readonly halo?: string;
}

function text(
  x: number,
  y: number,
  value: string,
  { size, weight = 400, fill, anchor = 'middle', halo }: TextStyle,
): string {
  const ground =
    halo === undefined ? '' : ` stroke="${halo}" stroke-width="${n(size * 0.3)}" paint-order="stroke"`;
  return `<text x="${n(x)}" y="${n(y)}" font-size="${n(size)}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}" dominant-baseline="central"${ground}>${escapeXml(value)}</text>`;
}

/** How nodes are drawn. */
interface Style {
  readonly colors: Colors;
  readonly labels: NodeLabels;
  /** How many units of the graph make one of the page. */
  readonly scale: number;
}

interface Look {
  readonly fill: string;
  readonly stroke: string;
  /** In units of the page, as are the dashes. */
  readonly width?: number;
  readonly dash?: readonly number[];
}

function strokeOf({ fill, stroke, width = 1, dash = [] }: Look, scale: number): string {
  const dashes =
    dash.length === 0 ? '' : ` stroke-dasharray="${dash.map((length) => n(length * scale)).join(' ')}"`;
  return `fill="${fill}" stroke="${stroke}" stroke-width="${n(width * scale)}"${dashes}`;
}

function rectangle(rect: Rect, radius: number, look: Look, scale: number): string {
  return `<rect x="${n(rect.x)}" y="${n(rect.y)}" width="${n(rect.width)}" height="${n(rect.height)}" rx="${n(radius)}" ${strokeOf(look, scale)}/>`;
}

/** A label in the middle of its node, line by line. */
function centred(label: Label | undefined, rect: Rect, style: Omit<TextStyle, 'size'>): string {
  if (label === undefined) return '';
  const lines = label.text.split('\n');
  const step = label.size * LINE;
  const top = rect.y + rect.height / 2 + label.lower - ((lines.length - 1) * step) / 2;
  return lines
    .map((line, index) =>
      text(rect.x + rect.width / 2, top + index * step, line, { ...style, size: label.size }),
    )
    .join('');
}

function fromLeft(
  label: Label | undefined,
  left: number,
  middle: number,
  style: Omit<TextStyle, 'size' | 'anchor'>,
): string {
  return label === undefined
    ? ''
    : text(left, middle, label.text, { ...style, size: label.size, anchor: 'start' });
}

function boxSvg({ id, rect, node }: Scene['boxes'][number], { colors, labels, scale }: Style): string {
  const { fill, stroke, width, dash } = boxLook(boxTone(node), node.expanded);
  const look = { fill: colors[fill], stroke: colors[stroke], width, dash };
  const outline = rectangle(rect, BOX_RADIUS, look, scale);
  if (node.expanded) {
    const head = fromLeft(labels.heads.get(id), rect.x + HEAD_TEXT.left - 26, rect.y + 23, {
      weight: 600,
      fill: colors.text,
    });
    return outline + head + centred(labels.names.get(id), rect, { weight: 700, fill: colors.text });
  }
  return (
    outline +
    centred(labels.names.get(id), rect, { weight: 600, fill: colors.text }) +
    centred(labels.counts.get(id), rect, { fill: colors['text-2'] })
  );
}

function cardSvg({ id, rect, node }: Scene['cards'][number], { colors, labels, scale }: Style): string {
  const ring = `<svg x="${n(rect.x + 5)}" y="${n(rect.y + rect.height / 2 - 14)}" width="28" height="28" viewBox="0 0 32 32">${ringMarkup(node.ingress, node.egress, node.kind, colors)}</svg>`;
  const name = fromLeft(labels.names.get(id), rect.x + CARD_TEXT.left, rect.y + rect.height / 2, {
    weight: 500,
    fill: colors.text,
  });
  const stroke = node.mark === null ? colors['border-strong'] : colors[MARKS[node.mark].color];
  const dash = node.mark === null ? [] : MARK_DASH[node.mark];
  const fill = isOpen(node) ? colors['open-soft'] : colors.raised;
  return rectangle(rect, 8, { fill, stroke, dash }, scale) + ring + name;
}

function outsideSvg({ id, rect, node }: Scene['outside'][number], { colors, labels, scale }: Style): string {
  const times = rect.height / OUTSIDE_HEIGHT;
  const side = 28 * times;
  const icon = `<svg x="${n(rect.x + 9 * times)}" y="${n(rect.y + (rect.height - side) / 2)}" width="${n(side)}" height="${n(side)}" viewBox="0 0 32 32">${outsideMarkup(node.kind, colors)}</svg>`;
  const name = fromLeft(labels.names.get(id), rect.x + OUTSIDE_TEXT.left * times, rect.y + rect.height / 2, {
    weight: 500,
    fill: colors.text,
  });
  const look = { fill: colors['accent-soft'], stroke: colors.accent };
  const outline =
    node.kind === 'cidr'
      ? `<polygon points="${cutCorners(rect)
          .map(({ x, y }) => `${n(x)},${n(y)}`)
          .join(' ')}" ${strokeOf(look, scale)}/>`
      : rectangle(rect, OUTSIDE_RADIUS[node.kind] * times, look, scale);
  return outline + icon + name;
}

const DASHES = {
  allowed: '',
  unknown: '6 4',
  denied: '3 4',
  opened: '',
  closed: '2 5',
  widened: '10 3',
  narrowed: '6 4 2 4',
  rearranged: '10 3 2 3',
  uncertain: '6 3 1.5 3 1.5 3',
} as const;

function edgeSvg(
  { edge, curve }: SceneEdge,
  colors: Colors,
  { scale, lit }: { readonly scale: number; readonly lit: boolean },
): string {
  const { verdict, impact } = edge;
  const stroke =
    impact !== null
      ? colors[impact]
      : verdict === 'allowed'
        ? colors[lit ? 'accent' : 'border-strong']
        : colors[verdict];
  const dash = impact !== null ? DASHES[impact] : DASHES[verdict];
  const { start, c1, c2, end } = curve;
  const angle = (Math.atan2(end.y - c2.y, end.x - c2.x) * 180) / Math.PI;
  const width = (lit || impact !== null ? 2 : 1.2) * scale;
  const path = `<path d="M${n(start.x)} ${n(start.y)}C${n(c1.x)} ${n(c1.y)} ${n(c2.x)} ${n(c2.y)} ${n(end.x)} ${n(end.y)}" fill="none" stroke="${stroke}" stroke-width="${n(width)}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`;
  const tip = verdict === 'denied' ? 'M-1 -5L1 -5L1 5L-1 5z' : 'M0 0L-8 -4L-8 4z';
  return `${path}<path d="${tip}" transform="translate(${n(end.x)} ${n(end.y)}) rotate(${n(angle)}) scale(${n(scale)})" fill="${stroke}"/>`;
}

/** Samples of a group stand in columns of this many. */
const LEGEND_ROWS = 4;

function legendSvg(colors: Colors, top: number): string {
  return legendSamples(colors)
    .map((group, column) => {
      const x = MARGIN + column * LEGEND_COLUMN;
      const rows = group.samples.map((sample, row) => {
        const left = x + Math.floor(row / LEGEND_ROWS) * (LEGEND_COLUMN / 2);
        const y = top + 22 + (row % LEGEND_ROWS) * 30;
        return `<svg x="${n(left)}" y="${n(y)}" width="24" height="24" viewBox="0 0 32 32">${sample.markup}</svg>${text(left + 30, y + 12, sample.label, { size: 12, fill: colors['text-2'], anchor: 'start' })}`;
      });
      return (
        text(x, top + 8, group.title, { size: 13, weight: 600, fill: colors.text, anchor: 'start' }) +
        rows.join('')
      );
    })
    .join('');
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function fileName(title: string, extension: string): string {
  const [cluster = 'graph'] = title.split(' · ');
  return `bulkhead-${cluster.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, '-')}.${extension}`;
}

export function exportSvg(picture: Picture): void {
  save(new Blob([pictureToSvg(picture)], { type: 'image/svg+xml' }), fileName(picture.title, 'svg'));
}

/** Browsers refuse canvases beyond some size; a picture larger than that is drawn smaller. */
const MAX_PIXELS = 60_000_000;

/** Rejects where the browser can't draw the picture. */
export async function exportPng(picture: Picture): Promise<void> {
  const svg = pictureToSvg(picture);
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    image.src = url;
    await image.decode();
    const ratio = Math.min(2, Math.sqrt(MAX_PIXELS / (image.width * image.height)));
    const canvas = document.createElement('canvas');
    canvas.width = image.width * ratio;
    canvas.height = image.height * ratio;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw new Error('the picture is too large for this browser');
    save(blob, fileName(picture.title, 'png'));
  } finally {
    URL.revokeObjectURL(url);
  }
}
