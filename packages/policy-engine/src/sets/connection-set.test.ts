import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ConnectionSetId,
  ConnectionSpace,
  connectionPoint,
  connectionSetOf,
  connectionText,
  type PortRange,
} from './connection-set.ts';

const ranges: fc.Arbitrary<PortRange> = fc
  .record({
    protocol: fc.constantFrom('TCP' as const, 'UDP' as const, 'SCTP' as const),
    a: fc.constantFrom(1, 2, 79, 80, 81, 443, 8080, 65_534, 65_535),
    b: fc.constantFrom(1, 80, 82, 443, 9000, 65_535),
  })
  .map(({ protocol, a, b }) => ({ protocol, from: Math.min(a, b), to: Math.max(a, b) }));
const lists = fc.record({ ports: fc.array(ranges, { maxLength: 4 }), other: fc.boolean() });
const PROBES = [1, 2, 79, 80, 81, 82, 442, 443, 444, 8080, 9000, 9001, 65_534, 65_535];

describe('connection sets', () => {
  it('are equal exactly where their ids are', () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const space = new ConnectionSpace();
        const x = space.intern(connectionSetOf(a));
        const y = space.intern(connectionSetOf(b));
        const same = [...probes(space, x)].join() === [...probes(space, y)].join();
        if (x === y) expect(same).toBe(true);
        expect(space.intern(connectionSetOf(space.list(x)))).toBe(x);
      }),
    );
  });

  it('agree point by point with logic on membership', () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const space = new ConnectionSpace();
        const x = space.intern(connectionSetOf(a));
        const y = space.intern(connectionSetOf(b));
        for (const protocol of ['TCP', 'UDP', 'SCTP', 'other'] as const) {
          for (const port of PROBES) {
            const point = connectionPoint(protocol, port);
            const inX = space.has(x, point);
            const inY = space.has(y, point);
            expect(space.has(space.union(x, y), point)).toBe(inX || inY);
            expect(space.has(space.intersect(x, y), point)).toBe(inX && inY);
            expect(space.has(space.subtract(x, y), point)).toBe(inX && !inY);
          }
        }
        expect(space.includes(x, y)).toBe(space.subtract(y, x) === space.none);
      }),
    );
  });

  it('keep protocols apart at their edges: TCP 65535 is not next to UDP 1', () => {
    const space = new ConnectionSpace();
    const edge = space.union(space.range('TCP', 65_535, 65_535), space.range('UDP', 1, 1));
    expect(space.list(edge).ports).toEqual([
      { protocol: 'TCP', from: 65_535, to: 65_535 },
      { protocol: 'UDP', from: 1, to: 1 },
    ]);
    expect(space.coversTransport(space.transport)).toBe(true);
    expect(space.coversTransport(space.subtract(space.transport, edge))).toBe(false);
  });

  it('read as people write them', () => {
    expect(connectionText({ ports: [{ protocol: 'TCP', from: 80, to: 80 }], other: false })).toBe('TCP 80');
    expect(
      connectionText({
        ports: [
          { protocol: 'TCP', from: 8000, to: 8090 },
          { protocol: 'UDP', from: 1, to: 65_535 },
        ],
        other: false,
      }),
    ).toBe('TCP 8000-8090, UDP all');
    const space = new ConnectionSpace();
    expect(connectionText(space.list(space.all))).toBe('all');
    expect(connectionText(space.list(space.none))).toBe('none');
    expect(connectionText(space.list(space.other))).toBe('ICMP and other protocols');
  });
});

function* probes(space: ConnectionSpace, id: ConnectionSetId): Iterable<boolean> {
  for (const protocol of ['TCP', 'UDP', 'SCTP', 'other'] as const) {
    for (const port of PROBES) yield space.has(id, connectionPoint(protocol, port));
  }
}
