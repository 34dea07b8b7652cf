import type { Colors } from '../../shared/colors.ts';
import type { Rect } from '../../worker/layout/pack.ts';
import { outsideMarkup, ringMarkup } from './glyphs.ts';
import { legendSamples } from './Legend.tsx';
import { boxLabel, type Scene, type SceneEdge } from './scene.ts';
import { edgeLabel } from './style.ts';

const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, sans-serif';
const MARGIN = 48;
const TITLE = 56;
const LEGEND_HEIGHT = 132;
const LEGEND_COLUMN = 300;

/** The scene as an SVG document with a title and a legend. Pure: the same scene and colours give the same text. */
export function sceneToSvg(scene: Scene, colors: Colors, title: string): string {
  const { bounds } = scene;
  const width = Math.max(bounds.width + 2 * MARGIN, 3 * LEGEND_COLUMN + 2 * MARGIN);
  const height = bounds.height + 2 * MARGIN + TITLE + LEGEND_HEIGHT + MARGIN;
  const scale = Math.max(1, bounds.width / 3000);
  const parts = [
    `<rect width="${n(width)}" height="${n(height)}" fill="${colors.canvas}"/>`,
    text(MARGIN, MARGIN, title, { size: 22, weight: 650, fill: colors.text, anchor: 'start' }),
    `<g transform="translate(${n(MARGIN - bounds.x)} ${n(MARGIN + TITLE - bounds.y)})">`,
    ...scene.boxes.map((box) => boxSvg(box, colors)),
    ...scene.edges.map((edge) => edgeSvg(edge, colors, scale, scene.edges.length <= 250)),
    ...scene.cards.map((card) => cardSvg(card, colors)),
    ...scene.outside.map((peer) => outsideSvg(peer, colors)),
    '</g>',
    legendSvg(colors, height - LEGEND_HEIGHT - MARGIN / 2),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" font-family="${FONT}">${parts.join('')}</svg>`;
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
}

function text(
  x: number,
  y: number,
  value: string,
  { size, weight = 400, fill, anchor = 'middle' }: TextStyle,
): string {
  return `<text x="${n(x)}" y="${n(y)}" font-size="${n(size)}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}" dominant-baseline="central">${escapeXml(value)}</text>`;
}

function rectangle(rect: Rect, radius: number, fill: string, stroke: string, dash = ''): string {
  return `<rect x="${n(rect.x)}" y="${n(rect.y)}" width="${n(rect.width)}" height="${n(rect.height)}" rx="${radius}" fill="${fill}" stroke="${stroke}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`;
}

function boxSvg({ rect, node }: Scene['boxes'][number], colors: Colors): string {
  const open =
    node.workloads > 0 && node.ingress.open === node.workloads && node.egress.open === node.workloads;
  const outline = rectangle(
    rect,
    12,
    node.expanded ? colors.surface : colors['surface-2'],
    open ? colors.open : colors['border-strong'],
    open ? '6 4' : '',
  );
  if (node.expanded) {
    return (
      outline +
      text(rect.x + 20, rect.y + 20, `${node.name} · ${node.workloads} workloads`, {
        size: 14,
        weight: 600,
        fill: colors.text,
        anchor: 'start',
      })
    );
  }
  const label = boxLabel(node.name, rect);
  const lines = label.text.split('\n');
  const top = rect.y + rect.height / 2 - ((lines.length - 1) * label.size * 1.15) / 2;
  return (
    outline +
    lines
      .map((line, index) =>
        text(rect.x + rect.width / 2, top + index * label.size * 1.15, line, {
          size: label.size,
          weight: 600,
          fill: colors.text,
        }),
      )
      .join('')
  );
}

function cardSvg({ rect, node }: Scene['cards'][number], colors: Colors): string {
  const name = node.pods === 1 ? node.name : `${node.name} ×${node.pods}`;
  const short = name.length > 20 ? `${name.slice(0, 19)}…` : name;
  return `${rectangle(rect, 8, colors.raised, colors.border)}<svg x="${n(rect.x + 5)}" y="${n(rect.y + 5)}" width="30" height="30" viewBox="0 0 32 32">${ringMarkup(node.ingress, node.egress, node.kind, colors)}</svg>${text(rect.x + 42, rect.y + rect.height / 2, short, { size: 12.5, weight: 500, fill: colors.text, anchor: 'start' })}`;
}

function outsideSvg({ rect, node }: Scene['outside'][number], colors: Colors): string {
  return `${rectangle(rect, node.kind === 'internet' ? 24 : 6, colors['accent-soft'], colors.accent)}<svg x="${n(rect.x + 9)}" y="${n(rect.y + 10)}" width="28" height="28" viewBox="0 0 32 32">${outsideMarkup(node.kind, colors)}</svg>${text(rect.x + 44, rect.y + rect.height / 2, node.label, { size: 12.5, weight: 600, fill: colors.text, anchor: 'start' })}`;
}

const DASHES = {
  opened: '',
  closed: '2 5',
  widened: '10 3',
  narrowed: '6 4 2 4',
  rearranged: '10 3 2 3',
} as const;

function edgeSvg({ edge, curve }: SceneEdge, colors: Colors, scale: number, labels: boolean): string {
  const stroke =
    edge.impact !== null
      ? colors[edge.impact]
      : edge.verdict === 'unknown'
        ? colors.unknown
        : colors['border-strong'];
  const dash = edge.impact !== null ? DASHES[edge.impact] : edge.verdict === 'unknown' ? '6 4' : '';
  const { start, c1, c2, end } = curve;
  const angle = (Math.atan2(end.y - c2.y, end.x - c2.x) * 180) / Math.PI;
  const path = `<path d="M${n(start.x)} ${n(start.y)}C${n(c1.x)} ${n(c1.y)} ${n(c2.x)} ${n(c2.y)} ${n(end.x)} ${n(end.y)}" fill="none" stroke="${stroke}" stroke-width="${n(1.4 * scale)}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`;
  const head = `<path d="M0 0L-8 -4L-8 4z" transform="translate(${n(end.x)} ${n(end.y)}) rotate(${n(angle)}) scale(${n(scale)})" fill="${stroke}"/>`;
  if (!labels) return path + head;
  const middle = {
    x: (start.x + 3 * c1.x + 3 * c2.x + end.x) / 8,
    y: (start.y + 3 * c1.y + 3 * c2.y + end.y) / 8,
  };
  return path + head + text(middle.x, middle.y - 6, edgeLabel(edge), { size: 10.5, fill: colors['text-2'] });
}

function legendSvg(colors: Colors, top: number): string {
  return legendSamples(colors)
    .map((group, column) => {
      const x = MARGIN + column * LEGEND_COLUMN;
      const rows = group.samples.map((sample, row) => {
        const left = x + (row >= 3 ? LEGEND_COLUMN / 2 : 0);
        const y = top + 22 + (row % 3) * 30;
        return `<svg x="${n(left)}" y="${n(y)}" width="24" height="24" viewBox="0 0 32 32">${sample.markup}</svg>${text(left + 30, y + 12, sample.label.length > 21 ? `${sample.label.slice(0, 20)}…` : sample.label, { size: 11, fill: colors['text-2'], anchor: 'start' })}`;
      });
      return (
        text(x, top + 8, group.title, { size: 12, weight: 600, fill: colors.text, anchor: 'start' }) +
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
  return `bulkhead-${(title.split(' ')[0] ?? 'graph').replaceAll(/[^A-Za-z0-9_-]+/g, '-')}.${extension}`;
}

export function exportSvg(scene: Scene, colors: Colors, title: string): void {
  save(new Blob([sceneToSvg(scene, colors, title)], { type: 'image/svg+xml' }), fileName(title, 'svg'));
}

/** Browsers refuse canvases beyond some size; a picture larger than that is drawn smaller. */
const MAX_PIXELS = 60_000_000;

/** Rejects where the browser can't draw the picture. */
export async function exportPng(scene: Scene, colors: Colors, title: string): Promise<void> {
  const svg = sceneToSvg(scene, colors, title);
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
    save(blob, fileName(title, 'png'));
  } finally {
    URL.revokeObjectURL(url);
  }
}
