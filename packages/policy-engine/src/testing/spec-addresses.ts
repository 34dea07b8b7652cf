/**
 * Addresses and CIDR blocks as numbers. Host bits of a block are masked away (semantics K48), and a block never
 * holds an address of the other family (K51).
 */

export type Family = 4 | 6;

export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

export interface Block {
  readonly family: Family;
  readonly value: bigint;
  readonly prefix: number;
}

// The same few texts are asked for over and over.
const addresses = new Map<string, Address | undefined>();
const blocks = new Map<string, Block | undefined>();

/** `undefined` for anything that isn't a plain IPv4 or IPv6 address. */
export function parseAddress(text: string): Address | undefined {
  if (!addresses.has(text)) addresses.set(text, text.includes(':') ? parseV6(text) : parseV4(text));
  return addresses.get(text);
}

function parseV4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256n + BigInt(part);
  }
  return { family: 4, value };
}

function parseV6(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const head = groups[0] ?? [];
  const tail = groups[1] ?? [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const full = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  let value = 0n;
  for (const group of full) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = value * 65536n + BigInt(`0x${group}`);
  }
  return { family: 6, value };
}

/** `undefined` for anything that isn't a block in CIDR notation. */
export function parseBlock(text: string): Block | undefined {
  if (!blocks.has(text)) blocks.set(text, readBlock(text));
  return blocks.get(text);
}

function readBlock(text: string): Block | undefined {
  const [base, prefixText, ...rest] = text.split('/');
  if (base === undefined || prefixText === undefined || rest.length > 0) return undefined;
  const address = parseAddress(base);
  if (address === undefined || !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return undefined;
  const prefix = Number(prefixText);
  return prefix > bits(address.family) ? undefined : { ...address, prefix };
}

function bits(family: Family): number {
  return family === 4 ? 32 : 128;
}

function masked(value: bigint, family: Family, prefix: number): bigint {
  return value >> BigInt(bits(family) - prefix);
}

export function blockHolds(block: Block, address: Address): boolean {
  return (
    block.family === address.family &&
    masked(block.value, block.family, block.prefix) === masked(address.value, block.family, block.prefix)
  );
}

/** Whether `inner` lies inside `outer` and is smaller than it: what `except` must do (semantics 1.5, K47). */
export function strictlyInside(inner: Block, outer: Block): boolean {
  return inner.prefix > outer.prefix && blockHolds(outer, inner);
}

/** The addresses at a block's edges, inside and outside of it: between them nothing changes. */
export function edgesOf({ family, value, prefix }: Block): readonly Address[] {
  const size = 1n << BigInt(bits(family) - prefix);
  const first = masked(value, family, prefix) * size;
  const last = first + size - 1n;
  const end = (1n << BigInt(bits(family))) - 1n;
  return [first - 1n, first, last, last + 1n]
    .filter((edge) => edge >= 0n && edge <= end)
    .map((edge) => ({ family, value: edge }));
}
