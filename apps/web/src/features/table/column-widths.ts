import { useCallback, useState } from 'react';
import { textPx } from '../../shared/text-width.ts';

/** How wide a column may be, in pixels. */
export interface ColumnRoom {
  readonly key: string;
  readonly title: string;
  /** Below this it says nothing. */
  readonly least: number;
  /** At this all that is in it can be read, or as much as is worth its room. */
  readonly want: number;
  /** Share of what is left over when every column has what it wants. */
  readonly grow: number;
}

const FONT_PX = 13;
const TITLE_PX = 12;
const PADDING = 22;
/** The sign of the order beside a title. */
const SORT_SIGN = 16;

/** What a column wants for its title and the longest of its texts, as they are written in the interface's font. */
export function contentWidth(
  title: string,
  texts: Iterable<string>,
  {
    most,
    extra = 0,
    bold = false,
  }: { readonly most: number; readonly extra?: number; readonly bold?: boolean },
): number {
  // The longest by letters are the only candidates for the widest, and much quicker found.
  const longest: string[] = [];
  for (const text of texts) {
    if (longest.includes(text)) continue;
    if (longest.length < CANDIDATES) longest.push(text);
    else {
      const [shortest = ''] = longest;
      if (text.length <= shortest.length) continue;
      longest[0] = text;
    }
    longest.sort((a, b) => a.length - b.length);
  }
  const content = Math.max(0, ...longest.map((text) => textPx(text, { size: FONT_PX, bold }))) + extra;
  return Math.ceil(
    Math.min(most, Math.max(content, textPx(title, { size: TITLE_PX, bold: true }) + SORT_SIGN) + PADDING),
  );
}

const CANDIDATES = 8;

/**
 * Widths of columns in a table: each has what it wants where there is room, and what is left over goes to those that grow.
 * Where there isn't, the widest give way first, down to their least; then the table is wider than its room and scrolls.
 * @param fixed widths that were chosen by hand, by key
 */
export function columnWidths(
  columns: readonly ColumnRoom[],
  room: number,
  fixed: Readonly<Record<string, number>> = {},
): readonly number[] {
  const rooms = columns.map(({ key, least, want, grow }) => {
    const chosen = fixed[key];
    return chosen === undefined
      ? { least: Math.min(least, want), want, grow }
      : { least: chosen, want: chosen, grow: 0 };
  });
  const at = (level: number) => rooms.map(({ least, want }) => Math.max(least, Math.min(want, level)));
  const sum = (widths: readonly number[]) => widths.reduce((total, width) => total + width, 0);
  const wanted = rooms.map(({ want }) => want);
  const spare = room - sum(wanted);
  if (spare >= 0) {
    const growing = sum(rooms.map(({ grow }) => grow));
    return rooms.map(({ want, grow }) => (growing === 0 ? want : want + (spare * grow) / growing));
  }
  // The level that the widest are cut to.
  let [low, high] = [0, Math.max(...wanted)];
  while (high - low > 0.25) {
    const middle = (low + high) / 2;
    if (sum(at(middle)) > room) high = middle;
    else low = middle;
  }
  return at(low);
}

/** Widths that can be chosen by hand. */
export const CHOSEN = { least: 48, most: 1200 };

function storageKey(table: string): string {
  return `bulkhead.columns.${table}`;
}

function recall(table: string): Record<string, number> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey(table)) ?? 'null');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter(
        (entry): entry is [string, number] =>
          typeof entry[1] === 'number' && entry[1] >= CHOSEN.least && entry[1] <= CHOSEN.most,
      ),
    );
  } catch {
    return {};
  }
}

/** Widths of a table's columns that were chosen by hand, kept in this browser; `null` gives one back to its content. */
export function useChosenWidths(
  table: string,
): readonly [Readonly<Record<string, number>>, (key: string, width: number | null) => void] {
  const [widths, setWidths] = useState(() => recall(table));
  const choose = useCallback(
    (key: string, width: number | null) =>
      setWidths((known) => {
        const { [key]: _, ...rest } = known;
        const next =
          width === null
            ? rest
            : { ...rest, [key]: Math.round(Math.max(CHOSEN.least, Math.min(CHOSEN.most, width))) };
        try {
          localStorage.setItem(storageKey(table), JSON.stringify(next));
        } catch {
          // Storage is blocked or full: the widths hold until the page is left.
        }
        return next;
      }),
    [table],
  );
  return [widths, choose];
}
