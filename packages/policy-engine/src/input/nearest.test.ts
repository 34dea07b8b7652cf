import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

const FIELDS = ['podSelector', 'policyTypes', 'ingress', 'egress', 'ports'];

it.each([
  ['podSelectors', 'podSelector'],
  ['podselector', 'podSelector'],
  ['PodSelecter', 'podSelector'],
  ['port', 'ports'],
  ['ingres', 'ingress'],
  ['policyType', 'policyTypes'],
])('%s is probably %s', (word, expected) => {
  expect(nearest(word, FIELDS)).toBe(expected);
});

it.each(['namespaceSelector', 'x', '', 'spec', 'labels'])('%j is none of them', (word) => {
  expect(nearest(word, FIELDS)).toBeUndefined();
});
