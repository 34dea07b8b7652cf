import ipaddr from 'ipaddr.js';

/** An inclusive range of addresses of one family. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** The number of a dotted IPv4 address, or -1. Written out by hand since it runs for every pod of a large cluster. */
export function parseIpv4(text: string): number {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (octet < 0 || ++dots > 3) return -1;
      value = value * 256 + octet;
      octet = -1;
    } else if (code >= 48 && code <= 57) {
      octet = octet < 0 ? code - 48 : octet * 10 + code - 48;
      if (octet > 255) return -1;
    } else {
      return -1;
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : -1;
}

/** First and last address of an IPv4 CIDR, host bits masked off, as numbers; `undefined` where it is none. */
export function parseIpv4Cidr(text: string): { readonly first: number; readonly last: number } | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const prefix = parsePrefix(text, slash + 1);
  const address = parseIpv4(text.slice(0, slash));
  if (address < 0 || prefix < 0 || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

/** A prefix length without sign or leading zeros, from `start` to the end; -1 where it is none. */
function parsePrefix(text: string, start: number): number {
  const length = text.length - start;
  if (length < 1 || length > 3 || (length > 1 && text.charCodeAt(start) === 48)) return -1;
  let value = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return -1;
    value = value * 10 + code - 48;
  }
  return value;
}

/** Parses an address of either family; `undefined` where it is none. */
export function parseAddress(text: string): Address | undefined {
  const v4 = parseIpv4(text);
  if (v4 >= 0) return { family: 4, value: BigInt(v4) };
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  return { family: 6, value: bytesToBigint(ipaddr.IPv6.parse(text).toByteArray()) };
}

/** Parses a CIDR; host bits are masked off, as the API does (K48). `undefined` where it is none. */
export function parseCidr(text: string): AddressRange | undefined {
  const v4 = parseIpv4Cidr(text);
  if (v4 !== undefined) return { family: 4, first: BigInt(v4.first), last: BigInt(v4.last) };
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const prefix = parsePrefix(text, slash + 1);
  const address = parseAddress(text.slice(0, slash));
  if (address === undefined || prefix < 0 || prefix > (address.family === 4 ? 32 : 128)) return undefined;
  const hostBits = BigInt((address.family === 4 ? 32 : 128) - prefix);
  const first = (address.value >> hostBits) << hostBits;
  return { family: address.family, first, last: first + (1n << hostBits) - 1n };
}

/** Text of an address in its usual form (RFC 5952 for IPv6). */
export function formatAddress(address: Address): string {
  if (address.family === 4) {
    const value = Number(address.value);
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
  }
  const bytes: number[] = [];
  for (let shift = 120n; shift >= 0n; shift -= 8n) bytes.push(Number((address.value >> shift) & 255n));
  return new ipaddr.IPv6(bytes).toRFC5952String();
}

/** The fewest CIDRs that together are exactly this range, ascending. */
export function rangeToCidrs(range: AddressRange): string[] {
  const width = range.family === 4 ? 32n : 128n;
  const out: string[] = [];
  let first = range.first;
  while (first <= range.last) {
    let bits = first === 0n ? width : trailingZeros(first, width);
    while (bits > 0n && first + (1n << bits) - 1n > range.last) bits--;
    out.push(`${formatAddress({ family: range.family, value: first })}/${width - bits}`);
    first += 1n << bits;
  }
  return out;
}

function trailingZeros(value: bigint, limit: bigint): bigint {
  let n = 0n;
  while (n < limit && ((value >> n) & 1n) === 0n) n++;
  return n;
}

function bytesToBigint(bytes: readonly number[]): bigint {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return value;
}
