import { expect, test } from 'vitest';
import { rankMatches } from './rank.ts';

const NAMES = ['shop/default-deny', 'legacy/payroll', 'payments', 'payments/api', 'ops/prepay', 'mysql'];
const rank = (text: string, limit = 10) => rankMatches(NAMES, text, (name) => name, limit);

test('what starts with a text comes first, then what has a part that does, then what contains it', () => {
  expect(rank('pay')).toEqual(['payments', 'payments/api', 'legacy/payroll', 'ops/prepay']);
  expect(rank('payments')[0]).toBe('payments');
  expect(rank('pay', 2)).toHaveLength(2);
});

test('every word must match', () => {
  expect(rank('pay api')).toEqual(['payments/api']);
  expect(rank('pay nothing')).toEqual([]);
});

test('letters in order are a match only where nothing better is', () => {
  expect(rank('mql')).toEqual(['mysql']);
  expect(rank('pay')).not.toContain('shop/default-deny');
});
