import type { Colors } from '../../shared/colors.ts';
import type { Point, Rect } from '../../worker/layout/pack.ts';
import { placeEdgeLabels, SCREEN_EDGES } from './edge-labels.ts';
import { centreOf, curveBounds } from './geometry.ts';
import { createGestures } from './gestures.ts';
import { hitTest } from './hits.ts';
import { FAR_SCALE, namesMore, nodeLabels } from './labels.ts';
import { EDGE_TEXT } from './looks.ts';
import { between, changes, dragged, hasMoved } from './motion.ts';
import { extentOf, formatOutlook, outlookOn, parseOutlook } from './outlook.ts';
import { createLayers, type PaintLayer, type View } from './paint/layers.ts';
import { areBlocks } from './paint/nodes.ts';
import type { Pen } from './paint/pen.ts';
import { type Picture, paintGround, paintLit, paintMarks } from './paint/scene.ts';
import { createSprites } from './paint/sprites.ts';
import { finish, type Steps } from './paint/steps.ts';
import { boundsOf, type Focus, PORTS, type Scene } from './scene.ts';
import { warmUp } from './warm.ts';

export interface CanvasEvents {
  /** A node or an edge was clicked; `null`: the empty ground. `add`: with shift, control or command. */
  readonly onPick: (target: { type: 'node' | 'edge'; id: string } | null, add: boolean) => void;
  readonly onToggle: (boxId: string) => void;
  /** A box, card or outside peer was dragged: its new top left corner. */
  readonly onMoved: (id: string, at: Point) => void;
  /** A node is being clicked or dragged. */
  readonly onPress: (id: string) => void;
  readonly onHover: (target: { type: 'node' | 'edge'; id: string; at: Point } | null) => void;
  readonly onViewport: (viewport: Viewport) => void;
  /** What is seen after a movement came to rest, in the words of `UpdateOptions.look`. */
  readonly onSettled: (at: string) => void;
}

/** What of the graph is seen, in its own units, and how large. */
export interface Viewport {
  readonly zoom: number;
  readonly extent: Rect;
}

export interface UpdateOptions {
  readonly animate: boolean;
  /**
   * What to look at, as `CanvasEvents.onSettled` told it; as much of the graph is then seen, whatever the window. Empty, or
   * nothing that is there: all of it, as in a first picture. `null`: where it is looked at now.
   */
  readonly look: string | null;
  /** Whether the cluster or the draft changed, and not what of it is looked at: what is new is then pointed out. */
  readonly news: boolean;
}

export interface GraphCanvas {
  update(scene: Scene, colors: Colors, options: UpdateOptions): void;
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
  /**
   * Brings what is selected into view with what is lit by it, or alone where both together can't be read; moves nothing
   * where all is in sight and readable.
   */
  reveal(selected: readonly string[], lit: readonly string[]): void;
  zoomBy(factor: number): void;
  panTo(centre: Point): void;
  viewport(): Viewport;
  destroy(): void;
}

/** Set in the browser's timeline when a scene, or a focus in it, has been drawn: what the benchmark waits for. */
const PICTURE_MARK = 'bulkhead:picture';
const FOCUS_MARK = 'bulkhead:focus';

/** Up to so many nodes and edges are painted within a frame, and in a focus. */
const AT_ONCE = 250;
const LIT_AT_ONCE = 1_500;

/** From this zoom on the names of workloads can be read. */
const READABLE_ZOOM = 1.05 / FAR_SCALE;
/** Where one thing is looked at, its surroundings are seen as well: no nearer than this, and no wider, in pixels. */
const REVEALED = { zoom: 0.7, width: 260 };
/** The name of a collapsed box can be read from this width on, in pixels. */
const READABLE_BOX = 90;
/** Nothing is fitted nearer than this. */
const CLOSEST_FIT = 1.5;
/** Free room around a fitted picture, and what the notes above and the tools below take of it. */
const PADDING = 18;
const NOTES_HEIGHT = 24;
const TOOLS_HEIGHT = 36;
/** What the notes take with the controls of a focus among them, which need two rows in a narrow picture. */
const FOCUS_NOTES_HEIGHT = 64;
/** How faint everything is that is not in focus. */
const FADED = 0.2;
const MOVE_MS = 220;
/** A movement has come to rest after so long. */
const SETTLE_MS = 300;
/** How long what changed is pointed out. */
const NEWS_MS = 1_600;
const NO_FOCUS: Focus = { lit: null, selected: new Set() };
const EMPTY: Scene = {
  boxes: [],
  cards: [],
  outside: [],
  edges: [],
  plain: [],
  rects: new Map(),
  bounds: boundsOf([]),
  busy: false,
};

/** Draws scenes into a container and turns the pointer's doings into events. */
export function createCanvas(container: HTMLElement, events: CanvasEvents): GraphCanvas {
  let colors: Colors | undefined;
  /** What was asked for, and what is drawn on the way to it or while something is dragged. */
  let scene = EMPTY;
  let drawn = EMPTY;
  let focused = NO_FOCUS;
  let cursor: string | null = null;
  let hovered: string | null = null;
  let marked: string | null = null;
  let animation = 0;
  /** What changed a moment ago. */
  let news: ReadonlySet<string> = new Set();
  let newsEnd: ReturnType<typeof setTimeout> | undefined;

  const sprites = createSprites(() => {
    layers.repaint('ground');
    layers.repaint('lit');
  });
  // Not by scene: a focus that draws edges of its own is a new scene with the same nodes.
  const labelsOf = remembered(
    (boxes: Scene['boxes'], cards: Scene['cards'], outside: Scene['outside'], step: number) =>
      nodeLabels({ boxes, cards, outside }, NO_FOCUS, step),
  );
  const groundOf = (of: Scene, step: number): Picture => ({
    scene: of,
    focus: NO_FOCUS,
    labels: labelsOf(of.boxes, of.cards, of.outside, step),
    edgeLabels: new Map(),
  });
  const litPicture = (of: Scene, step: number, focus: Focus): Picture => ({
    scene: of,
    focus,
    labels: namesMore(focus)
      ? nodeLabels(litIn(of, focus.lit), focus, step)
      : labelsOf(of.boxes, of.cards, of.outside, step),
    edgeLabels: placeEdgeLabels(of, focus, { size: EDGE_TEXT * step, most: SCREEN_EDGES }),
  });
  const frontOf = remembered(litPicture);
  const layer = (
    paint: (pen: Pen, picture: Picture) => Steps,
    pictureAt: (step: number) => Picture,
    isLong: () => boolean,
  ): PaintLayer => ({
    isLong,
    *paint(context, view, size) {
      if (colors === undefined) return;
      const scale = Math.max(1, 1 / view.zoom);
      const extent = {
        x: -view.x / view.zoom,
        y: -view.y / view.zoom,
        width: size.width / view.zoom,
        height: size.height / view.zoom,
      };
      const pen: Pen = { context, colors, sprites, scale, density: view.zoom * size.ratio, extent };
      const picture = pictureAt(labelScale(scale));
      yield;
      yield* paint(pen, picture);
    },
  });
  const front = (step: number) => frontOf(drawn, step, focused);
  let giveUpWarming = () => {};
  const warm = () => {
    giveUpWarming();
    const nowhere = document.createElement('canvas').getContext('2d');
    if (nowhere === null) return;
    giveUpWarming = warmUp(scene, (focus) => {
      if (colors === undefined || focused.lit !== null) return;
      const { zoom, extent } = viewport();
      const scale = Math.max(1, 1 / zoom);
      const density = zoom * window.devicePixelRatio;
      nowhere.setTransform(density, 0, 0, density, -extent.x * density, -extent.y * density);
      const pen: Pen = { context: nowhere, colors, sprites, scale, density, extent };
      finish(paintLit(pen, litPicture(scene, labelScale(scale), focus)));
    });
  };
  const layers = createLayers(container, {
    ground: layer(
      paintGround,
      (step) => groundOf(drawn, step),
      () => drawn.boxes.length + drawn.cards.length + drawn.plain.length > AT_ONCE,
    ),
    lit: layer(
      paintLit,
      front,
      // Somebody waits for it, while nobody waits for the ground.
      () => {
        if (focused.lit === null) return false;
        const { nodes, edges } = focused.lit;
        const cards = areBlocks({ scale: 1 / gestures.view().zoom }, drawn.cards) ? 0 : nodes.size;
        return cards + edges.size > LIT_AT_ONCE;
      },
    ),
    marks: layer(
      (pen, picture) =>
        paintMarks(pen, picture, new Set([hovered, cursor, marked, ...news].filter((id) => id !== null))),
      // Names of what is not in focus are only known to the ground.
      (step) => ({ ...groundOf(drawn, step), focus: focused, edgeLabels: front(step).edgeLabels }),
      () => false,
    ),
  });

  const gestures = createGestures(container, {
    onView: (view) => {
      layers.move(view);
      events.onViewport(viewport());
      settle();
    },
    hit: (at) => hitTest(drawn, at, gestures.view().zoom),
    onTap: (hit, add) => {
      if (hit?.toggle === true) events.onToggle(hit.id);
      else events.onPick(hit === null ? null : { type: hit.type, id: hit.id }, add);
    },
    onDoubleTap: (hit) => {
      if (hit?.type === 'node' && hit.id.startsWith('ns:') && !hit.toggle) events.onToggle(hit.id);
    },
    onPress: events.onPress,
    onHover: (hit, at) => {
      if (hit?.id !== hovered) {
        hovered = hit?.id ?? null;
        layers.repaint('marks');
      }
      container.style.cursor = hit === null ? '' : 'pointer';
      events.onHover(hit === null ? null : { type: hit.type, id: hit.id, at });
    },
    onDrag: (id, by) => {
      stop();
      draw(dragged(scene, id, by));
    },
    onDrop: (id, by) => {
      const rect = scene.rects.get(id);
      if (rect !== undefined) events.onMoved(id, { x: rect.x + by.x, y: rect.y + by.y });
    },
  });

  const viewport = (): Viewport => {
    const { zoom, x, y } = gestures.view();
    const { width, height } = gestures.size();
    return {
      zoom,
      extent: { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom },
    };
  };
  const draw = (next: Scene) => {
    drawn = next;
    layers.repaint('ground');
    layers.repaint('lit');
    layers.repaint('marks');
  };
  const stop = () => {
    cancelAnimationFrame(animation);
    animation = 0;
  };
  const animate = (from: Scene, to: Scene) => {
    stop();
    const start = performance.now();
    const frame = (now: number) => {
      const share = Math.min(1, (now - start) / MOVE_MS);
      draw(share === 1 ? to : between(from, to, 1 - (1 - share) ** 3));
      if (share < 1) animation = requestAnimationFrame(frame);
    };
    frame(start);
  };
  const viewOf = (centre: Point, zoom: number): View => {
    const { width, height } = gestures.size();
    return { zoom, x: width / 2 - centre.x * zoom, y: height / 2 - centre.y * zoom };
  };
  const centreOn = (rect: Rect, zoom: number) => gestures.look(viewOf(centreOf(rect), zoom));
  const zoomToFit = (rect: Rect, width: number, height: number) =>
    Math.min(Math.max(50, width) / Math.max(1, rect.width), Math.max(50, height) / Math.max(1, rect.height));
  const zoomToNodes = (rect: Rect, padding: number) => {
    const { width, height } = gestures.size();
    const high = height - 2 * padding - FOCUS_NOTES_HEIGHT;
    return Math.min(CLOSEST_FIT, zoomToFit(rect, width - 2 * padding, high));
  };
  /** Nodes in the middle of what neither notes nor tools cover. */
  const centreOnNodes = (rect: Rect, zoom: number) => {
    const view = viewOf(centreOf(rect), zoom);
    gestures.look({ ...view, y: view.y + (FOCUS_NOTES_HEIGHT - TOOLS_HEIGHT) / 2 });
  };
  /** Where everything is seen, between the notes and the tools. */
  const fittedView = (): View => {
    const { width, height } = gestures.size();
    const zoom = Math.min(
      CLOSEST_FIT,
      zoomToFit(scene.bounds, width - 2 * PADDING, height - 2 * PADDING - NOTES_HEIGHT - TOOLS_HEIGHT),
    );
    const view = viewOf(centreOf(scene.bounds), zoom);
    return { ...view, y: view.y + (NOTES_HEIGHT - TOOLS_HEIGHT) / 2 };
  };
  const fitAll = () => gestures.look(fittedView());
  const isFitted = () => isNear(gestures.view(), fittedView());
  /** What a link said to look at, and how that was seen: unless it moved, it is told as it was, not rounded once more. */
  let told: { readonly at: string; readonly view: View } | undefined;
  const outlook = (): string => {
    if (isFitted()) return '';
    if (told !== undefined && isNear(told.view, gestures.view())) return told.at;
    const seen = outlookOn(viewport().extent, scene);
    return seen === undefined ? '' : formatOutlook(seen);
  };
  let settling: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (scene !== EMPTY) events.onSettled(outlook());
    }, SETTLE_MS);
  };
  const look = (at: string) => {
    // The container may have changed with what is looked at: a panel that comes or goes.
    takeSize();
    const parsed = parseOutlook(at);
    const extent = parsed === undefined ? undefined : extentOf(parsed, scene);
    if (extent === undefined) {
      fitAll();
      return;
    }
    const { width, height } = gestures.size();
    gestures.look(viewOf(centreOf(extent), zoomToFit(extent, width, height)));
    told = { at, view: gestures.view() };
  };
  /** Around nodes and edges; an edge goes where none of its ends is. */
  const boundsOfIds = (ids: readonly string[]): Rect | null => {
    const edgeRect = (id: string): Rect | readonly never[] => {
      const edge = scene.edges.find((entry) => entry.id === id);
      return edge === undefined ? [] : curveBounds(edge.curve, PORTS);
    };
    const rects = ids.flatMap((id) => scene.rects.get(id) ?? edgeRect(id));
    return rects.length === 0 ? null : boundsOf(rects);
  };
  const isInSight = (rect: Rect): boolean => {
    const { extent } = viewport();
    return (
      rect.x >= extent.x &&
      rect.y >= extent.y &&
      rect.x + rect.width <= extent.x + extent.width &&
      rect.y + rect.height <= extent.y + extent.height
    );
  };
  /** A panel that opens beside the picture must not cover what was just selected. */
  const keepSelectedInSight = () => {
    const rect = boundsOfIds([...focused.selected]);
    if (rect === null) return;
    const { zoom, x, y } = gestures.view();
    const { width, height } = gestures.size();
    const [left, top] = [rect.x * zoom + x, rect.y * zoom + y];
    gestures.look({
      zoom,
      x: x + shift(left, left + rect.width * zoom, width),
      y: y + shift(top, top + rect.height * zoom, height - TOOLS_HEIGHT),
    });
  };
  let known = sizesOf(container);
  /** Whether the container has another size than when that was asked last. */
  const takeSize = (): boolean => {
    const now = sizesOf(container);
    if (now.width === known.width && now.height === known.height) return false;
    known = now;
    gestures.resize();
    layers.resize();
    return true;
  };
  const observer = new ResizeObserver(() => {
    const before = known;
    const wasFitted = isFitted();
    if (!takeSize()) return;
    // A panel that opens leaves everything where it is; in another window, and in the room that a panel leaves, all that was
    // seen still is.
    const grew = known.width >= before.width && known.height >= before.height;
    if (wasFitted && (grew || before.window !== known.window)) fitAll();
    else keepSelectedInSight();
    events.onViewport(viewport());
    settle();
  });
  observer.observe(container);

  return {
    update(next, nextColors, options) {
      const before = drawn;
      const recolored = colors !== nextColors;
      colors = nextColors;
      scene = next;
      if (options.look !== null) look(options.look);
      if (before === EMPTY) warm();
      clearTimeout(newsEnd);
      news = options.news && options.animate && !next.busy ? changes(before, next) : new Set();
      if (news.size > 0) {
        newsEnd = setTimeout(() => {
          news = new Set();
          layers.repaint('marks');
        }, NEWS_MS);
      }
      const moves = options.animate && !next.busy && before.rects.size > 0 && hasMoved(before, next);
      performance.clearMarks(PICTURE_MARK);
      if (moves) animate(before, next);
      else {
        stop();
        const behind = sameGround(before, next) && !recolored;
        drawn = next;
        if (!behind) layers.repaint('ground', () => performance.mark(PICTURE_MARK));
        layers.repaint('lit');
        layers.repaint('marks');
      }
    },
    focus(next) {
      focused = next;
      layers.fade('ground', next.lit === null ? 1 : FADED);
      layers.repaint('marks');
      if (!next.pending) layers.repaint('lit', () => performance.mark(FOCUS_MARK));
    },
    cursor(id) {
      cursor = id;
      layers.repaint('marks');
      const rect = id === null ? undefined : scene.rects.get(id);
      if (rect !== undefined && !isInSight(rect)) centreOn(rect, gestures.view().zoom);
    },
    mark(id) {
      marked = id;
      layers.repaint('marks');
    },
    placeOf(id) {
      const rect = drawn.rects.get(id);
      if (rect === undefined) return undefined;
      const { zoom, x, y } = gestures.view();
      return {
        x: rect.x * zoom + x,
        y: rect.y * zoom + y,
        width: rect.width * zoom,
        height: rect.height * zoom,
      };
    },
    nodeAt(at) {
      const { zoom, x, y } = gestures.view();
      const hit = hitTest(drawn, { x: (at.x - x) / zoom, y: (at.y - y) / zoom }, zoom);
      return hit?.type === 'node' ? hit.id : null;
    },
    fit(ids) {
      const rect = ids === undefined ? null : boundsOfIds(ids);
      if (ids === undefined) fitAll();
      else if (rect !== null) centreOnNodes(rect, zoomToNodes(rect, 90));
    },
    reveal(selected, lit) {
      const own = boundsOfIds(selected);
      if (own === null) return;
      const all = boundsOfIds([...selected, ...lit]) ?? own;
      const { zoom } = gestures.view();
      const isCard = scene.cards.some(({ id }) => selected.includes(id));
      const least = isCard ? READABLE_ZOOM : Math.min(READABLE_ZOOM, READABLE_BOX / own.width);
      if (isInSight(all) && zoom >= least) return;
      const most = Math.max(least, Math.min(REVEALED.zoom, isCard ? 1 : REVEALED.width / own.width));
      const whole = zoomToNodes(all, 40);
      if (whole >= least) centreOnNodes(all, Math.min(whole, Math.max(most, Math.min(zoom, 1))));
      else centreOnNodes(own, Math.min(zoomToNodes(own, 40), most));
    },
    zoomBy(factor) {
      const { width, height } = gestures.size();
      const { zoom, x, y } = gestures.view();
      gestures.look({
        zoom: zoom * factor,
        x: width / 2 - (width / 2 - x) * factor,
        y: height / 2 - (height / 2 - y) * factor,
      });
    },
    panTo(centre) {
      centreOn({ ...centre, width: 0, height: 0 }, gestures.view().zoom);
    },
    viewport,
    destroy() {
      stop();
      clearTimeout(newsEnd);
      clearTimeout(settling);
      giveUpWarming();
      observer.disconnect();
      gestures.destroy();
      layers.destroy();
    },
  };
}

interface Sizes {
  readonly width: number;
  readonly height: number;
  /** Of the window, to tell whether it was resized or something in it. */
  readonly window: string;
}

function sizesOf({ clientWidth, clientHeight }: HTMLElement): Sizes {
  return { width: clientWidth, height: clientHeight, window: `${window.innerWidth} ${window.innerHeight}` };
}

/** Whether two views look the same. */
function isNear(a: View, b: View): boolean {
  return Math.abs(a.x - b.x) < 1 && Math.abs(a.y - b.y) < 1 && Math.abs(a.zoom / b.zoom - 1) < 0.002;
}

/** The shortest way into `0…size` for something between `from` and `to`; none where it is larger. */
function shift(from: number, to: number, size: number): number {
  if (to - from > size - 2 * PADDING) return 0;
  return Math.max(0, PADDING - from) - Math.max(0, to - (size - PADDING));
}

/** Whether two scenes differ in nothing but what a focus adds. */
function sameGround(a: Scene, b: Scene): boolean {
  return a.boxes === b.boxes && a.cards === b.cards && a.outside === b.outside && a.plain === b.plain;
}

/** The nodes of a scene that are lit. */
function litIn(scene: Scene, lit: NonNullable<Focus['lit']>): Scene {
  const isLit = ({ id }: { readonly id: string }) => lit.nodes.has(id);
  return {
    ...scene,
    boxes: scene.boxes.filter(isLit),
    cards: scene.cards.filter(isLit),
    outside: scene.outside.filter(isLit),
  };
}

/** A function that keeps its last answer. */
function remembered<Args extends readonly unknown[], Result>(
  compute: (...args: Args) => Result,
): (...args: Args) => Result {
  let last: { readonly args: Args; readonly result: Result } | undefined;
  return (...args) => {
    if (last === undefined || args.some((arg, index) => arg !== last?.args[index])) {
      last = { args, result: compute(...args) };
    }
    return last.result;
  };
}

/** Text grows in steps, so that zooming need not write it anew at every frame. */
function labelScale(scale: number): number {
  const step = 1.04;
  return scale <= 1 ? 1 : step ** Math.ceil(Math.log(scale) / Math.log(step) - 0.01);
}
