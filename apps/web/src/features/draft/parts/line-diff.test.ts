import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines, withContext } from './line-diff.ts';

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

test('equal lines far from any change are counted instead of shown', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `${index}`);
  const rows = diffLines(lines.join('\n'), lines.with(10, 'x').join('\n'));
  const parts = withContext(rows, 2);
  expect(parts.map((part) => ('same' in part ? part.same : part.rows.length))).toEqual([8, 5, 7]);
  expect(withContext(diffLines('a\nb', 'a\nb'), 2)).toEqual([{ same: 2 }]);
});
