import { plain } from './plain.ts';
import type { Style } from './style.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/**
 * A table of aligned columns, two blanks apart, no trailing blanks, each row a line. Cells are made safe for a terminal;
 * `paint` may colour a finished cell.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: Style,
  paint: (text: string, column: number, row: number) => string = (text) => text,
): string {
  const cells = rows.map((row) => columns.map((_, index) => plain(row[index] ?? '')));
  const widths = columns.map((column, index) =>
    cells.reduce((width, row) => Math.max(width, displayWidth(row[index] ?? '')), column.title.length),
  );
  const line = (texts: readonly string[], finish: (text: string, column: number) => string): string =>
    texts
      .map((text, index) => {
        const gap = ' '.repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(text)));
        const last = index === texts.length - 1;
        const painted = finish(text, index);
        if (columns[index]?.align === 'right') return gap + painted;
        return last ? painted : painted + gap;
      })
      .join('  ')
      .trimEnd();
  const head = line(
    columns.map((column) => column.title),
    (text) => style.bold(text),
  );
  return [head, ...cells.map((row, at) => line(row, (text, column) => paint(text, column, at)))]
    .map((text) => `${text}\n`)
    .join('');
}

/** Columns a text takes: East Asian wide characters take two, combining marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}
