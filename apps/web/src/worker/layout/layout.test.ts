import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Packed, packFlow, packRows, type Rect } from './pack.ts';
import { type BoxInput, type LayoutInput, placeBoxes, planBox } from './place.ts';
import { flowLevels } from './rank.ts';

const edge = (from: string, to: string, weight = 1) => ({ from, to, weight });

describe('levels', () => {
  test('of a chain are its steps', () => {
    const levels = flowLevels(['db', 'api', 'web'], [edge('api', 'db'), edge('web', 'api')]);
    expect(Object.fromEntries(levels)).toEqual({ web: 0, api: 1, db: 2 });
  });

  test('rise from entry to store where there are shortcuts', () => {
    const levels = flowLevels(
      ['db', 'api', 'web'],
      [edge('api', 'db'), edge('web', 'api'), edge('web', 'db')],
    );
    const [web = 0, api = 0, db = 0] = ['web', 'api', 'db'].map((id) => levels.get(id));
    expect(web).toBe(0);
    expect(api).toBeGreaterThan(web);
    expect(db).toBeGreaterThan(api);
  });

  test('rise along the heavy edges of a cycle', () => {
    const levels = flowLevels(['a', 'b', 'c'], [edge('a', 'b', 5), edge('b', 'c', 5), edge('c', 'a', 1)]);
    const [a = 0, b = 0, c = 0] = ['a', 'b', 'c'].map((id) => levels.get(id));
    expect(a).toBeLessThan(b);
    expect(b).toBeLessThan(c);
  });

  test('do not depend on the order of the edges', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const edges = fc.array(fc.tuple(name, name), { maxLength: 20 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const all = pairs.map(([from, to]) => edge(from, to));
        const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
        expect([...flowLevels(ids, all)].sort()).toEqual([...flowLevels(ids, all.toReversed())].sort());
      }),
    );
  });
});

function rects(packed: Packed, items: readonly { id: string; width: number; height: number }[]): Rect[] {
  return items.map((item) => ({ ...(packed.at.get(item.id) ?? { x: Number.NaN, y: 0 }), ...item }));
}

function expectApart(all: readonly Rect[]): void {
  for (const [i, a] of all.entries()) {
    for (const b of all.slice(i + 1)) {
      const apart =
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(apart, JSON.stringify([a, b])).toBe(true);
    }
  }
}

const items = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc.array(fc.tuple(fc.integer({ min: 10, max: 400 }), fc.integer({ min: 10, max: 400 })), {
    minLength: count,
    maxLength: count,
  }),
);
const links = fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 60 });
const options = { gapX: 20, gapY: 20, aspect: 1.6 };

test('packing never lets two items overlap and gives every item a place', () => {
  fc.assert(
    fc.property(items, links, (sizes, pairs) => {
      const all = sizes.map(([width, height], index) => ({ id: `n${index}`, width, height }));
      const edges = pairs.map(([from, to]) => edge(`n${from}`, `n${to}`));
      for (const packed of [packFlow(all, edges, options), packRows(all, options)]) {
        expect(packed.at.size).toBe(all.length);
        expectApart(rects(packed, all));
      }
    }),
  );
});

const box = (id: string, count: number): BoxInput => ({
  id,
  members: Array.from({ length: count }, (_, index) => `${id}/${index}`),
  edges: [],
  cardWidth: 180,
  headWidth: 160,
  spacing: 'dense',
});

describe('stability', () => {
  const input: LayoutInput = {
    boxes: [box('a', 4), box('b', 9), box('c', 1)],
    outside: [],
    edges: [edge('a', 'b')],
  };
  const plans = new Map(input.boxes.map((entry) => [entry.id, planBox(entry)]));
  const first = placeBoxes(input, plans, { kind: 'flow', spacing: 'dense', remembered: new Map() });

  test('a new namespace leaves every other where it is', () => {
    const added = { ...input, boxes: [...input.boxes, box('d', 3)], edges: [edge('d', 'a', 9)] };
    const more = new Map([...plans, ['d', planBox(box('d', 3))] as const]);
    const second = placeBoxes(added, more, { kind: 'flow', spacing: 'dense', remembered: first });
    for (const [id, rect] of first) expect(second.get(id)).toEqual(rect);
    expectApart([...second.values()]);
  });

  test('a new workload takes a free cell and leaves the others where they are', () => {
    const plan = planBox(box('a', 5));
    const next = planBox({ ...box('a', 5), members: ['a/0', 'a/1', 'a/3', 'a/4', 'a/new'] }, plan);
    for (const id of ['a/0', 'a/1', 'a/3', 'a/4']) expect(next.cells.get(id)).toEqual(plan.cells.get(id));
    expect(next.cells.get('a/new')).toEqual(plan.cells.get('a/2'));
    expect(next.size).toEqual(plan.size);
  });

  test('a box that grows moves only what it would cover, and covers nothing afterwards', () => {
    const grown = planBox(box('a', 40), plans.get('a'));
    const second = placeBoxes(
      { ...input, boxes: [box('a', 40), box('b', 9), box('c', 1)] },
      new Map([...plans, ['a', grown]]),
      {
        kind: 'flow',
        spacing: 'dense',
        remembered: first,
      },
    );
    expect(second.get('a')?.x).toBe(first.get('a')?.x);
    expectApart([...second.values()]);
  });
});
