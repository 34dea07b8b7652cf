import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shorten, textEm } from '../../shared/text-width.ts';
import type { Rect } from '../../worker/layout/pack.ts';
import { CARD_HEIGHT, CARD_TEXT } from '../../worker/layout/place.ts';
import { placeEdgeLabels } from './edge-labels.ts';
import { pointAt } from './geometry.ts';
import { nodeLabels } from './labels.ts';
import { buildScene, type Focus, type Scene } from './scene.ts';

const UNFOCUSED: Focus = { lit: null, selected: new Set() };
const tally = { isolated: 0, open: 1, unknown: 0 };
const ports = { label: 'TCP 8443, 9090', all: false, ranges: [], other: false };

/** One expanded box with these workloads, each joined to the next. */
function sceneOf(names: readonly string[], width: number): Scene {
  const workloads = names.map((name, index) => ({
    id: `wl:shop/${name}-${index}`,
    namespace: 'shop',
    kind: 'Deployment',
    name,
    pods: (index % 3) + 1,
    ingress: 'open' as const,
    egress: 'open' as const,
    ingressFromAll: null,
    egressToAll: null,
    hostNetwork: false,
    mark: null,
  }));
  const edges = workloads.slice(1).map(({ id }, index) => {
    const from = workloads[index]?.id ?? '';
    return {
      id: `${from}>${id}`,
      from,
      to: id,
      verdict: 'allowed' as const,
      ports,
      pairs: 1,
      of: 1,
      changed: 0,
      impact: null,
      opened: null,
      closed: null,
      uncertain: null,
    };
  });
  return buildScene(
    {
      namespaces: [
        {
          id: 'ns:shop',
          name: 'shop',
          expanded: true,
          workloads: names.length,
          pods: names.length,
          policies: 0,
          ingress: tally,
          egress: tally,
          mark: null,
          internal: { pairs: 0, of: 0, uniform: null, opened: 0, closed: 0 },
          hidden: false,
        },
      ],
      workloads,
      outside: [],
      edges,
      hidden: { namespaces: 0, workloads: 0, edges: 0, openPairs: 0 },
      totals: { namespaces: 1, workloads: names.length, pods: names.length, policies: 0 },
    },
    {
      boxes: { 'ns:shop': { x: 0, y: 0, width: 1_000, height: 60 + names.length * 60 } },
      cards: Object.fromEntries(
        workloads.map(({ id }, index) => [
          id,
          { x: 20 + (index % 3) * (width + 90), y: 50 + Math.floor(index / 3) * 60, width },
        ]),
      ),
      moved: {},
    },
  );
}

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/);
const scale = fc.double({ min: 1, max: 12, noNaN: true });

describe('what is written on nodes', () => {
  test('can be read and stays inside of its card, at every zoom', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), scale, (names, at) => {
        const scene = sceneOf(names, 200);
        const { names: written } = nodeLabels(scene, UNFOCUSED, at);
        for (const { id, rect } of scene.cards) {
          const label = written.get(id);
          if (label === undefined) continue;
          expect(label.size / at).toBeGreaterThanOrEqual(12 - 1e-9);
          expect(label.size).toBeLessThan(CARD_HEIGHT);
          expect(CARD_TEXT.left + textEm(label.text) * label.size).toBeLessThanOrEqual(rect.width);
        }
      }),
    );
  });

  test('in focus is the whole name even where the card is too small for it', () => {
    const scene = sceneOf(['postgres-ledger', 'cart'], 190);
    const [first] = scene.cards;
    const id = first?.id ?? '';
    const focus: Focus = { lit: { nodes: new Set([id]), edges: new Set() }, selected: new Set([id]) };
    expect(nodeLabels(scene, UNFOCUSED, 2.4).names.get(id)?.text ?? '').not.toContain('postgres-ledger');
    expect(nodeLabels(scene, focus, 2.4).names.get(id)?.text).toContain('postgres-ledger');
  });

  test('gives the name of a box to its head when near, and across it when far', () => {
    const scene = sceneOf(['cart'], 200);
    const near = nodeLabels(scene, UNFOCUSED, 1);
    const far = nodeLabels(scene, UNFOCUSED, 4);
    expect([near.heads.has('ns:shop'), near.names.has('ns:shop')]).toEqual([true, false]);
    expect([far.heads.has('ns:shop'), far.names.has('ns:shop')]).toEqual([false, true]);
  });
});

describe('ports on edges', () => {
  const overlap = (a: Rect, b: Rect) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  test('cover neither a card nor each other', () => {
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 8, max: 40 }),
        (names, size) => {
          const scene = sceneOf(names, 170);
          const placed = placeEdgeLabels(scene, UNFOCUSED, { size, most: 99 });
          const rects = scene.edges.flatMap(({ id, curve }) => {
            const label = placed.get(id);
            if (label === undefined) return [];
            const { text, offset } = label;
            const { x, y } = pointAt(curve, 0.5);
            const width = textEm(text) * size;
            return [{ x: x + offset.x - width / 2, y: y + offset.y - size / 2, width, height: size }];
          });
          for (const [index, rect] of rects.entries()) {
            for (const other of rects.slice(index + 1)) expect(overlap(rect, other)).toBe(false);
            for (const card of scene.cards) expect(overlap(rect, card.rect)).toBe(false);
          }
        },
      ),
    );
  });

  test('are left out where there are many edges, but for what a draft changes', () => {
    const scene = sceneOf(['a', 'b', 'c'], 150);
    const [first, ...rest] = scene.edges;
    if (first === undefined) throw new Error('the scene has edges');
    const opened = { ...first, edge: { ...first.edge, impact: 'opened' as const, opened: ports } };
    const placed = placeEdgeLabels({ ...scene, edges: [opened, ...rest] }, UNFOCUSED, { size: 6, most: 1 });
    expect([...placed.keys()]).toEqual([first.id]);
  });

  test('are one for a fan that says the same where a draft changes much, and one each where it changes little', () => {
    const names = Array.from({ length: 30 }, (_, index) => `w${index}`);
    const scene = sceneOf(names, 150);
    const hub = scene.cards[0]?.id ?? '';
    const closed = { impact: 'closed' as const, closed: ports, changed: 1 };
    const fan = scene.edges.map((entry) => {
      return { ...entry, edge: { ...entry.edge, to: hub, ...closed } };
    });
    const textsOf = (edges: typeof fan) =>
      [...placeEdgeLabels({ ...scene, edges }, UNFOCUSED, { size: 6, most: 99 }).values()].map(
        ({ text }) => text,
      );
    expect(textsOf(fan)).toEqual(['− TCP 8443, 9090 · 29 edges']);
    expect(textsOf(fan.slice(0, 5))).toEqual(Array(5).fill('− TCP 8443, 9090'));

    // What says something else is not of the fan.
    const other = { ...ports, label: 'UDP 53' };
    const mixed = fan.map((entry, index) =>
      index === 7 ? { ...entry, edge: { ...entry.edge, closed: other } } : entry,
    );
    expect(textsOf(mixed).toSorted()).toEqual(['− TCP 8443, 9090 · 28 edges', '− UDP 53']);
  });

  test('are written where there is room', () => {
    const scene = sceneOf(['a', 'b'], 150);
    expect(placeEdgeLabels(scene, UNFOCUSED, { size: 6, most: 99 }).size).toBe(1);
  });
});

test('a name that is cut keeps its beginning and its end', () => {
  const cut = shorten('kube-state-metrics', 8);
  expect(cut).toMatch(/^kube.*….*rics$/);
  expect(textEm(cut)).toBeLessThanOrEqual(8);
  expect(shorten('kube-state-metrics', 2)).toBe('');
});
