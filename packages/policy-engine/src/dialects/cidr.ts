import { type AddressRange, formatAddress, parseAddress, parseIpv4, parseIpv4Cidr } from '../sets/address.ts';

/** An IP block as a policy writes it. */
export interface Cidr {
  readonly range: AddressRange;
  readonly prefix: number;
  /** Canonical text: host bits cleared, no leading zeros. */
  readonly canonical: string;
  /** Written in a way that only old API servers accept: with leading zeros, or as IPv4 inside IPv6. */
  readonly legacy: boolean;
}

const IPV4_IN_IPV6 = 0xffffn;

/**
 * Parses a CIDR as Go's `ParseCIDRSloppy` does, which decides what an ipBlock matches (K8SVAL): host bits may be set
 * (K48), IPv4 octets may have leading zeros (read as decimal), IPv4 in IPv6 with a prefix of 96 or more is IPv4.
 * Returns `undefined` for anything else, a bare address included.
 */
export function parseCidr(text: string): Cidr | undefined {
  let cidr = parsed.get(text);
  if (cidr === undefined && !parsed.has(text)) {
    cidr = usualIpv4(text) ?? parseSloppy(text);
    if (parsed.size >= REMEMBER_AT_MOST) parsed.clear();
    parsed.set(text, cidr);
  }
  return cidr;
}

/** Many policies name the same few blocks: those of partners, offices and services. */
const parsed = new Map<string, Cidr | undefined>();
const REMEMBER_AT_MOST = 4_096;

/** An IPv4 CIDR in its canonical form, which is how nearly all are written. */
function usualIpv4(text: string): Cidr | undefined {
  const range = parseIpv4Cidr(text);
  const slash = text.indexOf('/');
  if (range === undefined || parseIpv4(text.slice(0, slash)) !== range.first || /(^|\.)0\d/.test(text)) {
    return undefined;
  }
  return {
    range: { family: 4, first: BigInt(range.first), last: BigInt(range.last) },
    prefix: Number(text.slice(slash + 1)),
    canonical: text,
    legacy: false,
  };
}

function parseSloppy(text: string): Cidr | undefined {
  const [addressText = '', prefixText = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefixText) || addressText.includes('%'))
    return undefined;
  const address = parseAddress(addressText);
  if (address === undefined) return undefined;
  const prefix = Number(prefixText);
  if (prefix > width(address.family)) return undefined;
  if (address.family === 6 && address.value >> 32n === IPV4_IN_IPV6 && prefix >= 96) {
    return block(4, address.value & 0xffff_ffffn, prefix - 96, true);
  }
  return block(address.family, address.value, prefix, hasLeadingZeros(addressText));
}

/** Whether `inner` lies in `outer` and is smaller, which is what K8SVAL asks of `except` (K47). */
export function isStrictSubset(inner: Cidr, outer: Cidr): boolean {
  return (
    inner.range.family === outer.range.family &&
    inner.prefix > outer.prefix &&
    inner.range.first >= outer.range.first &&
    inner.range.last <= outer.range.last
  );
}

/** In an IPv4 address, or in the IPv4 tail of an IPv6 one; leading zeros of IPv6 groups are usual. */
function hasLeadingZeros(address: string): boolean {
  const octets = address.slice(address.lastIndexOf(':') + 1).split('.');
  return octets.length > 1 && octets.some((octet) => octet.length > 1 && octet.startsWith('0'));
}

function block(family: 4 | 6, address: bigint, prefix: number, legacy: boolean): Cidr {
  const hostBits = BigInt(width(family) - prefix);
  const first = (address >> hostBits) << hostBits;
  const range = { family, first, last: first + (1n << hostBits) - 1n };
  return { range, prefix, legacy, canonical: `${formatAddress({ family, value: first })}/${prefix}` };
}

function width(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}
