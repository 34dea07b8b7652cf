import { foldedRanges, unfoldEffect } from '@codemirror/language';
import { getSearchQuery, highlightSelectionMatches, search } from '@codemirror/search';
import { EditorState, type Extension, type StateEffect } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/** No more matches than this are counted. */
const COUNTED = 999;

/** `2 of 6`, `6 matches`, `No match`; empty where nothing is searched for. */
export function matchesFound(state: EditorState): string {
  const query = getSearchQuery(state);
  if (query.search === '') return '';
  if (!query.valid) return 'Not a regular expression';
  const { from, to } = state.selection.main;
  const cursor = query.getCursor(state);
  let total = 0;
  let current = 0;
  for (let next = cursor.next(); next.done !== true && total <= COUNTED; next = cursor.next()) {
    total++;
    if (next.value.from === from && next.value.to === to) current = total;
  }
  if (total === 0) return 'No match';
  const all = total > COUNTED ? `${COUNTED}+` : String(total);
  if (current > 0) return `${current} of ${all}`;
  return total === 1 ? '1 match' : `${all} matches`;
}

/** The panel that CodeMirror brings has no count of its own. */
const count = EditorView.updateListener.of(({ view, state }) => {
  const panel = view.dom.querySelector('.cm-search');
  if (panel === null) return;
  let label = panel.querySelector('.cm-search-count');
  if (label === null) {
    label = document.createElement('span');
    label.className = 'cm-search-count';
    label.setAttribute('role', 'status');
    panel.querySelector('[name=search]')?.after(label);
  }
  const text = matchesFound(state);
  if (label.textContent !== text) label.textContent = text;
});

/** A match that ends where a fold ends is in it as well, and must be seen. */
const reveal = EditorState.transactionExtender.of((transaction) => {
  const { selection, startState } = transaction;
  if (selection === undefined || !transaction.isUserEvent('select.search')) return null;
  const effects: StateEffect<unknown>[] = [];
  foldedRanges(startState).between(selection.main.from, selection.main.to, (from, to) => {
    if (from < selection.main.to && to > selection.main.from) effects.push(unfoldEffect.of({ from, to }));
  });
  return effects.length === 0 ? null : { effects };
});

export const searching: Extension = [search({ top: true }), highlightSelectionMatches(), count, reveal];
