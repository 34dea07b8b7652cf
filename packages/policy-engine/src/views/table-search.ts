/** Words to find in connections; more than this many are passed over. */
const WORDS_AT_MOST = 6;

/**
 * What is searched for. `web 8080` wants each word in the source, the destination or the rest of a row; `web -> db` wants
 * what is left of the arrow in the source and what is right of it in the destination.
 */
export interface ConnectionSearch {
  readonly source: readonly string[];
  readonly destination: readonly string[];
  readonly anywhere: readonly string[];
}

export function parseSearch(text: string): ConnectionSearch {
  const [left = '', ...right] = text.toLowerCase().split(/->|→/);
  const words = (part: string) =>
    part
      .split(/\s+/)
      .filter((word) => word !== '')
      .slice(0, WORDS_AT_MOST);
  if (right.length === 0) return { source: [], destination: [], anywhere: words(left) };
  return { source: words(left), destination: words(right.join(' ')), anywhere: [] };
}

/** Which of the words are in a text, as bits. */
export function found(words: readonly string[], text: string): number {
  let mask = 0;
  for (const [index, word] of words.entries()) if (text.includes(word)) mask |= 1 << index;
  return mask;
}
