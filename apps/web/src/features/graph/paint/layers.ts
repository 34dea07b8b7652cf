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
export type PaintLayer = (context: CanvasRenderingContext2D, view: View, size: Size) => void;

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
  readonly paint: PaintLayer;
  view: View | null;
  /** How much of the container it was painted for. */
  size: Size;
  dirty: boolean;
}

export interface Layers<Name extends string> {
  /** Paints a layer anew with the next frame. @param painted told in the task after that frame */
  readonly repaint: (name: Name, painted?: () => void) => void;
  readonly move: (view: View) => void;
  readonly resize: () => void;
  /** Makes all of a layer as faint as that, without painting it. */
  readonly fade: (name: Name, opacity: number) => void;
  readonly destroy: () => void;
}

/**
 * Canvases one on the other that fill a container, the first at the bottom. Movements never wait for a painting: where that
 * takes long, bitmaps are moved and scaled, and painted anew now and then and when they come to rest.
 */
export function createLayers<Name extends string>(
  container: HTMLElement,
  paints: Readonly<Record<Name, PaintLayer>>,
): Layers<Name> {
  const layers = new Map<string, Layer>();
  for (const [name, paint] of Object.entries<PaintLayer>(paints)) {
    const canvas = document.createElement('canvas');
    canvas.className = 'graph-layer';
    container.append(canvas);
    layers.set(name, { canvas, paint, view: null, size: NOWHERE, dirty: true });
  }
  let view: View = { zoom: 1, x: 0, y: 0 };
  let size = NOWHERE;
  let frame = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let after: (() => void)[] = [];
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

  const paintLayer = (layer: Layer) => {
    const { canvas, paint } = layer;
    const { ratio } = size;
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    // A bitmap that is larger than the container is cut off by it: a panel that opens and closes costs no new one.
    if (canvas.width < width || canvas.height < height || layer.size.ratio !== ratio) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${width / ratio}px`;
      canvas.style.height = `${height / ratio}px`;
    }
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const unit = view.zoom * size.ratio;
    context.setTransform(unit, 0, 0, unit, view.x * size.ratio, view.y * size.ratio);
    paint(context, view, size);
    canvas.style.transform = '';
    layer.view = view;
    layer.size = size;
    layer.dirty = false;
  };

  const isMoved = ({ view: own }: Layer) =>
    own === null || own.x !== view.x || own.y !== view.y || own.zoom !== view.zoom;

  const draw = () => {
    frame = 0;
    if (size.width === 0) measure();
    const start = performance.now();
    const stale = [...layers.values()].filter((layer) => layer.dirty || isMoved(layer));
    const moving = stale.some((layer) => !layer.dirty);
    const wait = moving && cost > QUICK_MS && start - paintedAt < cost * SHARE;
    let painted = false;
    // What is on top is what somebody just did, and quickly painted.
    for (const layer of stale.toReversed()) {
      if (layer.dirty ? !painted || moving || performance.now() - start < FRAME_MS : !wait) {
        paintLayer(layer);
        painted = true;
        continue;
      }
      if (layer.dirty) {
        request();
        continue;
      }
      const { view: own, canvas } = layer;
      if (own === null) continue;
      const by = view.zoom / own.zoom;
      canvas.style.transform = `translate(${view.x - own.x * by}px, ${view.y - own.y * by}px) scale(${by})`;
    }
    clearTimeout(rest);
    if (wait) rest = setTimeout(settle, REST_MS);
    if (!painted || frame !== 0) return;
    const told = after;
    after = [];
    // What was painted becomes pixels at the end of the frame, which is most of the work.
    setTimeout(() => {
      paintedAt = performance.now();
      if (moving || cost === 0) cost = paintedAt - start;
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
      if (layer !== undefined) layer.dirty = true;
      if (painted !== undefined) after.push(painted);
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
      for (const { canvas } of layers.values()) canvas.remove();
    },
  };
}
