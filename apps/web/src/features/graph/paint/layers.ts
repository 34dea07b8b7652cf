import { finish, type Steps } from './steps.ts';

/** Where the picture stands: the graph's origin on the screen, and pixels per unit. */
export interface View {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** Paints one layer at its place; the context's units are the graph's. */
export interface PaintLayer {
  readonly paint: (context: CanvasRenderingContext2D, view: View, size: Size) => Steps;
  /** Whether it is more than a frame has time for: what is there then stays until all of it is painted, in many tasks. */
  readonly isLong: () => boolean;
}

/** While the picture moves, painting takes at most one part in this of the time; in between its bitmap is moved. */
const SHARE = 4;
/** What is painted in less is painted at every frame. */
const QUICK_MS = 8;
/** Layers that need not move are painted one after the other, a frame each, once a frame has taken so long. */
const FRAME_MS = 10;
/** After so long without a movement what was moved as a bitmap is painted sharp. */
const REST_MS = 80;

const NOWHERE: Size = { width: 0, height: 0, ratio: 1 };

interface Layer {
  readonly canvas: HTMLCanvasElement;
  readonly painter: PaintLayer;
  view: View | null;
  /** How much of the container it was painted for. */
  size: Size;
  dirty: boolean;
  /** To be told once it is painted anew. */
  told: (() => void)[];
  /** How long its last long painting took, and when it was shown. */
  took: number;
  shownAt: number;
}

/** A long painting on its way. */
interface Job {
  readonly layer: Layer;
  readonly view: View;
  readonly size: Size;
  readonly steps: Steps;
  readonly told: readonly (() => void)[];
  readonly begun: number;
  isDone: boolean;
}

export interface Layers<Name extends string> {
  /** Paints a layer anew, with the next frame where it isn't long. @param painted told in the task after it is seen */
  readonly repaint: (name: Name, painted?: () => void) => void;
  readonly move: (view: View) => void;
  readonly resize: () => void;
  /** Makes all of a layer as faint as that, without painting it. */
  readonly fade: (name: Name, opacity: number) => void;
  readonly destroy: () => void;
}

/**
 * Canvases one on the other that fill a container, the first at the bottom. Neither movements nor anything else ever wait for
 * a painting: where that takes long, bitmaps are moved and scaled, and painted anew now and then and when they come to
 * rest, out of sight and step by step.
 */
export function createLayers<Name extends string>(
  container: HTMLElement,
  painters: Readonly<Record<Name, PaintLayer>>,
): Layers<Name> {
  const layers = new Map<string, Layer>();
  for (const [name, painter] of Object.entries<PaintLayer>(painters)) {
    const canvas = document.createElement('canvas');
    canvas.className = 'graph-layer';
    container.append(canvas);
    layers.set(name, {
      canvas,
      painter,
      view: null,
      size: NOWHERE,
      dirty: true,
      told: [],
      took: 0,
      shownAt: 0,
    });
  }
  /** Where long paintings are made, one at a time. */
  const hidden = document.createElement('canvas');
  const channel = new MessageChannel();
  let job: Job | undefined;
  let isGoingOn = false;
  let view: View = { zoom: 1, x: 0, y: 0 };
  let size = NOWHERE;
  let frame = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let cost = 0;
  let paintedAt = 0;

  const measure = () => {
    const next = {
      width: container.clientWidth,
      height: container.clientHeight,
      ratio: Math.min(2, window.devicePixelRatio),
    };
    size = next;
    // Where the container gets smaller, as when a panel opens, what was painted is only cut off.
    for (const layer of layers.values()) {
      const { width, height, ratio } = layer.size;
      layer.dirty ||= next.width > width || next.height > height || next.ratio !== ratio;
    }
  };

  /** Empty, and at least as large as that: a panel that opens and closes costs no new bitmap. */
  const emptied = (canvas: HTMLCanvasElement, at: View, { width, height, ratio }: Size) => {
    const [wide, high] = pixels({ width, height, ratio });
    if (canvas.width < wide || canvas.height < high) {
      canvas.width = wide;
      canvas.height = high;
    }
    const context = canvas.getContext('2d');
    if (context === null) return null;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const unit = at.zoom * ratio;
    context.setTransform(unit, 0, 0, unit, at.x * ratio, at.y * ratio);
    return context;
  };

  /** A layer's own bitmap, for what is about to be painted into it. */
  const cleared = (layer: Layer, at: View, of: Size) => {
    const { canvas } = layer;
    if (layer.size.ratio !== of.ratio) canvas.width = 0;
    const context = emptied(canvas, at, of);
    canvas.style.width = `${canvas.width / of.ratio}px`;
    canvas.style.height = `${canvas.height / of.ratio}px`;
    layer.view = at;
    layer.size = of;
    return context;
  };

  const paintAtOnce = (layer: Layer) => {
    if (job?.layer === layer) {
      layer.told.push(...job.told);
      job = undefined;
    }
    const context = cleared(layer, view, size);
    if (context !== null) finish(layer.painter.paint(context, view, size));
    layer.dirty = false;
  };

  const begin = (layer: Layer) => {
    const context = emptied(hidden, view, size);
    if (context === null) return;
    // Another one may have been given up on its way.
    context.globalAlpha = 1;
    context.setLineDash([]);
    const { told } = layer;
    layer.told = [];
    layer.dirty = false;
    const steps = layer.painter.paint(context, view, size);
    job = { layer, view, size, steps, told, begun: performance.now(), isDone: false };
    goOn();
  };

  const goOn = () => {
    if (isGoingOn) return;
    isGoingOn = true;
    channel.port2.postMessage(null);
  };
  const takeStep = () => {
    if (job === undefined || job.isDone) return;
    job.isDone = job.steps.next().done === true;
    if (job.isDone) request();
  };
  channel.port1.onmessage = () => {
    isGoingOn = false;
    takeStep();
    if (job?.isDone === false) goOn();
  };

  const show = ({ layer, view: at, size: of, begun }: Job) => {
    const context = cleared(layer, at, of);
    const [wide, high] = pixels(of);
    context?.setTransform(1, 0, 0, 1, 0, 0);
    context?.drawImage(hidden, 0, 0, wide, high, 0, 0, wide, high);
    layer.shownAt = performance.now();
    layer.took = layer.shownAt - begun;
  };

  const isMoved = ({ view: own }: Layer) =>
    own === null || own.x !== view.x || own.y !== view.y || own.zoom !== view.zoom;

  /** Moves what was painted to where it is seen now. */
  const follow = ({ view: own, canvas }: Layer) => {
    if (own === null) return;
    const by = view.zoom / own.zoom;
    const [x, y] = [view.x - own.x * by, view.y - own.y * by];
    canvas.style.transform = x === 0 && y === 0 && by === 1 ? '' : `translate(${x}px, ${y}px) scale(${by})`;
  };

  const draw = () => {
    frame = 0;
    if (size.width === 0) measure();
    const start = performance.now();
    const told: (() => void)[] = [];
    // Where frames come one after the other, other tasks hardly get their turn.
    takeStep();
    if (job?.isDone === true) {
      show(job);
      told.push(...job.told);
      job = undefined;
    }
    const stale = [...layers.values()].filter((layer) => layer.dirty || isMoved(layer));
    const moving = stale.some((layer) => !layer.dirty);
    const wait = moving && cost > QUICK_MS && start - paintedAt < cost * SHARE;
    let painted = false;
    let waits = false;
    // What is on top is what somebody just did, and quickly painted.
    for (const layer of stale.toReversed()) {
      if (layer.painter.isLong()) {
        // As long as it took it is not painted again: others have at least half of the time.
        if (layer.dirty || start - layer.shownAt > layer.took) {
          if (job === undefined) begin(layer);
        } else waits = true;
      } else if (layer.dirty ? !painted || moving || performance.now() - start < FRAME_MS : !wait) {
        paintAtOnce(layer);
        told.push(...layer.told);
        layer.told = [];
        painted = true;
      } else if (layer.dirty) request();
      else waits = true;
    }
    for (const layer of layers.values()) follow(layer);
    clearTimeout(rest);
    if (waits) rest = setTimeout(settle, REST_MS);
    if (!painted && told.length === 0) return;
    // What was painted becomes pixels at the end of the frame, which is most of the work.
    setTimeout(() => {
      if (painted) {
        paintedAt = performance.now();
        if (moving || cost === 0) cost = paintedAt - start;
      }
      for (const tell of told) tell();
    });
  };
  const request = () => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };
  const settle = () => {
    for (const layer of layers.values()) if (isMoved(layer)) layer.dirty = true;
    request();
  };

  return {
    repaint: (name, painted) => {
      const layer = layers.get(name);
      if (layer !== undefined) {
        layer.dirty = true;
        if (painted !== undefined) layer.told.push(painted);
      }
      request();
    },
    move: (next) => {
      view = next;
      request();
    },
    resize: () => {
      measure();
      request();
    },
    fade: (name, opacity) => {
      const canvas = layers.get(name)?.canvas;
      if (canvas !== undefined) canvas.style.opacity = opacity === 1 ? '' : String(opacity);
    },
    destroy: () => {
      cancelAnimationFrame(frame);
      clearTimeout(rest);
      job = undefined;
      channel.port1.close();
      for (const { canvas } of layers.values()) canvas.remove();
    },
  };
}

function pixels({ width, height, ratio }: Size): readonly [number, number] {
  return [Math.round(width * ratio), Math.round(height * ratio)];
}
