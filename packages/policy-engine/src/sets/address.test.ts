import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress, parseCidr, parseIpv4, rangeToCidrs } from './address.ts';

describe('addresses', () => {
  it('survive being written and read, in both families', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4 as const, 6 as const),
        fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
        (family, n) => {
          const value = family === 4 ? n & 0xffff_ffffn : n;
          expect(parseAddress(formatAddress({ family, value }))).toEqual({ family, value });
        },
      ),
    );
  });

  it('are refused where they are none', () => {
    for (const text of [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      '1.2.3.a',
      '1..2.3',
      'fe80',
      ':::',
      '10.0.0.0/8',
    ]) {
      expect(parseAddress(text), text).toBeUndefined();
    }
    expect(parseIpv4('10.0.0.1')).toBe(0x0a00_0001);
  });

  it('mask host bits of a CIDR (K48) and refuse impossible prefixes', () => {
    expect(parseCidr('10.10.1.12/24')).toEqual(parseCidr('10.10.1.0/24'));
    expect(parseCidr('0.0.0.0/0')).toEqual({ family: 4, first: 0n, last: 0xffff_ffffn });
    expect(parseCidr('::/0')?.last).toBe((1n << 128n) - 1n);
    for (const text of [
      '10.0.0.0',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/',
      'fd00::/129',
      '10.0.0.0/08',
      'x/8',
    ]) {
      expect(parseCidr(text), text).toBeUndefined();
    }
  });

  it('cut a range into CIDRs that cover it exactly and without overlap', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 4000n }), fc.bigInt({ min: 0n, max: 4000n }), (start, length) => {
        const base = 0x0a00_0000n;
        const range = { family: 4 as const, first: base + start, last: base + start + length };
        let next = range.first;
        for (const cidr of rangeToCidrs(range)) {
          const part = parseCidr(cidr);
          expect(part?.first).toBe(next);
          next = (part?.last ?? 0n) + 1n;
        }
        expect(next).toBe(range.last + 1n);
      }),
    );
  });
});
