import { describe, expect, it } from 'vitest';
import { parseSelectorText } from './selector-text.ts';

describe('a selector as text', () => {
  it.each([
    ['', []],
    ['app=web', [{ key: 'app', operator: 'In', values: ['web'] }]],
    [
      'app==web, tier != db',
      [
        { key: 'app', operator: 'In', values: ['web'] },
        { key: 'tier', operator: 'NotIn', values: ['db'] },
      ],
    ],
    [
      'env in (a, b),!canary',
      [
        { key: 'env', operator: 'In', values: ['a', 'b'] },
        { key: 'canary', operator: 'DoesNotExist', values: [] },
      ],
    ],
    ['env notin (a)', [{ key: 'env', operator: 'NotIn', values: ['a'] }]],
    ['app.kubernetes.io/name', [{ key: 'app.kubernetes.io/name', operator: 'Exists', values: [] }]],
    ['app=', [{ key: 'app', operator: 'In', values: [''] }]],
  ])('reads %j as kubectl does', (text, selector) => {
    expect(parseSelectorText(text)).toEqual({ selector });
  });

  it.each(['a b', 'app=web=x', 'env in a', '=web', 'app=web,,tier'])(
    'says what in %j is no requirement',
    (text) => {
      expect(parseSelectorText(text)).toHaveProperty('problem');
    },
  );
});
