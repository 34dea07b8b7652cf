import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type Json, type JsonPath, toJson } from '../json.ts';
import { DEFAULT_STYLE, type YamlStyle } from './render.ts';

/** A problem that stops an edit. The text is left as it was. */
export interface EditProblem {
  readonly code: 'yaml-syntax' | 'yaml-alias' | 'yaml-style' | 'no-such-path';
  readonly message: string;
}

/** Where a value stands in the text, and what is around it. All offsets count UTF-16 units from 0. */
export interface Slot {
  readonly parent: YAMLMap | YAMLSeq | undefined;
  /** Whether the entry stands in a `{}` or `[]`. */
  readonly flow: boolean;
  /** First character of the key, of the dash, or of a flow item. */
  readonly start: number;
  /** Just after the colon or the dash; equal to `start` for a flow item and for the root. */
  readonly indicatorEnd: number;
  readonly node: Node | null;
  /** Just after the last character of the value (of the colon or dash where there is no value). */
  readonly end: number;
}

export interface YamlTree {
  readonly text: string;
  readonly documents: readonly Document[];
}

/** Never throws; problems are in each document's `errors`. */
export function parseTree(text: string): YamlTree {
  const documents = parseAllDocuments(text, {
    keepSourceTokens: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  return { text, documents: Array.isArray(documents) ? documents : [] };
}

/** The document as JSON; a problem where it has syntax errors, too many aliases, or values JSON can't hold. */
export function documentJson(document: Document): { readonly value: Json } | EditProblem {
  const error = document.errors[0];
  if (error !== undefined) return { code: 'yaml-syntax', message: error.message };
  try {
    const value = toJson(document.toJS({ maxAliasCount: 100 }));
    if (value !== undefined) return { value };
    return { code: 'yaml-style', message: 'The document holds a value that JSON has no form for.' };
  } catch (error) {
    return { code: 'yaml-alias', message: error instanceof Error ? error.message : 'Too many aliases.' };
  }
}

/** Offsets `[from, to)` of each document, comments above it included; together they are the whole text. */
export function documentRanges(tree: YamlTree): readonly { readonly from: number; readonly to: number }[] {
  const ends = tree.documents.map((document) => document.range?.[2] ?? tree.text.length);
  return ends.map((end, index) => ({
    from: ends[index - 1] ?? 0,
    to: index === ends.length - 1 ? tree.text.length : end,
  }));
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset of the line break that ends the line of `offset` (the carriage return, if any), or the text's end. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline === -1) return text.length;
  return newline > offset && text[newline - 1] === '\r' ? newline - 1 : newline;
}

export function column(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** End of a node's own characters: without trailing comments, blank lines, or the line break of a block scalar. */
export function contentEnd(text: string, node: Node | null | undefined, fallback: number): number {
  if (!node) return fallback;
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const slots = isMap(node) ? mapSlots(text, node) : seqSlots(text, node);
    if (!Array.isArray(slots)) return fallback;
    return slots.at(-1)?.end ?? fallback;
  }
  const end = node.range?.[1];
  if (end === undefined || end === node.range?.[0]) return Math.max(fallback, end ?? 0);
  if (isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')) {
    if (text[end - 1] === '\n') return text[end - 2] === '\r' ? end - 2 : end - 1;
  }
  return end;
}

const style = (message: string): EditProblem => ({ code: 'yaml-style', message });

/** The entries of a map in their order, or why they can't be edited in place. */
export function mapSlots(text: string, map: YAMLMap): readonly Slot[] | EditProblem {
  const slots: Slot[] = [];
  for (const pair of map.items) {
    const key = pair.key;
    if (!isScalar(key) || !key.range)
      return style('A key that is not a plain word can only be edited as YAML.');
    const sep = pair.srcToken?.sep ?? [];
    if (pair.srcToken?.start.some((token) => token.type === 'explicit-key-ind')) {
      return style('A key written with "?" can only be edited as YAML.');
    }
    const colon = sep.find((token) => token.type === 'map-value-ind');
    const indicatorEnd = colon === undefined ? key.range[1] : colon.offset + 1;
    const node = asNode(pair.value);
    slots.push({
      parent: map,
      flow: map.flow === true,
      start: key.range[0],
      indicatorEnd,
      node,
      end: contentEnd(text, node, indicatorEnd),
    });
  }
  return slots;
}

/** The items of a list in their order, or why they can't be edited in place. */
export function seqSlots(text: string, seq: YAMLSeq): readonly Slot[] | EditProblem {
  const token = seq.srcToken;
  if (token?.type === 'flow-collection' || seq.flow === true) {
    return seq.items.map((item): Slot => {
      const node = asNode(item);
      const start = node?.range?.[0] ?? 0;
      return {
        parent: seq,
        flow: true,
        start,
        indicatorEnd: start,
        node,
        end: contentEnd(text, node, start),
      };
    });
  }
  if (token?.type !== 'block-seq') return style('This list can only be edited as YAML.');
  const dashes = token.items.flatMap(
    (item) => item.start.find((entry) => entry.type === 'seq-item-ind')?.offset ?? [],
  );
  if (dashes.length !== seq.items.length) return style('This list can only be edited as YAML.');
  return seq.items.map((item, index): Slot => {
    const node = asNode(item);
    const start = dashes[index] ?? 0;
    return {
      parent: seq,
      flow: false,
      start,
      indicatorEnd: start + 1,
      node,
      end: contentEnd(text, node, start + 1),
    };
  });
}

function asNode(value: unknown): Node | null {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : null;
}

/** The slot at `path`; the root's slot for the empty path. */
export function slotAt(text: string, document: Document, path: JsonPath): Slot | EditProblem {
  const root = asNode(document.contents);
  const start = root?.range?.[0] ?? 0;
  let slot: Slot = {
    parent: undefined,
    flow: (isMap(root) || isSeq(root)) && root.flow === true,
    start,
    indicatorEnd: start,
    node: root,
    end: contentEnd(text, root, start),
  };
  for (const step of path) {
    const children = childSlots(text, slot.node);
    if ('code' in children) return children;
    let index: number;
    if (typeof step === 'number') index = isSeq(slot.node) ? step : -1;
    else index = isMap(slot.node) ? keyIndex(slot.node, step) : -1;
    const next = children.slots[index];
    if (next === undefined) return { code: 'no-such-path', message: `There is no ${path.join('.')} here.` };
    slot = next;
  }
  return slot;
}

/** The entries of a map or list; none for a scalar. An alias is a problem: its text belongs to another place. */
export function childSlots(
  text: string,
  node: Node | null,
): { readonly slots: readonly Slot[] } | EditProblem {
  if (isAlias(node)) {
    return {
      code: 'yaml-alias',
      message: `This part is shared through the YAML alias *${node.source}; edit it as YAML.`,
    };
  }
  if (isMap(node)) {
    const slots = mapSlots(text, node);
    return 'code' in slots ? slots : { slots };
  }
  if (isSeq(node)) {
    const slots = seqSlots(text, node);
    return 'code' in slots ? slots : { slots };
  }
  return { slots: [] };
}

export function keyIndex(map: YAMLMap, key: string): number {
  return map.items.findIndex((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

/** The style of a document's own lines; the default where it has none to show. */
export function styleOf(text: string, document: Document): YamlStyle {
  let step: number | undefined;
  let indentLists: boolean | undefined;
  const visit = (node: Node | null): void => {
    const children = childSlots(text, node);
    if ('code' in children || !node) return;
    for (const slot of children.slots) {
      const child = slot.node;
      if (
        isMap(node) &&
        !slot.flow &&
        child?.range &&
        (isMap(child) || isSeq(child)) &&
        child.flow !== true
      ) {
        const inner = childSlots(text, child);
        const first = 'code' in inner ? undefined : inner.slots[0];
        if (first !== undefined && lineStart(text, first.start) !== lineStart(text, slot.start)) {
          const columns = column(text, first.start) - column(text, slot.start);
          if (isSeq(child)) indentLists ??= columns > 0;
          if (columns > 0) step ??= columns;
        }
      }
      visit(child);
    }
  };
  const root = asNode(document.contents);
  visit(root);
  return {
    step: step ?? DEFAULT_STYLE.step,
    indentLists: indentLists ?? DEFAULT_STYLE.indentLists,
    json: isMap(root) && root.flow === true,
    newline: /\r\n/.test(text) ? '\r\n' : '\n',
  };
}
