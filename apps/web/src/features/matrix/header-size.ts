import { LEAN } from './geometry.ts';
import { headerText, NAMED_CELL } from './paint-headers.ts';
import type { MatrixCells } from './store.ts';

export interface HeaderSize {
  readonly left: number;
  readonly top: number;
  /** How far the last column's leaning name stands out to the right. */
  readonly overhang: number;
}

/** Names are measured once for each matrix: their longest in letters stands for the widest. */
const longest = new WeakMap<MatrixCells, { readonly row: number; readonly column: number }>();
const LETTER = 6.6;

function longestNames(cells: MatrixCells) {
  let known = longest.get(cells);
  if (known === undefined) {
    const most = (units: MatrixCells['frame']['rows']['units'], qualified: boolean) =>
      units.reduce((sum, unit) => Math.max(sum, headerText(unit, qualified).length), 0);
    known = {
      row: most(cells.frame.rows.units, cells.rowsQualified),
      column: most(cells.frame.columns.units, cells.columnsQualified),
    };
    longest.set(cells, known);
  }
  return known;
}

/** Room for the names beside and above the cells; where cells are too small for names, for the one pointed at. */
export function headerSize(
  cells: MatrixCells,
  cell: number,
  box: { readonly width: number; readonly height: number },
): HeaderSize {
  const { row, column } = longestNames(cells);
  // Of the window and not of the box: cells must not move aside because a panel opens next to them.
  const most = Math.max(110, Math.min(260, window.innerWidth * 0.16));
  const left = Math.round(Math.max(110, Math.min(most, row * LETTER + 20)));
  if (cell < NAMED_CELL) return { left: Math.max(left, 150), top: 30, overhang: 0 };
  const length = Math.max(60, Math.min(170, box.height * 0.3, column * LETTER + 14));
  const top = Math.round(length * Math.sin(Math.PI / 3) + 12);
  return { left, top, overhang: Math.round(top * LEAN) };
}
