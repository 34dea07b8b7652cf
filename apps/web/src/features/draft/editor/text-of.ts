import type { Text } from '@codemirror/state';
import type { ViewUpdate } from '@codemirror/view';

const known = new WeakMap<Text, string>();

/** A document as one text. Asked for at each key, by several; a long one takes milliseconds to put together. */
export function textOf(doc: Text): string {
  const text = known.get(doc) ?? doc.toString();
  known.set(doc, text);
  return text;
}

/** The same after an update, from the text before it and what was typed. */
export function textAfter({
  startState,
  state,
  changes,
}: Pick<ViewUpdate, 'startState' | 'state' | 'changes'>): string {
  const old = known.get(startState.doc);
  if (old === undefined) return textOf(state.doc);
  let text = '';
  let at = 0;
  changes.iterChanges((from, to, _fromNow, _toNow, inserted) => {
    text += old.slice(at, from) + inserted.toString();
    at = to;
  });
  text += old.slice(at);
  known.set(state.doc, text);
  return text;
}
