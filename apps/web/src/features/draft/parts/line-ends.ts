/** A text with the line ends that the editor has: positions in a text with others are not positions in the editor. */
export function plainLineEnds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}
