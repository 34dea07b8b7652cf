import { field, isList, isObject, type Json } from '../json.ts';
import { applyChanges, spanOf } from '../yaml/edit.ts';
import { textPieces } from '../yaml/pieces.ts';
import type { TextChange } from '../yaml/splice.ts';
import type { Draft, PolicyText } from './model.ts';

/**
 * What was typed since a draft was kept as a whole, as JSON text: a few characters, where the draft has hundreds of
 * kilobytes. `kept` names the text that the whole draft was kept as.
 * @returns `undefined` where more changed than texts of policies: the draft has to be kept as a whole again.
 */
export function draftTail(whole: Draft, draft: Draft, kept: string): string | undefined {
  if (whole.name !== draft.name || whole.items.length !== draft.items.length) return undefined;
  const edits: Json[] = [];
  for (const [index, item] of draft.items.entries()) {
    const was = whole.items[index];
    if (item === was) continue;
    if (item.type !== 'policies' || was?.type !== 'policies') return undefined;
    if (item.id !== was.id || item.base !== was.base) return undefined;
    edits.push({ index, text: spliceJson(spanOf(was.text, item.text)), ...goodJson(item) });
  }
  return JSON.stringify({ kept, edits });
}

/** Of thousands of states a few are not empty, and those are mostly what stands there now but for what is being typed. */
function goodJson({ text, good }: PolicyText): { readonly good?: Json } {
  if (good === undefined) return {};
  const pieces = textPieces(text);
  const states = good.flatMap((state, index): readonly Json[] =>
    state === '' ? [] : [[index, spliceJson(spanOf(pieces[index]?.text ?? '', state))]],
  );
  return { good: { length: good.length, states } };
}

function spliceJson(changes: readonly TextChange[]): Json {
  return changes.map(({ from, to, insert }) => [from, to, insert]);
}

/** A draft that was kept as a whole, with a tail of it. Where the tail is of another one, or damaged, the draft as it is. */
export function withDraftTail(whole: Draft, tail: string | null, kept: string): Draft {
  let value: Json;
  try {
    value = JSON.parse(tail ?? 'null');
  } catch {
    return whole;
  }
  const edits = isObject(value) && field(value, 'kept') === kept ? field(value, 'edits') : undefined;
  if (edits === undefined || !isList(edits)) return whole;
  const items = [...whole.items];
  for (const edit of edits) {
    const index = isObject(edit) ? field(edit, 'index') : undefined;
    const item = typeof index === 'number' ? items[index] : undefined;
    if (!isObject(edit) || typeof index !== 'number' || item?.type !== 'policies') return whole;
    const { good: _good, ...rest } = item;
    const text = spliced(item.text, field(edit, 'text'));
    if (text === undefined) return whole;
    const good = goodOf(text, field(edit, 'good'));
    items[index] = { ...rest, text, ...(good === undefined ? {} : { good }) };
  }
  return { ...whole, items };
}

function spliced(text: string, changes: Json | undefined): string | undefined {
  if (changes === undefined || !isList(changes)) return undefined;
  const read: TextChange[] = [];
  for (const change of changes) {
    const [from, to, insert] = isList(change) ? change : [];
    if (typeof from !== 'number' || typeof to !== 'number' || typeof insert !== 'string') return undefined;
    read.push({ from, to, insert });
  }
  return applyChanges(text, read);
}

function goodOf(text: string, json: Json | undefined): readonly string[] | undefined {
  const length = isObject(json) ? field(json, 'length') : undefined;
  const states = isObject(json) ? field(json, 'states') : undefined;
  if (typeof length !== 'number' || !isList(states)) return undefined;
  const pieces = textPieces(text);
  const good = Array<string>(length).fill('');
  for (const state of states) {
    const [index, changes] = isList(state) ? state : [];
    if (typeof index === 'number' && index < length)
      good[index] = spliced(pieces[index]?.text ?? '', changes) ?? '';
  }
  return good;
}
