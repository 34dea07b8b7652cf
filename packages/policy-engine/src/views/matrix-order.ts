/** Two bits a feature, 16 features a word. */
const FEATURES_PER_WORD = 16;
/** More items than this are sorted by their features instead of chained, which takes the square of their number. */
const CHAINED_AT_MOST = 3_000;

/**
 * Puts alike things next to each other: starts with the one that has most, and goes on with the nearest that is left.
 * Equal ones lie together, similar ones close. Ties go to the lower index, so the same input has the same order.
 * @param features a row for each item, of values from 0 to 3, all equally long
 * @returns indexes of the items in their order
 */
export function similarityOrder(features: readonly ArrayLike<number>[]): number[] {
  const packed = features.map(pack);
  if (packed.length > CHAINED_AT_MOST) return sorted(packed);
  const left = packed.map((_, index) => index);
  const order: number[] = [];
  let at = 0;
  for (const index of left) {
    if (weight(packed[index]) > weight(packed[left[at] ?? 0])) at = index;
  }
  while (left.length > 0) {
    const [next = 0] = left.splice(at, 1);
    order.push(next);
    const here = packed[next];
    let best = Number.POSITIVE_INFINITY;
    at = 0;
    for (let index = 0; index < left.length; index++) {
      const away = distance(here, packed[left[index] ?? 0], best);
      if (away < best) {
        best = away;
        at = index;
        if (away === 0) break;
      }
    }
  }
  return order;
}

function pack(features: ArrayLike<number>): Uint32Array {
  const words = new Uint32Array(Math.ceil(features.length / FEATURES_PER_WORD));
  for (let index = 0; index < features.length; index++) {
    const word = Math.floor(index / FEATURES_PER_WORD);
    words[word] = ((words[word] ?? 0) | ((features[index] ?? 0) << ((index % FEATURES_PER_WORD) * 2))) >>> 0;
  }
  return words;
}

function sorted(packed: readonly Uint32Array[]): number[] {
  return packed
    .map((_, index) => index)
    .sort((a, b) => {
      const left = packed[a];
      const right = packed[b];
      for (let word = 0; word < (left?.length ?? 0); word++) {
        const difference = (right?.[word] ?? 0) - (left?.[word] ?? 0);
        if (difference !== 0) return difference;
      }
      return a - b;
    });
}

function weight(words: Uint32Array | undefined): number {
  let sum = 0;
  for (const word of words ?? []) sum += bits(word);
  return sum;
}

/** How many bits differ; stops counting at `limit`. */
function distance(a: Uint32Array | undefined, b: Uint32Array | undefined, limit: number): number {
  let sum = 0;
  for (let word = 0; word < (a?.length ?? 0) && sum < limit; word++) {
    sum += bits((a?.[word] ?? 0) ^ (b?.[word] ?? 0));
  }
  return sum;
}

function bits(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
