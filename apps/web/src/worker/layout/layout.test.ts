import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textEm } from '../../shared/text-width.ts';
import { type Packed, packFlow, packRows, type Rect } from './pack.ts';
import {
  arrange,
  type BoxInput,
  CARD_HEIGHT,
  CARD_TEXT,
  type LayoutInput,
  type LayoutOptions,
  placeBoxes,
  planBox,
} from './place.ts';
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
  const overlapping = all.flatMap((a, index) =>
    all.slice(index + 1).flatMap((b) => {
      const isApart =
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      return isApart ? [] : [[a, b]];
    }),
  );
  expect(overlapping).toEqual([]);
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

const box = (id: string, count: number, name = 'workload'): BoxInput => ({
  id,
  name: id,
  members: Array.from({ length: count }, (_, index) => ({ id: `${id}/${index}`, name: `${name}-${index}` })),
  edges: [],
});
const flow: LayoutOptions = { kind: 'flow', spacing: 'dense', expanded: true };
const collapsed: LayoutOptions = { ...flow, expanded: false };

describe('stability', () => {
  const input: LayoutInput = {
    boxes: [box('a', 4), box('b', 9), box('c', 1)],
    outside: [],
    edges: [edge('a', 'b')],
  };
  const { scale, plans, rects: first } = arrange(input, flow);

  test('a new namespace leaves every other where it is', () => {
    const added = { ...input, boxes: [...input.boxes, box('d', 3)], edges: [edge('d', 'a', 9)] };
    const more = new Map([...plans, ['d', planBox(box('d', 3), scale)] as const]);
    const second = placeBoxes(added, more, scale, first);
    for (const [id, rect] of first) expect(second.get(id)).toEqual(rect);
    expectApart([...second.values()]);
  });

  test('a new workload takes a free cell and leaves the others where they are', () => {
    const plan = planBox(box('a', 5), scale);
    const five = box('a', 5);
    const members = [...five.members.filter(({ id }) => id !== 'a/2'), { id: 'a/new', name: 'new' }];
    const next = planBox({ ...five, members }, scale, plan);
    for (const id of ['a/0', 'a/1', 'a/3', 'a/4']) expect(next.cells.get(id)).toEqual(plan.cells.get(id));
    expect(next.cells.get('a/new')).toEqual(plan.cells.get('a/2'));
    expect(next.size).toEqual(plan.size);
  });

  test('a box that grows moves only what it would cover, and covers nothing afterwards', () => {
    const grown = planBox(box('a', 40), scale, plans.get('a'));
    const boxes = [box('a', 40), box('b', 9), box('c', 1)];
    const second = placeBoxes({ ...input, boxes }, new Map([...plans, ['a', grown]]), scale, first);
    expect(second.get('a')?.x).toBe(first.get('a')?.x);
    expectApart([...second.values()]);
  });

  test('the same cluster is arranged the same, in whatever order its edges come', () => {
    const boxes = Array.from({ length: 20 }, (_, index) => box(`n${index}`, 1 + ((index * 7) % 13)));
    const edges = boxes.flatMap(({ id }, index) =>
      [3, 5].map((step) => edge(id, `n${(index * step + 1) % 20}`)),
    );
    const one = arrange({ boxes, outside: [], edges }, flow);
    const other = arrange({ boxes, outside: [], edges: edges.toReversed() }, flow);
    expect([...other.rects].sort()).toEqual([...one.rects].sort());
  });
});

/** Namespaces of very different sizes, joined to some others, as in a cluster of that many workloads. */
function clusterOf(namespaces: number, workloads: number): LayoutInput {
  const boxes = Array.from({ length: namespaces }, (_, index) => {
    const share = index % 12 === 0 ? 5 : 0.6;
    return box(
      `team-${index}-stage`,
      Math.max(1, Math.round((workloads / namespaces) * share)),
      'payment-api',
    );
  });
  const edges = boxes.flatMap(({ id }, index) =>
    [2, 3, 7].map((step) => edge(id, `team-${(index * step + 1) % namespaces}-stage`)),
  );
  const outside = (['first', 'last'] as const).map((side) => ({
    id: `net ${side}`,
    label: 'Internet',
    side,
  }));
  const [start, end] = [boxes[0]?.id ?? '', boxes.at(-1)?.id ?? ''];
  return { boxes, outside, edges: [...edges, edge('net first', start), edge(end, 'net last')] };
}

function extentOf(all: readonly Rect[]): { readonly width: number; readonly height: number } {
  return {
    width: Math.max(...all.map(({ x, width }) => x + width)) - Math.min(...all.map(({ x }) => x)),
    height: Math.max(...all.map(({ y, height }) => y + height)) - Math.min(...all.map(({ y }) => y)),
  };
}

describe('the first picture', () => {
  const sizes = [
    { namespaces: 4, workloads: 10, window: [920, 612], options: flow },
    { namespaces: 12, workloads: 100, window: [920, 612], options: flow },
    { namespaces: 60, workloads: 1_000, window: [920, 612], options: collapsed },
    { namespaces: 500, workloads: 10_000, window: [1_540, 905], options: collapsed },
  ] as const;

  test.each(sizes)('of $workloads workloads uses the canvas and covers nothing', (size) => {
    const { rects } = arrange(clusterOf(size.namespaces, size.workloads), size.options);
    const all = [...rects.values()];
    expectApart(all);
    const { width, height } = extentOf(all);
    const [room, high] = size.window;
    const used = (width * height * Math.min(room / width, high / height) ** 2) / (room * high);
    expect(used).toBeGreaterThan(0.65);
  });

  test('of 100 workloads has room for whole names in its cards', () => {
    const { plans, rects } = arrange(clusterOf(12, 100), flow);
    const { width, height } = extentOf([...rects.values()]);
    const unit = Math.max(width / 920, height / 612);
    const needed = CARD_TEXT.left + CARD_TEXT.right + textEm('payment-api-10') * 12 * unit;
    for (const { cardWidth } of plans.values()) expect(cardWidth).toBeGreaterThanOrEqual(needed * 0.94);
    expect(12 * unit).toBeLessThan(CARD_HEIGHT);
  });

  test('of collapsed namespaces has room for the names of the smallest, of 60 and of 500', () => {
    for (const { namespaces, workloads, window } of sizes.slice(2)) {
      const { rects } = arrange(clusterOf(namespaces, workloads), collapsed);
      const { width, height } = extentOf([...rects.values()]);
      const unit = Math.max(width / window[0], height / window[1]);
      for (const [id, rect] of rects) {
        if (id.startsWith('net')) continue;
        expect(rect.width / unit, id).toBeGreaterThan(52);
        expect(rect.height / unit, id).toBeGreaterThan(25.3);
      }
    }
  });
});
