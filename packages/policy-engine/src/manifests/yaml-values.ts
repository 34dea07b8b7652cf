import { CORE_SCHEMA, load, Type, YAMLException } from 'js-yaml';
import { countLines } from './split.ts';

/**
 * The value of a YAML or JSON document. Positions are found later and only where something is to be shown
 * (`locate.ts`): a parser that builds a syntax tree takes some fifteen times as long for the same text.
 */
export type YamlValue =
  | { readonly ok: true; readonly value: unknown; readonly duplicateKeys: readonly YamlProblem[] }
  | { readonly ok: false; readonly problem: YamlProblem };

export interface YamlProblem {
  readonly code: 'yaml-syntax' | 'yaml-alias-bomb' | 'yaml-too-deep' | 'duplicate-key';
  readonly message: string;
  readonly hint: string;
  /** In the document's text, from 1. */
  readonly line: number;
  readonly column: number;
}

/** What aliases may expand a document to, in values. The largest real manifests have a few thousand. */
const MOST_EXPANDED = 200_000;

/** Levels; the YAML reader has the same limit. */
const DEEPEST = 100;

const TOO_DEEP: YamlProblem = {
  code: 'yaml-too-deep',
  message: 'The document is nested too deeply to be read.',
  hint: 'Manifests need no more than a few dozen levels.',
  line: 1,
  column: 1,
};

/**
 * What kubectl's reader (YAML 1.1) takes for booleans: a label value `on` is refused, so it must not be read as text.
 * Not `y` and `n`: most writers of YAML leave them unquoted and mean the letter (`bareLetter` finds them).
 */
const TRUE = new Set(['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON']);
const FALSE = new Set(['false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF']);

const INTEGER = /^[-+]?(?:0b[01_]+|0x[\da-fA-F_]+|0o?[0-7_]+|[1-9][\d_]*|0)$/;

const SCHEMA = CORE_SCHEMA.extend({
  implicit: [
    new Type('tag:yaml.org,2002:bool', {
      kind: 'scalar',
      resolve: (text: unknown) =>
        typeof text === 'string' && text.length <= 5 && (TRUE.has(text) || FALSE.has(text)),
      construct: (text: unknown) => typeof text === 'string' && TRUE.has(text),
    }),
    new Type('tag:yaml.org,2002:int', {
      kind: 'scalar',
      resolve: (text: unknown) => typeof text === 'string' && INTEGER.test(text),
      construct: (text: unknown) => integerOf(String(text)),
    }),
    new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text: unknown) => text === '<<' }),
  ],
});

const BARE_LETTER = /[:-][ \t]+([yYnN])[ \t]*(?:#.*)?$/m;

/** Where a document has an unquoted `y` or `n` for a value, which kubectl reads as a boolean; line from 1. */
export function bareLetter(text: string): { readonly letter: string; readonly line: number } | undefined {
  const match = BARE_LETTER.exec(text);
  if (match === null) return undefined;
  return { letter: match[1] ?? '', line: 1 + countLines(text, 0, match.index) };
}

/** Reads one document as kubectl does. Never throws. */
export function readYaml(text: string): YamlValue {
  const json = readJson(text);
  if (json !== undefined) {
    if (isDeeperThan(json.value, DEEPEST)) return { ok: false, problem: TOO_DEEP };
    return { ok: true, value: json.value, duplicateKeys: [] };
  }
  try {
    return checked(text, load(text, { schema: SCHEMA }), []);
  } catch (error) {
    const problem = problemOf(error, text);
    if (problem.code !== 'duplicate-key') return { ok: false, problem };
    // kubectl takes the last of two values; so does this, and says so.
    try {
      return checked(text, load(text, { schema: SCHEMA, json: true }), [problem]);
    } catch (second) {
      return { ok: false, problem: problemOf(second, text) };
    }
  }
}

function readJson(text: string): { readonly value: unknown } | undefined {
  if (!/^\s*\{\s*["}]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    // Perhaps YAML in flow style; if not, the YAML reader says where the problem is.
    return undefined;
  }
}

function checked(text: string, value: unknown, duplicateKeys: readonly YamlProblem[]): YamlValue {
  // Only an anchor can make a value larger than its text.
  if (text.includes('&') && expandedSize(value) > MOST_EXPANDED) {
    const problem: YamlProblem = {
      code: 'yaml-alias-bomb',
      message: `Aliases expand this document to more than ${MOST_EXPANDED} values, or to itself.`,
      hint: 'Write the repeated parts out, or split the document.',
      line: 1,
      column: 1,
    };
    return { ok: false, problem };
  }
  return { ok: true, value, duplicateKeys };
}

/** Number of values once every alias is written out; infinite for a value that contains itself. */
function expandedSize(root: unknown): number {
  const sizes = new Map<object, number>();
  const measure = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    sizes.set(value, Number.POSITIVE_INFINITY);
    let size = 1;
    for (const child of Object.values(value)) size += measure(child);
    sizes.set(value, size);
    return size;
  };
  return measure(root);
}

function integerOf(written: string): number {
  const text = written.replaceAll('_', '');
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '');
  // YAML 1.1 has octal numbers with a leading 0 alone.
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  return sign * Number(octal);
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  for (const child of Array.isArray(value) ? value : Object.values(value)) {
    if (isDeeperThan(child, depth - 1)) return true;
  }
  return false;
}

function problemOf(error: unknown, text: string): YamlProblem {
  if (!(error instanceof YAMLException)) return TOO_DEEP;
  const { reason, mark } = reasonOf(error);
  return {
    code:
      reason === 'duplicated mapping key'
        ? 'duplicate-key'
        : reason.startsWith('nesting')
          ? 'yaml-too-deep'
          : 'yaml-syntax',
    message:
      reason === 'duplicated mapping key'
        ? `${keyAt(text, mark)} occurs twice; only the last one counts.`
        : `This is no valid YAML: ${reason}.`,
    hint: hintFor(reason),
    // What isn't closed is noticed after the end, on a line that isn't there.
    line: Math.min(mark.line, countLines(text.trimEnd(), 0, text.length)) + 1,
    column: mark.column + 1,
  };
}

/** The key that begins at a position, as a person would name it. */
function keyAt(text: string, mark: { readonly line: number; readonly column: number }): string {
  const rest = text.split('\n')[mark.line]?.slice(mark.column) ?? '';
  const key = /^(?:"([^"]+)"|'([^']+)'|([^\s:,{}[\]]+))/.exec(rest);
  const name = key?.[1] ?? key?.[2] ?? key?.[3];
  return name === undefined ? 'A key' : `\`${name}\``;
}

/** The library's typings have neither as optional, but an error made without a place lacks the mark. */
function reasonOf(error: YAMLException): { reason: string; mark: { line: number; column: number } } {
  const { reason, mark }: { reason?: string; mark?: { line: number; column: number } } = error;
  return { reason: reason ?? 'unknown problem', mark: mark ?? { line: 0, column: 0 } };
}

function hintFor(reason: string): string {
  if (reason.includes('tab')) return 'Indent with spaces: YAML allows no tabs there.';
  if (reason === 'duplicated mapping key') return 'Remove one of the two.';
  if (reason.includes('indentation'))
    return 'Check the indentation and the quotes on this line and the one before.';
  if (reason.includes('alias')) return 'Define the anchor before it is used, or quote the value.';
  if (reason.includes('tag')) return 'Remove the `!` tag, or quote the value.';
  if (reason.includes('non-printable')) return 'Remove the control characters, or save the file as UTF-8.';
  return 'Check the indentation, quotes and brackets on this line and the one before.';
}
