import { field, isList, isObject, type Json, type JsonPath, jsonEqual, withField } from '../json.ts';
import { textPieces } from './pieces.ts';
import { DEFAULT_STYLE, renderBlock } from './render.ts';
import { spliceEdit, type TextChange, type YamlEdit } from './splice.ts';
import { documentJson, type EditProblem, parseTree, type YamlTree } from './tree.ts';

export type EditResult =
  | {
      readonly ok: true;
      readonly text: string;
      /** What was replaced in the text that went in: ascending, not overlapping. */
      readonly changes: readonly TextChange[];
    }
  | { readonly ok: false; readonly problem: EditProblem };

/** Applies ascending, non-overlapping changes. */
export function applyChanges(text: string, changes: readonly TextChange[]): string {
  let result = '';
  let at = 0;
  for (const change of changes) {
    result += text.slice(at, change.from) + change.insert;
    at = change.to;
  }
  return result + text.slice(at);
}

/** The value after an edit, or `undefined` where the edit does not fit it. */
export function editJson(value: Json, edit: YamlEdit): Json | undefined {
  const [step, ...rest] = edit.path;
  if (step === undefined) {
    if (edit.op === 'set') return edit.value;
    if (edit.op === 'delete') return undefined;
    const list = value === null ? [] : value;
    if (edit.op === 'move') {
      const item = isList(list) ? list[edit.from] : undefined;
      return isList(list) && item !== undefined
        ? list.toSpliced(edit.from, 1).toSpliced(edit.to, 0, item)
        : undefined;
    }
    return isList(list) ? list.toSpliced(edit.index, 0, edit.value) : undefined;
  }
  if (typeof step === 'number') {
    if (!isList(value) || step >= value.length) return undefined;
    if (rest.length === 0 && edit.op === 'delete') return value.toSpliced(step, 1);
    const child = editJson(value[step] ?? null, { ...edit, path: rest });
    return child === undefined ? undefined : value.toSpliced(step, 1, child);
  }
  const object = value === null ? {} : value;
  if (!isObject(object)) return undefined;
  const old = field(object, step);
  if (rest.length === 0 && edit.op === 'delete')
    return old === undefined ? undefined : withField(object, step, undefined);
  const child = editJson(old ?? null, { ...edit, path: rest });
  return child === undefined ? undefined : withField(object, step, child);
}

/**
 * Makes one edit to the document at `index` of a multi-document text, changing only the lines of the edited value:
 * comments, order, quoting, indentation and line ends elsewhere stay byte for byte. The result is read back: either
 * the value is exactly the old one with the edit applied, and no other document changed, or nothing is changed and
 * the problem says why (syntax errors, aliases, styles that can only be edited by hand).
 */
export function editYaml(text: string, index: number, edit: YamlEdit): EditResult {
  return inPiece(text, index, (piece, own) => editWhole(piece, own, edit));
}

function editWhole(text: string, index: number, edit: YamlEdit): EditResult {
  const result = editOpened(open(text), index, edit);
  if ('problem' in result) return { ok: false, problem: result.problem };
  return { ok: true, text: result.tree.text, changes: result.changes };
}

/** Makes an edit of the document at `index` in the piece of the text that holds it: no other is looked at. */
function inPiece(
  text: string,
  index: number,
  edit: (piece: string, index: number) => EditResult,
): EditResult {
  const pieces = textPieces(text);
  const piece = pieces.length === 1 ? undefined : pieces[index];
  if (piece === undefined) return edit(text, index);
  const { from } = piece;
  const end = from + piece.text.length;
  const result = edit(piece.text, 0);
  if (!result.ok) return result;
  // What follows begins a line of its own, whatever the edit left before it.
  if (end < text.length && !result.text.endsWith('\n')) return edit(text, index);
  return {
    ok: true,
    text: text.slice(0, from) + result.text + text.slice(end),
    changes: result.changes.map((change) => ({
      from: change.from + from,
      to: change.to + from,
      insert: change.insert,
    })),
  };
}

/** A parsed text with the value of each of its documents. */
interface Opened {
  readonly tree: YamlTree;
  readonly values: readonly ({ readonly value: Json } | EditProblem)[];
}

function open(text: string): Opened {
  const tree = parseTree(text);
  return { tree, values: tree.documents.map(documentJson) };
}

function editOpened(
  before: Opened,
  index: number,
  edit: YamlEdit,
): (Opened & { readonly changes: readonly TextChange[] }) | { readonly problem: EditProblem } {
  const document = before.tree.documents[index];
  const old = before.values[index];
  if (document === undefined || old === undefined) {
    return { problem: { code: 'no-such-path', message: `There is no document ${index + 1}.` } };
  }
  if ('code' in old) return { problem: old };
  const expected = editJson(old.value, edit);
  if (expected === undefined) {
    return { problem: { code: 'no-such-path', message: `There is no ${edit.path.join('.')} to edit.` } };
  }
  const changes = spliceEdit(before.tree.text, document, edit);
  if ('code' in changes) return { problem: changes };
  const after = open(applyChanges(before.tree.text, changes));
  const same =
    after.values.length === before.values.length &&
    after.values.every((other, i) => {
      if (i === index) return 'value' in other && jsonEqual(other.value, expected);
      const was = before.values[i];
      return was === undefined || 'code' in was || ('value' in other && jsonEqual(other.value, was.value));
    });
  if (same) return { ...after, changes };
  return {
    problem: {
      code: 'yaml-style',
      message: 'This part is written in a way that can only be edited as YAML.',
    },
  };
}

function fail(code: EditProblem['code'], message: string): EditResult {
  return { ok: false, problem: { code, message } };
}

/**
 * Makes the document at `index` equal `target` with the fewest edits of its values: what already agrees is not
 * touched. Lists are aligned by their longest common subsequence, so that removing the second of three rules
 * removes its lines and no others, and an item that stands elsewhere moves there with its lines and comments.
 */
export function reconcileYaml(text: string, index: number, target: Json): EditResult {
  return inPiece(text, index, (piece, own) => reconcileWhole(piece, own, target));
}

function reconcileWhole(text: string, index: number, target: Json): EditResult {
  let current = open(text);
  if (index === 0 && current.values.length === 0) {
    const gap = text === '' || text.endsWith('\n') ? '' : '\n';
    const insert = `${gap}${renderBlock(target, DEFAULT_STYLE).join('\n')}\n`;
    return { ok: true, text: text + insert, changes: [{ from: text.length, to: text.length, insert }] };
  }
  for (let round = 0; round < MAX_EDITS; round += 1) {
    const old = current.values[index];
    if (old === undefined) return fail('no-such-path', `There is no document ${index + 1}.`);
    if ('code' in old) return { ok: false, problem: old };
    const edit = nextEdit(old.value, target, []);
    if (edit === undefined) {
      return { ok: true, text: current.tree.text, changes: spanOf(text, current.tree.text) };
    }
    let result = editOpened(current, index, edit);
    if ('problem' in result && edit.op === 'move') {
      result = editOpened(current, index, { op: 'delete', path: [...edit.path, edit.from] });
    }
    if ('problem' in result) return { ok: false, problem: result.problem };
    current = result;
  }
  return fail('yaml-style', 'Too many differences to edit in place.');
}

const MAX_EDITS = 2_000;

/** One change that turns `before` into `after`: what lies between their common start and end. */
export function spanOf(before: string, after: string): readonly TextChange[] {
  if (before === after) return [];
  const limit = Math.min(before.length, after.length);
  const start = commonLength(limit, (from, to) => before.slice(from, to) === after.slice(from, to));
  const end = commonLength(
    limit - start,
    (from, to) =>
      before.slice(before.length - to, before.length - from) ===
      after.slice(after.length - to, after.length - from),
  );
  return [{ from: start, to: before.length - end, insert: after.slice(start, after.length - end) }];
}

/** How far two texts agree. Compared a block at a time, which is many times as fast as a character at a time. */
function commonLength(limit: number, agree: (from: number, to: number) => boolean): number {
  let length = 0;
  for (let block = 4_096; block >= 1; block /= 8)
    while (length + block <= limit && agree(length, length + block)) length += block;
  return length;
}

/** The first edit that brings `from` closer to `to`; `undefined` where they are equal. */
function nextEdit(from: Json, to: Json, path: JsonPath): YamlEdit | undefined {
  if (jsonEqual(from, to)) return undefined;
  if (isObject(from) && isObject(to) && Object.keys(from).length > 0 && Object.keys(to).length > 0) {
    for (const key of Object.keys(to)) {
      const value = field(to, key);
      const old = field(from, key);
      if (value === undefined) continue;
      if (old === undefined) return { op: 'set', path: [...path, key], value };
      const edit = nextEdit(old, value, [...path, key]);
      if (edit !== undefined) return edit;
    }
    const gone = Object.keys(from).find((key) => !Object.hasOwn(to, key));
    return gone === undefined ? undefined : { op: 'delete', path: [...path, gone] };
  }
  if (isList(from) && isList(to) && from.length > 0 && to.length > 0) return nextListEdit(from, to, path);
  return { op: 'set', path, value: to };
}

function nextListEdit(from: readonly Json[], to: readonly Json[], path: JsonPath): YamlEdit | undefined {
  const matched = commonSubsequence(from, to);
  const stays = new Set(matched.map(([a]) => a));
  const filled = new Set(matched.map(([, b]) => b));
  /** What shall stand at an index, where it stands at another one now. */
  const moveTo = (at: number, value: Json | undefined): YamlEdit | undefined => {
    const source = from.findIndex(
      (item, a) => value !== undefined && a !== at && !stays.has(a) && jsonEqual(item, value),
    );
    return source === -1 ? undefined : { op: 'move', path, from: source, to: at };
  };
  /** What stands at an index, where it shall stand at another one: behind all that stays and comes before it there. */
  const moveOf = (at: number, old: Json | undefined): YamlEdit | undefined => {
    const target = to.findIndex((item, b) => old !== undefined && !filled.has(b) && jsonEqual(item, old));
    if (target === -1) return undefined;
    const previous = matched.findLast(([, b]) => b < target)?.[0] ?? -1;
    const index = previous + (previous > at ? 0 : 1);
    return index === at ? undefined : { op: 'move', path, from: at, to: index };
  };
  let i = 0;
  let j = 0;
  for (const [a, b] of [...matched, [from.length, to.length] as const]) {
    const old = i < a ? from[i] : undefined;
    const value = j < b ? to[j] : undefined;
    const move = moveTo(i, value) ?? moveOf(i, old);
    if (move !== undefined) return move;
    if (old !== undefined && value !== undefined) {
      // Same kind of thing, probably edited; a wholly different item is replaced.
      return nextEdit(old, value, [...path, i]);
    }
    if (old !== undefined) return { op: 'delete', path: [...path, i] };
    if (value !== undefined) return { op: 'insert', path, index: i, value };
    i = a + 1;
    j = b + 1;
  }
  return undefined;
}

/** Index pairs of a longest common subsequence of two lists, ascending. */
function commonSubsequence(a: readonly Json[], b: readonly Json[]): readonly (readonly [number, number])[] {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  const cell = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i * width + j] = jsonEqual(a[i], b[j])
        ? cell(i + 1, j + 1) + 1
        : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (jsonEqual(a[i], b[j])) {
      pairs.push([i, j]);
      i += 1;
      j += 1;
    } else if (cell(i + 1, j) >= cell(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}
