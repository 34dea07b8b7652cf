import type { PolicyKind } from '../../model/records.ts';
import { isPolicyKind } from '../form/model.ts';
import type { TextRange } from '../yaml/locate.ts';
import { flowPlace } from './flow.ts';
import type { SchemaStep } from './schema.ts';

/** Where a cursor stands in a text, found by indentation, so that it works on half-typed YAML. */
export interface CursorContext {
  readonly kind?: PolicyKind;
  /** Namespace of the policy, where one is written. */
  readonly namespace?: string;
  /** The map or list that the cursor is in. */
  readonly path: readonly SchemaStep[];
  /**
   * `key`: a key of the map at `path` is being typed. `value`: the value of `key`. `item`: an item of the list at `path`
   * (a scalar, or the first key of a map).
   */
  readonly mode: 'key' | 'value' | 'item';
  /** For `value`: the key that it belongs to. */
  readonly key?: string;
  /** What is typed so far, from `from` to the cursor. */
  readonly prefix: string;
  readonly from: number;
  /** Keys that the map already has. */
  readonly siblings: readonly string[];
  /** Of a condition's values: the label key that the condition is about. */
  readonly expressionKey?: string;
  /** Whether the cursor is in brackets. */
  readonly flow: boolean;
  /** Column of the key that is being typed. */
  readonly column: number;
}

interface Line {
  readonly indent: number;
  /** Columns of the dashes that begin the line. */
  readonly dashes: readonly number[];
  /** Column of what follows the dashes. */
  readonly column: number;
  readonly key?: string;
  readonly value: string;
}

const KEY = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#"'[\]{}&*!|>%@`,][^:#]*?)\s*:(?:\s+|$)/;

function readLine(text: string): Line | undefined {
  const indent = text.search(/\S/);
  if (indent === -1 || text[indent] === '#') return undefined;
  const dashes: number[] = [];
  let column = indent;
  for (
    let match = /^-(\s+|$)/.exec(text.slice(column));
    match !== null;
    match = /^-(\s+|$)/.exec(text.slice(column))
  ) {
    dashes.push(column);
    column += match[0].length;
  }
  const rest = text.slice(column);
  const key = KEY.exec(rest);
  if (key === null) return { indent, dashes, column, value: rest };
  return { indent, dashes, column, key: unquote(key[1] ?? ''), value: rest.slice(key[0].length) };
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/** The context at an offset; `undefined` in a comment, and where nothing can be completed. */
export function cursorContext(text: string, offset: number): CursorContext | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(start, offset);
  if (/(^|\s)#/.test(before.replace(/"[^"]*"|'[^']*'/g, ''))) return undefined;
  // Of a long text only the document around the cursor is looked at: this is asked at each key.
  const document = documentAround(text, start);
  const above = text.slice(document.from, start).split('\n').slice(0, -1);
  const below = text.slice(start, document.to).split('\n').slice(1);
  const about = documentFacts(above, below);
  const flow = flowPlace(before);
  if (flow === undefined && /(^|\s)[[{]/.test(before)) return undefined;
  const block = before.slice(0, flow?.start);
  const current = readLine(block) ?? { indent: block.length, dashes: [], column: block.length, value: '' };
  const { column, dashes } = current;
  const lead = climb(above, dashes, column);
  if (flow !== undefined) {
    const { mode, key, from, entries } = flow;
    const expressionKey = mode === 'item' ? entries.get('key') : undefined;
    return {
      ...about,
      path: [...lead.path, ...(current.key === undefined ? [] : [current.key]), ...flow.path],
      mode,
      ...(key === undefined ? {} : { key }),
      prefix: before.slice(from),
      from: start + from,
      siblings: mode === 'key' ? [...entries.keys()] : [],
      ...(expressionKey === undefined || expressionKey === '' ? {} : { expressionKey }),
      flow: true,
      column,
    };
  }
  const siblings = siblingLines(above, below, column, dashes.length > 0).flatMap(({ key }) => key ?? []);
  const base = { ...about, siblings, flow: false, column };

  if (current.key !== undefined) {
    const value = current.value;
    return {
      ...base,
      path: lead.path,
      mode: 'value',
      key: current.key,
      prefix: value,
      from: offset - value.length,
    };
  }
  const prefix = current.value;
  // A bare word after a colon without space is still a key being typed.
  if (/\s$/.test(prefix) && prefix.trim() !== '') return undefined;
  const from = offset - prefix.length;
  if (dashes.length > 0) {
    const expressionKey = expressionKeyOf(above, below, lead.holder);
    const item = { ...base, path: lead.path, mode: 'item', prefix, from } as const;
    return expressionKey === undefined ? item : { ...item, expressionKey };
  }
  return { ...base, path: lead.path, mode: 'key', prefix, from };
}

/** Offsets of the lines between the markers above and below a line that begins at `start`. */
function documentAround(text: string, start: number): TextRange {
  let above = start - 1;
  do above = above < 1 ? -1 : text.lastIndexOf('\n---', above - 1);
  while (above !== -1 && !isMarker(text, above + 1));
  const from = above + 1 < start && isMarker(text, above + 1) ? text.indexOf('\n', above + 1) + 1 : 0;
  let below = start - 1;
  do below = text.indexOf('\n---', below + 1);
  while (below !== -1 && !isMarker(text, below + 1));
  return { from, to: below === -1 ? text.length : below };
}

function isMarker(text: string, at: number): boolean {
  return /^---(?:\s|$)/.test(text.slice(at, at + 4));
}

function documentFacts(...parts: readonly (readonly string[])[]): {
  readonly kind?: PolicyKind;
  readonly namespace?: string;
} {
  let kind: string | undefined;
  let namespace: string | undefined;
  let inMetadata = false;
  for (const lines of parts) {
    for (const line of lines) {
      if (kind !== undefined && namespace !== undefined) break;
      if (/^\S/.test(line)) inMetadata = /^metadata\s*:/.test(line);
      kind ??= /^kind:\s*["']?(\w+)/.exec(line)?.[1];
      if (inMetadata) namespace ??= /^\s+namespace:\s*["']?([\w.-]+)/.exec(line)?.[1];
    }
  }
  return { ...(isPolicyKind(kind) ? { kind } : {}), ...(namespace === undefined ? {} : { namespace }) };
}

/** What stands behind `key:` in the map that holds the list of a condition's values. */
function expressionKeyOf(
  above: readonly string[],
  below: readonly string[],
  holder: number,
): string | undefined {
  const line = readLine(above[holder] ?? '');
  if (line?.key !== 'values') return undefined;
  const later = [...above.slice(holder + 1), ...below];
  const found = siblingLines(above.slice(0, holder), later, line.column, line.dashes.length > 0).find(
    ({ key }) => key === 'key',
  );
  return found === undefined ? undefined : unquote(found.value.replace(/\s+#.*$/, '').trim());
}

/** The path of what encloses a column, by the lines above it, and the index of the line that holds it directly. */
function climb(
  above: readonly string[],
  dashes: readonly number[],
  column: number,
): { readonly path: readonly SchemaStep[]; readonly holder: number } {
  const path: SchemaStep[] = [];
  let holder = -1;
  // What has to be enclosed next: a key at this column, or a dash there.
  let at = column;
  let isDash = false;
  const ownDashes = [...dashes];
  const enterDashes = (columns: number[]) => {
    for (let dash = columns.pop(); dash !== undefined; dash = columns.pop()) {
      path.unshift(null);
      at = dash;
      isDash = true;
    }
  };
  enterDashes(ownDashes);
  // Nothing encloses what stands in the first column.
  for (let index = above.length - 1; index >= 0 && (at > 0 || isDash); index -= 1) {
    const line = readLine(above[index] ?? '');
    if (line === undefined) continue;
    const own = line.dashes.filter((dash) => dash < at);
    // A line that is a sibling: a key, or an item, at the same column. A sibling key may be its item's first one.
    if (!isDash && line.column === at && line.dashes.length > 0) {
      enterDashes([...line.dashes]);
      continue;
    }
    if (line.key !== undefined && line.value.replace(/#.*$/, '').trim() === '') {
      const encloses = isDash ? line.column <= at && !line.dashes.includes(at) : line.column < at;
      if (encloses) {
        path.unshift(line.key);
        if (holder === -1) holder = index;
        at = line.column;
        isDash = false;
        enterDashes([...line.dashes]);
        continue;
      }
    }
    if (!isDash && own.length > 0 && line.column > at) continue;
  }
  return { path, holder };
}

/** Lines with keys at the same column in the same map, above and below. */
function siblingLines(
  above: readonly string[],
  below: readonly string[],
  column: number,
  firstOfItem: boolean,
): readonly Line[] {
  const found: Line[] = [];
  const scan = (lines: readonly string[], upwards: boolean) => {
    for (const text of lines) {
      const line = readLine(text);
      if (line === undefined) continue;
      if (line.column < column || (line.dashes.length > 0 && line.column === column && !upwards)) return;
      if (line.column !== column) {
        if (line.dashes.some((dash) => dash < column) && line.indent < column) return;
        continue;
      }
      if (line.key !== undefined) found.push(line);
      // The first key of an item: what is above belongs to another one.
      if (line.dashes.length > 0) return;
    }
  };
  if (!firstOfItem) scan(above.toReversed(), true);
  scan(below, false);
  return found;
}
