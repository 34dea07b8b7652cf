import { stringify } from 'yaml';
import { isList, isObject, type Json } from '../json.ts';

/** How new lines are written, taken from the text they go into. */
export interface YamlStyle {
  /** Columns per level. */
  readonly step: number;
  /** `true`: a list under a key is indented; `false`: its dashes stand under the key. */
  readonly indentLists: boolean;
  /** `true`: the document is JSON, so keys and strings take double quotes. */
  readonly json: boolean;
  readonly newline: '\n' | '\r\n';
}

export const DEFAULT_STYLE: YamlStyle = { step: 2, indentLists: true, json: false, newline: '\n' };

export type Quote = '"' | "'";

/** Letters, a separator, and more of both: what no version of YAML reads as anything but text. Most names are so. */
const PLAIN = /^[A-Za-z]{2,}[-_/.][A-Za-z\d][\w./-]*$/;

/**
 * One scalar on one line. Strings that YAML 1.1 would read as something else (`yes`, `on`, `012`) are quoted:
 * the API server's reader follows 1.1 there.
 */
export function renderScalar(
  value: null | boolean | number | string,
  options: { readonly flow: boolean; readonly json: boolean; readonly quote?: Quote | undefined },
): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (options.json || options.quote === '"' || !/^[\x20-\x7e]*$/.test(value)) return JSON.stringify(value);
  if (options.quote === "'") return `'${value.replaceAll("'", "''")}'`;
  if (options.flow && /[,[\]{}:#]/.test(value)) return JSON.stringify(value);
  if (PLAIN.test(value)) return value;
  return stringify(value, { compat: 'yaml-1.1', lineWidth: 0 }).trimEnd();
}

export function isInline(value: Json): boolean {
  if (isList(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return true;
}

/** The whole value on one line, in flow style. */
export function renderFlow(value: Json, style: YamlStyle): string {
  if (isList(value)) return `[${value.map((item) => renderFlow(item, style)).join(', ')}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).map(
      ([key, item]) => `${renderScalar(key, { flow: true, json: style.json })}: ${renderFlow(item, style)}`,
    );
    if (entries.length === 0) return '{}';
    return style.json ? `{${entries.join(', ')}}` : `{ ${entries.join(', ')} }`;
  }
  return renderScalar(value, { flow: true, json: style.json });
}

/**
 * The lines of a value in block style, without indentation of their own: the caller shifts them. A list's lines
 * begin with its dashes.
 */
export function renderBlock(value: Json, style: YamlStyle): readonly string[] {
  if (isList(value)) {
    if (value.length === 0) return ['[]'];
    return value.flatMap((item) => {
      const [first = '', ...rest] = renderBlock(item, style);
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
    });
  }
  if (isObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return ['{}'];
    return entries.flatMap(([key, item]) => renderEntry(key, item, style));
  }
  return [renderScalar(value, { flow: false, json: false })];
}

/** The lines of `key: value`. */
export function renderEntry(key: string, value: Json, style: YamlStyle): readonly string[] {
  const name = renderScalar(key, { flow: false, json: style.json });
  if (isInline(value)) return [`${name}: ${renderBlock(value, style)[0] ?? ''}`];
  return [`${name}:`, ...indent(renderBlock(value, style), childIndent(value, style))];
}

/** Columns between a key and the block value under it. */
export function childIndent(value: Json, style: YamlStyle): number {
  return isList(value) && !style.indentLists ? 0 : style.step;
}

export function indent(lines: readonly string[], columns: number): readonly string[] {
  const pad = ' '.repeat(columns);
  return lines.map((line) => (line === '' ? line : pad + line));
}
