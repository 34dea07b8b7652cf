/*
 * Names and labels come from manifests that somebody else wrote. Before they reach a terminal, whatever could move the
 * cursor, change colours, ring, or reorder the text for the eye is made visible instead.
 */

// C0 and C1 controls, DEL, bidirectional overrides and isolates, line separators, zero-width characters.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One line of text that is safe to print: control characters are shown as `\x1b` and the like. */
export function plain(text: string): string {
  return text.replace(UNSAFE, escapeOf);
}

/** As `plain`, but line breaks and tabs stay: for text of several lines that this program made itself. */
export function plainLines(text: string): string {
  return text.replace(UNSAFE, (character) =>
    character === '\n' || character === '\t' ? character : escapeOf(character),
  );
}

function escapeOf(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (character === '\r') return '\\r';
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
