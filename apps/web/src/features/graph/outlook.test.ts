import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Point, Rect } from '../../worker/layout/pack.ts';
import { formatMoved, parseMoved, withMoved } from './moved.ts';
import { extentOf, formatOutlook, outlookOn, parseOutlook } from './outlook.ts';
import { box, sceneOf } from './testing.ts';

const sceneWith = (corners: Readonly<Record<string, Point>>) =>
  sceneOf({
    boxes: Object.entries(corners).map(([name, at]) => box(name, { ...at, width: 200, height: 100 })),
  });

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const rect: fc.Arbitrary<Rect> = fc.record({
  x: number(-20_000, 20_000),
  y: number(-20_000, 20_000),
  width: number(300, 40_000),
  height: number(200, 30_000),
});

describe('what is seen of a graph', () => {
  const scene = sceneWith({ shop: { x: 0, y: 0 }, data: { x: 900, y: 200 } });

  test('is the same after it went through a link, within a pixel of a large screen', () => {
    fc.assert(
      fc.property(rect, (extent) => {
        const told = outlookOn(extent, scene);
        const read = told === undefined ? undefined : parseOutlook(formatOutlook(told));
        const found = read === undefined ? undefined : extentOf(read, scene);
        const pixel = extent.width / 3_840;
        for (const side of ['x', 'y', 'width', 'height'] as const) {
          expect(Math.abs((found?.[side] ?? Number.NaN) - extent[side])).toBeLessThan(Math.max(0.2, pixel));
        }
      }),
    );
  });

  test('follows what it was looked at by, where that stands elsewhere', () => {
    const told = outlookOn({ x: 850, y: 150, width: 400, height: 300 }, scene);
    const moved = sceneWith({ shop: { x: 0, y: 0 }, data: { x: 1_000, y: 700 } });
    expect(told?.anchor).toBe('ns:data');
    expect(told && extentOf(told, moved)).toEqual({ x: 950, y: 650, width: 400, height: 300 });
  });

  test('is nothing in particular where a link tells nothing that is there', () => {
    for (const text of ['', 'here', '1,2,0,5,ns:shop', '1,2,3,4', '1..2,3,4,5,ns:shop']) {
      expect(parseOutlook(text), text).toBeUndefined();
    }
    const gone = parseOutlook('0,0,800,600,ns:gone');
    expect(gone && extentOf(gone, scene)).toBeUndefined();
  });
});

describe('what was moved by hand', () => {
  test('is the same after it went through a link', () => {
    const moved = { 'ns:shop': { x: 10, y: -20 }, 'out:cidr:2001:db8::/32@to': { x: 0, y: 5 } };
    expect(parseMoved(formatMoved(moved))).toEqual(moved);
    expect(parseMoved('')).toEqual({});
    expect(parseMoved('1,2;x,y,ns:a;3,4,ns:b')).toEqual({ 'ns:b': { x: 3, y: 4 } });
  });

  test('is told of what was moved last, where it is a lot', () => {
    let moved = {};
    for (let index = 0; index < 60; index++) moved = withMoved(moved, `ns:${index}`, { x: index, y: 0 });
    moved = withMoved(moved, 'ns:0', { x: 7, y: 7 });
    const told = Object.keys(parseMoved(formatMoved(moved)));
    expect(told.length).toBeLessThan(60);
    expect(told.slice(-2)).toEqual(['ns:59', 'ns:0']);
  });
});
