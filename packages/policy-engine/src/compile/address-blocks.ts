import {
  type AddressRange,
  formatAddress,
  parseAddress,
  parseCidr,
  parseIpv4,
  parseIpv4Cidr,
} from '../sets/address.ts';

/**
 * The IP space of both families, cut at every CIDR boundary that policies name: disjoint blocks that no policy
 * can tell apart inside. Blocks are numbered from 0, IPv4 first, ascending; the block before the first boundary
 * starts at the family's lowest address.
 */
export interface AddressBlocks {
  /** First address of each IPv4 block, ascending, as numbers; always starts with 0. */
  readonly v4: readonly number[];
  /** First address of each IPv6 block, ascending; always starts with 0n. */
  readonly v6: readonly bigint[];
}

const LAST_V4 = 0xffff_ffff;
const LAST_V6 = (1n << 128n) - 1n;

const UNCUT: AddressBlocks = { v4: [0], v6: [0n] };

/**
 * Cuts the space, or blocks that it is in already, at the boundaries of these CIDRs; texts that are no CIDR are passed
 * over.
 */
export function cutAddressSpace(cidrs: Iterable<string>, from: AddressBlocks = UNCUT): AddressBlocks {
  const v4 = new Set<number>(from.v4);
  const v6 = new Set<bigint>(from.v6);
  for (const cidr of cidrs) {
    const own = parseIpv4Cidr(cidr);
    const range = own === undefined ? parseCidr(cidr) : undefined;
    if (own !== undefined) {
      v4.add(own.first);
      if (own.last < LAST_V4) v4.add(own.last + 1);
    } else if (range !== undefined) {
      v6.add(range.first);
      if (range.last < LAST_V6) v6.add(range.last + 1n);
    }
  }
  return {
    v4: [...v4].sort((a, b) => a - b),
    v6: [...v6].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  };
}

export function blockCount(blocks: AddressBlocks): number {
  return blocks.v4.length + blocks.v6.length;
}

/**
 * For each block of a space, and for the one after the last, the number of the first block of a finer cut that lies in it.
 */
export function firstFinerBlocks(blocks: AddressBlocks, finer: AddressBlocks): Int32Array {
  const firsts = new Int32Array(blockCount(blocks) + 1);
  const count = (
    starts: readonly (number | bigint)[],
    parts: readonly (number | bigint)[],
    from: number,
    first: number,
  ) => {
    let part = 0;
    starts.forEach((start, index) => {
      while ((parts[part] ?? start) < start) part++;
      firsts[from + index] = first + part;
    });
  };
  count(blocks.v4, finer.v4, 0, 0);
  count(blocks.v6, finer.v6, blocks.v4.length, finer.v4.length);
  firsts[blockCount(blocks)] = blockCount(finer);
  return firsts;
}

/** Number of the block an address lies in; -1 where the text is no address. */
export function blockOfAddress(blocks: AddressBlocks, ip: string): number {
  const v4 = parseIpv4(ip);
  if (v4 >= 0) return lastAtOrBefore(blocks.v4, v4);
  const address = parseAddress(ip);
  return address === undefined ? -1 : blocks.v4.length + lastAtOrBefore(blocks.v6, address.value);
}

/**
 * First and last block of a CIDR whose boundaries the space was cut at. `undefined` where it is no CIDR, or where the
 * space has not been cut at its ends.
 */
export function blocksOfCidr(blocks: AddressBlocks, cidr: string): readonly [number, number] | undefined {
  const own = parseIpv4Cidr(cidr);
  if (own !== undefined) {
    const first = lastAtOrBefore(blocks.v4, own.first);
    const last = lastAtOrBefore(blocks.v4, own.last);
    const next = blocks.v4[last + 1] ?? LAST_V4 + 1;
    return blocks.v4[first] === own.first && next === own.last + 1 ? [first, last] : undefined;
  }
  const range = parseCidr(cidr);
  if (range === undefined) return undefined;
  const first = lastAtOrBefore(blocks.v6, range.first);
  const last = lastAtOrBefore(blocks.v6, range.last);
  const next = blocks.v6[last + 1] ?? LAST_V6 + 1n;
  const aligned = blocks.v6[first] === range.first && next === range.last + 1n;
  return aligned ? [blocks.v4.length + first, blocks.v4.length + last] : undefined;
}

/** The addresses of one block. */
export function rangeOfBlock(blocks: AddressBlocks, block: number): AddressRange {
  if (block < blocks.v4.length) {
    return {
      family: 4,
      first: BigInt(blocks.v4[block] as number),
      last: BigInt((blocks.v4[block + 1] ?? LAST_V4 + 1) - 1),
    };
  }
  const index = block - blocks.v4.length;
  return { family: 6, first: blocks.v6[index] as bigint, last: (blocks.v6[index + 1] ?? LAST_V6 + 1n) - 1n };
}

/** `10.0.0.0-10.255.255.255`. */
export function rangeText(range: AddressRange): string {
  const first = formatAddress({ family: range.family, value: range.first });
  const last = formatAddress({ family: range.family, value: range.last });
  return first === last ? first : `${first}-${last}`;
}

const NO_BLOCKS: readonly number[] = [];

/** Distinct blocks that an endpoint's addresses lie in, ascending. */
export function blocksOfAddresses(blocks: AddressBlocks, ips: readonly string[]): readonly number[] {
  if (ips.length === 0) return NO_BLOCKS;
  if (ips.length === 1) {
    const block = blockOfAddress(blocks, ips[0] as string);
    return block < 0 ? NO_BLOCKS : [block];
  }
  const found = new Set<number>();
  for (const ip of ips) {
    const block = blockOfAddress(blocks, ip);
    if (block >= 0) found.add(block);
  }
  return [...found].sort((a, b) => a - b);
}

function lastAtOrBefore<T extends number | bigint>(starts: readonly T[], value: T): number {
  let lo = 0;
  let hi = starts.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if ((starts[mid] as T) <= value) lo = mid;
    else hi = mid - 1;
  }
  return lo;
}
