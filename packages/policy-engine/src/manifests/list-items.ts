import { countLines, type DocumentText } from './split.ts';

/**
 * The texts of the items of a `List` document, so that a policy in it has its own text and lines. Each keeps its
 * columns: it is indented as in the list.
 * @returns `undefined` where the list isn't written in one of the two usual ways (block YAML, JSON).
 */
export function listItemTexts(document: DocumentText, count: number): readonly DocumentText[] | undefined {
  const items = /^\s*\{/.test(document.text) ? jsonItems(document) : blockItems(document);
  return items.length === count ? items : undefined;
}

/**
 * Items of a block sequence under a top-level `items:`. What is in an item is indented deeper than its dash, block
 * scalars too, so a dash at the items' own column always begins the next one.
 */
function blockItems({ text, line, frame }: DocumentText): DocumentText[] {
  const items: DocumentText[] = [];
  const lines = text.split('\n');
  let index = lines.findIndex((candidate) => /^items:\s*(#.*)?$/.test(candidate)) + 1;
  if (index === 0) return [];
  let dash: RegExp | undefined;
  let first = -1;
  const close = () => {
    if (first < 0) return;
    const body = lines.slice(first, index);
    const [head = '', ...rest] = body;
    // The dash gives way to a blank: the item's first key then stands in the column of the others.
    const own = [head.replace('-', ' '), ...rest].join('\n').trimEnd();
    const tail = body.join('\n').slice(own.length);
    const next = lines[index];
    const after = next === undefined ? frame?.after : firstKey(next);
    items.push({
      text: own,
      line: line + first,
      ...(after === undefined
        ? {}
        : { frame: { before: '', head, after: tail + (next === undefined ? '' : '\n') + after } }),
    });
  };
  for (; index < lines.length; index++) {
    const current = lines[index] ?? '';
    if (/^\s*(#.*)?$/.test(current)) continue;
    dash ??= /^ *-(?=\s|$)/.test(current)
      ? new RegExp(`^${/^ */.exec(current)?.[0] ?? ''}-(?=\\s|$)`)
      : undefined;
    if (dash === undefined) return [];
    if (dash.test(current)) {
      close();
      first = index;
    } else if (/^\S/.test(current)) {
      break;
    }
  }
  close();
  return items;
}

/** A line and its break, where it tells no more than that an object begins: anything else is not the policy's business. */
function firstKey(line: string): string | undefined {
  return /^\s*-?\s*(?:apiVersion|kind|metadata):[^{"']*$/.test(line) ? `${line}\n` : undefined;
}

/** Items of the `items` array of a JSON object. The text is valid JSON: it has been parsed. */
function jsonItems({ text, line }: DocumentText): DocumentText[] {
  const items: DocumentText[] = [];
  let depth = 0;
  let start = -1;
  let inItems = false;
  let countedTo = 0;
  let startLine = line;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      const end = stringEnd(text, at);
      if (depth === 1 && text.slice(at, end) === '"items"' && /^\s*:\s*\[/.test(text.slice(end, end + 200)))
        inItems = true;
      at = end - 1;
    } else if (char === '{' || char === '[') {
      depth++;
      if (inItems && depth === 3 && start < 0) {
        startLine += countLines(text, countedTo, at);
        countedTo = at;
        start = at;
      }
    } else if (char === '}' || char === ']') {
      depth--;
      if (inItems && depth === 2 && start >= 0) {
        const column = start - (text.lastIndexOf('\n', start) + 1);
        items.push({ text: ' '.repeat(column) + text.slice(start, at + 1), line: startLine });
        start = -1;
      }
      if (inItems && depth === 1) return items;
    }
  }
  return items;
}

/** Index after the closing quote of the string that opens at `at`. */
function stringEnd(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}
