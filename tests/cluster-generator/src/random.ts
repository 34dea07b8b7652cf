/** A seeded source of randomness: the same seed gives the same numbers on every machine. */
export interface Rng {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** Uniform integer, both ends included. */
  readonly int: (min: number, max: number) => number;
  /** True with the given probability. */
  readonly chance: (probability: number) => boolean;
  /** Throws a RangeError on an empty list: a generator's mistake, never input. */
  readonly pick: <T>(items: readonly T[]) => T;
  /** Up to `count` different items, in the order of the list. */
  readonly sample: <T>(items: readonly T[], count: number) => T[];
  /** An item by weight; weights need not add up to anything. */
  readonly weighted: <T>(items: readonly (readonly [item: T, weight: number])[]) => T;
  /** An independent source, so that drawing more in one part of a generator leaves the others as they were. */
  readonly fork: (name: string) => Rng;
}

/** FNV-1a over UTF-16 code units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** Mulberry32, by Tommy Ettinger (public domain): 32 bits of state, good enough to shape test data. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function createRng(seed: number | string): Rng {
  const key = String(seed);
  const next = mulberry32(hash(key));
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const pick = <T>(items: readonly T[]): T => {
    const item = items[int(0, items.length - 1)];
    if (item === undefined) throw new RangeError('Nothing to pick from.');
    return item;
  };
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick,
    sample: (items, count) => {
      let left = Math.min(count, items.length);
      return items.filter((_, index) => {
        const taken = next() * (items.length - index) < left;
        if (taken) left--;
        return taken;
      });
    },
    weighted: (items) => {
      let at = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      const chosen = items.find(([, weight]) => {
        at -= weight;
        return at < 0;
      });
      return chosen ? chosen[0] : pick(items)[0];
    },
    fork: (name) => createRng(`${key}/${name}`),
  };
}
