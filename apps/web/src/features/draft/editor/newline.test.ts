import { describe, expect, it } from 'vitest';
import { indentAfter } from './newline.ts';

describe('indentAfter', () => {
  it('goes deeper after a key without a value, and stays otherwise', () => {
    expect(indentAfter('metadata:')).toBe(2);
    expect(indentAfter('  ingress: # who')).toBe(4);
    expect(indentAfter('  name: x')).toBe(2);
    expect(indentAfter('')).toBe(0);
    expect(indentAfter('    ')).toBe(4);
    expect(indentAfter('# note:')).toBe(0);
  });

  it('aligns with what stands behind dashes', () => {
    expect(indentAfter('  - from:')).toBe(6);
    expect(indentAfter('      - port: 80')).toBe(8);
    expect(indentAfter('  - podSelector: {}')).toBe(4);
    expect(indentAfter('  -')).toBe(4);
  });
});
