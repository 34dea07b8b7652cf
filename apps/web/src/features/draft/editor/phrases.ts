import { EditorState } from '@codemirror/state';

/** The editor's own words, written as the rest of the app is. */
export const phrases = EditorState.phrases.of({
  next: 'Next',
  previous: 'Previous',
  all: 'Select all',
  'match case': 'Match case',
  regexp: 'Regular expression',
  'by word': 'Whole words',
  replace: 'Replace',
  'replace all': 'Replace all',
  close: 'Close',
  'Fold line': 'Fold',
  'Unfold line': 'Unfold',
});
