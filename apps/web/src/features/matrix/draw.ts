import type { CellKind, MatrixView } from '@bulkhead/policy-engine';

/** Colours of a matrix, as the theme resolves them. */
export interface MatrixColors {
  readonly surface: string;
  readonly canvas: string;
  readonly border: string;
  readonly text: string;
  readonly 'text-3': string;
  readonly accent: string;
  readonly allowed: string;
  readonly 'allowed-soft': string;
  readonly denied: string;
  readonly unknown: string;
  readonly 'unknown-soft': string;
  readonly opened: string;
  readonly closed: string;
  readonly widened: string;
  readonly narrowed: string;
}

export interface MatrixGeometry {
  /** Side of a cell in CSS pixels. */
  readonly cell: number;
  /** Width of the row headers, height of the column headers. */
  readonly left: number;
  readonly top: number;
  readonly scrollX: number;
  readonly scrollY: number;
  readonly width: number;
  readonly height: number;
}

export interface CellAt {
  readonly row: number;
  readonly column: number;
}

/** The cell under a point of the canvas; null over the headers and beyond the matrix. */
export function cellUnder(view: MatrixView, geometry: MatrixGeometry, x: number, y: number): CellAt | null {
  if (x < geometry.left || y < geometry.top) return null;
  const column = Math.floor((x - geometry.left + geometry.scrollX) / geometry.cell);
  const row = Math.floor((y - geometry.top + geometry.scrollY) / geometry.cell);
  return row < view.rows.length && column < view.columns.length ? { row, column } : null;
}

export function kindAt(view: MatrixView, { row, column }: CellAt): CellKind | undefined {
  return view.kinds[view.cells[row * view.columns.length + column] ?? 0];
}

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** Draws the visible part. Cells first, then headers over them, so that headers stick. */
export function drawMatrix(
  context: CanvasRenderingContext2D,
  view: MatrixView,
  geometry: MatrixGeometry,
  colors: MatrixColors,
  marked: { readonly hover: CellAt | null; readonly selected: CellAt | null },
): void {
  const { cell, left, top, scrollX, scrollY, width, height } = geometry;
  context.clearRect(0, 0, width, height);
  context.fillStyle = colors.surface;
  context.fillRect(0, 0, width, height);
  const firstColumn = Math.max(0, Math.floor(scrollX / cell));
  const lastColumn = Math.min(view.columns.length - 1, Math.floor((scrollX + width - left) / cell));
  const firstRow = Math.max(0, Math.floor(scrollY / cell));
  const lastRow = Math.min(view.rows.length - 1, Math.floor((scrollY + height - top) / cell));
  const xOf = (column: number) => left + column * cell - scrollX;
  const yOf = (row: number) => top + row * cell - scrollY;

  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const kind = view.kinds[view.cells[row * view.columns.length + column] ?? 0];
      if (kind !== undefined) drawCell(context, kind, xOf(column), yOf(row), cell, colors);
    }
  }
  if (marked.hover !== null) {
    context.fillStyle = colors.accent;
    context.globalAlpha = 0.09;
    context.fillRect(left, yOf(marked.hover.row), width - left, cell);
    context.fillRect(xOf(marked.hover.column), top, cell, height - top);
    context.globalAlpha = 1;
  }
  for (const [at, line] of [
    [marked.hover, 1.5],
    [marked.selected, 2.5],
  ] as const) {
    if (at === null) continue;
    context.strokeStyle = colors.accent;
    context.lineWidth = line;
    context.strokeRect(xOf(at.column) + 0.5, yOf(at.row) + 0.5, cell - 1, cell - 1);
  }

  context.fillStyle = colors.surface;
  context.fillRect(0, 0, width, top);
  context.fillRect(0, 0, left, height);
  context.strokeStyle = colors.border;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(left - 0.5, 0);
  context.lineTo(left - 0.5, height);
  context.moveTo(0, top - 0.5);
  context.lineTo(width, top - 0.5);
  context.stroke();
  drawHeaders(context, view, geometry, colors, marked.hover, {
    firstColumn,
    lastColumn,
    firstRow,
    lastRow,
    xOf,
    yOf,
  });
}

interface Visible {
  readonly firstColumn: number;
  readonly lastColumn: number;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly xOf: (column: number) => number;
  readonly yOf: (row: number) => number;
}

function drawHeaders(
  context: CanvasRenderingContext2D,
  view: MatrixView,
  { cell, left, top, width, height }: MatrixGeometry,
  colors: MatrixColors,
  hover: CellAt | null,
  { firstColumn, lastColumn, firstRow, lastRow, xOf, yOf }: Visible,
): void {
  // Below this the names would overlap, so only every so manieth is drawn.
  const step = Math.max(1, Math.ceil(14 / cell));
  context.textBaseline = 'middle';
  context.save();
  context.beginPath();
  context.rect(0, top, left - 4, height - top);
  context.clip();
  context.textAlign = 'right';
  for (let row = firstRow; row <= lastRow; row++) {
    const on = hover?.row === row;
    if (row % step !== 0 && !on) continue;
    context.font = `${on ? 600 : 400} 12px ${FONT}`;
    context.fillStyle = on ? colors.accent : colors.text;
    context.fillText(shorten(view.rows[row]?.label ?? '', 26), left - 8, yOf(row) + cell / 2);
  }
  context.restore();
  context.save();
  context.beginPath();
  context.rect(left, 0, width - left, top - 4);
  context.clip();
  context.textAlign = 'left';
  for (let column = firstColumn; column <= lastColumn; column++) {
    const on = hover?.column === column;
    if (column % step !== 0 && !on) continue;
    context.save();
    context.translate(xOf(column) + cell / 2, top - 8);
    context.rotate(-Math.PI / 3);
    context.font = `${on ? 600 : 400} 12px ${FONT}`;
    context.fillStyle = on ? colors.accent : colors.text;
    context.fillText(shorten(view.columns[column]?.label ?? '', 22), 0, 0);
    context.restore();
  }
  context.restore();
  context.fillStyle = colors.surface;
  context.fillRect(0, 0, left - 1, top - 1);
  context.font = `12px ${FONT}`;
  context.fillStyle = colors['text-3'];
  context.textAlign = 'right';
  context.fillText('to →', left - 8, top - 34);
  context.fillText('from ↓', left - 8, top - 14);
}

function shorten(label: string, most: number): string {
  return label.length <= most ? label : `${label.slice(0, most - 1)}…`;
}

const SIGNS = { opened: '+', closed: '−', widened: '+', narrowed: '−' } as const;

/** One cell: a full square for all ports, a bar for some, a dot for none, a question mark for unknown. */
export function drawCell(
  context: CanvasRenderingContext2D,
  kind: CellKind,
  x: number,
  y: number,
  size: number,
  colors: MatrixColors,
): void {
  const inset = size < 8 ? 0.5 : 1;
  const side = size - 2 * inset;
  const left = x + inset;
  const top = y + inset;
  switch (kind.state) {
    case 'same':
      context.fillStyle = colors.canvas;
      context.fillRect(left, top, side, side);
      break;
    case 'all':
      context.fillStyle = colors.allowed;
      context.globalAlpha = kind.partial ? 0.55 : 0.9;
      context.fillRect(left, top, side, side);
      context.globalAlpha = 1;
      break;
    case 'some':
      context.fillStyle = colors['allowed-soft'];
      context.fillRect(left, top, side, side);
      context.fillStyle = colors.allowed;
      context.globalAlpha = kind.partial ? 0.6 : 1;
      context.fillRect(left + side * 0.2, top + side * 0.4, side * 0.6, Math.max(1, side * 0.2));
      context.globalAlpha = 1;
      break;
    case 'unknown':
      context.fillStyle = colors['unknown-soft'];
      context.fillRect(left, top, side, side);
      if (size >= 12) glyph(context, '?', left + side / 2, top + side / 2, size, colors.unknown);
      break;
    case 'none':
      context.fillStyle = colors.canvas;
      context.fillRect(left, top, side, side);
      if (size >= 12) {
        context.fillStyle = colors.border;
        context.fillRect(left + side / 2 - 1, top + side / 2 - 1, 2, 2);
      }
      break;
  }
  if (kind.impact === null) return;
  const color = colors[kind.impact];
  context.strokeStyle = color;
  context.lineWidth = Math.max(1.5, size / 10);
  context.strokeRect(left + 1, top + 1, side - 2, side - 2);
  if (size < 12) return;
  context.fillStyle = colors.surface;
  context.fillRect(left + side / 2 - 5, top + side / 2 - 6, 10, 12);
  glyph(context, SIGNS[kind.impact], left + side / 2, top + side / 2, size, color);
}

function glyph(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  size: number,
  color: string,
): void {
  context.font = `700 ${Math.max(11, Math.min(14, size * 0.6))}px ${FONT}`;
  context.fillStyle = color;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, x, y + 0.5);
}

/** One sentence that reads a cell out. */
export function cellText(view: MatrixView, at: CellAt): string {
  const kind = kindAt(view, at);
  const pair = `${view.rows[at.row]?.label ?? ''} to ${view.columns[at.column]?.label ?? ''}`;
  if (kind === undefined || kind.state === 'same') return pair;
  const what =
    kind.state === 'none'
      ? 'nothing allowed'
      : kind.state === 'unknown'
        ? `unknown on ${kind.ports.label}`
        : `${kind.ports.label}${kind.partial ? ', for some of its pairs' : ''}`;
  return `${pair}: ${what}${kind.impact === null ? '' : `, ${kind.impact} by the draft`}`;
}
