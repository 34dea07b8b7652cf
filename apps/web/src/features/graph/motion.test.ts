import { expect, test } from 'vitest';
import { between, changes, dragged, hasMoved } from './motion.ts';
import { withExtra } from './scene.ts';
import { box, card, edge, sceneOf } from './testing.ts';

const before = sceneOf({
  boxes: [
    box('shop', { x: 0, y: 0, width: 300, height: 200 }, { expanded: true }),
    box('data', { x: 500, y: 0, width: 200, height: 200 }),
  ],
  cards: [card('shop/web', { x: 20, y: 80, width: 150, height: 38 })],
  edges: [edge('wl:shop/web', 'ns:data')],
});

test('a dragged box takes its cards and their edges along, and nothing else', () => {
  const after = dragged(before, 'ns:shop', { x: 10, y: 40 });
  expect(after.rects.get('ns:shop')).toMatchObject({ x: 10, y: 40 });
  expect(after.rects.get('wl:shop/web')).toMatchObject({ x: 30, y: 120 });
  expect(after.rects.get('ns:data')).toEqual(before.rects.get('ns:data'));
  expect(after.edges[0]?.curve.start).toMatchObject({ x: 180 });
  expect(hasMoved(before, after)).toBe(true);
  expect(hasMoved(before, before)).toBe(false);
});

test('half way between two scenes everything is half way, and what is new is at its place', () => {
  const after = sceneOf({
    boxes: [...before.boxes, box('new', { x: 900, y: 900, width: 100, height: 100 })].map((entry) =>
      entry.id === 'ns:data' ? { ...entry, rect: { ...entry.rect, x: 600, y: 100 } } : entry,
    ),
    cards: before.cards,
    edges: [edge('wl:shop/web', 'ns:data')],
  });
  const half = between(before, after, 0.5);
  expect(half.rects.get('ns:data')).toMatchObject({ x: 550, y: 50 });
  expect(half.rects.get('ns:new')).toMatchObject({ x: 900, y: 900 });
  expect(half.edges[0]?.curve.end).toMatchObject({ x: 550 });
});

test('what a focus adds leaves the rest as it is, so that it need not be drawn anew', () => {
  expect(withExtra(before, [])).toBe(before);
  expect(withExtra(before, [edge('wl:shop/web', 'ns:data')])).toBe(before);
  const more = withExtra(before, [edge('ns:data', 'wl:shop/web')]);
  expect(more.edges.map(({ id }) => id)).toEqual(['wl:shop/web>ns:data', 'ns:data>wl:shop/web']);
  expect(more.plain).toBe(before.plain);
  expect(more.boxes).toBe(before.boxes);
});

test('what is new or says something else is news, what only moved is not', () => {
  const moved = dragged(before, 'ns:data', { x: 50, y: 0 });
  expect([...changes(before, moved)]).toEqual([]);
  const after = sceneOf({
    boxes: [...before.boxes],
    cards: [
      card('shop/web', { x: 20, y: 80, width: 150, height: 38 }, { ingress: 'open' }),
      card('shop/new', { x: 20, y: 130, width: 150, height: 38 }),
    ],
    edges: [edge('wl:shop/web', 'ns:data', { verdict: 'unknown' }), edge('wl:shop/new', 'ns:data')],
  });
  expect([...changes(before, after)].sort()).toEqual([
    'wl:shop/new',
    'wl:shop/new>ns:data',
    'wl:shop/web',
    'wl:shop/web>ns:data',
  ]);
});
