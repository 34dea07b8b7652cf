import { ensureSyntaxTree, HighlightStyle, syntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { highlightTree, tags } from '@lezer/highlight';
import { expect, test } from 'vitest';
import { yamlLanguage } from './yaml-tokens.ts';

const STYLE = HighlightStyle.define([
  { tag: tags.propertyName, class: 'key' },
  { tag: tags.special(tags.string), class: 'header' },
  { tag: tags.string, class: 'string' },
  { tag: tags.content, class: 'plain' },
  { tag: tags.comment, class: 'comment' },
  { tag: tags.meta, class: 'meta' },
  { tag: [tags.labelName, tags.typeName], class: 'label' },
]);

/** The coloured parts of a text, one after the other. */
function colours(text: string): readonly string[] {
  const state = EditorState.create({ doc: text, extensions: [yamlLanguage] });
  const tree = ensureSyntaxTree(state, text.length, 5_000) ?? syntaxTree(state);
  const found: string[] = [];
  highlightTree(tree, STYLE, (from, to, style) => found.push(`${style} ${text.slice(from, to).trim()}`));
  return found;
}

test('keys, values and comments are told apart, in blocks and in brackets', () => {
  expect(colours("a-b/c: x:y#no # yes\n\"q k\": 'it''s' # c")).toEqual([
    'key a-b/c',
    'plain x:y#no',
    'comment # yes',
    'key "q k"',
    "string 'it''s'",
    'comment # c',
  ]);
  expect(colours('- &one {"k":1, l: [x y, *one], !t m: }')).toEqual([
    'label &one',
    'key "k"',
    'plain 1',
    'key l',
    'plain x y',
    'label *one',
    'label !t',
    'key m',
  ]);
});

test('literal text goes on while it stands deeper than its key or dash, whatever is in it', () => {
  expect(colours('- a: |-\n    --- b: 1\n\n    # no comment\n  c: 2\n- >2\n  - x\n- y')).toEqual([
    'key a',
    'header |-',
    'plain --- b: 1',
    'plain # no comment',
    'key c',
    'plain 2',
    'header >2',
    'plain - x',
    'plain y',
  ]);
  expect(colours('--- |\na: 1\n--- # c\nb: 2')).toEqual([
    'meta ---',
    'header |',
    'plain a: 1',
    'meta ---',
    'comment # c',
    'key b',
    'plain 2',
  ]);
});

test('quotes and brackets go on in the next lines, but one that is not closed yet ends where YAML must have it end', () => {
  expect(colours('a: "x\n  y\\"" # c\nb: [\n  c,\n]\nd: e')).toEqual([
    'key a',
    'string "x',
    'string y\\""',
    'comment # c',
    'key b',
    'plain c',
    'key d',
    'plain e',
  ]);
  expect(colours('a: "x\nb: {\nc: d\n---\ne: [f\n...\ng: h')).toEqual([
    'key a',
    'string "x',
    'key b',
    'key c',
    'plain d',
    'meta ---',
    'key e',
    'plain f',
    'meta ...',
    'key g',
    'plain h',
  ]);
});

test('any text is read to its end', () => {
  for (const text of [
    '\t- \t|',
    '::',
    '- - - ?',
    '%YAML 1.2\n---',
    '!',
    '&',
    "'",
    '"\\',
    '|\n x',
    ',',
    '- |\n-',
    '? a\n: b',
  ])
    expect(() => colours(text), text).not.toThrow();
});
