import { foldService } from '@codemirror/language';
import type { Text } from '@codemirror/state';

/**
 * What can be folded at a line, counted from 1: from its end, all that belongs to it, which YAML shows by indentation; null
 * where that is nothing.
 */
export function foldAt(doc: Text, number: number): { readonly from: number; readonly to: number } | null {
  const head = doc.line(number);
  const column = columnOf(head.text);
  if (column === -1 || head.text[column] === '#' || number === doc.lines) return null;
  // People write a list at the column of the key that holds it.
  const holdsItems = /:\s*(?:#.*)?$/.test(head.text) && !isItem(head.text, column);
  let at = head.to;
  let end = head.to;
  for (const text of doc.iterLines(number + 1)) {
    const from = at + 1;
    at = from + text.length;
    const own = columnOf(text);
    if (own === -1) continue;
    if (own > column || (own === column && holdsItems && isItem(text, own))) {
      end = at;
    } else if (text[own] !== '#') {
      const closes = own === column && end > head.to && /[\]}]/.test(text[own] ?? '');
      if (closes) end = from + own;
      break;
    }
  }
  return end > head.to ? { from: head.to, to: end } : null;
}

function columnOf(line: string): number {
  return line.search(/\S/);
}

function isItem(line: string, column: number): boolean {
  return /^-(?:\s|$)/.test(line.slice(column));
}

export const folding = foldService.of((state, lineStart) =>
  foldAt(state.doc, state.doc.lineAt(lineStart).number),
);
