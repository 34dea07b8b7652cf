/* Where cells are on the screen: arithmetic only. Lengths are CSS pixels. */

export interface MatrixGeometry {
  /** Side of a cell. */
  readonly cell: number;
  /** Width of the row headers, height of the column headers. */
  readonly left: number;
  readonly top: number;
  readonly scrollX: number;
  readonly scrollY: number;
  readonly width: number;
  readonly height: number;
  readonly rows: number;
  readonly columns: number;
}

/** A cell by its place on the screen: the nth row and column from the top left. */
export interface CellAt {
  readonly row: number;
  readonly column: number;
}

export interface Span {
  readonly first: number;
  /** Before `first` where nothing is in sight. */
  readonly last: number;
}

/** Rows in sight. */
export function visibleRows({ cell, top, scrollY, height, rows }: MatrixGeometry): Span {
  return {
    first: Math.max(0, Math.floor(scrollY / cell)),
    last: Math.min(rows - 1, Math.floor((scrollY + height - top - 1) / cell)),
  };
}

/** Columns in sight. */
export function visibleColumns({ cell, left, scrollX, width, columns }: MatrixGeometry): Span {
  return {
    first: Math.max(0, Math.floor(scrollX / cell)),
    last: Math.min(columns - 1, Math.floor((scrollX + width - left - 1) / cell)),
  };
}

export type Hit =
  | ({ readonly on: 'cell' } & CellAt)
  | { readonly on: 'row'; readonly row: number }
  | { readonly on: 'column'; readonly column: number };

/** How far a column's rotated name leans to the right over the height of the header. */
export const LEAN = Math.tan(Math.PI / 6);

/** What is under a point of the canvas: a cell, a header, or nothing. */
export function hitTest(geometry: MatrixGeometry, x: number, y: number): Hit | null {
  const { cell, left, top, scrollX, scrollY, rows, columns } = geometry;
  const row = Math.floor((y - top + scrollY) / cell);
  if (y < top) {
    // Names lean, so the higher the point, the further to the left is their column.
    const column = Math.floor((x - left - (top - y) * LEAN + scrollX) / cell);
    return x >= left && column >= 0 && column < columns ? { on: 'column', column } : null;
  }
  if (row < 0 || row >= rows) return null;
  if (x < left) return { on: 'row', row };
  const column = Math.floor((x - left + scrollX) / cell);
  return column < columns ? { on: 'cell', row, column } : null;
}

/** Scroll position that has a cell in sight, moved as little as that takes. */
export function scrolledTo(
  geometry: MatrixGeometry,
  { row, column }: CellAt,
): { readonly x: number; readonly y: number } {
  const { cell, left, top, scrollX, scrollY, width, height } = geometry;
  const into = (at: number, scroll: number, room: number) =>
    Math.max(0, Math.min(at * cell, Math.max(scroll, (at + 1) * cell - room)));
  return { x: into(column, scrollX, width - left), y: into(row, scrollY, height - top) };
}

/** Sides that zooming goes through. */
export const CELL_SIZES = [1, 1.5, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 34, 40] as const;

/** The next side up or down. */
export function zoomed(cell: number, direction: 1 | -1): number {
  const sizes = direction === 1 ? CELL_SIZES : CELL_SIZES.toReversed();
  return sizes.find((size) => (size - cell) * direction > 0.01) ?? cell;
}

/** The largest side at which all is in sight, within limits, in whole device pixels. */
export function fittingCell(
  room: { readonly width: number; readonly height: number },
  rows: number,
  columns: number,
  ratio: number,
  limits: { readonly least: number; readonly most: number },
): number {
  const side = Math.min(room.width / Math.max(1, columns), room.height / Math.max(1, rows));
  // A cell below a device pixel is only a share of one anyway.
  const whole = side * ratio < 1 ? side : Math.floor(side * ratio) / ratio;
  return Math.max(limits.least, Math.min(limits.most, whole));
}
