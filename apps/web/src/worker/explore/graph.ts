import {
  focusView,
  type GraphEdge,
  type GraphOptions,
  type GraphView,
  graphView,
  type Universe,
} from '@bulkhead/policy-engine';
import type { Rect } from '../layout/pack.ts';
import {
  type BoxInput,
  type BoxPlan,
  cardWidth,
  headWidth,
  type LayoutInput,
  placeBoxes,
  planBox,
  type Spacing,
} from '../layout/place.ts';
import type { FlowEdge } from '../layout/rank.ts';
import { answer, type EngineSession, type Handler } from '../session.ts';
import { sessionLens } from './lens.ts';
import {
  type CardPlace,
  focusRequest,
  type GraphRequest,
  graphRequest,
  TOGGLE_ALL,
  type ViewScope,
} from './requests.ts';

/** The insides of boxes as they were first laid out, by layout generation and box. */
interface Memory {
  generation: number;
  plans: Map<string, BoxPlan>;
  boxes: ReadonlyMap<string, Rect>;
  cluster: string;
}

/** Up to this many workloads a cluster opens expanded, and up to the other one where a few boxes would say nothing. */
const SMALL = 150;
const SMALL_IN_FEW_NAMESPACES = 600;
const FEW_NAMESPACES = 3;
/** Up to this many workloads there is room for the ports on the edges. */
const ROOMY = 30;

/** The graph and what stays lit in it. They share a memory of where things stand, so that updates keep them in place. */
export function graphHandlers(): readonly Handler[] {
  const memory: Memory = { generation: -1, plans: new Map(), boxes: new Map(), cluster: '' };
  let version = 0;
  let drawn: ReadonlySet<string> = new Set();
  return [
    answer(graphRequest, (session, request) => {
      const start = performance.now();
      const options = optionsOf(session, request);
      const whole = graphView(sessionLens(session, request.ports), options);
      if (memory.generation !== request.generation || memory.cluster !== request.layout) {
        memory.generation = request.generation;
        memory.cluster = request.layout;
        memory.plans = new Map();
        memory.boxes = new Map();
      }
      const { boxes, cards } = place(session, whole, request, memory);
      const hidden = {
        ...whole.hidden,
        edges: whole.hidden.edges + edgesOnOtherPorts(session, request, whole),
      };
      const view = { ...whole, hidden, edges: heaviest(whole.edges) };
      drawn = new Set(view.edges.map((edge) => edge.id));
      version++;
      return {
        view,
        boxes,
        cards,
        version,
        lightEdges: whole.edges.length - view.edges.length,
        expandedByDefault: isSmall(session),
        computeMs: performance.now() - start,
      };
    }),
    answer(focusRequest, (session, { focus, ...scope }) =>
      focusView(sessionLens(session, scope.ports), optionsOf(session, scope), focus, drawn),
    ),
  ];
}

/** Edges that a filter by port leaves out: the view of some ports doesn't know what there is on others. */
function edgesOnOtherPorts(session: EngineSession, request: GraphRequest, shown: GraphView): number {
  if (request.ports.length === 0) return 0;
  const all = graphView(sessionLens(session, []), optionsOf(session, request));
  return Math.max(0, all.edges.length - shown.edges.length);
}

/** More edges than this can't be told apart on any screen, and drawing them takes time. */
const MOST_EDGES = 1_200;

/** What a draft changes first, then what stands for the most pairs. */
function heaviest(edges: readonly GraphEdge[]): readonly GraphEdge[] {
  if (edges.length <= MOST_EDGES) return edges;
  const weight = (edge: GraphEdge) => (edge.impact === null ? edge.pairs : Number.POSITIVE_INFINITY);
  return edges.toSorted((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1)).slice(0, MOST_EDGES);
}

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

function place(session: EngineSession, view: GraphView, request: GraphRequest, memory: Memory) {
  const { universe } = session.overlay?.after ?? session.cluster;
  const spacing: Spacing = universe.workloads.length <= ROOMY ? 'roomy' : 'dense';
  const input = layoutInput(view, universe, spacing);
  for (const box of input.boxes) memory.plans.set(box.id, planBox(box, memory.plans.get(box.id)));
  const remembered = new Map<string, Rect>([...memory.boxes, ...Object.entries(request.remembered)]);
  memory.boxes = new Map([
    ...memory.boxes,
    ...placeBoxes(input, memory.plans, { kind: request.layout, spacing, remembered }),
  ]);
  const boxes: Record<string, Rect> = {};
  const cards: Record<string, CardPlace> = {};
  for (const box of input.boxes) {
    const rect = memory.boxes.get(box.id);
    if (rect !== undefined) boxes[box.id] = rect;
  }
  for (const peer of input.outside) {
    const rect = memory.boxes.get(peer.id);
    if (rect !== undefined) boxes[peer.id] = rect;
  }
  const expanded = new Set(view.namespaces.filter((entry) => entry.expanded).map((entry) => entry.id));
  for (const box of input.boxes) {
    const plan = memory.plans.get(box.id);
    if (plan === undefined || !expanded.has(box.id)) continue;
    for (const [id, point] of plan.cells) cards[id] = { ...point, width: plan.cardWidth };
  }
  return { boxes, cards };
}

/** A box has room for all workloads of its namespace, shown or not, so that a filter moves nothing. */
function layoutInput(view: GraphView, universe: Universe, spacing: Spacing): LayoutInput {
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
  const boxes = view.namespaces.map((node): BoxInput => {
    const entry = universe.namespaces[universe.namespaceIndex.get(node.name) ?? -1];
    const members: string[] = [];
    const names: string[] = [];
    for (let index = entry?.firstWorkload ?? 0; index <= (entry?.lastWorkload ?? -1); index++) {
      const workload = universe.workloads[index];
      if (workload === undefined || workload.last < workload.first) continue;
      members.push(`wl:${workload.id}`);
      names.push(workload.name);
    }
    return {
      id: node.id,
      members,
      edges: inner.get(node.id) ?? [],
      cardWidth: cardWidth(names),
      headWidth: headWidth(node.name),
      spacing,
    };
  });
  const sources = new Set(outer.map((edge) => edge.from));
  return {
    boxes,
    outside: view.outside.map(({ id }) => ({ id, side: sources.has(id) ? 'first' : 'last' })),
    edges: outer,
  };
}
