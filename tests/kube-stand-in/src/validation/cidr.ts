import { isIP } from 'node:net';

/** A block of addresses: its first address as a number, and how many leading bits count. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly prefix: number;
}

/** `undefined` for anything that Go's `ParseCIDRSloppy` refuses. Host bits are allowed and ignored. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = stripLeadingZeros(match?.[1] ?? '');
  const prefix = Number(match?.[2]);
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return undefined;
  const bits = family === 4 ? 32 : 128;
  if (!Number.isInteger(prefix) || prefix > bits) return undefined;
  const shift = BigInt(bits - prefix);
  return { family: family === 4 ? 4 : 6, base: (addressNumber(address) >> shift) << shift, prefix };
}

/** Whether a block lies inside another and is smaller. */
export function isStrictSubset(inner: Cidr, outer: Cidr): boolean {
  if (inner.family !== outer.family || inner.prefix <= outer.prefix) return false;
  const shift = BigInt((outer.family === 4 ? 32 : 128) - outer.prefix);
  return inner.base >> shift === outer.base >> shift;
}

// "Sloppy": zeros in front of a number are taken as decimal, as they were before Go 1.17.
function stripLeadingZeros(address: string): string {
  return address.includes(':') ? address : address.replace(/(^|\.)0+(?=\d)/g, '$1');
}

function addressNumber(address: string): bigint {
  if (!address.includes(':')) {
    return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  }
  // The last 32 bits may be written as IPv4.
  const embedded = /(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  const low = embedded === undefined ? undefined : addressNumber(embedded);
  const text =
    embedded === undefined || low === undefined
      ? address
      : `${address.slice(0, -embedded.length)}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const [head = '', tail = ''] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = text.includes('::') ? groups(tail) : [];
  const middle = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...middle, ...right].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}
