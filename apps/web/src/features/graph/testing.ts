import type { GraphEdge, NamespaceNode, WorkloadNode } from '@bulkhead/policy-engine';
import type { Rect } from '../../worker/layout/pack.ts';
import { boundsOf, routeScene, type Scene, type SceneBox, type SceneCard } from './scene.ts';

/* Small scenes to test with; what a test doesn't say is as plain as can be. */

const NONE = { isolated: 0, open: 0, unknown: 0 };

export function box(name: string, rect: Rect, node: Partial<NamespaceNode> = {}): SceneBox {
  const id = `ns:${name}`;
  return {
    id,
    rect,
    node: {
      id,
      name,
      expanded: false,
      workloads: 1,
      pods: 1,
      policies: 0,
      ingress: NONE,
      egress: NONE,
      internal: { pairs: 0, of: 0, uniform: null, opened: 0, closed: 0 },
      hidden: false,
      mark: null,
      ...node,
    },
  };
}

/** @param id with its namespace, as in `shop/web` */
export function card(id: string, rect: Rect, node: Partial<WorkloadNode> = {}): SceneCard {
  const [namespace = '', name = ''] = id.split('/');
  return {
    id: `wl:${id}`,
    box: `ns:${namespace}`,
    rect,
    node: {
      id: `wl:${id}`,
      namespace,
      kind: 'Deployment',
      name,
      pods: 1,
      ingress: 'isolated',
      egress: 'isolated',
      ingressFromAll: null,
      egressToAll: null,
      hostNetwork: false,
      mark: null,
      ...node,
    },
  };
}

export function edge(from: string, to: string, own: Partial<GraphEdge> = {}): GraphEdge {
  return {
    id: `${from}>${to}`,
    from,
    to,
    verdict: 'allowed',
    ports: { label: 'TCP 443', all: false, ranges: [], other: false },
    pairs: 1,
    of: 1,
    changed: 0,
    impact: null,
    opened: null,
    closed: null,
    uncertain: null,
    ...own,
  };
}

export function sceneOf({
  boxes,
  cards = [],
  edges = [],
}: {
  readonly boxes: readonly SceneBox[];
  readonly cards?: readonly SceneCard[];
  readonly edges?: readonly GraphEdge[];
}): Scene {
  const rects = new Map([...boxes, ...cards].map(({ id, rect }) => [id, rect]));
  const plain = routeScene(edges, rects, false);
  const bounds = boundsOf([...rects.values()]);
  return { boxes, cards, outside: [], edges: plain, plain, rects, bounds, busy: false };
}
