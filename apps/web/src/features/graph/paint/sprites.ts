import { dataUrl } from '../glyphs.ts';

/** Small pictures, drawn from their SVG once for each size. */
export interface Sprites {
  /** The picture at a side of so many device pixels, or a little more; undefined until the browser has read it. */
  readonly get: (markup: string, side: number) => HTMLCanvasElement | undefined;
}

/** Sides are multiples of this, so that zooming doesn't draw each picture anew at each step. */
const STEP = 8;
/** More than this are forgotten together: the sizes of past zooms. */
const MOST = 600;

/** @param onReady told when a picture that was asked for can be had */
export function createSprites(onReady: () => void): Sprites {
  const images = new Map<string, HTMLImageElement>();
  const drawn = new Map<string, HTMLCanvasElement>();

  const imageOf = (markup: string): HTMLImageElement => {
    let image = images.get(markup);
    if (image === undefined) {
      image = new Image();
      image.onload = onReady;
      image.src = dataUrl(markup);
      images.set(markup, image);
    }
    return image;
  };

  return {
    get: (markup, wanted) => {
      const side = Math.max(STEP, Math.ceil(wanted / STEP) * STEP);
      const key = `${side} ${markup}`;
      const known = drawn.get(key);
      if (known !== undefined) return known;
      const image = imageOf(markup);
      if (!image.complete || image.naturalWidth === 0) return undefined;
      if (drawn.size > MOST) drawn.clear();
      const canvas = document.createElement('canvas');
      canvas.width = side;
      canvas.height = side;
      canvas.getContext('2d')?.drawImage(image, 0, 0, side, side);
      drawn.set(key, canvas);
      return canvas;
    },
  };
}
