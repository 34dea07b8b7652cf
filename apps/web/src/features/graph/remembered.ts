import type { Point, Rect } from '../../worker/layout/pack.ts';
import type { Moved } from './moved.ts';

/** Where everything was when the cluster was last looked at. */
export interface Remembered {
  /** Boxes and outside peers, wherever they came from. */
  readonly boxes: Readonly<Record<string, Rect>>;
  readonly moved: Moved;
}

export const NOTHING: Remembered = { boxes: {}, moved: {} };

function key(cluster: string, arrangement: string): string {
  return `bulkhead.places.${arrangement}.${cluster}`;
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
export function recall(cluster: string, arrangement: string): Remembered {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key(cluster, arrangement)) ?? 'null');
    if (typeof value !== 'object' || value === null) return NOTHING;
    return {
      boxes: entries('boxes' in value ? value.boxes : null, isRect),
      moved: entries('moved' in value ? value.moved : null, isPoint),
    };
  } catch {
    return NOTHING;
  }
}

/** Remembers, or forgets where there is nothing; silently does neither where storage is blocked or full. */
export function remember(cluster: string, arrangement: string, remembered: Remembered): void {
  try {
    localStorage.setItem(key(cluster, arrangement), JSON.stringify(remembered));
  } catch {
    // The picture is then laid out anew on the next visit.
  }
}
