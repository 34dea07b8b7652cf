import { describe, expect, it } from 'vitest';
import { columnWidths, contentWidth } from './column-widths.ts';

const COLUMNS = [
  { key: 'name', title: 'Name', least: 60, want: 200, grow: 1 },
  { key: 'count', title: 'Count', least: 80, want: 80, grow: 0 },
  { key: 'rules', title: 'Rules', least: 100, want: 300, grow: 3 },
];

describe('widths of columns', () => {
  it('gives each what it wants, and what is left over to those that grow', () => {
    expect(columnWidths(COLUMNS, 580)).toEqual([200, 80, 300]);
    expect(columnWidths(COLUMNS, 620)).toEqual([210, 80, 330]);
  });

  it('takes from the widest first where there is too little, but no more than each can spare', () => {
    const shrunk = (room: number) => columnWidths(COLUMNS, room).map(Math.round);
    expect(shrunk(510)).toEqual([200, 80, 230]);
    expect(shrunk(380)).toEqual([150, 80, 150]);
    expect(shrunk(250)).toEqual([70, 80, 100]);
    expect(shrunk(100)).toEqual([60, 80, 100]);
  });

  it('leaves what was chosen by hand as it is', () => {
    expect(columnWidths(COLUMNS, 700, { name: 50 })).toEqual([50, 80, 570]);
    expect(columnWidths(COLUMNS, 100, { name: 500 })).toEqual([500, 80, 100]);
  });

  it('measures the widest text and the title, up to a limit', () => {
    const short = contentWidth('Name', ['a', 'bb'], { most: 300 });
    expect(contentWidth('Name', ['a', 'payments-reconciliation', 'bb'], { most: 300 })).toBeGreaterThan(
      short,
    );
    expect(contentWidth('A much longer title', ['a'], { most: 300 })).toBeGreaterThan(short);
    expect(contentWidth('Name', ['x'.repeat(1_000)], { most: 300 })).toBe(300);
    // Many narrow letters are less than a few wide ones: both are among the candidates.
    expect(contentWidth('', ['iiiiii', 'WWWWW', 'a', 'b', 'c'], { most: 999 })).toBe(
      contentWidth('', ['WWWWW'], { most: 999 }),
    );
  });
});
