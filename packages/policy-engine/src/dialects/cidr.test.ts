import { describe, expect, it } from 'vitest';
import { isStrictSubset, parseCidr } from './cidr.ts';

describe('parseCidr', () => {
  it.each([
    ['10.10.1.12/24', '10.10.1.0/24', false],
    ['0.0.0.0/0', '0.0.0.0/0', false],
    ['10.0.0.1/32', '10.0.0.1/32', false],
    ['010.001.0.0/16', '10.1.0.0/16', true],
    ['fd00::1/8', 'fd00::/8', false],
    ['::/0', '::/0', false],
    ['0:0::1/128', '::1/128', false],
    ['::ffff:10.1.2.3/112', '10.1.0.0/16', true],
  ])('%s is %s', (text, canonical, legacy) => {
    expect(parseCidr(text)).toMatchObject({ canonical, legacy });
  });

  it.each([
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0/8',
    '10.0.0.256/8',
    '10.0.0.0/8/8',
    'fe80::1%eth0/64',
    'fd00::/129',
    'fd00/8',
    '1::2::3/8',
    '',
    '/',
    ' 10.0.0.0/8',
  ])('%j is none', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

describe('isStrictSubset', () => {
  const within = (inner: string, outer: string) => {
    const [a, b] = [parseCidr(inner), parseCidr(outer)];
    if (a === undefined || b === undefined) throw new Error('no CIDR');
    return isStrictSubset(a, b);
  };

  it('needs a longer prefix inside the same family', () => {
    expect(within('10.1.0.0/16', '10.0.0.0/8')).toBe(true);
    expect(within('10.0.0.0/8', '10.0.0.0/8')).toBe(false);
    expect(within('11.0.0.0/16', '10.0.0.0/8')).toBe(false);
    expect(within('0.0.0.0/0', '10.0.0.0/8')).toBe(false);
    expect(within('fd00::/8', '0.0.0.0/0')).toBe(false);
  });
});
