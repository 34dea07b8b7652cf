import { type PointerEvent, type ReactNode, type Ref, useEffect, useRef } from 'react';
import type { Colors } from '../../shared/colors.ts';
import type { MatrixGeometry } from './geometry.ts';
import { createPainter } from './paint.ts';
import type { MatrixCells } from './store.ts';

/** While cells arrive it is painted anew this often: what is in sight comes first. */
const FILLING_MS = 600;

interface OverviewProps {
  readonly cells: MatrixCells;
  /** Changes as cells arrive. */
  readonly progress: number;
  readonly colors: Colors;
  readonly verdicts: readonly string[];
  readonly width: number;
  readonly height: number;
  /** The frame around what is in sight; `frameSight` puts it in its place. */
  readonly frame: Ref<HTMLElement>;
  /** To the part of the matrix that was pointed at, as shares of its sides. */
  readonly onMove: (across: number, down: number) => void;
}

/** The whole matrix small, with the part that is in sight; a drag moves it. */
export function Overview(props: OverviewProps): ReactNode {
  const { cells, progress, colors, verdicts, width, height, frame, onMove } = props;
  const ref = useRef<HTMLCanvasElement>(null);
  const paintedAt = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: progress stands for the cells that arrived
  useEffect(() => {
    const canvas = ref.current;
    const now = performance.now();
    if (canvas === null || (cells.missing > 0 && now - paintedAt.current < FILLING_MS)) return;
    paintedAt.current = now;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    createPainter(colors, ratio, verdicts).paintAll(canvas, cells);
  }, [cells, progress, colors, verdicts, width, height]);
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons === 0) return;
    const bounds = event.currentTarget.getBoundingClientRect();
    onMove((event.clientX - bounds.left) / width, (event.clientY - bounds.top) / height);
  };
  return (
    <div
      className="matrix-overview"
      style={{ width, height }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={move}
    >
      <canvas ref={ref} role="img" aria-label="Overview of the matrix" />
      <i ref={frame} />
    </div>
  );
}

/** Sides of the overview; null where the matrix is in sight as a whole, or there is no room. */
export function overviewSize(
  { cell, left, top, width, height, rows, columns }: MatrixGeometry,
  largest: number,
): { readonly width: number; readonly height: number } | null {
  const [roomX, roomY] = [width - left, height - top];
  if (columns * cell <= roomX + 1 && rows * cell <= roomY + 1) return null;
  const most = Math.min(largest, roomX * 0.4, roomY * 0.5);
  if (most < LEAST) return null;
  const scale = most / Math.max(rows, columns);
  const side = (count: number) => Math.round(Math.max(LEAST_SIDE, count * scale));
  return { width: side(columns), height: side(rows) };
}

const LEAST = 90;
const LEAST_SIDE = 24;

/** Puts the frame around what is in sight. */
export function frameSight(
  frame: HTMLElement | null,
  { cell, left, top, scrollX, scrollY, width, height, rows, columns }: MatrixGeometry,
): void {
  const box = frame?.parentElement;
  if (frame === null || box === null || box === undefined) return;
  const [across, down] = [box.clientWidth / (columns * cell), box.clientHeight / (rows * cell)];
  const shown = (from: number, room: number, all: number) => Math.max(0, Math.min(room, all - from));
  frame.style.width = `${Math.max(4, shown(scrollX, width - left, columns * cell) * across)}px`;
  frame.style.height = `${Math.max(4, shown(scrollY, height - top, rows * cell) * down)}px`;
  frame.style.transform = `translate(${scrollX * across}px, ${scrollY * down}px)`;
}
