/**
 * Sets of integers as sorted, disjoint, non-adjacent closed intervals in one flat list: `[lo, hi, lo, hi, …]`.
 * The representation is canonical: equal sets are equal lists. Immutable. One algebra serves ports, endpoint columns
 * and address blocks alike. Values are small integers (below 2^30).
 */
export type IntervalSet = readonly number[];

export const EMPTY_SET: IntervalSet = [];

/** The closed interval `lo..hi`; empty where `hi < lo`. */
export function interval(lo: number, hi: number): IntervalSet {
  return hi < lo ? EMPTY_SET : [lo, hi];
}

/**
 * Where results are put together before their length is known: most sets are one interval, and an array that grows by
 * pushes takes many times the room.
 */
const draft: number[] = [];

function finished(length: number): IntervalSet {
  if (length === 0) return EMPTY_SET;
  return length === 2 ? [draft[0] as number, draft[1] as number] : draft.slice(0, length);
}

export function isEmptySet(a: IntervalSet): boolean {
  return a.length === 0;
}

/** The set of ascending points; repeats are fine. */
export function fromSortedPoints(points: readonly number[]): IntervalSet {
  let length = 0;
  for (const point of points) {
    if (length > 0 && point <= (draft[length - 1] as number) + 1) draft[length - 1] = point;
    else {
      draft[length++] = point;
      draft[length++] = point;
    }
  }
  return finished(length);
}

/** The union of intervals given in any order, as `[lo, hi, lo, hi, …]`. */
export function fromIntervals(flat: readonly number[]): IntervalSet {
  const pairs: [number, number][] = [];
  for (let i = 0; i < flat.length; i += 2) {
    const lo = flat[i] as number;
    const hi = flat[i + 1] as number;
    if (lo <= hi) pairs.push([lo, hi]);
  }
  pairs.sort((a, b) => a[0] - b[0]);
  let length = 0;
  for (const [lo, hi] of pairs) length = append(length, lo, hi);
  return finished(length);
}

/** Appends to the draft an interval that starts at or after the start of the last one; returns the new length. */
function append(length: number, lo: number, hi: number): number {
  if (length > 0 && lo <= (draft[length - 1] as number) + 1) {
    if (hi > (draft[length - 1] as number)) draft[length - 1] = hi;
    return length;
  }
  draft[length] = lo;
  draft[length + 1] = hi;
  return length + 2;
}

export function union(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (a.length === 0 || a === b) return b;
  if (b.length === 0) return a;
  let length = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number));
    if (takeA) {
      length = append(length, a[i] as number, a[i + 1] as number);
      i += 2;
    } else {
      length = append(length, b[j] as number, b[j + 1] as number);
      j += 2;
    }
  }
  return finished(length);
}

export function intersect(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (a === b) return a;
  let length = 0;
  let i = firstEndingAtOrAfter(a, b.length > 0 ? (b[0] as number) : 0);
  let j = firstEndingAtOrAfter(b, i < a.length ? (a[i] as number) : 0);
  while (i < a.length && j < b.length) {
    const lo = Math.max(a[i] as number, b[j] as number);
    const aHi = a[i + 1] as number;
    const bHi = b[j + 1] as number;
    const hi = Math.min(aHi, bHi);
    if (lo <= hi) {
      draft[length++] = lo;
      draft[length++] = hi;
    }
    if (aHi <= bHi) i += 2;
    if (bHi <= aHi) j += 2;
  }
  return finished(length);
}

/** The members of `a` that are not in `b`. */
export function subtract(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (a.length === 0 || b.length === 0) return a;
  if (a === b) return EMPTY_SET;
  let length = 0;
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let lo = a[i] as number;
    const hi = a[i + 1] as number;
    while (j < b.length && (b[j + 1] as number) < lo) j += 2;
    let k = j;
    while (k < b.length && (b[k] as number) <= hi) {
      const cut = b[k] as number;
      if (cut > lo) {
        draft[length++] = lo;
        draft[length++] = cut - 1;
      }
      lo = (b[k + 1] as number) + 1;
      k += 2;
    }
    if (lo <= hi) {
      draft[length++] = lo;
      draft[length++] = hi;
    }
  }
  return finished(length);
}

export function has(a: IntervalSet, value: number): boolean {
  const i = firstEndingAtOrAfter(a, value);
  return i < a.length && (a[i] as number) <= value;
}

export function overlaps(a: IntervalSet, b: IntervalSet): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if ((a[i + 1] as number) < (b[j] as number)) i += 2;
    else if ((b[j + 1] as number) < (a[i] as number)) j += 2;
    else return true;
  }
  return false;
}

export function equalSets(a: IntervalSet, b: IntervalSet): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether every member of `b` is in `a`. */
export function includes(a: IntervalSet, b: IntervalSet): boolean {
  let i = 0;
  for (let j = 0; j < b.length; j += 2) {
    while (i < a.length && (a[i + 1] as number) < (b[j] as number)) i += 2;
    if (i >= a.length || (a[i] as number) > (b[j] as number) || (a[i + 1] as number) < (b[j + 1] as number)) {
      return false;
    }
  }
  return true;
}

/** How many members the set has. */
export function size(a: IntervalSet): number {
  let n = 0;
  for (let i = 0; i < a.length; i += 2) n += (a[i + 1] as number) - (a[i] as number) + 1;
  return n;
}

export function forEachMember(a: IntervalSet, visit: (value: number) => void): void {
  for (let i = 0; i < a.length; i += 2) {
    const hi = a[i + 1] as number;
    for (let value = a[i] as number; value <= hi; value++) visit(value);
  }
}

export function members(a: IntervalSet): number[] {
  const out: number[] = [];
  forEachMember(a, (value) => out.push(value));
  return out;
}

export function unionAll(sets: readonly IntervalSet[]): IntervalSet {
  if (sets.length === 0) return EMPTY_SET;
  if (sets.length === 1) return sets[0] as IntervalSet;
  if (sets.length === 2) return union(sets[0] as IntervalSet, sets[1] as IntervalSet);
  const flat: number[] = [];
  for (const set of sets) for (const value of set) flat.push(value);
  return fromIntervals(flat);
}

/** Index of the first interval whose end is `>= value`; `a.length` where there is none. */
function firstEndingAtOrAfter(a: IntervalSet, value: number): number {
  let lo = 0;
  let hi = a.length >> 1;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if ((a[mid * 2 + 1] as number) < value) lo = mid + 1;
    else hi = mid;
  }
  return lo * 2;
}
