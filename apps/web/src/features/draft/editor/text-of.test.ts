import { EditorState } from '@codemirror/state';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textAfter, textOf } from './text-of.ts';

test('the text after any edits is that of the document', () => {
  const edit = fc.tuple(fc.nat(), fc.nat({ max: 5 }), fc.constantFrom('', 'x', '\n', 'a\nb\n', '😀'));
  fc.assert(
    fc.property(fc.array(fc.tuple(edit, edit)), (edits) => {
      let startState = EditorState.create({ doc: 'a: 1\nb: 2\n' });
      textOf(startState.doc);
      for (const both of edits) {
        const { length } = startState.doc;
        const spans = both
          .map(([at, size, insert]) => ({ from: at % (length + 1), size, insert }))
          .toSorted((a, b) => a.from - b.from);
        const [first, second] = spans;
        const specs = spans.map(({ from, size, insert }, index) => {
          const limit = index === 0 && first !== second ? (second?.from ?? length) : length;
          return { from, to: Math.min(from + size, limit), insert };
        });
        const { changes, state } = startState.update({ changes: specs });
        expect(textAfter({ startState, state, changes })).toBe(state.doc.toString());
        expect(textOf(state.doc)).toBe(state.doc.toString());
        startState = state;
      }
    }),
  );
});
