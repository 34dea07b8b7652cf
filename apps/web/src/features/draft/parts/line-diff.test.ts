import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines } from './line-diff.ts';

test('changed lines stand beside each other, the rest beside itself', () => {
  expect(diffLines('a\nb\nc', 'a\nx\ny\nc')).toEqual([
    { left: 'a', right: 'a' },
    { left: 'b', right: 'x' },
    { left: null, right: 'y' },
    { left: 'c', right: 'c' },
  ]);
});

test('both sides are whole and in order, whatever they are', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '')).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (left, right) => {
      const rows = diffLines(left, right);
      expect(rows.flatMap((row) => row.left ?? []).join('\n')).toBe(left);
      expect(rows.flatMap((row) => row.right ?? []).join('\n')).toBe(right);
    }),
  );
});
