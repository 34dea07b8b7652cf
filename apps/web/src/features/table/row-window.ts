/** Rows are all of one height, in pixels. */
export const ROW_HEIGHT = 32;
/** Browsers cut elements at 33 million physical pixels, which are half as many on dense screens. */
const MOST_HEIGHT = 12_000_000;
/** Rows that are drawn beyond what is in sight. */
const OVERSCAN = 12;

/** How far a table is scrolled, and how much of its rows is in sight; both in pixels. */
export interface Sight {
  readonly scrollTop: number;
  readonly height: number;
}

/** Which rows are drawn, and where. */
export interface RowWindow {
  /** The height of the element that holds the rows. */
  readonly height: number;
  /** The first row that is drawn, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** What a row's place, its number times its height, is moved by in an element that is lower than all rows together. */
  readonly shift: number;
  /** Pixels of rows that go by for each that is scrolled; 1 unless there are too many rows for an element. */
  readonly ratio: number;
}

/** The rows in sight of so many. Costs the same however many there are. */
export function rowWindow(count: number, { scrollTop, height: visible }: Sight): RowWindow {
  const total = count * ROW_HEIGHT;
  const height = Math.min(total, MOST_HEIGHT);
  const ratio = height === total ? 1 : (total - visible) / (height - visible);
  const at = scrollTop * ratio;
  return {
    height,
    first: Math.max(0, Math.min(count, Math.floor(at / ROW_HEIGHT)) - OVERSCAN),
    end: Math.min(count, Math.ceil((at + visible) / ROW_HEIGHT) + OVERSCAN),
    shift: scrollTop - at,
    ratio,
  };
}

/** Where to scroll to so that a row is whole in sight: no further than it takes. */
export function revealing(count: number, sight: Sight, index: number): number {
  const { ratio } = rowWindow(count, sight);
  const at = sight.scrollTop * ratio;
  const top = index * ROW_HEIGHT;
  const wanted = Math.max(Math.min(at, top), top + ROW_HEIGHT - sight.height);
  return wanted / ratio;
}
