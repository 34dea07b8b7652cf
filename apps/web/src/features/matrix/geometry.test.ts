import { describe, expect, it } from 'vitest';
import {
  fittingCell,
  hitTest,
  type MatrixGeometry,
  scrolledTo,
  visibleColumns,
  visibleRows,
  zoomed,
} from './geometry.ts';

const AT: MatrixGeometry = {
  cell: 20,
  left: 100,
  top: 80,
  scrollX: 50,
  scrollY: 0,
  width: 300,
  height: 200,
  rows: 100,
  columns: 12,
};

describe('the matrix on the screen', () => {
  it('has in sight what is not behind the headers', () => {
    expect(visibleRows(AT)).toEqual({ first: 0, last: 5 });
    expect(visibleColumns(AT)).toEqual({ first: 2, last: 11 });
  });

  it('finds the cell under a point', () => {
    expect(hitTest(AT, 100, 80)).toEqual({ on: 'cell', row: 0, column: 2 });
    expect(hitTest(AT, 289, 199)).toEqual({ on: 'cell', row: 5, column: 11 });
    expect(hitTest({ ...AT, scrollX: 200 }, 299, 199)).toBe(null);
  });

  it('finds headers, and follows the lean of column names', () => {
    expect(hitTest(AT, 20, 130)).toEqual({ on: 'row', row: 2 });
    expect(hitTest(AT, 111, 79)).toEqual({ on: 'column', column: 3 });
    expect(hitTest(AT, 145, 20)).toEqual({ on: 'column', column: 3 });
    expect(hitTest(AT, 20, 20)).toBe(null);
  });

  it('scrolls no further than needed', () => {
    expect(scrolledTo(AT, { row: 2, column: 5 })).toEqual({ x: 50, y: 0 });
    expect(scrolledTo(AT, { row: 9, column: 0 })).toEqual({ x: 0, y: 80 });
  });

  it('zooms through fixed sides and stops at the ends', () => {
    expect([zoomed(12, 1), zoomed(12, -1), zoomed(11.5, 1), zoomed(40, 1), zoomed(1, -1)]).toEqual([
      14, 10, 12, 40, 1,
    ]);
  });

  it('fits within limits and whole device pixels', () => {
    const limits = { least: 1, most: 28 };
    expect(fittingCell({ width: 1000, height: 500 }, 30, 30, 2, limits)).toBe(16.5);
    expect(fittingCell({ width: 1000, height: 500 }, 2, 2, 1, limits)).toBe(28);
    expect(fittingCell({ width: 100, height: 100 }, 5000, 5000, 1, limits)).toBe(1);
    expect(fittingCell({ width: 100, height: 100 }, 400, 400, 1, { least: 0.01, most: 28 })).toBe(0.25);
  });
});
