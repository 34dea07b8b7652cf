import {
  entityDetails,
  focusView,
  type GraphOptions,
  type GraphView,
  graphView,
  type HeaviestGraph,
  heaviestGraph,
  NO_FILTER,
  type Universe,
} from '@bulkhead/policy-engine';
import type { Rect } from '../layout/pack.ts';
import {
  type Arrangement,
  arrange,
  type BoxInput,
  type LayoutInput,
  placeBoxes,
  planBox,
} from '../layout/place.ts';
import type { FlowEdge } from '../layout/rank.ts';
import { turn } from '../queue.ts';
import { answer, type EngineSession, type Handler } from '../session.ts';
import { sessionLens } from './lens.ts';
import {
  type CardPlace,
  focusRequest,
  type GraphRequest,
  graphRequest,
  movedRequest,
  TOGGLE_ALL,
  type ViewScope,
  warmRequest,
} from './requests.ts';

/** Arrangements that were made, by `GraphRequest.picture`; the one that was looked at last is the last. */
type Memory = Map<string, Arrangement>;

/** So many arrangements are kept; who comes back to an older one finds what they moved by hand, and the rest made anew. */
const KEPT = 8;

/** How many focuses are computed ahead; each is done before anything else is answered. */
const WARM_ROUNDS = 4;

/** Up to this many workloads a cluster opens expanded, and up to the other one where a few boxes would say nothing. */
const SMALL = 150;
const SMALL_IN_FEW_NAMESPACES = 600;
const FEW_NAMESPACES = 3;
/** Up to this many workloads there is room for the ports on the edges. */
const ROOMY = 30;

/** The graph and what stays lit in it. They share a memory of where things stand, so that updates keep them in place. */
export function graphHandlers(): readonly Handler[] {
  const memory: Memory = new Map();
  let version = 0;
  let drawn: ReadonlySet<string> = new Set();
  return [
    answer(graphRequest, (session, request) => {
      const start = performance.now();
      const options = optionsOf(session, request);
      const graph = heaviestGraph(sessionLens(session, request.ports), options, MOST_EDGES);
      const { boxes, cards } = place(session, graph, request, memory);
      const { lightEdges } = graph;
      const hidden = {
        ...graph.view.hidden,
        edges: graph.view.hidden.edges + edgesOnOtherPorts(session, request, graph),
      };
      const view = { ...graph.view, hidden };
      drawn = new Set(view.edges.map((edge) => edge.id));
      version++;
      return {
        view,
        boxes,
        cards,
        version,
        picture: request.picture,
        lightEdges,
        expandedByDefault: isSmall(session),
        computeMs: performance.now() - start,
      };
    }),
    answer(movedRequest, (_, { picture, moved }) => {
      const kept = memory.get(picture);
      if (kept === undefined) return null;
      const rects = new Map(kept.rects);
      for (const [id, to] of Object.entries(moved)) {
        const rect = rects.get(id);
        if (rect !== undefined) rects.set(id, { ...rect, ...to });
      }
      memory.set(picture, { ...kept, rects });
      return null;
    }),
    answer(warmRequest, async (session, scope) => {
      const { namespaces } = session.cluster.universe;
      for (let round = 0; round < WARM_ROUNDS; round++) {
        const name = namespaces[Math.floor((round * namespaces.length) / WARM_ROUNDS)]?.record.name;
        if (name === undefined) break;
        const id = `ns:${name}`;
        const lens = sessionLens(session, scope.ports);
        focusView(lens, optionsOf(session, scope), { ids: [id], direction: 'both', hops: 1 }, drawn);
        await turn();
        if (round === 0) entityDetails(lens, id);
        await turn();
      }
      return null;
    }),
    answer(focusRequest, (session, { focus, ...scope }) =>
      focusView(sessionLens(session, scope.ports), optionsOf(session, scope), focus, drawn),
    ),
  ];
}

/** Edges that a filter by port leaves out: the view of some ports doesn't know what there is on others. */
function edgesOnOtherPorts(session: EngineSession, request: GraphRequest, shown: HeaviestGraph): number {
  if (request.ports.length === 0) return 0;
  const all = heaviestGraph(sessionLens(session, []), optionsOf(session, request), 0);
  return Math.max(0, all.lightEdges - shown.view.edges.length - shown.lightEdges);
}

/** More edges than this can't be told apart on any screen, and drawing them takes time. */
const MOST_EDGES = 1_200;

function isSmall(session: EngineSession): boolean {
  const { workloads, namespaces } = session.cluster.universe;
  return workloads.length <= (namespaces.length <= FEW_NAMESPACES ? SMALL_IN_FEW_NAMESPACES : SMALL);
}

/** Which namespaces are expanded: the default for the cluster's size or its opposite, but for those that were toggled. */
function optionsOf(session: EngineSession, scope: ViewScope): GraphOptions {
  const toggled = new Set(scope.toggled);
  const byDefault = isSmall(session) !== toggled.has(TOGGLE_ALL);
  const expanded = session.cluster.universe.namespaces
    .map(({ record }) => record.name)
    .filter((name) => byDefault !== toggled.has(name));
  return { expanded, filter: scope.filter, verdicts: scope.verdicts };
}

function place(session: EngineSession, graph: HeaviestGraph, request: GraphRequest, memory: Memory) {
  const { view } = graph;
  const kept = memory.get(request.picture);
  const arrangement = arrangementFor(session, graph, request, kept);
  memory.delete(request.picture);
  memory.set(request.picture, arrangement);
  const [oldest] = memory.keys();
  if (memory.size > KEPT && oldest !== undefined) memory.delete(oldest);

  const boxes: Record<string, Rect> = {};
  const cards: Record<string, CardPlace> = {};
  for (const { id } of [...view.namespaces, ...view.outside]) {
    const rect = arrangement.rects.get(id);
    if (rect !== undefined) boxes[id] = rect;
  }
  for (const { id, expanded } of view.namespaces) {
    const plan = expanded ? arrangement.plans.get(id) : undefined;
    if (plan === undefined) continue;
    for (const [card, point] of plan.cells) cards[card] = { ...point, width: plan.cardWidth };
  }
  return { boxes, cards };
}

/**
 * Where everything in scope stands, shown or not, so that neither a filter nor expanding moves anything, and one arrangement
 * comes from one cluster whatever was looked at first.
 */
function arrangementFor(
  session: EngineSession,
  graph: HeaviestGraph,
  request: GraphRequest,
  kept: Arrangement | undefined,
): Arrangement {
  const { view } = graph;
  const { universe } = session.overlay?.after ?? session.cluster;
  const { scale, ...base } = kept ?? firstArrangement(session, wholeView(session, graph, request), request);
  // Only what has no place yet is placed by its edges.
  const isPlaced =
    view.namespaces.every(({ id }) => base.plans.has(id) && base.rects.has(id)) &&
    view.outside.every(({ id }) => base.rects.has(id));
  const input = layoutInput({ ...view, edges: isPlaced ? [] : graph.allEdges() }, universe);
  const plans = new Map(base.plans);
  for (const box of input.boxes) plans.set(box.id, planBox(box, scale, plans.get(box.id)));
  const rects = new Map([...base.rects, ...placeBoxes(input, plans, scale, base.rects)]);
  return { scale, plans, rects };
}

function firstArrangement(session: EngineSession, whole: GraphView, request: GraphRequest): Arrangement {
  const { universe } = session.overlay?.after ?? session.cluster;
  const input = layoutInput(whole, universe);
  const fresh = arrange(input, {
    kind: request.layout,
    spacing: universe.workloads.length <= ROOMY ? 'roomy' : 'dense',
    expanded: isSmall(session),
  });
  const remembered = new Map(Object.entries(request.remembered));
  if (remembered.size === 0) return fresh;
  return { ...fresh, rects: placeBoxes(input, fresh.plans, fresh.scale, remembered) };
}

/** All that is in scope as it opens by default, which what is looked at may be already. */
function wholeView(session: EngineSession, graph: HeaviestGraph, request: GraphRequest): GraphView {
  const { filter, ports, verdicts, toggled } = request;
  const isWhole =
    filter.labels.length === 0 &&
    filter.kinds.length === 0 &&
    filter.isolation === 'any' &&
    ports.length === 0 &&
    verdicts.length === 2 &&
    toggled.length === 0;
  if (isWhole) return { ...graph.view, edges: graph.allEdges() };
  const options = optionsOf(session, {
    filter: { ...NO_FILTER, scope: filter.scope },
    ports: [],
    verdicts: ['allowed', 'unknown'],
    toggled: [],
  });
  return graphView(sessionLens(session, []), options);
}

function layoutInput(view: GraphView, universe: Universe): LayoutInput {
  const inner = new Map<string, FlowEdge[]>();
  const outer: FlowEdge[] = [];
  const owner = new Map(view.workloads.map((node) => [node.id, `ns:${node.namespace}`]));
  for (const edge of view.edges) {
    const from = owner.get(edge.from) ?? edge.from;
    const to = owner.get(edge.to) ?? edge.to;
    const weight = 1 + Math.log2(edge.pairs + 1);
    if (from !== to) outer.push({ from, to, weight });
    else if (owner.has(edge.from) && owner.has(edge.to)) {
      const list = inner.get(from) ?? [];
      list.push({ from: edge.from, to: edge.to, weight });
      inner.set(from, list);
    }
  }
  const boxes = view.namespaces.map(({ id, name }): BoxInput => {
    const entry = universe.namespaces[universe.namespaceIndex.get(name) ?? -1];
    const members: { id: string; name: string }[] = [];
    for (let index = entry?.firstWorkload ?? 0; index <= (entry?.lastWorkload ?? -1); index++) {
      const workload = universe.workloads[index];
      if (workload === undefined || workload.last < workload.first) continue;
      members.push({ id: `wl:${workload.id}`, name: workload.name });
    }
    return { id, name, members, edges: inner.get(id) ?? [] };
  });
  const sources = new Set(outer.map((edge) => edge.from));
  return {
    boxes,
    outside: view.outside.map(({ id, label }) => ({
      id,
      label,
      side: sources.has(id) ? 'first' : 'last',
    })),
    edges: outer,
  };
}
