import { describe, expect, it } from 'vitest';
import { locate, pathSegments } from './locate.ts';

const TEXT = `# Owned by shop.
kind: NetworkPolicy
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: web
  ingress:
  - from:
    - namespaceSelector: {}
    - ipBlock:
        cidr: 10.0.0.0/8
        except:
        - 10.1.0.0/16

    # the port
    ports: [{port: 80}, {port: 90}]
  - {}
`;

describe('locate', () => {
  it.each([
    ['kind', 2, 1, 2],
    ['spec', 3, 1, 17],
    ['spec.podSelector.matchLabels[app.kubernetes.io/name]', 6, 7, 6],
    ['spec.ingress[0]', 8, 5, 16],
    ['spec.ingress[0].from[1]', 10, 7, 13],
    ['spec.ingress[0].from[1].ipBlock.except[0]', 13, 11, 13],
    ['spec.ingress[0].ports[1].port', 16, 26, 16],
    ['spec.ingress[1]', 17, 5, 17],
  ])('%s', (path, line, column, endLine) => {
    expect(locate(TEXT, 1, path)).toEqual({ line, column, endLine });
    expect(locate(TEXT, 101, path)).toEqual({ line: line + 100, column, endLine: endLine + 100 });
  });

  it('a field that is missing is found at what should have it', () => {
    expect(locate(TEXT, 1, 'spec.ingress[0].from[1].ipBlock.cidrs')?.line).toBe(10);
    expect(locate(TEXT, 1, 'spec.egress[3]')?.line).toBe(3);
    expect(locate(TEXT, 1, 'metadata.name')).toEqual({ line: 2, column: 1, endLine: 17 });
  });

  it('the empty path is the whole document', () => {
    expect(locate(TEXT, 1, '')).toEqual({ line: 2, column: 1, endLine: 17 });
  });

  it('JSON, aliases and duplicate keys', () => {
    expect(locate('{\n "spec": {\n  "a": [1,\n  2]\n }\n}', 1, 'spec.a[1]')).toEqual({
      line: 4,
      column: 3,
      endLine: 4,
    });
    expect(locate('x: &x\n  a: 1\nspec: *x\n', 1, 'spec.a')?.line).toBe(2);
    expect(locate('a: 1\na:\n  b: 2\n', 1, 'a.b')?.line).toBe(3);
  });

  it('text that is broken or no mapping has no places, and does no harm', () => {
    expect(locate('', 1, 'spec')).toBeUndefined();
    expect(locate('text', 1, 'spec')).toBeUndefined();
    expect(() => locate('a: [1\nb: "', 1, 'a[0].b')).not.toThrow();
  });
});

describe('pathSegments', () => {
  it.each([
    ['', []],
    ['spec', ['spec']],
    ['spec.ingress[0].from[12]', ['spec', 'ingress', '0', 'from', '12']],
    ['metadata.labels[a.b/c].d', ['metadata', 'labels', 'a.b/c', 'd']],
    ['labels[a[b]c]', ['labels', 'a[b]c']],
    ['[odd key].x', ['odd key', 'x']],
    ['labels[open', ['labels', 'open']],
  ])('%j', (path, expected) => {
    expect(pathSegments(path)).toEqual(expected);
  });
});
