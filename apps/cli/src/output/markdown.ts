import { plain } from '../terminal/plain.ts';

/*
 * Markdown for comments on pull requests. Names come from the branch under review, so nothing in them may become markup, a
 * mention or a link.
 */

/** Text in which nothing is markup. */
export function prose(text: string): string {
  return plain(text)
    .replace(/[\\`*_{}[\]<>#|~]/g, '\\$&')
    .replaceAll('@', '&#64;');
}

/** Text in code style, on one line. */
export function code(text: string): string {
  const safe = plain(text).replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = safe.startsWith('`') || safe.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${safe}${pad}${fence}`;
}

/** A table; cells are Markdown already. */
export function mdTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
