import type { TextFrame } from '../model/records.ts';

/** One document of a stream: its text, and the line of the file that the text begins on (from 1). */
export interface DocumentText {
  readonly text: string;
  readonly line: number;
  readonly frame?: TextFrame;
}

/** A marker that stands alone on its line, and the line's break. */
const BARE_MARKER = /^(?:---|\.\.\.)[ \t]*(?:\r\n|\n|$)/;

/** A line that begins with one of these ends a document, whatever is open in it (YAML 1.2, c-forbidden). */
const MARKER = /(?:^|\r\n|\r|\n)(---|\.\.\.)(?=[ \t\r\n]|$)/g;

/** Nothing but blank lines, comments, directives and a marker. */
const BLANK = /^(?:---(?=\s|$))?(?:[ \t\r\n]|#[^\r\n]*|%[^\r\n]*)*$/;

/** A marker alone on its line, and blank lines: what a person wouldn't call part of the document. */
const LEADING = /^(?:---[ \t]*(?:\r\n|\r|\n))?(?:[ \t]*(?:\r\n|\r|\n))*/;

/** Splits a YAML stream into its documents, leaving out those without content. Exact for any YAML, in linear time. */
export function splitDocuments(text: string): DocumentText[] {
  const documents: DocumentText[] = [];
  let start = 0;
  let line = 1;
  let countedTo = 0;
  const add = (end: number) => {
    const segment = text.slice(start, end);
    if (BLANK.test(segment)) return;
    const lead = LEADING.exec(segment)?.[0].length ?? 0;
    line += countLines(text, countedTo, start + lead);
    countedTo = start + lead;
    const own = segment.slice(lead).trimEnd();
    const marker = BARE_MARKER.exec(text.slice(end, end + 80))?.[0] ?? '';
    // After `...` a document begins in the middle of a line.
    const isLineStart = start === 0 || text[start - 1] === '\n';
    const before = text.slice(isLineStart ? start : text.indexOf('\n', start) + 1, start + lead);
    const after = text.slice(start + lead + own.length, end) + marker;
    documents.push({ text: own, line, frame: { before, after } });
  };
  for (const match of text.matchAll(MARKER)) {
    const marker = match[1] ?? '';
    const at = match.index + match[0].length - marker.length;
    add(at);
    start = marker === '---' ? at : at + marker.length;
  }
  add(text.length);
  return documents;
}

export function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
