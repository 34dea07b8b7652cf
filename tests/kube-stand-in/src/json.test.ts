import { describe, expect, it } from 'vitest';
import { copyJson, type JsonObject, sameJson } from './json.ts';

describe('copies of JSON', () => {
  it('are equal, deep, and keep a key named __proto__ as a key', () => {
    const original: JsonObject = JSON.parse('{"a":[{"b":1},null],"__proto__":{"x":"y"},"constructor":"z"}');
    const copy = copyJson(original);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(original));
    expect(copy.a).not.toBe(original.a);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });
});

describe('sameness of JSON', () => {
  it.each([
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    [{ a: undefined }, {}, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: [1, 2] }, { a: [2, 1] }, false],
    [{ a: {} }, { a: [] }, false],
    [{ constructor: 'x' }, {}, false],
    ['1', 1, false],
  ])('of %j and %j is %s', (a, b, same) => {
    expect(sameJson(a, b)).toBe(same);
    expect(sameJson(b, a)).toBe(same);
  });
});
