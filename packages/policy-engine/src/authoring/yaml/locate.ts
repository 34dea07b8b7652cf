import { type Document, isMap, isScalar, isSeq } from 'yaml';
import type { SourceRef } from '../../diagnostic.ts';
import type { JsonPath } from '../json.ts';
import { childSlots, keyIndex, type Slot, slotAt } from './tree.ts';

/** Offsets `[from, to)` in a text. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** `spec.ingress[0].ports` and `metadata.labels[a.b/c]` as steps; brackets hold an index or a key. */
export function parsePath(path: string): JsonPath {
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, bracket, name]) => {
    if (bracket !== undefined) return /^\d+$/.test(bracket) ? Number(bracket) : bracket;
    return name ?? '';
  });
}

/**
 * Where a field stands: its key and value where they are on one line, else its key's line. Where the field is
 * missing, the nearest map or list around it.
 */
export function rangeAt(text: string, document: Document, path: JsonPath): TextRange {
  let slot: Slot | undefined;
  for (let length = path.length; length >= 0 && slot === undefined; length -= 1) {
    const found = slotAt(text, document, path.slice(0, length));
    if (!('code' in found)) slot = found;
  }
  if (slot === undefined) return { from: document.range?.[0] ?? 0, to: document.range?.[1] ?? text.length };
  if (slot.parent === undefined) {
    // The whole document is at fault: its first line stands for it.
    const children = childSlots(text, slot.node);
    const first = 'code' in children ? undefined : children.slots[0];
    return firstLine(text, first?.start ?? slot.start, Math.max(slot.end, slot.start));
  }
  return firstLine(text, slot.start, Math.max(slot.end, slot.indicatorEnd));
}

function firstLine(text: string, from: number, to: number): TextRange {
  const newline = text.slice(from, to).search(/\r?\n/);
  return { from, to: newline === -1 ? to : from + newline };
}

/** Lines and columns from 1. */
export function sourceAt(text: string, file: string, range: TextRange): SourceRef {
  const before = text.slice(0, range.from);
  const line = before.split('\n').length;
  const column = range.from - (before.lastIndexOf('\n') + 1) + 1;
  const endLine = line + text.slice(range.from, range.to).split('\n').length - 1;
  return { file, line, column, endLine };
}

/** The path of keys and indices to what stands at an offset: the innermost entry whose lines hold it. */
export function pathAt(text: string, document: Document, offset: number): JsonPath {
  const path: (string | number)[] = [];
  let node: unknown = document.contents;
  for (;;) {
    if (!isMap(node) && !isSeq(node)) return path;
    const children = childSlots(text, node);
    if ('code' in children) return path;
    const index = children.slots.findLastIndex((slot) => slot.start <= offset);
    const slot = children.slots[index];
    if (slot === undefined || offset > slot.end) return path;
    if (isMap(node)) {
      const key = node.items[index]?.key;
      if (!isScalar(key) || keyIndex(node, String(key.value)) !== index) return path;
      path.push(String(key.value));
    } else path.push(index);
    node = slot.node;
  }
}
