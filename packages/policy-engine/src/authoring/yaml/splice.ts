import { type Document, isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { isList, isObject, type Json, type JsonPath } from '../json.ts';
import { keyPosition } from './key-order.ts';
import {
  childIndent,
  indent,
  isInline,
  type Quote,
  renderBlock,
  renderEntry,
  renderFlow,
  renderScalar,
  type YamlStyle,
} from './render.ts';
import {
  childSlots,
  column,
  type EditProblem,
  lineEnd,
  lineStart,
  type Slot,
  slotAt,
  styleOf,
} from './tree.ts';

/** Replace `[from, to)` of a text with `insert`. */
export interface TextChange {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** One change of a document's value. `set` on a missing key inserts it; `insert` is for lists. */
export type YamlEdit =
  | { readonly op: 'set'; readonly path: JsonPath; readonly value: Json }
  | { readonly op: 'insert'; readonly path: JsonPath; readonly index: number; readonly value: Json }
  | { readonly op: 'delete'; readonly path: JsonPath }
  /** An item of the list at `path` to another place in it: `to` is its index afterwards. */
  | { readonly op: 'move'; readonly path: JsonPath; readonly from: number; readonly to: number };

interface Place {
  readonly text: string;
  readonly style: YamlStyle;
}

/**
 * The changes of the text that make one edit, ascending and not overlapping, or why it can't be made in place.
 * Lines outside the edited value stay byte for byte.
 */
export function spliceEdit(
  text: string,
  document: Document,
  edit: YamlEdit,
): readonly TextChange[] | EditProblem {
  const place = { text, style: styleOf(text, document) };
  const last = edit.path.at(-1);
  const parent = slotAt(text, document, edit.path.slice(0, -1));
  if ('code' in parent) return parent;
  if (edit.op === 'delete') return deleteEntry(place, document, parent, edit.path);
  if (edit.op === 'insert' || edit.op === 'move') {
    const list = slotAt(text, document, edit.path);
    if ('code' in list) return list;
    return edit.op === 'move'
      ? moveItem(place, list, edit.from, edit.to)
      : insertItem(place, list, edit.index, edit.value);
  }
  const slot = slotAt(text, document, edit.path);
  if (!('code' in slot))
    return isAlias(slot.node) ? aliasProblem(slot.node.source) : replaceValue(place, slot, edit.value);
  if (slot.code !== 'no-such-path' || typeof last !== 'string') return slot;
  return insertKey(place, parent, last, edit.value, edit.path.at(-2));
}

function aliasProblem(name: string): EditProblem {
  return {
    code: 'yaml-alias',
    message: `This part is shared through the YAML alias *${name}; edit it as YAML.`,
  };
}

function isBlockCollection(node: Node | null): boolean {
  return (isMap(node) || isSeq(node)) && node.flow !== true;
}

function quoteOf(node: Node | null): Quote | undefined {
  if (!isScalar(node)) return undefined;
  if (node.type === 'QUOTE_DOUBLE') return '"';
  return node.type === 'QUOTE_SINGLE' ? "'" : undefined;
}

/** The value as it stands after a colon or dash on the same line. */
function inlineText(place: Place, slot: Slot, value: Json): string {
  if (isList(value) || isObject(value)) return renderFlow(value, place.style);
  const quote = typeof value === 'string' ? quoteOf(slot.node) : undefined;
  return renderScalar(value, { flow: slot.flow, json: place.style.json, quote });
}

function replaceValue(place: Place, slot: Slot, value: Json): readonly TextChange[] {
  const { text, style } = place;
  const { node, indicatorEnd, end } = slot;
  const nl = style.newline;
  const empty =
    node === null || node.range === null || node.range === undefined || node.range[0] === node.range[1];
  const start = empty ? indicatorEnd : (node.range?.[0] ?? indicatorEnd);

  if (slot.flow || isInline(value)) {
    const inline = inlineText(place, slot, value);
    if (empty) return [{ from: indicatorEnd, to: indicatorEnd, insert: ` ${inline}` }];
    const below = isBlockCollection(node) && /[\r\n]/.test(text.slice(indicatorEnd, start));
    if (!below) return [{ from: start, to: end, insert: inline }];
    return [
      { from: indicatorEnd, to: indicatorEnd, insert: ` ${inline}` },
      { from: lineEnd(text, indicatorEnd), to: end, insert: '' },
    ];
  }

  const lines = renderBlock(value, style);
  const isItem = isSeq(slot.parent);
  if (isItem || slot.parent === undefined) {
    const pad = column(text, slot.start) + (isItem ? 2 : 0);
    const [first = '', ...rest] = lines;
    const body = [first, ...indent(rest, pad)].join(nl);
    return [{ from: isItem ? indicatorEnd : start, to: end, insert: isItem ? ` ${body}` : body }];
  }
  const body = indent(lines, column(text, slot.start) + childIndent(value, style))
    .map((line) => nl + line)
    .join('');
  if (isBlockCollection(node)) return [{ from: lineEnd(text, indicatorEnd), to: end, insert: body }];
  const lastLine = lineEnd(text, end);
  if (lastLine === end) return [{ from: indicatorEnd, to: end, insert: body }];
  return [
    { from: indicatorEnd, to: end, insert: '' },
    { from: lastLine, to: lastLine, insert: body },
  ];
}

function insertKey(
  place: Place,
  parent: Slot,
  key: string,
  value: Json,
  parentKey: string | number | undefined,
): readonly TextChange[] | EditProblem {
  const { text, style } = place;
  const node = parent.node;
  const children = childSlots(text, node);
  if ('code' in children) return children;
  if (!isMap(node) || node.items.length === 0) {
    return node === null || isMap(node) || (isScalar(node) && node.value === null)
      ? replaceValue(place, parent, Object.fromEntries([[key, value]]))
      : { code: 'no-such-path', message: `${key} can't be set on something that is not a map.` };
  }
  const names = node.items.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : ''));
  const index = keyPosition(names, key, parentKey);
  if (node.flow === true) {
    const name = renderScalar(key, { flow: true, json: style.json });
    return insertFlow(place, children.slots, index, `${name}: ${renderFlow(value, style)}`);
  }
  return insertBlock(place, children.slots, index, renderEntry(key, value, style));
}

function insertItem(
  place: Place,
  list: Slot,
  index: number,
  value: Json,
): readonly TextChange[] | EditProblem {
  const children = childSlots(place.text, list.node);
  if ('code' in children) return children;
  if (!isSeq(list.node) || list.node.items.length === 0) return replaceValue(place, list, [value]);
  if (list.node.flow === true)
    return insertFlow(place, children.slots, index, renderFlow(value, place.style));
  return insertBlock(place, children.slots, index, renderBlock([value], place.style));
}

/** Items change places with all that stands on their lines and the comments above them; what is between them stays. */
function moveItem(
  { text }: Place,
  list: Slot,
  from: number,
  to: number,
): readonly TextChange[] | EditProblem {
  const children = childSlots(text, list.node);
  if ('code' in children) return children;
  const spans = children.slots.map(({ start, end, flow }) => {
    if (flow) return { start, end };
    const line = lineStart(text, start);
    if (text.slice(line, start).trim() !== '') return null;
    return { start: leadingComments(text, line, start - line), end: lineEnd(text, end) };
  });
  const order = spans.map((_, index) => index);
  const changes: TextChange[] = [];
  for (const [at, item] of order.toSpliced(from, 1).toSpliced(to, 0, from).entries()) {
    const [place, source] = [spans[at], spans[item]];
    if (at === item) continue;
    if (place === null || place === undefined || source === null || source === undefined) {
      return {
        code: 'yaml-style',
        message: 'These items stand on lines that they share with something else.',
      };
    }
    changes.push({ from: place.start, to: place.end, insert: text.slice(source.start, source.end) });
  }
  return changes;
}

/** Puts lines before the entry at `index` (after the last one when there is none) of a block map or list. */
function insertBlock(
  { text, style }: Place,
  slots: readonly Slot[],
  index: number,
  lines: readonly string[],
): readonly TextChange[] {
  const first = slots[0];
  const pad = first === undefined ? 0 : column(text, first.start);
  const previous = slots[index - 1];
  if (previous !== undefined) {
    const at = lineEnd(text, previous.end);
    return [
      {
        from: at,
        to: at,
        insert: indent(lines, pad)
          .map((line) => style.newline + line)
          .join(''),
      },
    ];
  }
  const at = first?.start ?? 0;
  const [head = '', ...rest] = lines;
  const body = [head, ...indent(rest, pad)].join(style.newline);
  return [{ from: at, to: at, insert: body + style.newline + ' '.repeat(pad) }];
}

function insertFlow(
  { text, style }: Place,
  slots: readonly Slot[],
  index: number,
  entry: string,
): readonly TextChange[] {
  const neighbour = slots[index - 1] ?? slots[0];
  if (neighbour === undefined) return [];
  const before = text.slice(lineStart(text, neighbour.start), neighbour.start);
  const gap = before.trim() === '' ? style.newline + before : ' ';
  return index > 0
    ? [{ from: neighbour.end, to: neighbour.end, insert: `,${gap}${entry}` }]
    : [{ from: neighbour.start, to: neighbour.start, insert: `${entry},${gap}` }];
}

function deleteEntry(
  place: Place,
  document: Document,
  parent: Slot,
  path: JsonPath,
): readonly TextChange[] | EditProblem {
  const { text } = place;
  const slot = slotAt(text, document, path);
  if ('code' in slot) return slot;
  const children = childSlots(text, parent.node);
  if ('code' in children) return children;
  const index = children.slots.findIndex((other) => other.start === slot.start);
  const next = children.slots[index + 1];
  const previous = children.slots[index - 1];
  if (next === undefined && previous === undefined) {
    return replaceValue(place, parent, isSeq(parent.node) ? [] : {});
  }
  if (slot.flow) {
    if (next !== undefined) return [{ from: slot.start, to: next.start, insert: '' }];
    return [{ from: previous?.end ?? slot.start, to: slot.end, insert: '' }];
  }
  const head = text.slice(lineStart(text, slot.start), slot.start);
  if (head.trim() !== '' && next !== undefined) {
    const after = lineEnd(text, slot.end);
    if (text.slice(after, next.start).trim() === '')
      return [{ from: slot.start, to: next.start, insert: '' }];
    return [{ from: slot.start, to: after, insert: '' }];
  }
  const from = leadingComments(text, lineStart(text, slot.start), head.length);
  const end = lineEnd(text, slot.end);
  if (end < text.length) return [{ from, to: text.indexOf('\n', end) + 1, insert: '' }];
  const before = from > 0 && text[from - 2] === '\r' ? from - 2 : Math.max(0, from - 1);
  return [{ from: before, to: end, insert: '' }];
}

/** Start of the comment lines that stand right above a line, at the same indentation: they speak of the entry. */
function leadingComments(text: string, start: number, columns: number): number {
  let from = start;
  while (from > 0) {
    const previous = lineStart(text, from - 1);
    const line = text.slice(previous, from);
    if (line.search(/\S/) !== columns || line[columns] !== '#') return from;
    from = previous;
  }
  return from;
}
