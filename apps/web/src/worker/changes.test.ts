import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changed, changeOf } from './changes.ts';

const value = fc.anything({
  maxDepth: 4,
  withTypedArray: true,
  withNullPrototype: false,
  values: [fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.double()],
});

/** Some of it said otherwise: what answers to the same question mostly are to each other. */
function edited(of: unknown, choices: readonly number[], depth = 0): unknown {
  const choice = choices[depth % choices.length] ?? 0;
  if (choice === 0 || typeof of !== 'object' || of === null) return choice === 1 ? 'other' : of;
  if (Array.isArray(of)) {
    if (choice === 1) return of.toSpliced(of.length >> 1, 1);
    if (choice === 2) return of.toSpliced(of.length >> 1, 0, 'new');
    return of.map((entry, index) => (index % 3 === 0 ? edited(entry, choices, depth + 1) : entry));
  }
  if (Object.getPrototypeOf(of) !== Object.prototype) return of;
  const fields = Object.entries(of).map(([name, own], index) => [
    name,
    index % 2 === 0 ? edited(own, choices, depth + 1) : own,
  ]);
  return Object.fromEntries(choice === 1 ? fields.slice(1) : choice === 2 ? [...fields, ['new', 1]] : fields);
}

test('who has a value as it was has it as it is by what is told, over any channel', () => {
  const choices = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(value, value, choices, (was, another, how) => {
      for (const is of [another, edited(was, how), structuredClone(was)]) {
        expect(changed(was, structuredClone(changeOf(was, is)))).toEqual(is);
      }
      expect(changeOf(was, structuredClone(was))).toBe(null);
    }),
    { numRuns: 400, seed: 1 },
  );
});

test('only what changed is told, and all else stays the same object', () => {
  const rows = (last: string) => ['a', 'b', 'c', 'd', last].map((name) => ({ name, ports: { all: false } }));
  const was = { rows: rows('e'), count: 5 };
  const change = changeOf(was, { rows: rows('f'), count: 5 });
  expect(JSON.stringify(change).length).toBeLessThan(JSON.stringify(was).length);
  const is = changed(was, change);
  expect(is).toEqual({ rows: rows('f'), count: 5 });
  if (typeof is !== 'object' || is === null || !('rows' in is) || !Array.isArray(is.rows)) throw new Error();
  expect(is.rows[0]).toBe(was.rows[0]);
  expect(changed(was, changeOf(was, structuredClone(was)))).toBe(was);
  expect(changeOf([1, 2, 3, 5], [1, 2, 3, 4, 5])).toEqual({
    type: 'middle',
    before: 3,
    behind: 1,
    entries: [4],
  });
});
