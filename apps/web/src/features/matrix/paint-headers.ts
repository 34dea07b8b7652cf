import type { MatrixUnit } from '@bulkhead/policy-engine';
import type { Colors } from '../../shared/colors.ts';
import { MARKS } from '../../shared/marks.tsx';
import type { MatrixGeometry, Span } from './geometry.ts';
import type { Marks } from './paint.ts';
import type { MatrixCells } from './store.ts';

/** From this side on every row and column has its name: the leaning ones then stand clear of each other. */
export const NAMED_CELL = 14;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
/** What a line of a name takes, and how narrow a cut name may be. */
const LINE = 15;
const LEAST_NAME = 36;

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

/** What is left out is in the middle: names of one cluster often begin alike. */
function cut(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  const keeping = (letters: number) => {
    const tail = Math.floor(letters / 2);
    return `${text.slice(0, letters - tail)}…${tail === 0 ? '' : text.slice(-tail)}`;
  };
  let [lo, hi] = [1, text.length - 1];
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (context.measureText(keeping(mid)).width <= room) lo = mid;
    else hi = mid - 1;
  }
  return keeping(lo);
}

/** Names along both axes, over what scrolls beneath. */
export function drawHeaders(
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
  const bands = !named && cells.byName;
  context.save();
  context.beginPath();
  context.rect(0, top, left, height - top);
  context.clip();
  context.textAlign = 'right';
  if (bands) {
    for (const band of bandsOf(rows, (at) => cells.row(at))) {
      if ((band.last - band.first + 1) * cell < LINE) continue;
      mark(false);
      const middle = top + ((band.first + band.last + 1) / 2) * cell - scrollY;
      context.fillText(shortened(context, band.name, left - 16), left - 8, middle);
    }
  }
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
    if (bands) {
      context.textAlign = 'center';
      for (const band of bandsOf(columns, (at) => cells.column(at))) {
        const room = (band.last - band.first + 1) * cell - 8;
        mark(false);
        const text = shortened(context, band.name, room);
        if (room < LEAST_NAME || text.length < 4) continue;
        context.fillText(text, left + ((band.first + band.last + 1) / 2) * cell - scrollX, top / 2);
      }
    }
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

interface Band extends Span {
  readonly name: string;
}

/** Neighbours of one namespace, as far as they are in sight. */
function bandsOf({ first, last }: Span, unitAt: (at: number) => MatrixUnit | undefined): readonly Band[] {
  const bands: Band[] = [];
  let start = first;
  for (let at = first; at <= last; at++) {
    const unit = unitAt(at);
    if (unit?.type !== 'workload') {
      start = at + 1;
      continue;
    }
    const next = at === last ? undefined : unitAt(at + 1);
    if (next?.type === 'workload' && next.namespace === unit.namespace) continue;
    bands.push({ first: start, last: at, name: unit.namespace ?? '' });
    start = at + 1;
  }
  return bands;
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
