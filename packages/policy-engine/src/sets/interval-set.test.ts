import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  equalSets,
  fromIntervals,
  fromSortedPoints,
  has,
  type IntervalSet,
  includes,
  intersect,
  members,
  overlaps,
  size,
  subtract,
  union,
  unionAll,
} from './interval-set.ts';

const RANGE = 40;
const points = fc
  .uniqueArray(fc.integer({ min: 0, max: RANGE }), { maxLength: 25 })
  .map((list) => list.sort((a, b) => a - b));
const sets = points.map(fromSortedPoints);

/** The slow twin: an ordinary Set of members. */
function plain(set: IntervalSet): Set<number> {
  return new Set(members(set));
}

describe('interval sets', () => {
  it('hold exactly their points, in canonical form', () => {
    fc.assert(
      fc.property(points, (list) => {
        const set = fromSortedPoints(list);
        expect(members(set)).toEqual(list);
        for (let i = 2; i < set.length; i += 2) expect(set[i]).toBeGreaterThan((set[i - 1] ?? 0) + 1);
        expect(size(set)).toBe(list.length);
      }),
    );
  });

  it('agree with ordinary sets on every operation', () => {
    fc.assert(
      fc.property(sets, sets, fc.integer({ min: 0, max: RANGE }), (a, b, value) => {
        const x = plain(a);
        const y = plain(b);
        expect(plain(union(a, b))).toEqual(new Set([...x, ...y]));
        expect(plain(intersect(a, b))).toEqual(new Set([...x].filter((item) => y.has(item))));
        expect(plain(subtract(a, b))).toEqual(new Set([...x].filter((item) => !y.has(item))));
        expect(has(a, value)).toBe(x.has(value));
        expect(overlaps(a, b)).toBe([...x].some((item) => y.has(item)));
        expect(includes(a, b)).toBe([...y].every((item) => x.has(item)));
      }),
      { numRuns: 2000 },
    );
  });

  it('obey the laws of set algebra', () => {
    fc.assert(
      fc.property(sets, sets, sets, (a, b, c) => {
        expect(union(a, b)).toEqual(union(b, a));
        expect(intersect(a, b)).toEqual(intersect(b, a));
        expect(union(union(a, b), c)).toEqual(union(a, union(b, c)));
        expect(intersect(intersect(a, b), c)).toEqual(intersect(a, intersect(b, c)));
        expect(intersect(a, union(b, c))).toEqual(union(intersect(a, b), intersect(a, c)));
        expect(union(a, intersect(b, c))).toEqual(intersect(union(a, b), union(a, c)));
        expect(subtract(a, a)).toEqual([]);
        expect(subtract(a, union(b, c))).toEqual(intersect(subtract(a, b), subtract(a, c)));
        expect(union(intersect(a, b), subtract(a, b))).toEqual(a);
        expect(equalSets(unionAll([a, b, c]), union(a, union(b, c)))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('come out the same from intervals in any order, overlapping or touching', () => {
    const flat = fc.array(fc.tuple(fc.integer({ min: 0, max: RANGE }), fc.integer({ min: 0, max: 5 })));
    fc.assert(
      fc.property(flat, (pairs) => {
        const set = fromIntervals(pairs.flatMap(([lo, length]) => [lo, lo + length]));
        const expected = new Set(
          pairs.flatMap(([lo, length]) => Array.from({ length: length + 1 }, (_, i) => lo + i)),
        );
        expect(plain(set)).toEqual(expected);
      }),
    );
  });
});
