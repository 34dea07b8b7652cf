import type { MatrixUnit } from '@bulkhead/policy-engine';
import type { Colors } from '../../shared/colors.ts';
import { type CellAt, type MatrixGeometry, type Span, visibleColumns, visibleRows } from './geometry.ts';
import { drawLook, LOOKS, type Look, lookOf, pixelOf } from './looks.ts';
import { drawHeaders } from './paint-headers.ts';
import { sampleCells } from './sample.ts';
import type { MatrixCells } from './store.ts';

/** Below this side a cell is a pixel of an image, and rows have no names. */
export const SMALL_CELL = 9;
const LEAST_BAND = 8;

export interface Marks {
  /** Under the pointer, or where the keyboard is. */
  readonly cursor: CellAt | null;
  readonly selected: CellAt | null;
  readonly focused: boolean;
}

export interface Painter {
  /** Paints the whole matrix over all of a canvas; its axes are shrunk or stretched each by itself. */
  readonly paintAll: (canvas: HTMLCanvasElement, cells: MatrixCells) => void;
  /**
   * Paints what is in sight. The context is scaled to CSS pixels.
   * @param progress changes as cells arrive
   */
  readonly paint: (
    context: CanvasRenderingContext2D,
    cells: MatrixCells,
    geometry: MatrixGeometry,
    marks: Marks,
    progress: number,
  ) => void;
}

/** The looks of one size beside each other, as far as they were needed. */
interface Atlas {
  readonly side: number;
  readonly canvas: HTMLCanvasElement;
  readonly drawn: Set<Look>;
}

/** Paints matrices in a theme's colours; keeps what it needs from frame to frame. */
export function createPainter(colors: Colors, ratio: number, verdicts: readonly string[]): Painter {
  const pixels = new Map(LOOKS.map((look) => [look, pixelOf(look, colors)]));
  const looks = new Map<MatrixCells['outcomes'], Look[]>();
  const image = document.createElement('canvas');
  let empty: { readonly side: number; readonly pattern: CanvasPattern | null } | undefined;
  let atlas: Atlas | undefined;

  const lookTable = (cells: MatrixCells): Look[] => {
    let table = looks.get(cells.outcomes);
    if (table === undefined) {
      looks.clear();
      table = [];
      looks.set(cells.outcomes, table);
    }
    for (let code = table.length; code < cells.outcomes.length; code++) {
      const outcome = cells.outcomes[code];
      table.push(outcome === undefined ? 'pending' : lookOf(outcome, verdicts));
    }
    return table;
  };

  const sprites = (side: number): Atlas => {
    if (atlas?.side === side) return atlas;
    const canvas = document.createElement('canvas');
    canvas.width = side * LOOKS.length;
    canvas.height = side;
    atlas = { side, canvas, drawn: new Set() };
    return atlas;
  };

  /** Where a look stands in the atlas. Drawn when it is first needed: the first sign of a font costs a frame. */
  const spriteAt = ({ side, canvas, drawn }: Atlas, look: Look): number => {
    const at = LOOKS.indexOf(look) * side;
    if (drawn.has(look)) return at;
    drawn.add(look);
    const context = canvas.getContext('2d');
    if (context !== null) drawLook(context, look, at, 0, side, colors);
    return at;
  };

  const tile = (
    context: CanvasRenderingContext2D,
    source: HTMLCanvasElement,
    at: number,
    side: number,
  ): CanvasPattern | null => {
    if (empty?.side === side) return empty.pattern;
    const canvas = document.createElement('canvas');
    canvas.width = side;
    canvas.height = side;
    canvas.getContext('2d')?.drawImage(source, -at, 0);
    empty = { side, pattern: context.createPattern(canvas, 'repeat') };
    return empty.pattern;
  };

  const forEach = (
    cells: MatrixCells,
    rows: Span,
    columns: Span,
    visit: (look: Look, row: number, column: number) => void,
  ) => {
    const table = lookTable(cells);
    const width = Math.max(0, columns.last - columns.first + 1);
    const line = new Int32Array(width);
    for (let row = rows.first; row <= rows.last; row++) {
      cells.fill(row, columns.first, columns.last, line);
      for (let index = 0; index < width; index++) {
        visit(table[line[index] ?? -1] ?? 'pending', row, columns.first + index);
      }
    }
  };

  const asImage = (
    context: CanvasRenderingContext2D,
    cells: MatrixCells,
    geometry: MatrixGeometry,
    rows: Span,
    columns: Span,
  ) => {
    const width = Math.max(1, columns.last - columns.first + 1);
    const height = Math.max(1, rows.last - rows.first + 1);
    image.width = width;
    image.height = height;
    const into = image.getContext('2d');
    if (into === null) return;
    const data = into.createImageData(width, height);
    const out = new Uint32Array(data.data.buffer);
    const shades = Uint32Array.from(lookTable(cells), (look) => pixels.get(look) ?? 0);
    const pending = pixels.get('pending') ?? 0;
    const line = new Int32Array(width);
    let at = 0;
    for (let row = rows.first; row <= rows.last; row++) {
      cells.fill(row, columns.first, columns.last, line);
      for (const code of line) out[at++] = shades[code] ?? pending;
    }
    into.putImageData(data, 0, 0);
    const { cell, left, top, scrollX, scrollY } = geometry;
    context.imageSmoothingEnabled = false;
    context.drawImage(
      image,
      left + columns.first * cell - scrollX,
      top + rows.first * cell - scrollY,
      width * cell,
      height * cell,
    );
  };

  /** Several cells to a pixel. */
  const asShares = (
    context: CanvasRenderingContext2D,
    cells: MatrixCells,
    geometry: MatrixGeometry,
    rows: Span,
    columns: Span,
  ) => {
    const { cell, left, top, scrollX, scrollY } = geometry;
    const width = Math.max(1, Math.ceil((columns.last - columns.first + 1) * cell * ratio));
    const height = Math.max(1, Math.ceil((rows.last - rows.first + 1) * cell * ratio));
    image.width = width;
    image.height = height;
    const into = image.getContext('2d');
    if (into === null) return;
    const data = into.createImageData(width, height);
    const step = 1 / (cell * ratio);
    sampleCells(cells, lookTable(cells), pixels, {
      out: new Uint32Array(data.data.buffer),
      width,
      height,
      rows: { first: rows.first, step },
      columns: { first: columns.first, step },
    });
    into.putImageData(data, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(
      image,
      left + columns.first * cell - scrollX,
      top + rows.first * cell - scrollY,
      width / ratio,
      height / ratio,
    );
  };

  const asGlyphs = (
    context: CanvasRenderingContext2D,
    cells: MatrixCells,
    geometry: MatrixGeometry,
    rows: Span,
    columns: Span,
  ) => {
    const { cell, left, top, scrollX, scrollY } = geometry;
    const side = Math.round(cell * ratio);
    const source = sprites(side);
    // In whole device pixels, so that sprites are copied and not scaled.
    const xOf = (column: number) => Math.round((left + column * cell - scrollX) * ratio);
    const yOf = (row: number) => Math.round((top + row * cell - scrollY) * ratio);
    const tiled = Number.isInteger(cell * ratio)
      ? tile(context, source.canvas, spriteAt(source, 'none'), side)
      : null;
    context.save();
    context.imageSmoothingEnabled = false;
    if (tiled !== null) {
      // Most cells are empty: one pattern for all of them.
      context.setTransform(1, 0, 0, 1, xOf(columns.first), yOf(rows.first));
      context.fillStyle = tiled;
      context.fillRect(0, 0, (columns.last - columns.first + 1) * side, (rows.last - rows.first + 1) * side);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    forEach(cells, rows, columns, (look, row, column) => {
      if (look === 'none' && tiled !== null) return;
      const at = spriteAt(source, look);
      context.drawImage(source.canvas, at, 0, side, side, xOf(column), yOf(row), side, side);
    });
    context.restore();
    context.strokeStyle = colors.border;
    context.globalAlpha = 0.55;
    context.lineWidth = 1 / ratio;
    context.beginPath();
    const [right, bottom] = [
      left + (columns.last + 1) * cell - scrollX,
      top + (rows.last + 1) * cell - scrollY,
    ];
    for (let column = columns.first; column <= columns.last + 1; column++) {
      const x = snap(left + column * cell - scrollX, ratio);
      context.moveTo(x, top);
      context.lineTo(x, bottom);
    }
    for (let row = rows.first; row <= rows.last + 1; row++) {
      const y = snap(top + row * cell - scrollY, ratio);
      context.moveTo(left, y);
      context.lineTo(right, y);
    }
    context.stroke();
    context.globalAlpha = 1;
  };

  /** Cells without marks and headers: these change with every movement of the pointer, cells with few of them. */
  const ground = document.createElement('canvas');
  let painted: readonly unknown[] = [];
  const paintGround = (cells: MatrixCells, geometry: MatrixGeometry, progress: number) => {
    const { width, height, cell } = geometry;
    const key = [cells, progress, ...Object.values(geometry)];
    if (key.length === painted.length && key.every((part, index) => part === painted[index])) return;
    painted = key;
    ground.width = Math.round(width * ratio);
    ground.height = Math.round(height * ratio);
    const context = ground.getContext('2d', { alpha: false });
    if (context === null) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colors.canvas;
    context.fillRect(0, 0, width, height);
    clipToCells(context, geometry);
    const rows = visibleRows(geometry);
    const columns = visibleColumns(geometry);
    if (rows.last < rows.first || columns.last < columns.first) return;
    if (cell * ratio < 1) asShares(context, cells, geometry, rows, columns);
    else if (cell < SMALL_CELL) asImage(context, cells, geometry, rows, columns);
    else asGlyphs(context, cells, geometry, rows, columns);
    drawBoundaries(context, cells, geometry, rows, columns, colors);
  };

  return {
    paintAll: (canvas, cells) => {
      const { width, height } = canvas;
      const context = canvas.getContext('2d');
      if (context === null || width < 1 || height < 1) return;
      const data = context.createImageData(width, height);
      sampleCells(cells, lookTable(cells), pixels, {
        out: new Uint32Array(data.data.buffer),
        width,
        height,
        rows: { first: 0, step: cells.rowOrder.length / height },
        columns: { first: 0, step: cells.columnOrder.length / width },
      });
      context.putImageData(data, 0, 0);
    },
    paint: (context, cells, geometry, marks, progress) => {
      if (geometry.width < 1 || geometry.height < 1) return;
      paintGround(cells, geometry, progress);
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(ground, 0, 0);
      context.restore();
      context.save();
      clipToCells(context, geometry);
      drawMarks(context, geometry, marks, colors);
      context.restore();
      drawHeaders(context, cells, geometry, visibleRows(geometry), visibleColumns(geometry), marks, colors);
    },
  };
}

function clipToCells(context: CanvasRenderingContext2D, geometry: MatrixGeometry): void {
  const { left, top, width, height, cell, columns, rows, scrollX, scrollY } = geometry;
  context.beginPath();
  context.rect(
    left,
    top,
    Math.min(width - left, columns * cell - scrollX + 2),
    Math.min(height - top, rows * cell - scrollY + 2),
  );
  context.clip();
}

function snap(at: number, ratio: number): number {
  return (Math.round(at * ratio) + 0.5) / ratio;
}

/** Whether a line belongs between two neighbours: in name order another namespace, and always the outside. */
function parts(a: MatrixUnit | undefined, b: MatrixUnit | undefined, byName: boolean): boolean {
  if (a === undefined || b === undefined) return false;
  return isOutsideNext(a, b) || (byName && a.type === 'workload' && a.namespace !== b.namespace);
}

function isOutsideNext(a: MatrixUnit, b: MatrixUnit): boolean {
  return (a.type === 'outside') !== (b.type === 'outside');
}

function drawBoundaries(
  context: CanvasRenderingContext2D,
  cells: MatrixCells,
  geometry: MatrixGeometry,
  rows: Span,
  columns: Span,
  colors: Colors,
): void {
  const { cell, left, top, scrollX, scrollY, width, height } = geometry;
  const between = (
    { first, last }: Span,
    unitAt: (at: number) => MatrixUnit | undefined,
    line: (at: number) => void,
  ) => {
    let previous = first;
    for (let at = first + 1; at <= last; at++) {
      const [a, b] = [unitAt(at - 1), unitAt(at)];
      if (a === undefined || b === undefined || !parts(a, b, cells.byName)) continue;
      const outside = isOutsideNext(a, b);
      // Where namespaces are narrower than this, the lines would be most of the picture.
      if (!outside && (at - previous) * cell < LEAST_BAND) continue;
      previous = at;
      context.fillStyle = outside || cell >= SMALL_CELL ? colors['border-strong'] : colors.border;
      line(at);
    }
  };
  between(
    columns,
    (at) => cells.column(at),
    (at) => context.fillRect(left + at * cell - scrollX - 0.5, top, 1, height - top),
  );
  between(
    rows,
    (at) => cells.row(at),
    (at) => context.fillRect(left, top + at * cell - scrollY - 0.5, width - left, 1),
  );
}

function drawMarks(
  context: CanvasRenderingContext2D,
  { cell, left, top, scrollX, scrollY, width, height }: MatrixGeometry,
  { cursor, selected, focused }: Marks,
  colors: Colors,
): void {
  const box = (at: CellAt, line: number, color: string) => {
    const side = Math.max(cell, 5);
    context.strokeStyle = color;
    context.lineWidth = line;
    context.strokeRect(
      left + at.column * cell - scrollX - (side - cell) / 2,
      top + at.row * cell - scrollY - (side - cell) / 2,
      side,
      side,
    );
  };
  if (cursor !== null) {
    const thick = Math.max(cell, 1);
    const x = left + cursor.column * cell - scrollX;
    const y = top + cursor.row * cell - scrollY;
    context.fillStyle = colors.accent;
    context.globalAlpha = cell < SMALL_CELL ? 0.35 : 0.13;
    context.fillRect(left, y, x - left, thick);
    context.fillRect(x + thick, y, width, thick);
    context.fillRect(x, top, thick, y - top);
    context.fillRect(x, y + thick, thick, height);
    context.globalAlpha = 1;
    box(cursor, focused ? 2.5 : 1.5, colors.text);
  }
  if (selected !== null) {
    box(selected, 4.5, colors.surface);
    box(selected, 2.5, colors.accent);
  }
}
