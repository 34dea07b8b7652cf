import cytoscape, {
  type Core,
  type ElementDefinition,
  type EventObject,
  type NodeSingular,
  type SingularElementReturnValue,
} from 'cytoscape';
import type { Colors } from '../../shared/colors.ts';
import type { Point, Rect } from '../../worker/layout/pack.ts';
import type { Scene } from './scene.ts';
import { headId, nodeIdOf, stylesheet, toElements, toggleId } from './style.ts';

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

export interface Focus {
  /** Nodes and edges that stay lit; `null`: all of them. */
  readonly lit: { readonly nodes: ReadonlySet<string>; readonly edges: ReadonlySet<string> } | null;
  readonly selected: ReadonlySet<string>;
}

export interface GraphCanvas {
  /** @param fit whether to bring everything into view, as for a first picture */
  update(scene: Scene, colors: Colors, options: { readonly animate: boolean; readonly fit: boolean }): void;
  focus(focus: Focus): void;
  /** Marks the node that the keyboard is on. */
  cursor(id: string | null): void;
  fit(ids?: readonly string[]): void;
  /** Brings nodes into view, but moves nothing where they are in sight and readable. */
  reveal(ids: readonly string[]): void;
  zoomBy(factor: number): void;
  panTo(centre: Point): void;
  viewport(): Viewport;
  destroy(): void;
}

/** Set in the browser's timeline when a scene, or a focus in it, has been drawn: what the benchmark waits for. */
const PICTURE_MARK = 'bulkhead:picture';
const FOCUS_MARK = 'bulkhead:focus';

const MIN_ZOOM = 0.02;
const MAX_ZOOM = 2.5;
/** Below this zoom the names of expanded boxes are drawn large across them. */
const FAR_ZOOM = 0.25;
/** At this zoom the names of workloads can be read. */
const READABLE_ZOOM = 0.62;
/** With more edges than this, ports are shown on hover and for what is selected only. */
const LABEL_EDGES = 70;
/**
 * With more edges or nodes than this a canvas is busy: edges are straight, the picture moves as a bitmap until it comes to
 * rest, and nothing is animated.
 */
const BUSY_EDGES = 500;
const BUSY_NODES = 1_200;

export function isBusy(scene: Scene): boolean {
  return scene.edges.length > BUSY_EDGES || scene.rects.size > BUSY_NODES;
}

/** Lengths are multiplied by this to stay visible; it changes in steps, fewer of them where restyling takes long. */
function scaleAt(zoom: number, busy: boolean): number {
  if (zoom >= 1) return 1;
  const step = busy ? 1.6 : 1.12;
  return step ** Math.ceil(Math.log(1 / zoom) / Math.log(step) - 0.01);
}

/**
 * Draws scenes into a container with Cytoscape and turns the pointer's doings into events.
 * @param busy whether there is too much to draw it in full at every frame; see `isBusy`
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
  let far = false;
  let known = new Map<string, ElementDefinition>();
  let focused: Focus = { lit: null, selected: new Set() };
  let pending: ReturnType<typeof setTimeout> | undefined;
  let cursorId: string | null = null;
  let bounds: Rect = { x: 0, y: 0, width: 800, height: 500 };

  const restyle = () => {
    if (colors === undefined) return;
    cy.style(stylesheet(colors, { scale, busy, edges }));
  };
  const viewport = (): Viewport => {
    const { x1, y1, w, h } = cy.extent();
    return { zoom: cy.zoom(), extent: { x: x1, y: y1, width: w, height: h } };
  };
  const applyZoom = () => {
    pending = undefined;
    const next = scaleAt(cy.zoom(), busy);
    const nowFar = cy.zoom() < FAR_ZOOM;
    if (nowFar !== far) {
      far = nowFar;
      cy.batch(() => {
        for (const node of cy.nodes('.box.expanded, .toggle')) node.toggleClass('far', far);
      });
    }
    if (next !== scale) {
      scale = next;
      restyle();
    }
  };
  cy.on('viewport', () => {
    events.onViewport(viewport());
    pending ??= setTimeout(applyZoom, 90);
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
    const set = (element: SingularElementReturnValue, name: string, on: boolean) => {
      if (element.hasClass(name) !== on) element.toggleClass(name, on);
    };
    cy.batch(() => {
      for (const element of cy.elements()) {
        const id = nodeIdOf(element.id());
        const on = lit === null || (element.isNode() ? lit.nodes.has(id) : lit.edges.has(id));
        set(element, 'faded', !on);
        set(element, 'lit', on && lit !== null && element.isEdge());
        set(element, 'selected', selected.has(id));
      }
    });
  };

  return {
    update(scene, nextColors, { animate, fit }) {
      const recolored = colors !== nextColors;
      colors = nextColors;
      bounds = scene.bounds;
      const next = new Map(
        toElements(scene, nextColors, busy).flatMap((element) => {
          const id = element.data.id;
          return id === undefined ? [] : [[id, element] as const];
        }),
      );
      // Zoom and style come before the elements, so that each is styled once.
      if (fit) fitBounds(cy, bounds, 36);
      far = cy.zoom() < FAR_ZOOM;
      const moreEdges = scene.edges.length > edges * 1.5 || scene.edges.length < edges / 1.5;
      if (recolored || moreEdges || scale !== scaleAt(cy.zoom(), busy)) {
        scale = scaleAt(cy.zoom(), busy);
        edges = scene.edges.length;
        restyle();
      }
      const labelled = scene.edges.length <= LABEL_EDGES;
      cy.batch(() => {
        apply(cy, known, next, animate && known.size > 0 && !busy, (classes) =>
          withState(classes, { labelled, far }),
        );
      });
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
    fit(ids) {
      if (ids === undefined) {
        fitBounds(cy, bounds, 36);
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
    viewport,
    destroy() {
      clearTimeout(pending);
      cy.destroy();
    },
  };
}

const TOOLS_HEIGHT = 36;
/** Nothing is fitted nearer than this. */
const CLOSEST_FIT = 1.1;

/** Like `cy.fit`, but from bounds that are known, without looking at every element. */
function fitBounds(cy: Core, bounds: Rect, padding: number): void {
  const width = Math.max(50, cy.width() - 2 * padding);
  // The tools lie over the bottom of the picture.
  const height = Math.max(50, cy.height() - 2 * padding - TOOLS_HEIGHT);
  const zoom = Math.max(MIN_ZOOM, Math.min(CLOSEST_FIT, width / bounds.width, height / bounds.height));
  cy.viewport({
    zoom,
    pan: {
      x: cy.width() / 2 - (bounds.x + bounds.width / 2) * zoom,
      y: (cy.height() - TOOLS_HEIGHT) / 2 - (bounds.y + bounds.height / 2) * zoom,
    },
  });
}

/** Classes that depend on how things are seen, added to those of the element. */
function withState(
  classes: string,
  { labelled, far }: { readonly labelled: boolean; readonly far: boolean },
): string {
  if (classes.startsWith('link')) return labelled ? `${classes} labelled` : classes;
  return far && (classes.startsWith('box expanded') || classes === 'toggle') ? `${classes} far` : classes;
}

function elementsOf(cy: Core, id: string) {
  return cy.getElementById(id).union(cy.getElementById(headId(id)));
}

/** What moves along with a node: a box takes its head and its cards. */
function companions(cy: Core, node: NodeSingular): readonly NodeSingular[] {
  if (!node.hasClass('head')) return [];
  const boxId = nodeIdOf(node.id());
  const box = cy.getElementById(boxId);
  const toggle = cy.getElementById(toggleId(boxId));
  const cards = cy.nodes('.card').filter((card) => card.id().startsWith(`wl:${boxId.slice('ns:'.length)}/`));
  const all = [...box.union(toggle).union(cards).toArray()];
  return all.filter((entry): entry is NodeSingular => entry.isNode());
}

function apply(
  cy: Core,
  before: ReadonlyMap<string, ElementDefinition>,
  next: ReadonlyMap<string, ElementDefinition>,
  animate: boolean,
  classesOf: (classes: string) => string,
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
      fresh.push({ ...element, data: { ...element.data }, classes: classesOf(classes) });
      continue;
    }
    if (!sameData(old.data, element.data)) present.data({ ...element.data });
    if (old.classes !== element.classes) {
      const kept = ['faded', 'lit', 'selected', 'hovered'].filter((name) => present.hasClass(name));
      present.classes(`${classesOf(classes)} ${kept.join(' ')}`);
    } else if (classes.startsWith('link')) {
      const wanted = classesOf(classes).endsWith(' labelled');
      if (present.hasClass('labelled') !== wanted) present.toggleClass('labelled', wanted);
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
