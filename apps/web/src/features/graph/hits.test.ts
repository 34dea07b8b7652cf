import { expect, test } from 'vitest';
import { pointAt } from './geometry.ts';
import { hitTest } from './hits.ts';
import { box, card, edge, sceneOf } from './testing.ts';

const scene = sceneOf({
  boxes: [
    box('shop', { x: 0, y: 0, width: 300, height: 200 }, { expanded: true }),
    box('data', { x: 500, y: 0, width: 200, height: 200 }),
  ],
  cards: [card('shop/web', { x: 20, y: 80, width: 150, height: 38 })],
  edges: [edge('wl:shop/web', 'ns:data')],
});

test('a card is hit before the box it is in, and the inside of an expanded box is ground', () => {
  expect(hitTest(scene, { x: 60, y: 100 }, 1)).toEqual({ type: 'node', id: 'wl:shop/web', toggle: false });
  expect(hitTest(scene, { x: 60, y: 170 }, 1)).toBeNull();
});

test('an expanded box is hit by its head, a collapsed one everywhere, each by its toggle', () => {
  expect(hitTest(scene, { x: 150, y: 10 }, 1)).toMatchObject({ id: 'ns:shop', toggle: false });
  expect(hitTest(scene, { x: 23, y: 23 }, 1)).toMatchObject({ id: 'ns:shop', toggle: true });
  expect(hitTest(scene, { x: 690, y: 190 }, 1)).toMatchObject({ id: 'ns:data', toggle: false });
  expect(hitTest(scene, { x: 523, y: 23 }, 1)).toMatchObject({ id: 'ns:data', toggle: true });
});

test('a toggle that is too small to be seen is part of its box', () => {
  expect(hitTest(scene, { x: 523, y: 23 }, 0.1)).toMatchObject({ id: 'ns:data', toggle: false });
});

function never(): never {
  throw new Error('the scene has an edge');
}

test('an edge from a node to itself is a loop beside it', () => {
  const { boxes, cards } = scene;
  for (const id of ['wl:shop/web', 'ns:data']) {
    const looped = sceneOf({ boxes, cards, edges: [edge(id, id)] });
    const { x, width } = looped.rects.get(id) ?? { x: 0, width: 0 };
    const outermost = pointAt(looped.edges[0]?.curve ?? never(), 0.5);
    expect(outermost.x).toBeGreaterThan(x + width + 15);
    expect(hitTest(looped, outermost, 1)).toEqual({ type: 'edge', id: `${id}>${id}`, toggle: false });
  }
});

test('an edge is hit near its curve, farther away where a unit is less of the screen', () => {
  const entry = scene.edges[0] ?? never();
  const middle = {
    x: (entry.curve.start.x + entry.curve.end.x) / 2,
    y: (entry.curve.start.y + entry.curve.end.y) / 2,
  };
  expect(hitTest(scene, middle, 1)).toEqual({ type: 'edge', id: 'wl:shop/web>ns:data', toggle: false });
  const aside = { x: middle.x, y: middle.y - 30 };
  expect(hitTest(scene, aside, 1)).toBeNull();
  expect(hitTest(scene, aside, 0.2)).toMatchObject({ type: 'edge' });
});
