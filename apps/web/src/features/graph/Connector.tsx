import { type PointerEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { Button } from '../../shared/ui.tsx';
import type { Point } from '../../worker/layout/pack.ts';
import type { GraphCanvas } from './canvas.ts';

/** A pointer that moved less than this clicked. */
const CLICK_PX = 4;
const LINGER_MS = 300;

interface ConnectorProps {
  readonly canvas: RefObject<GraphCanvas | null>;
  /** The node that the pointer is on, or that is selected; its handle is shown. */
  readonly offered: string | null;
  /** A connection that was begun and waits for its other end. */
  readonly from: string | null;
  readonly nameOf: (id: string) => string;
  /** Begins a connection; `null` gives it up. */
  readonly onBegin: (from: string | null) => void;
  readonly onConnect: (from: string, to: string) => void;
}

/** The handle beside a node or a namespace: dragged to another, or clicked and then the other, it asks how to allow that connection. */
export function Connector({ canvas, offered, from, nameOf, onBegin, onConnect }: ConnectorProps): ReactNode {
  const shown = useLingering(offered);
  useEffect(() => {
    if (from === null) return;
    // Before anyone else hears of it: elsewhere Escape lets the selection go.
    const giveUp = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      onBegin(null);
    };
    window.addEventListener('keydown', giveUp, { capture: true });
    return () => window.removeEventListener('keydown', giveUp, { capture: true });
  }, [from, onBegin]);
  const [drag, setDrag] = useState<{
    readonly from: string;
    readonly start: Point;
    readonly at: Point;
  } | null>(null);
  const [held, setHeld] = useState<string | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const id = drag?.from ?? held ?? shown;
  const place = id === null ? undefined : canvas.current?.placeOf(id);
  const pointOf = (event: PointerEvent): Point => {
    const bounds = frame.current?.getBoundingClientRect();
    return { x: event.clientX - (bounds?.left ?? 0), y: event.clientY - (bounds?.top ?? 0) };
  };
  const targetAt = (at: Point, of: string): string | null => {
    const target = canvas.current?.nodeAt(at) ?? null;
    return target === of ? null : target;
  };
  const end = () => {
    setDrag(null);
    canvas.current?.mark(null);
  };
  const handleAt = place === undefined ? null : { x: place.x + place.width, y: place.y + place.height / 2 };
  return (
    <div ref={frame} className="graph-connect">
      {drag === null || handleAt === null ? null : (
        <svg className="graph-connect-line" aria-hidden="true">
          <line x1={handleAt.x} y1={handleAt.y} x2={drag.at.x} y2={drag.at.y} />
          <circle cx={drag.at.x} cy={drag.at.y} r="4" />
        </svg>
      )}
      {id === null || handleAt === null ? null : (
        <button
          type="button"
          tabIndex={-1}
          className="graph-connect-handle"
          data-active={drag !== null || from === id}
          aria-label={`Connect from ${nameOf(id)}`}
          title="Drag to another workload or namespace to allow that connection in a draft (C)"
          style={{ left: handleAt.x, top: handleAt.y }}
          onPointerEnter={() => setHeld(id)}
          onPointerLeave={() => setHeld(null)}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.preventDefault();
            event.currentTarget.setPointerCapture(event.pointerId);
            const at = pointOf(event);
            setDrag({ from: id, start: at, at });
          }}
          onPointerMove={(event) => {
            if (drag === null) return;
            const at = pointOf(event);
            setDrag({ ...drag, at });
            canvas.current?.mark(targetAt(at, drag.from));
          }}
          onPointerUp={(event) => {
            if (drag === null) return;
            const at = pointOf(event);
            const target = targetAt(at, drag.from);
            const moved = Math.hypot(at.x - drag.start.x, at.y - drag.start.y);
            end();
            if (moved < CLICK_PX) onBegin(drag.from);
            else if (target !== null) onConnect(drag.from, target);
          }}
          onPointerCancel={end}
        >
          <Icon name="arrow" size={12} />
        </button>
      )}
      {from === null ? null : (
        <div className="graph-connect-word" role="status">
          <span>
            From <strong>{nameOf(from)}</strong>: choose where to.
          </span>
          <Button small variant="ghost" onClick={() => onBegin(null)}>
            Give up (Esc)
          </Button>
        </div>
      )}
    </div>
  );
}

/** The last id for a moment longer, so that the pointer can get to the handle beside its node. */
function useLingering(id: string | null): string | null {
  const [last, setLast] = useState(id);
  useEffect(() => {
    if (id !== null) {
      setLast(id);
      return;
    }
    const timer = setTimeout(() => setLast(null), LINGER_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return id ?? last;
}
