import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useScope } from '../../app/scope.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { useAnnounce } from '../../shared/announce.tsx';
import { Button, EmptyState, formatCount, Segments } from '../../shared/ui.tsx';
import { useColors } from '../../shared/use-colors.ts';
import { matrixRequest } from '../../worker/explore/requests.ts';
import { type CellAt, cellText, cellUnder, drawMatrix, type MatrixGeometry } from './draw.ts';

const LEFT = 190;
const TOP = 132;
const SIZES = { small: 10, medium: 18, large: 28 } as const;
type Size = keyof typeof SIZES;

/** The relation as a matrix that is drawn on a canvas as it is scrolled. */
export function MatrixView({ route }: { readonly route: Route }): ReactNode {
  const scope = useScope(route);
  const announce = useAnnounce();
  const colors = useColors();
  const [order, setOrder] = useState<'similar' | 'name'>('similar');
  const [size, setSize] = useState<Size>('medium');
  const [hover, setHover] = useState<CellAt | null>(null);
  const [pointer, setPointer] = useState<{ readonly x: number; readonly y: number } | null>(null);
  const [box, setBox] = useState({ width: 0, height: 0 });
  const [scroll, setScroll] = useState({ x: 0, y: 0 });
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const query = useEngineQuery(matrixRequest, {
    filter: scope.filter,
    ports: scope.ports,
    drill: route.drill,
    order,
  });
  const view = query.data;
  const cell = SIZES[size];
  const geometry = useMemo(
    (): MatrixGeometry => ({ cell, left: LEFT, top: TOP, scrollX: scroll.x, scrollY: scroll.y, ...box }),
    [cell, scroll, box],
  );
  const selected = useMemo((): CellAt | null => {
    const { selection } = route;
    if (view === undefined || selection?.type !== 'pair') return null;
    const row = view.rows.findIndex((item) => item.id === selection.from);
    const column = view.columns.findIndex((item) => item.id === selection.to);
    return row < 0 || column < 0 ? null : { row, column };
  }, [view, route]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      setBox({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === null || context === undefined || view === undefined) return;
    const frame = requestAnimationFrame(() => {
      const ratio = window.devicePixelRatio;
      const [width, height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
      if (element.width !== width || element.height !== height) {
        element.width = width;
        element.height = height;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawMatrix(context, view, geometry, colors, { hover, selected });
    });
    return () => cancelAnimationFrame(frame);
  }, [view, geometry, colors, hover, selected, box]);

  const open = useCallback(
    (at: CellAt) => {
      const from = view?.rows[at.row];
      const to = view?.columns[at.column];
      if (from === undefined || to === undefined || (from.id === to.id && from.type !== 'namespace')) return;
      navigate({ selection: { type: 'pair', from: from.id, to: to.id } });
    },
    [view],
  );
  const drill = useCallback(
    (at: CellAt) => {
      const from = view?.rows[at.row];
      const to = view?.columns[at.column];
      if (from?.type === 'namespace' && to?.type === 'namespace') navigate({ drill: [from.label, to.label] });
    },
    [view],
  );
  const walk = (event: KeyboardEvent) => {
    if (view === undefined) return;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const at = hover ?? selected ?? { row: 0, column: 0 };
      const next = {
        row: Math.max(0, Math.min(view.rows.length - 1, at.row + (hover === null ? 0 : (step[0] ?? 0)))),
        column: Math.max(
          0,
          Math.min(view.columns.length - 1, at.column + (hover === null ? 0 : (step[1] ?? 0))),
        ),
      };
      setPointer(null);
      setHover(next);
      bringIntoView(scroller.current, next, cell);
      announce(cellText(view, next));
    } else if (event.key === 'Enter' && hover !== null) {
      event.preventDefault();
      if (event.shiftKey) drill(hover);
      else open(hover);
    }
  };

  if (query.isError) {
    return (
      <EmptyState title="The matrix could not be computed" icon="warning">
        <p>{query.error.message}</p>
      </EmptyState>
    );
  }
  const counts =
    view === undefined ? '' : `${formatCount(view.rows.length)} × ${formatCount(view.columns.length)}`;
  return (
    <div className="matrix">
      <div className="matrix-bar">
        {route.drill === null ? (
          <strong>Namespaces and outside peers</strong>
        ) : (
          <>
            <Button small icon="chevron" className="back" onClick={() => navigate({ drill: null })}>
              All namespaces
            </Button>
            <strong>
              Workloads: {route.drill[0]} → {route.drill[1]}
            </strong>
            {route.drill[0] === route.drill[1] ? null : (
              <Button
                small
                icon="retry"
                onClick={() => navigate({ drill: [route.drill?.[1] ?? '', route.drill?.[0] ?? ''] })}
              >
                Opposite direction
              </Button>
            )}
          </>
        )}
        <span className="muted">{counts}</span>
        <span className="spring" />
        <Legend />
        <Segments
          small
          label="Order"
          value={order}
          options={[
            { value: 'similar', label: 'Similar together' },
            { value: 'name', label: 'By name' },
          ]}
          onChange={setOrder}
        />
        <Segments<Size>
          small
          label="Cell size"
          value={size}
          options={[
            { value: 'small', label: 'S' },
            { value: 'medium', label: 'M' },
            { value: 'large', label: 'L' },
          ]}
          onChange={setSize}
        />
      </div>
      <div
        ref={scroller}
        className="matrix-scroll"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        aria-label={`Matrix of allowed connections, ${counts}. Arrow keys move from cell to cell, Enter opens one, Shift and Enter drills into two namespaces. The table view has the same facts as text.`}
        onKeyDown={walk}
        onScroll={(event) =>
          setScroll({ x: event.currentTarget.scrollLeft, y: event.currentTarget.scrollTop })
        }
        onPointerMove={(event) => {
          if (view === undefined) return;
          const bounds = event.currentTarget.getBoundingClientRect();
          const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
          const at = cellUnder(view, geometry, x, y);
          setPointer(at === null ? null : { x, y });
          if (at?.row !== hover?.row || at?.column !== hover?.column) setHover(at);
        }}
        onPointerLeave={() => {
          setHover(null);
          setPointer(null);
        }}
        onClick={(event) => {
          if (view === undefined) return;
          const bounds = event.currentTarget.getBoundingClientRect();
          const at = cellUnder(view, geometry, event.clientX - bounds.left, event.clientY - bounds.top);
          if (at !== null) open(at);
        }}
        onDoubleClick={() => {
          if (hover !== null) drill(hover);
        }}
      >
        <div
          className="matrix-space"
          style={{
            width: LEFT + (view?.columns.length ?? 0) * cell + 120,
            height: TOP + (view?.rows.length ?? 0) * cell + 24,
          }}
        >
          <canvas ref={canvas} className="matrix-canvas" style={{ width: box.width, height: box.height }} />
        </div>
      </div>
      {view !== undefined && hover !== null && pointer !== null ? (
        <div className="graph-hover" style={{ left: pointer.x + 14, top: pointer.y + 52 }} aria-hidden="true">
          {cellText(view, hover)}
        </div>
      ) : null}
      {view !== undefined && (view.rows.length === 0 || view.columns.length === 0) ? (
        <div className="matrix-empty">
          <EmptyState
            title="Nothing to show"
            icon="matrix"
            actions={
              <Button
                onClick={() => navigate({ drill: null, labels: '', kinds: [], isolation: 'any', scope: [] })}
              >
                Show everything
              </Button>
            }
          >
            <p>No workload matches the filters here.</p>
          </EmptyState>
        </div>
      ) : null}
    </div>
  );
}

function bringIntoView(element: HTMLElement | null, at: CellAt, cell: number): void {
  if (element === null) return;
  const right = (at.column + 1) * cell - (element.clientWidth - LEFT);
  const bottom = (at.row + 1) * cell - (element.clientHeight - TOP);
  element.scrollLeft = Math.min(at.column * cell, Math.max(element.scrollLeft, right));
  element.scrollTop = Math.min(at.row * cell, Math.max(element.scrollTop, bottom));
}

function Legend(): ReactNode {
  return (
    <span className="matrix-legend">
      <span className="swatch all" /> all ports
      <span className="swatch some" /> some
      <span className="swatch none" /> none
      <span className="swatch unknown">?</span> unknown
    </span>
  );
}
