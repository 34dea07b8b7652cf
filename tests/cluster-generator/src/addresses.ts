import type { Rng } from './random.ts';

/** Nodes live in 10.0.0.0/16, pods in the overlay 10.128.0.0/9: a /24 for each node, as Azure CNI Overlay does it. */
export function nodeAddress(node: number): string {
  const at = node + 4;
  return `10.0.${at >> 8}.${at & 255}`;
}

export function nodeAddress6(node: number): string {
  return `fd00:40::${(node + 4).toString(16)}`;
}

/** @param slot which pod of the node, from 0; beyond 250 it runs into the next node's range */
export function podAddress(node: number, slot: number): string {
  const at = node * 256 + slot + 2;
  return `10.${128 + ((at >> 16) & 127)}.${(at >> 8) & 255}.${at & 255}`;
}

export function podAddress6(node: number, slot: number): string {
  return `fd00:244:0:${node.toString(16)}::${(slot + 2).toString(16)}`;
}

export const POD_NETWORK = '10.128.0.0/9';
export const NODE_NETWORK = '10.0.0.0/16';

/** Different CIDRs as partners and offices have them: mostly IPv4, short and long prefixes, some nested. */
export function cidrPool(rng: Rng, count: number): string[] {
  const cidrs = new Set<string>();
  while (cidrs.size < count) {
    if (rng.chance(0.1)) {
      cidrs.add(`2001:db8:${rng.int(1, 0xffff).toString(16)}::/${rng.pick([48, 56, 64])}`);
      continue;
    }
    const prefix = rng.weighted([
      [32, 5],
      [29, 2],
      [28, 2],
      [24, 6],
      [22, 2],
      [20, 1],
      [16, 1],
    ]);
    // Few first octets, so that some ranges lie inside others, as on real allow lists.
    const value = (rng.pick([20, 40, 52, 104, 172, 185, 203]) << 24) | rng.int(0, 0xffffff);
    const masked = (value & (prefix === 0 ? 0 : -1 << (32 - prefix))) >>> 0;
    cidrs.add(`${masked >>> 24}.${(masked >> 16) & 255}.${(masked >> 8) & 255}.${masked & 255}/${prefix}`);
  }
  return [...cidrs];
}
