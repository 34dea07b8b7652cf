import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { listItemTexts } from './list-items.ts';
import { locate } from './locate.ts';

const ITEMS = [
  { kind: 'NetworkPolicy', spec: { note: 'a\n- b\nitems:\n- c', ingress: [{ from: [] }, {}] } },
  { kind: 'Pod', 'it"ems': [{ '}': ']' }] },
  { kind: 'NetworkPolicy', spec: { ingress: [] } },
];

const BLOCK = `apiVersion: v1
items:
# the first
- kind: NetworkPolicy
  spec:
    note: |-
      a
      - b
      items:
      - c
    ingress:
    - from: []
    - {}

- kind: Pod
  'it"ems':
  - '}': ']'
-
  kind: NetworkPolicy
  spec:
    ingress: []
kind: List
`;

describe('listItemTexts', () => {
  it.each([
    ['block YAML', BLOCK],
    ['block YAML with indented dashes', BLOCK.replace(/^(?=[-# ])/gm, '  ')],
    ['JSON on one line', JSON.stringify({ kind: 'List', metadata: { items: [{}] }, items: ITEMS })],
    [
      'JSON on many lines',
      JSON.stringify({ metadata: { a: '"items": [' }, items: ITEMS, kind: 'List' }, null, 2),
    ],
  ])('%s', (_, text) => {
    const texts = listItemTexts({ text, line: 11 }, 3) ?? [];
    expect(texts.map((item) => parse(item.text))).toEqual(ITEMS);
    // Lines and columns are those of the file.
    for (const [index, item] of texts.entries()) {
      expect(locate(item.text, item.line, 'kind')).toEqual(locate(text, 11, `items[${index}].kind`));
    }
  });

  it('another style, or another number of items, has no texts', () => {
    expect(listItemTexts({ text: 'kind: List\nitems: [{a: 1}]\n', line: 1 }, 1)).toBeUndefined();
    expect(listItemTexts({ text: BLOCK, line: 1 }, 4)).toBeUndefined();
    expect(listItemTexts({ text: 'kind: List\n', line: 1 }, 1)).toBeUndefined();
  });
});
