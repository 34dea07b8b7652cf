import { StreamLanguage, type StreamParser, type StringStream } from '@codemirror/language';
import { tags } from '@lezer/highlight';

/** What of the lines above decides how the next one is coloured. */
interface YamlState {
  /** Brackets that are open. */
  flow: number;
  /** A quoted text that goes on in the next line. */
  quote: '"' | "'" | null;
  /** A block of literal text: its lines are indented deeper than this column. */
  literal: number | null;
  /** Column of the key or dash whose value is being read; -1 at the root. */
  owner: number;
  /** Nothing but spaces and dashes so far in the line. */
  leading: boolean;
}

const MARKER = /^(?:---|\.\.\.)(?=\s|$)/;
const PLAIN_IN_BLOCK = /^(?:[^\s:#]|:(?!\s|$)|#)+(?:[ \t]+(?:[^\s:#]|:(?!\s|$))(?:[^\s:#]|:(?!\s|$)|#)*)*/;
const PLAIN_IN_FLOW =
  /^(?:[^\s:#,[\]{}]|:(?![\s,[\]{}]|$)|#)+(?:[ \t]+(?:[^\s:#,[\]{}]|:(?![\s,[\]{}]|$))(?:[^\s:#,[\]{}]|:(?![\s,[\]{}]|$)|#)*)*/;

/** What a line begins inside of: a literal block, a quoted text, brackets. Deeper text goes on; anything else ends it. */
function beginLine(stream: StringStream, state: YamlState): string | null {
  if (MARKER.test(stream.string)) {
    Object.assign(state, startState());
    stream.pos = 3;
    return 'meta';
  }
  if (/^\s*$/.test(stream.string)) {
    stream.skipToEnd();
    return null;
  }
  const indent = stream.indentation();
  if (state.literal !== null) {
    if (indent > state.literal) {
      stream.skipToEnd();
      return 'content';
    }
    state.literal = null;
  }
  // YAML wants what is quoted or in brackets deeper than its key: one that is not closed yet must not colour all that follows.
  if (indent <= state.owner && !/^\s*[\]}#]/.test(stream.string)) {
    state.flow = 0;
    state.quote = null;
  }
  if (state.quote !== null) return quoted(stream, state, state.quote);
  if (state.flow > 0) return null;
  state.owner = -1;
  state.leading = true;
  if (indent === 0 && stream.peek() === '%') {
    stream.skipToEnd();
    return 'meta';
  }
  return null;
}

/** The rest of a quoted text, as far as it stands in this line. */
function quoted(stream: StringStream, state: YamlState, quote: '"' | "'"): string {
  const { string } = stream;
  let at = stream.pos;
  for (;;) {
    const end = string.indexOf(quote, at);
    if (end === -1) {
      state.quote = quote;
      stream.skipToEnd();
      return 'string';
    }
    at = end + 1;
    if (quote === "'" && string[at] === "'") at += 1;
    else if (quote === "'" || !isEscaped(string, end)) break;
  }
  state.quote = null;
  stream.pos = at;
  return keyOr(stream, state, 'string');
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

/** What was just read is a key, which owns what stands deeper, or something else. */
function keyOr(stream: StringStream, state: YamlState, otherwise: 'string' | 'content'): string {
  if (state.flow > 0) {
    const end = otherwise === 'string' ? /^\s*:/ : /^\s*:(?=[\s,[\]{}]|$)/;
    return stream.match(end, false) === null ? otherwise : 'propertyName';
  }
  if (stream.match(/^\s*:(?=\s|$)/, false) === null) return otherwise;
  state.owner = stream.start;
  return 'propertyName';
}

function token(stream: StringStream, state: YamlState): string | null {
  if (stream.sol()) {
    const whole = beginLine(stream, state);
    if (stream.pos > 0) return whole;
  }
  if (stream.eatSpace()) return null;
  const next = stream.peek() ?? '';
  if (next === '#') {
    stream.skipToEnd();
    return 'comment';
  }
  if (state.flow === 0 && state.leading && (next === '-' || next === '?') && stream.match(/^[-?](?=\s|$)/)) {
    state.owner = stream.start;
    return 'separator';
  }
  const isFirst = state.leading;
  state.leading = false;
  if (next === ':' && stream.match(state.flow > 0 ? /^:/ : /^:(?=\s|$)/)) return 'separator';
  switch (next) {
    case '"':
    case "'":
      stream.next();
      return quoted(stream, state, next);
    case '[':
    case '{':
      stream.next();
      state.flow += 1;
      return next === '[' ? 'squareBracket' : 'brace';
    case ']':
    case '}':
      stream.next();
      state.flow = Math.max(0, state.flow - 1);
      return next === ']' ? 'squareBracket' : 'brace';
    case ',':
      if (state.flow === 0) break;
      stream.next();
      return 'separator';
    case '&':
    case '*':
      if (!stream.match(/^[&*][^\s,[\]{}]+/)) break;
      state.leading = isFirst && next === '&';
      return 'labelName';
    case '!':
      stream.match(/^![^\s,[\]{}]*/);
      state.leading = isFirst;
      return 'typeName';
    case '|':
    case '>':
      if (state.flow > 0 || !stream.match(/^[|>][-+0-9]*(?=\s*$|\s+#)/)) break;
      // A header on a line of its own says nothing of its key: the text stands at least where the header does.
      state.literal = isFirst && state.owner < 0 ? stream.indentation() - 1 : state.owner;
      return 'literalHeader';
  }
  if (stream.match(state.flow > 0 ? PLAIN_IN_FLOW : PLAIN_IN_BLOCK)) return keyOr(stream, state, 'content');
  stream.next();
  return 'content';
}

function startState(): YamlState {
  return { flow: 0, quote: null, literal: null, owner: -1, leading: true };
}

/**
 * Colours of YAML, line by line. Only what is in sight is read, and after a key only from there on: a syntax tree of the
 * whole text, made anew at each key, costs half a second for some hundred kilobytes. What the YAML means, and what is wrong
 * with it, the engine's parsers say.
 */
export const yamlTokens: StreamParser<YamlState> = {
  name: 'yaml',
  startState,
  token,
  tokenTable: { literalHeader: tags.special(tags.string) },
  languageData: { commentTokens: { line: '#' }, closeBrackets: { brackets: ['[', '{', '"', "'"] } },
};

export const yamlLanguage = StreamLanguage.define(yamlTokens);
