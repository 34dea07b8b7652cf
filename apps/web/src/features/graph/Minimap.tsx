import { type PointerEvent, type ReactNode, useEffect, useRef } from 'react';
import type { Colors } from '../../shared/colors.ts';
import type { Point } from '../../worker/layout/pack.ts';
import type { Viewport } from './canvas.ts';
import type { Scene } from './scene.ts';

const WIDTH = 176;
const HEIGHT = 112;
const MARGIN = 6;

interface MinimapProps {
  readonly scene: Scene;
  readonly colors: Colors;
  readonly viewport: Viewport;
  readonly onMove: (centre: Point) => void;
}

/** What the overview takes up in the lower right corner, with what is free around it. */
const CORNER = { width: WIDTH + 18, height: HEIGHT + 18 };

/** Whether the overview would only be in the way: all is in sight, and some of it where the overview is. */
export function isInTheWay({ bounds, boxes, outside }: Scene, { zoom, extent }: Viewport): boolean {
  const [right, bottom] = [extent.x + extent.width, extent.y + extent.height];
  const isAllSeen =
    bounds.x >= extent.x &&
    bounds.y >= extent.y &&
    bounds.x + bounds.width <= right &&
    bounds.y + bounds.height <= bottom;
  const [left, top] = [right - CORNER.width / zoom, bottom - CORNER.height / zoom];
  return (
    isAllSeen &&
    [...boxes, ...outside].some(({ rect }) => rect.x + rect.width > left && rect.y + rect.height > top)
  );
}

/** The whole picture small, with the part that is seen; a drag moves it. */
export function Minimap({ scene, colors, viewport, onMove }: MinimapProps): ReactNode {
  const ref = useRef<HTMLCanvasElement>(null);
  const { bounds } = scene;
  const scale = Math.min((WIDTH - 2 * MARGIN) / bounds.width, (HEIGHT - 2 * MARGIN) / bounds.height);
  const left = (WIDTH - bounds.width * scale) / 2;
  const top = (HEIGHT - bounds.height * scale) / 2;

  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (canvas === null || context === null || context === undefined) return;
    const ratio = window.devicePixelRatio;
    canvas.width = WIDTH * ratio;
    canvas.height = HEIGHT * ratio;
    context.scale(ratio, ratio);
    const x = (value: number) => left + (value - bounds.x) * scale;
    const y = (value: number) => top + (value - bounds.y) * scale;
    for (const { rect, node } of scene.boxes) {
      context.fillStyle = node.expanded ? colors['surface-3'] : colors['border-strong'];
      context.fillRect(
        x(rect.x),
        y(rect.y),
        Math.max(2, rect.width * scale),
        Math.max(2, rect.height * scale),
      );
    }
    context.fillStyle = colors['text-3'];
    for (const { rect } of scene.cards) {
      context.fillRect(
        x(rect.x),
        y(rect.y),
        Math.max(1.5, rect.width * scale),
        Math.max(1, rect.height * scale),
      );
    }
    context.fillStyle = colors.accent;
    for (const { rect } of scene.outside) {
      context.fillRect(
        x(rect.x),
        y(rect.y),
        Math.max(3, rect.width * scale),
        Math.max(2, rect.height * scale),
      );
    }
  }, [scene, colors, bounds, scale, left, top]);

  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    onMove({
      x: bounds.x + (event.clientX - box.left - left) / scale,
      y: bounds.y + (event.clientY - box.top - top) / scale,
    });
  };
  const { extent } = viewport;
  return (
    <div
      className="minimap"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={move}
    >
      <canvas ref={ref} role="img" aria-label="Overview of the graph" />
      <i
        style={{
          width: extent.width * scale,
          height: extent.height * scale,
          transform: `translate(${left + (extent.x - bounds.x) * scale}px, ${top + (extent.y - bounds.y) * scale}px)`,
        }}
      />
    </div>
  );
}
