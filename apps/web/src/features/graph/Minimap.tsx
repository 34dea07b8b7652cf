import { type PointerEvent, type ReactNode, useEffect, useRef } from 'react';
import type { Colors } from '../../shared/colors.ts';
import type { Point } from '../../worker/layout/pack.ts';
import { MAP_SIZE, type Viewport } from './canvas.ts';
import type { Scene } from './scene.ts';

const { width: WIDTH, height: HEIGHT } = MAP_SIZE;
const MARGIN = 6;

interface MinimapProps {
  readonly scene: Scene;
  readonly colors: Colors;
  readonly viewport: Viewport;
  readonly onMove: (centre: Point) => void;
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
