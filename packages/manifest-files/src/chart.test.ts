import { describe, expect, it } from 'vitest';
import { splitBySource } from './chart.ts';

describe('what helm prints', () => {
  it('is cut where another template begins, and nothing is lost', () => {
    const output = `---
# Source: shop/templates/a.yaml
kind: A
---
# Source: shop/templates/a.yaml
kind: B
---
# Source: shop/charts/db/templates/c.yaml
kind: C
data: |
  # Source: no/comment.yaml
`;
    const parts = splitBySource(output);
    expect(parts.map(({ path }) => path)).toEqual(['', 'templates/a.yaml', 'charts/db/templates/c.yaml']);
    expect(parts.map(({ text }) => text).join('\n')).toBe(output);
    expect(parts[2]?.text).toContain('no/comment');
  });
});
