import { Text } from '@codemirror/state';
import { expect, test } from 'vitest';
import { foldAt } from './folding.ts';

const TEXT = `spec: # all of it
  ingress:
  - from:
    - podSelector: {}

    # still of the item
  # of the next key
  egress:
    - to: [
        {podSelector: {}},
      ]
    - ports: [
      {port: 80},
    ]
  text: |
    deep
---
kind: x`;

/** What a fold hides at the first line that begins with a text. */
function folded(begin: string): string | undefined {
  const doc = Text.of(TEXT.split('\n'));
  const number = TEXT.split('\n').findIndex((line) => line.trim().startsWith(begin)) + 1;
  const range = foldAt(doc, number);
  return range === null ? undefined : doc.sliceString(range.from, range.to);
}

test('what stands deeper is folded, with a list at the column of its key and with comments in it', () => {
  expect(folded('ingress:')).toBe('\n  - from:\n    - podSelector: {}\n\n    # still of the item');
  expect(folded('- from:')).toBe('\n    - podSelector: {}\n\n    # still of the item');
  expect(folded('text:')).toBe('\n    deep');
});

test('a bracket that closes at the column where it was opened stays in sight', () => {
  expect(folded('- to:')).toBe('\n        {podSelector: {}},\n      ]');
  expect(folded('- ports:')).toBe('\n      {port: 80},\n    ');
});

test('nothing is folded at a leaf, a comment, a marker, or the last line, and no fold passes a marker', () => {
  for (const leaf of ['- podSelector', '#', 'deep', '---', 'kind'])
    expect(folded(leaf), leaf).toBeUndefined();
  expect(folded('spec:')).toMatch(/deep$/);
});
