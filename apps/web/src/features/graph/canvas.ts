import cytoscape, {
  type Core,
  type ElementDefinition,
  type EventObject,
  type NodeSingular,
  type SingularElementReturnValue,
} from 'cytoscape';
import type { Colors } from '../../shared/colors.ts';
import type { Point, Rect } from '../../worker/layout/pack.ts';
import { placeEdgeLabels, SCREEN_EDGES } from './edge-labels.ts';
import { type NodeLabels, nodeLabels } from './labels.ts';
import type { Focus, Scene } from './scene.ts';
import { EDGE_TEXT, headId, nodeIdOf, partIds, stylesheet, toElements } from './style.ts';

export interface CanvasEvents {
  /** A node or an edge was clicked; `null`: the empty ground. `add`: with shift, control or command. */
  readonly onPick: (target: { type: 'node' | 'edge'; id: string } | null, add: boolean) => void;
  readonly onToggle: (boxId: string) => void;
  /** A box, card or outside peer was dragged: its new top left corner. */
  readonly onMoved: (id: string, at: Point) => void;
  readonly onHover: (target: { type: 'node' | 'edge'; id: string; at: Point } | null) => void;
  readonly onViewport: (viewport: Viewport) => void;
}

/** What of the graph is seen, in its own units, and how large. */
export interface Viewport {
  readonly zoom: number;
  readonly extent: Rect;
}

export interface GraphCanvas {
  /** @param fit whether to bring everything into view, as for a first picture */
  update(scene: Scene, colors: Colors, options: { readonly animate: boolean; readonly fit: boolean }): void;
  focus(focus: Focus): void;
  /** Marks the node that the keyboard is on. */
  cursor(id: string | null): void;
  /** Marks the node that a connection being drawn would end at; moves nothing. */
  mark(id: string | null): void;
  /** Where a node is seen, in pixels of the container; `undefined`: it is not drawn. */
  placeOf(id: string): Rect | undefined;
  /** The card, outside peer or box at a point of the container, the smallest first. */
  nodeAt(at: Point): string | null;
  fit(ids?: readonly string[]): void;
  /** Brings nodes into view, but moves nothing where they are in sight and readable. */
  reveal(ids: readonly string[]): void;
  zoomBy(factor: number): void;
  panTo(centre: Point): void;
  /** Shows the same part of the graph, as large, as another canvas did. */
  show(viewport: Viewport): void;
  viewport(): Viewport;
  destroy(): void;
}

/** Set in the browser's timeline when a scene, or a focus in it, has been drawn: what the benchmark waits for. */
const PICTURE_MARK = 'bulkhead:picture';
const FOCUS_MARK = 'bulkhead:focus';

const MIN_ZOOM = 0.02;
const MAX_ZOOM = 2.5;
/** At this zoom the names of workloads can be read. */
const READABLE_ZOOM = 0.6;
/** Lengths are multiplied by this to stay visible; it changes in steps, fewer of them where restyling takes long. */
function scaleAt(zoom: number, busy: boolean): number {
  if (zoom >= 1) return 1;
  const step = busy ? 1.4 : 1.05;
  return step ** Math.ceil(Math.log(1 / zoom) / Math.log(step) - 0.01);
}

/**
 * Draws scenes into a container with Cytoscape and turns the pointer's doings into events.
 * @param busy see `Scene.busy`; it must be the same for all scenes of a canvas
 */
export function createCanvas(container: HTMLElement, busy: boolean, events: CanvasEvents): GraphCanvas {
  const cy = cytoscape({
    container,
    minZoom: MIN_ZOOM,
    maxZoom: MAX_ZOOM,
    boxSelectionEnabled: false,
    autounselectify: true,
    hideEdgesOnViewport: false,
    textureOnViewport: busy,
    motionBlur: false,
    pixelRatio: Math.min(2, window.devicePixelRatio),
    layout: { name: 'preset' },
    elements: [],
    style: [],
  });
  let colors: Colors | undefined;
  let scale = 0;
  let edges = 0;
  let current: Scene | undefined;
  let labels: NodeLabels = { names: new Map(), heads: new Map(), counts: new Map() };
  let labelled = new Set<string>();
  let known = new Map<string, ElementDefinition>();
  let focused: Focus = { lit: null, selected: new Set() };
  let pending: ReturnType<typeof setTimeout> | undefined;
  let cursorId: string | null = null;
  let markedId: string | null = null;

  const restyle = () => {
    if (colors === undefined) return;
    cy.style(stylesheet(colors, { scale, busy, edges, labels: () => labels }));
  };
  const rewrite = () => {
    if (current !== undefined) labels = nodeLabels(current, focused, scale);
  };
  /** Says at each edge whether it has a label now, and where. */
  const labelEdges = () => {
    if (current === undefined) return;
    const placed = placeEdgeLabels(current, focused, { size: EDGE_TEXT * scale, most: SCREEN_EDGES });
    cy.batch(() => {
      for (const id of labelled) {
        if (!placed.has(id)) cy.getElementById(id).removeClass('labelled');
      }
      for (const [id, { x, y }] of placed) {
        const element = cy.getElementById(id);
        if (element.data('mx') !== x || element.data('my') !== y) element.data({ mx: x, my: y });
        if (!element.hasClass('labelled')) element.addClass('labelled');
      }
    });
    labelled = new Set(placed.keys());
  };
  const viewport = (): Viewport => {
    const { x1, y1, w, h } = cy.extent();
    return { zoom: cy.zoom(), extent: { x: x1, y: y1, width: w, height: h } };
  };
  const applyZoom = () => {
    pending = undefined;
    const next = scaleAt(cy.zoom(), busy);
    if (next === scale) return;
    scale = next;
    rewrite();
    restyle();
    labelEdges();
  };
  cy.on('viewport', () => {
    events.onViewport(viewport());
    pending ??= setTimeout(applyZoom, 90);
  });

  // A panel that opens beside the picture must not cover what was just selected.
  cy.on('resize', () => {
    const selected = cy.nodes('.selected');
    if (selected.empty()) return;
    const { x1, y1, x2, y2 } = selected.renderedBoundingBox({ includeLabels: false });
    cy.panBy({ x: shift(x1, x2, cy.width()), y: shift(y1, y2, cy.height()) });
  });

  const pickOf = (event: EventObject) => {
    const target: unknown = event.target;
    if (target === cy) return null;
    const element = event.target as NodeSingular;
    const id = element.id();
    return element.isNode() ? { type: 'node' as const, id: nodeIdOf(id) } : { type: 'edge' as const, id };
  };
  cy.on('tap', (event) => {
    const original = event.originalEvent;
    const add = original instanceof MouseEvent && (original.shiftKey || original.metaKey || original.ctrlKey);
    const pick = pickOf(event);
    if (pick?.type === 'node' && event.target.hasClass('toggle')) {
      events.onToggle(pick.id);
      return;
    }
    events.onPick(pick, add);
  });
  cy.on('dbltap', 'node.box, node.head', (event) => {
    events.onToggle(nodeIdOf((event.target as NodeSingular).id()));
  });
  cy.on('mouseover', 'node, edge', (event) => {
    event.target.addClass('hovered');
    container.style.cursor = 'pointer';
    const pick = pickOf(event);
    if (pick !== null) events.onHover({ ...pick, at: event.renderedPosition });
  });
  cy.on('mouseout', 'node, edge', (event) => {
    event.target.removeClass('hovered');
    container.style.cursor = '';
    events.onHover(null);
  });

  const dragStart = new Map<string, Point>();
  cy.on('grab', 'node', (event) => {
    dragStart.clear();
    for (const node of companions(cy, event.target as NodeSingular))
      dragStart.set(node.id(), { ...node.position() });
    dragStart.set(event.target.id(), { ...event.target.position() });
    events.onHover(null);
  });
  cy.on('drag', 'node', (event) => {
    const from = dragStart.get(event.target.id());
    if (from === undefined) return;
    const dx = event.target.position('x') - from.x;
    const dy = event.target.position('y') - from.y;
    cy.batch(() => {
      for (const [id, start] of dragStart) {
        if (id !== event.target.id()) cy.getElementById(id).position({ x: start.x + dx, y: start.y + dy });
      }
    });
  });
  cy.on('dragfree', 'node', (event) => {
    const node = event.target as NodeSingular;
    const id = nodeIdOf(node.id());
    events.onMoved(id, {
      x: node.position('x') - node.width() / 2,
      y: node.position('y') - node.height() / 2,
    });
  });

  const applyFocus = () => {
    const { lit, selected } = focused;
    rewrite();
    const set = (element: SingularElementReturnValue, name: string, on: boolean) => {
      if (element.hasClass(name) !== on) element.toggleClass(name, on);
    };
    cy.batch(() => {
      for (const element of cy.elements()) {
        const id = nodeIdOf(element.id());
        const on = lit === null || (element.isNode() ? lit.nodes.has(id) : lit.edges.has(id));
        set(element, 'faded', !on);
        set(element, 'lit', on && lit !== null);
        set(element, 'selected', selected.has(id));
      }
    });
    labelEdges();
  };

  return {
    update(scene, nextColors, { animate, fit }) {
      const recolored = colors !== nextColors;
      colors = nextColors;
      current = scene;
      const next = new Map(
        toElements(scene, nextColors).flatMap((element) => {
          const id = element.data.id;
          return id === undefined ? [] : [[id, element] as const];
        }),
      );
      // Zoom and style come before the elements, so that each is styled once.
      if (fit) fitBounds(cy, scene.bounds);
      const moreEdges = scene.edges.length > edges * 1.5 || scene.edges.length < edges / 1.5;
      const rescaled = scale !== scaleAt(cy.zoom(), busy);
      scale = scaleAt(cy.zoom(), busy);
      rewrite();
      if (recolored || moreEdges || rescaled) {
        edges = scene.edges.length;
        restyle();
      }
      cy.batch(() => apply(cy, known, next, animate && known.size > 0 && !busy));
      known = next;
      applyFocus();
      cy.one('render', () => performance.mark(PICTURE_MARK));
      if (fit) events.onViewport(viewport());
    },
    focus(next) {
      focused = next;
      applyFocus();
      cy.one('render', () => performance.mark(FOCUS_MARK));
    },
    cursor(id) {
      if (cursorId !== null) elementsOf(cy, cursorId).removeClass('hovered');
      cursorId = id;
      if (id === null) return;
      const found = elementsOf(cy, id);
      found.addClass('hovered');
      if (found.empty()) return;
      const box = found.boundingBox();
      const { x1, y1, x2, y2 } = cy.extent();
      if (box.x1 < x1 || box.x2 > x2 || box.y1 < y1 || box.y2 > y2) cy.center(found);
    },
    mark(id) {
      if (markedId !== null) elementsOf(cy, markedId).removeClass('hovered');
      markedId = id;
      if (id !== null) elementsOf(cy, id).addClass('hovered');
    },
    placeOf(id) {
      const found = cy.getElementById(id);
      if (found.empty() || !found.isNode()) return undefined;
      const { x, y } = found.renderedPosition();
      const width = found.renderedWidth();
      const height = found.renderedHeight();
      return { x: x - width / 2, y: y - height / 2, width, height };
    },
    nodeAt(at) {
      let best: { id: string; size: number } | null = null;
      for (const node of cy.nodes()) {
        const { x, y } = node.renderedPosition();
        const width = node.renderedWidth();
        const height = node.renderedHeight();
        if (Math.abs(at.x - x) > width / 2 || Math.abs(at.y - y) > height / 2) continue;
        if (best === null || width * height < best.size)
          best = { id: nodeIdOf(node.id()), size: width * height };
      }
      return best?.id ?? null;
    },
    fit(ids) {
      if (ids === undefined) {
        if (current !== undefined) fitBounds(cy, current.bounds);
      } else {
        const target = cy.collection();
        for (const id of ids) target.merge(elementsOf(cy, id));
        if (target.empty()) return;
        cy.fit(target, 90);
        if (cy.zoom() > CLOSEST_FIT) {
          cy.zoom(CLOSEST_FIT);
          cy.center(target);
        }
      }
      applyZoom();
    },
    reveal(ids) {
      const target = cy.collection();
      for (const id of ids) target.merge(elementsOf(cy, id));
      if (target.empty()) return;
      const box = target.boundingBox();
      const { x1, y1, x2, y2 } = cy.extent();
      const inSight = box.x1 >= x1 && box.x2 <= x2 && box.y1 >= y1 && box.y2 <= y2;
      if (inSight && cy.zoom() >= READABLE_ZOOM) return;
      const before = cy.zoom();
      cy.fit(target, 70);
      // Zooming in on something small would lose its surroundings.
      const most = Math.max(READABLE_ZOOM, Math.min(before, 1));
      if (cy.zoom() > most) {
        cy.zoom(most);
        cy.center(target);
      }
      applyZoom();
    },
    zoomBy(factor) {
      cy.zoom({
        level: cy.zoom() * factor,
        renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 },
      });
    },
    panTo(centre) {
      cy.pan({ x: cy.width() / 2 - centre.x * cy.zoom(), y: cy.height() / 2 - centre.y * cy.zoom() });
    },
    show({ zoom, extent }) {
      cy.viewport({ zoom, pan: { x: -extent.x * zoom, y: -extent.y * zoom } });
    },
    viewport,
    destroy() {
      clearTimeout(pending);
      cy.destroy();
    },
  };
}

/** The shortest way into `0…size` for something between `from` and `to`; none where it is larger. */
function shift(from: number, to: number, size: number): number {
  if (to - from > size - 2 * PADDING) return 0;
  return Math.max(0, PADDING - from) - Math.max(0, to - (size - PADDING));
}

/** Free room around a fitted picture. */
const PADDING = 18;
const TOOLS_HEIGHT = 36;
/** Nothing is fitted nearer than this. */
const CLOSEST_FIT = 1.1;

/** Like `cy.fit`, but from bounds that are known, without looking at every element. */
function fitBounds(cy: Core, bounds: Rect): void {
  const width = Math.max(50, cy.width() - 2 * PADDING);
  // The tools lie over the bottom of the picture.
  const height = Math.max(50, cy.height() - 2 * PADDING - TOOLS_HEIGHT);
  const zoom = Math.max(MIN_ZOOM, Math.min(CLOSEST_FIT, width / bounds.width, height / bounds.height));
  cy.viewport({
    zoom,
    pan: {
      x: cy.width() / 2 - (bounds.x + bounds.width / 2) * zoom,
      y: (cy.height() - TOOLS_HEIGHT) / 2 - (bounds.y + bounds.height / 2) * zoom,
    },
  });
}

function elementsOf(cy: Core, id: string) {
  return cy.getElementById(id).union(cy.getElementById(headId(id)));
}

/** What moves along with a node: a box takes its parts and its cards. */
function companions(cy: Core, node: NodeSingular): readonly NodeSingular[] {
  const boxId = nodeIdOf(node.id());
  if (!boxId.startsWith('ns:')) return [];
  const own = [boxId, ...partIds(boxId)].map((id) => cy.getElementById(id));
  const cards = cy.nodes('.card').filter((card) => card.id().startsWith(`wl:${boxId.slice('ns:'.length)}/`));
  const all = [...own.flatMap((found) => found.toArray()), ...cards.toArray()];
  return all.filter((entry): entry is NodeSingular => entry.isNode());
}

/** Classes that come from how things are looked at; the others come with the elements. */
const STATES = ['faded', 'lit', 'selected', 'hovered', 'labelled'];

function apply(
  cy: Core,
  before: ReadonlyMap<string, ElementDefinition>,
  next: ReadonlyMap<string, ElementDefinition>,
  animate: boolean,
): void {
  const gone = cy.collection();
  for (const id of before.keys()) {
    const kept = next.get(id);
    if (kept === undefined || kept.group !== before.get(id)?.group) gone.merge(cy.getElementById(id));
  }
  gone.remove();
  const fresh: ElementDefinition[] = [];
  for (const [id, element] of next) {
    const classes = typeof element.classes === 'string' ? element.classes : '';
    const old = before.get(id);
    const present = old === undefined ? undefined : cy.getElementById(id);
    if (old === undefined || present === undefined || present.empty()) {
      fresh.push({ ...element, data: { ...element.data } });
      continue;
    }
    if (!sameData(old.data, element.data)) present.data({ ...element.data });
    if (old.classes !== element.classes) {
      const kept = STATES.filter((name) => present.hasClass(name));
      present.classes(`${classes} ${kept.join(' ')}`);
    }
    const { position } = element;
    if (
      position !== undefined &&
      (present.position('x') !== position.x || present.position('y') !== position.y)
    ) {
      if (animate) present.animate({ position: { ...position } }, { duration: 220 });
      else present.position({ ...position });
    }
  }
  if (fresh.length > 0) cy.add(fresh);
}

function sameData(a: ElementDefinition['data'], b: ElementDefinition['data']): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Reflect.get(a, key) === Reflect.get(b, key))
  );
}
