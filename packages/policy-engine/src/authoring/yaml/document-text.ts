/**
 * One document without the marks around it: no `---`, no `...`, no indentation that all of it has (an item of a list), one
 * line break at the end.
 */
export function documentText(text: string): string {
  const body = text
    .replaceAll('\r\n', '\n')
    .replace(/^(?:\s*---[ \t]*\n)+/, '')
    .replace(/\n(?:---|\.\.\.)[ \t]*\n?$/, '\n')
    .replace(/^(?:[ \t]*\n)+|\s+$/g, '');
  return `${dedented(body)}\n`;
}

/** The indentation that all lines but blank ones have. */
export function indentation(text: string): number {
  const widths = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.search(/[^ ]/)]));
  return widths.length === 0 ? 0 : Math.min(...widths);
}

function dedented(text: string): string {
  const width = indentation(text);
  return width === 0
    ? text
    : text
        .split('\n')
        .map((line) => line.slice(width))
        .join('\n');
}
