/** A part of a text that can be read by itself: from one document's marker to the next. */
export interface TextPiece {
  /** Offset in the text; pieces begin where lines do. */
  readonly from: number;
  readonly text: string;
}

/** Directives, and what stands behind an end mark, belong to the documents around them. */
const ENTANGLED = /^\uFEFF?(?:%|\.\.\.(?:\s|$))/m;
const CUT = /\n(?=---(?:[ \t\r\n]|$))/g;

/** Whether there is more in a piece than its marker, blank lines and comments. */
export function hasContent(piece: string): boolean {
  return /^[^\S\n]*[^\s#]/m.test(piece.replace(/^---(?=\s|$)/, ''));
}

/**
 * Cuts a text into pieces that hold the same documents, in the same order, as the whole does: a line that begins with `---`
 * ends whatever is open (YAML 1.2, c-forbidden). So what is known of a piece stays true while others are edited. Of several
 * pieces each is one document; a text whose documents depend on one another (directives, end marks) is one piece.
 */
export function textPieces(text: string): readonly TextPiece[] {
  const known = recent.find((one) => one.text === text);
  if (known !== undefined) return known.pieces;
  const pieces = cut(text);
  recent.unshift({ text, pieces });
  recent.length = Math.min(recent.length, RECENT);
  return pieces;
}

/** Several ask for the same text one after the other: as it was, as it is now. */
const RECENT = 3;
const recent: { readonly text: string; readonly pieces: readonly TextPiece[] }[] = [];

function cut(text: string): readonly TextPiece[] {
  if (ENTANGLED.test(text)) return [{ from: 0, text }];
  const pieces: TextPiece[] = [];
  let from = 0;
  for (const { index } of text.matchAll(CUT)) {
    const own = text.slice(from, index + 1);
    // Comments above the first marker are that document's.
    if (from === 0 && !own.startsWith('---') && !hasContent(own)) continue;
    pieces.push({ from, text: own });
    from = index + 1;
  }
  pieces.push({ from, text: text.slice(from) });
  return pieces;
}

/** How much text readings are remembered for, in characters: two of the longest texts of a draft. */
const REMEMBERED = 4_000_000;

/**
 * The same function, which remembers what it made of the texts it was asked about lately. For readings of pieces: of a long
 * text only what is typed in is read again. What is returned is shared, so it must not be changed.
 */
export function remembering<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  let held = 0;
  return (text) => {
    let result = known.get(text);
    if (result !== undefined) {
      known.delete(text);
    } else {
      result = read(text);
      held += text.length;
      for (const oldest of known.keys()) {
        if (held <= REMEMBERED) break;
        known.delete(oldest);
        held -= oldest.length;
      }
    }
    known.set(text, result);
    return result;
  };
}
