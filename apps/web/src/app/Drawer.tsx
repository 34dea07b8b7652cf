import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';

const KEY = 'bulkhead.drawer';
const LEAST = 200;
/** Of the picture above, at least this much stays in sight. */
const ABOVE = 270;
const STEP = 24;

interface DrawerProps {
  /** What is in it, for a height in CSS pixels. */
  readonly children: (height: number) => ReactNode;
}

/** The drawer at the foot of the page. Its upper edge is dragged, or moved with the arrow keys; a double click makes it large, or as it was. */
export function Drawer({ children }: DrawerProps): ReactNode {
  const [wanted, setWanted] = useState(remembered);
  const room = useWindowHeight();
  const grip = useRef<{ readonly y: number; readonly height: number } | null>(null);
  const most = Math.max(LEAST, room - ABOVE);
  const usual = Math.round(Math.min(460, Math.max(280, room * 0.42)));
  const height = Math.max(LEAST, Math.min(wanted ?? usual, most));
  const set = (next: number | null) => {
    const clamped = next === null ? null : Math.round(Math.max(LEAST, Math.min(next, most)));
    setWanted(clamped);
    remember(clamped);
  };
  const drag = (event: PointerEvent) => {
    if (grip.current !== null) set(grip.current.height + grip.current.y - event.clientY);
  };
  const press = (event: KeyboardEvent) => {
    const next = {
      ArrowUp: height + STEP,
      ArrowDown: height - STEP,
      Home: most,
      End: LEAST,
      Enter: height < most ? most : null,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    set(next);
  };
  return (
    <div className="drawer">
      {/* biome-ignore lint/a11y/useSemanticElements: a rule can not be dragged; this is the pattern of a window splitter */}
      <div
        role="separator"
        aria-orientation="horizontal"
        aria-label="Height of the drawer"
        aria-valuenow={height}
        aria-valuemin={LEAST}
        aria-valuemax={most}
        tabIndex={0}
        className="drawer-edge"
        title="Drag to resize; double click for more room"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          grip.current = { y: event.clientY, height };
        }}
        onPointerMove={drag}
        onPointerUp={() => {
          grip.current = null;
        }}
        onPointerCancel={() => {
          grip.current = null;
        }}
        onDoubleClick={() => set(height < most ? most : null)}
        onKeyDown={press}
      />
      {children(height)}
    </div>
  );
}

function useWindowHeight(): number {
  const [height, setHeight] = useState(window.innerHeight);
  useEffect(() => {
    const update = () => setHeight(window.innerHeight);
    window.addEventListener('resize', update);
    return () => window.removeEventListener('resize', update);
  }, []);
  return height;
}

function remembered(): number | null {
  try {
    const value = Number(localStorage.getItem(KEY));
    return Number.isFinite(value) && value >= LEAST ? value : null;
  } catch {
    return null;
  }
}

function remember(height: number | null): void {
  try {
    if (height === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, String(height));
  } catch {
    // Without storage it is as tall as usual the next time.
  }
}
