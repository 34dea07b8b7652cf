import { describe, expect, it } from 'vitest';
import { bareLetter, readYaml } from './yaml-values.ts';

function valueIn(text: string) {
  const read = readYaml(text);
  if (!read.ok) throw new Error(read.problem.message);
  return read.value;
}

function problemOf(text: string) {
  const read = readYaml(text);
  return read.ok ? undefined : read.problem;
}

describe('values', () => {
  it.each([
    ['a: yes', { a: true }],
    ['a: Off', { a: false }],
    ['a: "yes"', { a: 'yes' }],
    ['a: y', { a: 'y' }],
    ['a: 0x1F', { a: 31 }],
    ['a: 0777', { a: 511 }],
    ['a: 0080', { a: 80 }],
    ['a: 1_000', { a: 1000 }],
    ['a: 8e1', { a: 80 }],
    ['a: 2024-01-01', { a: '2024-01-01' }],
    ['a: 12:30', { a: '12:30' }],
    ['a: ~\nb:\nc: null', { a: null, b: null, c: null }],
    ['a: &x {b: 1}\nc: {<<: *x, d: 2}', { a: { b: 1 }, c: { b: 1, d: 2 } }],
    ['{"a": [1, "b", null]}', { a: [1, 'b', null] }],
    ['{a: 1, b: [c]}', { a: 1, b: ['c'] }],
  ])('%s', (text, expected) => {
    expect(valueIn(text)).toEqual(expected);
  });

  it('a key of the prototype is an own key', () => {
    for (const text of [
      '__proto__: {polluted: 1}\nconstructor: a',
      '{"__proto__": {"polluted": 1}, "constructor": "a"}',
    ]) {
      const value = valueIn(text);
      expect(Object.keys(Object(value))).toEqual(['__proto__', 'constructor']);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
  });
});

describe('problems', () => {
  it.each([
    ['a bad indentation', 'a: 1\n  b: 2\n', 'yaml-syntax', 2],
    ['a tab', 'a:\n\tb: 1\n', 'yaml-syntax', 2],
    ['an open quote', 'a: "b\nc: 1\n', 'yaml-syntax', 2],
    ['an open bracket', 'a: [1, 2\nb: 1\n', 'yaml-syntax', 2],
    ['an unknown alias', 'a: *b\n', 'yaml-syntax', 1],
    ['an unknown tag', 'a: !secret b\n', 'yaml-syntax', 1],
    ['control characters', 'a: \u0001\n', 'yaml-syntax', 1],
  ])('%s', (_, text, code, line) => {
    expect(problemOf(text)).toMatchObject({ code, line });
    expect(problemOf(text)?.hint).not.toBe('');
  });

  it('a duplicate key: the last value counts, and the line is told', () => {
    const read = readYaml('a: 1\nb: 2\na: 3\n');
    expect(read).toMatchObject({
      ok: true,
      value: { a: 3, b: 2 },
      duplicateKeys: [
        { code: 'duplicate-key', line: 3, message: expect.stringMatching(/^`a` occurs twice/) },
      ],
    });
  });

  it.each([
    ['x: 1\n"a b": 1\n"a b": 2\n', '`a b`'],
    ["- 'k': 1\n  'k': 2\n", '`k`'],
    ['{ p: 1, p: 2 }\n', '`p`'],
  ])('names the key that occurs twice in %j', (text, key) => {
    const read = readYaml(text);
    expect(read.ok && read.duplicateKeys[0]?.message).toBe(`${key} occurs twice; only the last one counts.`);
  });

  it('aliases that expand without end, or to themselves', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`,
    );
    expect(problemOf(`a0: &a0 [x]\n${levels.join('\n')}\n`)?.code).toBe('yaml-alias-bomb');
    expect(problemOf('a: &a [*a]\n')?.code).toBe('yaml-alias-bomb');
    expect(problemOf('a: &a {b: 1}\nc: [*a, *a]\n')).toBeUndefined();
  });

  it('nesting without end', () => {
    expect(problemOf('['.repeat(100_000))?.code).toBe('yaml-too-deep');
    expect(problemOf('- '.repeat(100_000))?.code).toBe('yaml-too-deep');
    expect(problemOf(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`)?.code).toBe('yaml-too-deep');
  });
});

describe('bareLetter', () => {
  it('finds an unquoted y or n used as a value', () => {
    expect(bareLetter('a: b\nns: y # here\n')).toEqual({ letter: 'y', line: 2 });
    expect(bareLetter('- N\n')).toEqual({ letter: 'N', line: 1 });
    expect(bareLetter('a: "y"\nb: yy\ny: b\nc: x y\n')).toBeUndefined();
  });
});
