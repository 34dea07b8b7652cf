import { describe, expect, it } from 'vitest';
import { ROW_HEIGHT, revealing, rowWindow } from './row-window.ts';

const height = 640;

describe.each([5, 1_000, 50_000_000])('a table of %i rows', (count) => {
  const last = rowWindow(count, { scrollTop: 0, height }).height - height;

  it('shows the first rows at its top and the last ones at its end', () => {
    expect(rowWindow(count, { scrollTop: 0, height })).toMatchObject({ first: 0, shift: 0 });
    const { end, shift } = rowWindow(count, { scrollTop: Math.max(0, last), height });
    expect(end).toBe(count);
    if (last > 0) expect((count - 1) * ROW_HEIGHT + shift).toBeCloseTo(last + height - ROW_HEIGHT, 4);
  });

  it('draws every row that is in sight, wherever it is scrolled to', () => {
    for (const share of [0, 0.1, 0.37, 0.5, 0.999, 1]) {
      const scrollTop = Math.max(0, last) * share;
      const { first, end, shift } = rowWindow(count, { scrollTop, height });
      expect(first === 0 || first * ROW_HEIGHT + shift <= scrollTop).toBe(true);
      expect(end === count || end * ROW_HEIGHT + shift >= scrollTop + height).toBe(true);
      expect(end - first).toBeLessThan(60);
    }
  });

  it('brings any row into sight, and stays where it is in sight already', () => {
    for (const index of [0, 1, Math.floor(count / 2), count - 1]) {
      const scrollTop = revealing(count, { scrollTop: 0, height }, index);
      const { shift } = rowWindow(count, { scrollTop, height });
      const top = index * ROW_HEIGHT + shift - scrollTop;
      expect(top).toBeGreaterThanOrEqual(-0.01);
      expect(top).toBeLessThanOrEqual(height - ROW_HEIGHT + 0.01);
      expect(revealing(count, { scrollTop, height }, index)).toBeCloseTo(scrollTop, 4);
    }
  });
});
