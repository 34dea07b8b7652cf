import { isAlias, isMap, isPair, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** Lines and columns of a file, from 1; `endLine` is inclusive. */
export interface Located {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
}

/** Finds lines of one document; the document is parsed once, and only when something is looked up. */
export interface Locator {
  /** The place of a field path; of its nearest ancestor where the text doesn't have the field. */
  locate(path: string): Located | undefined;
}

/**
 * Finds the lines of a field such as `spec.ingress[0].from[1]` in a document's text.
 * @param firstLine line of the file on which `text` begins.
 * @returns the lines of the field with its key; those of its nearest ancestor where the field isn't there (a missing
 * field is a problem of what should have it); `undefined` where the text is no YAML mapping.
 */
export function locate(text: string, firstLine: number, path: string): Located | undefined {
  return createLocator(text, firstLine).locate(path);
}

export function createLocator(text: string, firstLine: number): Locator {
  let document: ReturnType<typeof open> | undefined;
  return {
    locate: (path) => {
      document ??= open(text);
      const { root, lines } = document;
      if (!isMap(root) && !isSeq(root)) return undefined;
      const range = rangeOf(root, path, document.resolve);
      if (range === undefined) return undefined;
      const start = lines.linePos(range[0]);
      const end = lines.linePos(Math.max(range[0], range[1]));
      // A block's end is the start of the line after it.
      const endLine = end.col <= 1 && end.line > start.line ? end.line - 1 : end.line;
      return {
        line: start.line + firstLine - 1,
        column: start.col,
        endLine: Math.max(start.line, endLine) + firstLine - 1,
      };
    },
  };
}

function open(text: string) {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: 'silent',
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
  });
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  return { root: document.contents, lines, resolve };
}

type Range = readonly [start: number, end: number];

function rangeOf(root: Node, path: string, resolve: (node: unknown) => unknown): Range | undefined {
  let range = ownRange(root);
  let node: unknown = root;
  for (const segment of pathSegments(path)) {
    const step = stepInto(resolve(node), segment);
    if (step === undefined) return range;
    // What an alias points to stands elsewhere, but is where the value is written.
    range = step.range ?? range;
    node = step.value;
  }
  return range;
}

function stepInto(
  node: unknown,
  segment: string,
): { readonly range: Range | undefined; readonly value: unknown } | undefined {
  if (isSeq(node)) {
    const item = /^\d+$/.test(segment) ? node.items[Number(segment)] : undefined;
    return item === undefined ? undefined : { range: ownRange(item), value: item };
  }
  if (!isMap(node)) return undefined;
  const pairs = node.items.filter((pair) => isPair(pair) && keyText(pair.key) === segment);
  // Of duplicate keys the last counts.
  const pair = pairs.at(-1);
  if (pair === undefined) return undefined;
  const key = ownRange(pair.key);
  const value = ownRange(pair.value);
  return { range: key && [key[0], Math.max(key[1], value?.[1] ?? 0)], value: pair.value };
}

function keyText(key: unknown): string {
  return typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : String(key);
}

function ownRange(node: unknown): Range | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  if (!Array.isArray(range)) return undefined;
  const [start, end]: unknown[] = range;
  return typeof start === 'number' && typeof end === 'number' ? [start, end] : undefined;
}

/** `spec.ingress[0].labels[app.kubernetes.io/name]` → spec, ingress, 0, labels, app.kubernetes.io/name. */
export function pathSegments(path: string): string[] {
  const segments: string[] = [];
  let at = 0;
  while (at < path.length) {
    if (path[at] === '[') {
      // A key may hold brackets itself: the one that closes is followed by a new segment or the end.
      let end = path.indexOf(']', at);
      while (end >= 0 && end + 1 < path.length && path[end + 1] !== '.' && path[end + 1] !== '[') {
        end = path.indexOf(']', end + 1);
      }
      const stop = end < 0 ? path.length : end;
      segments.push(path.slice(at + 1, stop));
      at = stop + 1;
    } else {
      if (path[at] === '.') at++;
      const rest = path.slice(at).search(/[.[]/);
      const end = rest < 0 ? path.length : at + rest;
      segments.push(path.slice(at, end));
      at = end === at ? end + 1 : end;
    }
  }
  return segments;
}
