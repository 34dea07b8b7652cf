/**
 * The entries that match a text, best first: those that start with it, then those with a part that does, then those that
 * contain it; those that only have its letters in order where nothing else matches. Every word of the text must match. All
 * for an empty text.
 */
export function rankMatches<T>(
  entries: readonly T[],
  text: string,
  labelOf: (entry: T) => string,
  limit: number,
): readonly T[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return entries.slice(0, limit);
  const scored: { entry: T; score: number; label: string; scattered: boolean }[] = [];
  for (const entry of entries) {
    const label = labelOf(entry).toLowerCase();
    let score = 0;
    let scattered = false;
    for (const word of words) {
      const own = scoreWord(label, word);
      scattered ||= own === SCATTERED;
      if (own === 0) {
        score = 0;
        break;
      }
      score += own;
    }
    if (score > 0) scored.push({ entry, score: score - label.length / 1000, label, scattered });
  }
  const whole = scored.filter((entry) => !entry.scattered);
  return (whole.length > 0 ? whole : scored)
    .sort((a, b) => b.score - a.score || (a.label < b.label ? -1 : 1))
    .slice(0, limit)
    .map(({ entry }) => entry);
}

const SCATTERED = 1;

function scoreWord(label: string, word: string): number {
  if (label === word) return 10;
  if (label.startsWith(word)) return 8;
  const at = label.indexOf(word);
  if (at > 0) return /[/\-._ ]/.test(label[at - 1] ?? '') ? 6 : 4;
  let position = 0;
  for (const letter of word) {
    position = label.indexOf(letter, position) + 1;
    if (position === 0) return 0;
  }
  return SCATTERED;
}
