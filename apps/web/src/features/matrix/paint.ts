import type { MatrixUnit } from '@bulkhead/policy-engine';
import type { Colors } from '../../shared/colors.ts';
import { MARKS } from '../../shared/marks.tsx';
import { type CellAt, type MatrixGeometry, type Span, visibleColumns, visibleRows } from './geometry.ts';
import { drawLook, LOOKS, type Look, lookOf, pixelOf } from './looks.ts';
import type { MatrixCells } from './store.ts';

/** Below this side a cell is a pixel of an image, and rows have no names. */
export const SMALL_CELL = 9;
/** From this side on rows and columns have their names. */
export const NAMED_CELL = 12;
/** Cells that are looked at for a pixel that stands for more, along each side. */
const SAMPLES = 2;
/** What a pixel shows that stands for several cells. */
const WEIGHT: Readonly<Partial<Record<Look, number>>> = {
  none: 1,
  self: 1,
  open: 2,
  all: 3,
  some: 4,
  unknown: 5,
  uncertain: 6,
  narrowed: 7,
  rearranged: 7,
  widened: 8,
  closed: 9,
  opened: 10,
};
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

export interface Marks {
  /** Under the pointer, or where the keyboard is. */
  readonly cursor: CellAt | null;
  readonly selected: CellAt | null;
  readonly focused: boolean;
}

export interface Painter {
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

/** Paints matrices in a theme's colours; keeps what it needs from frame to frame. */
export function createPainter(colors: Colors, ratio: number, verdicts: readonly string[]): Painter {
  const pixels = new Map(LOOKS.map((look) => [look, pixelOf(look, colors)]));
  const looks = new Map<MatrixCells['outcomes'], Look[]>();
  const image = document.createElement('canvas');
  let empty: { readonly side: number; readonly pattern: CanvasPattern | null } | undefined;
  let atlas: { readonly side: number; readonly canvas: HTMLCanvasElement } | undefined;

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

  const sprites = (side: number): HTMLCanvasElement => {
    if (atlas?.side === side) return atlas.canvas;
    const canvas = document.createElement('canvas');
    canvas.width = side * LOOKS.length;
    canvas.height = side;
    const context = canvas.getContext('2d');
    if (context !== null) {
      for (const [index, look] of LOOKS.entries()) drawLook(context, look, index * side, 0, side, colors);
    }
    atlas = { side, canvas };
    return canvas;
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
    let at = 0;
    forEach(cells, rows, columns, (look) => {
      out[at++] = pixels.get(look) ?? 0;
    });
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

  /** Several cells to a pixel: each shows the one among a few of its cells that says most. */
  const asSample = (
    context: CanvasRenderingContext2D,
    cells: MatrixCells,
    geometry: MatrixGeometry,
    rows: Span,
    columns: Span,
  ) => {
    const table = lookTable(cells);
    const { cell, left, top, scrollX, scrollY } = geometry;
    const step = 1 / (cell * ratio);
    const width = Math.ceil((columns.last - columns.first + 1) / step);
    const height = Math.ceil((rows.last - rows.first + 1) / step);
    image.width = Math.max(1, width);
    image.height = Math.max(1, height);
    const into = image.getContext('2d');
    if (into === null) return;
    const data = into.createImageData(image.width, image.height);
    const out = new Uint32Array(data.data.buffer);
    const weights = table.map((look) => WEIGHT[look] ?? 0);
    const shades = table.map((look) => pixels.get(look) ?? 0);
    const pending = pixels.get('pending') ?? 0;
    const classes = cells.columnClasses;
    for (let y = 0; y < height; y++) {
      const lines: Uint32Array[] = [];
      for (let sample = 0; sample < SAMPLES; sample++) {
        const row = rows.first + Math.floor((y + sample / SAMPLES) * step);
        const line = row > rows.last ? undefined : cells.line(row);
        if (line !== undefined) lines.push(line);
      }
      for (let x = 0; x < width; x++) {
        let most = -1;
        for (let sample = 0; sample < SAMPLES; sample++) {
          const column = columns.first + Math.floor((x + sample / SAMPLES) * step);
          const own = classes[column];
          if (own === undefined || column > columns.last) continue;
          for (const line of lines) {
            const code = line[own] ?? 0;
            if ((weights[code] ?? 0) > (weights[most] ?? -1)) most = code;
          }
        }
        out[y * image.width + x] = lines.length === 0 ? pending : (shades[most] ?? pending);
      }
    }
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
    const slots = new Map(LOOKS.map((look, index) => [look, index * side]));
    // In whole device pixels, so that sprites are copied and not scaled.
    const xOf = (column: number) => Math.round((left + column * cell - scrollX) * ratio);
    const yOf = (row: number) => Math.round((top + row * cell - scrollY) * ratio);
    const none = slots.get('none') ?? 0;
    const tiled = Number.isInteger(cell * ratio) ? tile(context, source, none, side) : null;
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
      context.drawImage(source, slots.get(look) ?? 0, 0, side, side, xOf(column), yOf(row), side, side);
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
    if (cell * ratio < 1) asSample(context, cells, geometry, rows, columns);
    else if (cell < SMALL_CELL) asImage(context, cells, geometry, rows, columns);
    else asGlyphs(context, cells, geometry, rows, columns);
    drawBoundaries(context, cells, geometry, rows, columns, colors);
  };

  return {
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

/** Whether a stronger line belongs between two neighbours: in name order another namespace, and always the outside. */
function parts(a: MatrixUnit | undefined, b: MatrixUnit | undefined, byName: boolean): boolean {
  if (a === undefined || b === undefined) return false;
  if ((a.type === 'outside') !== (b.type === 'outside')) return true;
  return byName && a.type === 'workload' && a.namespace !== b.namespace;
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
  context.fillStyle = colors['border-strong'];
  for (let column = columns.first + 1; column <= columns.last; column++) {
    if (parts(cells.column(column - 1), cells.column(column), cells.byName)) {
      context.fillRect(left + column * cell - scrollX - 0.5, top, 1, height - top);
    }
  }
  for (let row = rows.first + 1; row <= rows.last; row++) {
    if (parts(cells.row(row - 1), cells.row(row), cells.byName)) {
      context.fillRect(left, top + row * cell - scrollY - 0.5, width - left, 1);
    }
  }
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

/** A row's or column's name as it stands in the header. */
export function headerText(unit: MatrixUnit | undefined, qualified: boolean): string {
  if (unit === undefined) return '';
  const name = qualified && unit.type === 'workload' ? `${unit.namespace}/${unit.label}` : unit.label;
  return unit.mark === null ? name : `${MARKS[unit.mark].sign} ${name}`;
}

const fitted = new Map<string, string>();
const FITTED_AT_MOST = 20_000;

/** A name cut to a width. Measuring is slow and the same names come with every frame, so what fits is remembered. */
function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  const key = `${context.font} ${Math.floor(room)} ${text}`;
  let known = fitted.get(key);
  if (known === undefined) {
    if (fitted.size > FITTED_AT_MOST) fitted.clear();
    known = cut(context, text, room);
    fitted.set(key, known);
  }
  return known;
}

function cut(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let [lo, hi] = [1, text.length];
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (context.measureText(`${text.slice(0, mid)}…`).width <= room) lo = mid;
    else hi = mid - 1;
  }
  return `${text.slice(0, lo)}…`;
}

function drawHeaders(
  context: CanvasRenderingContext2D,
  cells: MatrixCells,
  geometry: MatrixGeometry,
  rows: Span,
  columns: Span,
  { cursor, selected }: Marks,
  colors: Colors,
): void {
  const { cell, left, top, scrollX, scrollY, width, height } = geometry;
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
  context.textBaseline = 'middle';
  const named = cell >= NAMED_CELL;
  const mark = (on: boolean, unit?: MatrixUnit) => {
    const own = unit?.mark ?? null;
    context.font = `${own === null ? '' : 'italic '}${on ? 600 : 400} 12px ${FONT}`;
    context.fillStyle = on ? colors.accent : own === null ? colors.text : colors[MARKS[own].color];
  };
  const isOn = (axis: 'row' | 'column', at: number) => cursor?.[axis] === at || selected?.[axis] === at;
  const shownRows = named ? span(rows) : [selected?.row, cursor?.row].filter((at) => at !== undefined);
  context.save();
  context.beginPath();
  context.rect(0, top, left, height - top);
  context.clip();
  context.textAlign = 'right';
  for (const row of shownRows) {
    const y = top + row * cell - scrollY + cell / 2;
    mark(isOn('row', row), cells.row(row));
    const text = shortened(context, headerText(cells.row(row), cells.rowsQualified), left - 16);
    if (!named) plate(context, left - 8, y, text, 'right', colors);
    mark(isOn('row', row), cells.row(row));
    context.fillText(text, left - 8, y);
  }
  context.restore();
  context.save();
  context.beginPath();
  context.rect(left, 0, width - left, top);
  context.clip();
  if (named) {
    context.textAlign = 'left';
    for (const column of span(columns)) {
      context.save();
      context.translate(left + column * cell - scrollX + cell / 2, top - 7);
      context.rotate(-Math.PI / 3);
      mark(isOn('column', column), cells.column(column));
      const room = (top - 14) / Math.sin(Math.PI / 3);
      context.fillText(
        shortened(context, headerText(cells.column(column), cells.columnsQualified), room),
        0,
        0,
      );
      context.restore();
    }
  } else {
    for (const column of [selected?.column, cursor?.column].filter((at) => at !== undefined)) {
      mark(true);
      const text = headerText(cells.column(column), cells.columnsQualified);
      const half = context.measureText(text).width / 2 + 6;
      const middle = left + column * cell - scrollX + cell / 2;
      const x = Math.max(left + half, Math.min(width - half, middle));
      plate(context, x, top / 2, text, 'center', colors);
      mark(true);
      context.fillText(text, x, top / 2);
    }
  }
  context.restore();
  context.fillStyle = colors.surface;
  context.fillRect(0, 0, left - 1, top - 1);
  context.font = `12px ${FONT}`;
  context.fillStyle = colors['text-3'];
  context.textAlign = 'right';
  if (named) {
    context.fillText('destination →', left - 10, top - 32);
    context.fillText('source ↓', left - 10, top - 13);
  } else {
    context.fillText('source ↓  destination →', left - 10, top / 2);
  }
}

function span({ first, last }: Span): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** A background for a name that stands over others. */
function plate(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  text: string,
  align: 'right' | 'center',
  colors: Colors,
): void {
  const width = context.measureText(text).width + 10;
  context.textAlign = align;
  context.fillStyle = colors['accent-soft'];
  context.fillRect(align === 'right' ? x - width + 5 : x - width / 2, y - 10, width, 20);
}
