import { codeFolding, foldEffect, foldedRanges } from '@codemirror/language';
import { SearchQuery, search, setSearchQuery } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { matchesFound, searching } from './search.ts';

const doc = 'spec:\n  port: 80\n---\nport: 80';

function found(text: string, own: { readonly anchor: number; readonly head: number }): string {
  const state = EditorState.create({ doc, selection: own, extensions: search() });
  return matchesFound(
    state.update({ effects: setSearchQuery.of(new SearchQuery({ search: text, regexp: text === '[' })) })
      .state,
  );
}

describe('searching', () => {
  it('counts the matches, and which of them is selected', () => {
    const second = doc.lastIndexOf('port');
    expect(found('port', { anchor: second, head: second + 4 })).toBe('2 of 2');
    expect(found('port', { anchor: 0, head: 0 })).toBe('2 matches');
    expect(found('spec', { anchor: 0, head: 0 })).toBe('1 match');
    expect(found('none', { anchor: 0, head: 0 })).toBe('No match');
    expect(found('[', { anchor: 0, head: 0 })).toBe('Not a regular expression');
    expect(found('', { anchor: 0, head: 0 })).toBe('');
  });

  it('unfolds what a match is in, at its very end as well', () => {
    const end = doc.indexOf('\n---');
    const folded = EditorState.create({ doc, extensions: [codeFolding(), searching] }).update({
      effects: foldEffect.of({ from: 5, to: end }),
    }).state;
    const at = { selection: { anchor: end - 2, head: end }, userEvent: 'select.search' };
    expect(foldedRanges(folded).size).toBe(1);
    expect(foldedRanges(folded.update(at).state).size).toBe(0);
    expect(foldedRanges(folded.update({ ...at, userEvent: 'select' }).state).size).toBe(1);
  });
});
