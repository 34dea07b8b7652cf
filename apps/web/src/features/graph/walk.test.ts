import type { NamespaceNode, WorkloadNode } from '@bulkhead/policy-engine';
import { describe, expect, test } from 'vitest';
import { buildScene, type Scene } from './scene.ts';
import { inOrder, nearest, step } from './walk.ts';

const tally = { isolated: 0, open: 1, unknown: 0 };

function namespace(name: string, expanded: boolean): NamespaceNode {
  return {
    id: `ns:${name}`,
    name,
    expanded,
    workloads: 1,
    pods: 1,
    policies: 0,
    ingress: tally,
    egress: tally,
    internal: { pairs: 0, of: 0, uniform: null, opened: 0, closed: 0 },
    hidden: false,
    mark: null,
  };
}

function workload(namespaceName: string, name: string): WorkloadNode {
  return {
    id: `wl:${namespaceName}/${name}[Deployment]`,
    namespace: namespaceName,
    kind: 'Deployment',
    name,
    pods: 1,
    ingress: 'open',
    egress: 'open',
    ingressFromAll: null,
    egressToAll: null,
    hostNetwork: false,
    mark: null,
  };
}

const scene: Scene = buildScene(
  {
    namespaces: [namespace('left', true), namespace('right', false)],
    workloads: [workload('left', 'b'), workload('left', 'a')],
    outside: [{ id: 'out:internet', kind: 'internet', label: 'Internet', detail: '' }],
    edges: [],
    hidden: { namespaces: 0, workloads: 0, edges: 0, openPairs: 0 },
    totals: { namespaces: 2, workloads: 3, pods: 3, policies: 0 },
  },
  {
    boxes: {
      'ns:left': { x: 0, y: 0, width: 240, height: 160 },
      'ns:right': { x: 400, y: 0, width: 240, height: 160 },
      'out:internet': { x: 400, y: 400, width: 100, height: 40 },
    },
    cards: {
      'wl:left/a[Deployment]': { x: 20, y: 40, width: 180 },
      'wl:left/b[Deployment]': { x: 20, y: 100, width: 180 },
    },
    moved: {},
  },
);

describe('walking the graph', () => {
  test('in reading order passes every node once and comes around', () => {
    const order = inOrder(scene).map(({ id }) => id);
    expect(order).toEqual([
      'ns:left',
      'wl:left/a[Deployment]',
      'wl:left/b[Deployment]',
      'ns:right',
      'out:internet',
    ]);
    const walked: string[] = [];
    let at: string | null = null;
    for (let count = 0; count < order.length + 1; count++) {
      at = step(scene, at, 1, false);
      walked.push(at ?? '');
    }
    expect(walked).toEqual([...order, order[0]]);
    expect(step(scene, null, -1, false)).toBe('out:internet');
    expect(step(scene, 'ns:left', -1, false)).toBe('out:internet');
  });

  test('by namespace leaves out what is in them', () => {
    expect(step(scene, 'wl:left/a[Deployment]', 1, true)).toBe('ns:right');
    expect(step(scene, 'ns:right', 1, true)).toBe('ns:left');
    expect(step(scene, 'wl:left/a[Deployment]', -1, true)).toBe('ns:left');
  });

  test('by arrows goes to what lies straight ahead, and nowhere where nothing does', () => {
    expect(nearest(scene, 'wl:left/a[Deployment]', 'ArrowDown')).toBe('wl:left/b[Deployment]');
    expect(nearest(scene, 'wl:left/a[Deployment]', 'ArrowRight')).toBe('ns:right');
    expect(nearest(scene, 'ns:right', 'ArrowRight')).toBeNull();
    expect(nearest(scene, null, 'ArrowRight')).toBe('ns:left');
  });
});
