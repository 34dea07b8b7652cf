import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { plainLineEnds } from './line-ends.ts';

test.each(['a\r\nb\r\n', 'a\rb', 'a\n\r\n\rb\n', '\r\n', ''])('%j is what the editor makes of it', (text) => {
  expect(plainLineEnds(text)).toBe(EditorState.create({ doc: text }).doc.toString());
});
