import type { Point, Rect } from '../../worker/layout/pack.ts';

/** Where boxes and cards were when the cluster was last looked at. */
export interface Remembered {
  readonly boxes: Readonly<Record<string, Rect>>;
  /** Cards that were dragged, from the top left corner of their box. */
  readonly cards: Readonly<Record<string, Point>>;
}

export const NOTHING: Remembered = { boxes: {}, cards: {} };

function key(cluster: string, layout: string): string {
  return `bulkhead.positions.${layout}.${cluster}`;
}

function isPoint(value: unknown): value is Point {
  return (
    typeof value === 'object' &&
    value !== null &&
    'x' in value &&
    'y' in value &&
    Number.isFinite(value.x) &&
    Number.isFinite(value.y)
  );
}

function isRect(value: unknown): value is Rect {
  return (
    isPoint(value) &&
    'width' in value &&
    'height' in value &&
    Number.isFinite(value.width) &&
    Number.isFinite(value.height)
  );
}

function entries<T>(value: unknown, is: (entry: unknown) => entry is T): Record<string, T> {
  if (typeof value !== 'object' || value === null) return {};
  const found: Record<string, T> = {};
  for (const [id, entry] of Object.entries(value)) if (is(entry)) found[id] = entry;
  return found;
}

/** Reads what was remembered; nothing where there is none, it can't be read, or storage is blocked. */
export function recall(cluster: string, layout: string): Remembered {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key(cluster, layout)) ?? 'null');
    if (typeof value !== 'object' || value === null) return NOTHING;
    return {
      boxes: entries('boxes' in value ? value.boxes : null, isRect),
      cards: entries('cards' in value ? value.cards : null, isPoint),
    };
  } catch {
    return NOTHING;
  }
}

/** Remembers, or forgets where there is nothing; silently does neither where storage is blocked or full. */
export function remember(cluster: string, layout: string, remembered: Remembered): void {
  try {
    localStorage.setItem(key(cluster, layout), JSON.stringify(remembered));
  } catch {
    // The picture is then laid out anew on the next visit.
  }
}
