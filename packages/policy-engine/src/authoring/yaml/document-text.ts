/** One document without the marks around it: no `---`, no `...`, one line break at the end. */
export function documentText(text: string): string {
  const body = text
    .replaceAll('\r\n', '\n')
    .replace(/^(?:\s*---[ \t]*\n)+/, '')
    .replace(/\n(?:---|\.\.\.)[ \t]*\n?$/, '\n')
    .replace(/^\n+|\s+$/g, '');
  return `${body}\n`;
}
