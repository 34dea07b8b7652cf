import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Colors } from '../../shared/colors.ts';
import { formatCount } from '../../shared/ui.tsx';
import {
  type CellAt,
  fittingCell,
  hitTest,
  type MatrixGeometry,
  type Span,
  scrolledTo,
  visibleRows,
  zoomed,
} from './geometry.ts';
import { headerSize } from './header-size.ts';
import { frameSight, Overview, overviewSize } from './Overview.tsx';
import { createPainter } from './paint.ts';
import { NAMED_CELL } from './paint-headers.ts';
import type { MatrixCells } from './store.ts';

export interface MatrixHandle {
  readonly rowsInSight: () => Span;
  readonly zoom: (direction: 1 | -1) => void;
}

interface MatrixCanvasProps {
  readonly ref: Ref<MatrixHandle>;
  readonly cells: MatrixCells;
  /** Changes as cells arrive. */
  readonly progress: number;
  readonly colors: Colors;
  readonly verdicts: readonly string[];
  /** Side of a cell; `fit`: as large as fits; null: the same where that leaves room for names, else readable. */
  readonly cell: number | 'fit' | null;
  readonly cursor: CellAt | null;
  readonly selected: CellAt | null;
  readonly onMove: (at: CellAt, byKeyboard: boolean) => void;
  readonly onLeave: () => void;
  readonly onOpen: (at: CellAt) => void;
  readonly onEntity: (id: string) => void;
  readonly onDrill: (at: { readonly row?: number; readonly column?: number }) => void;
  readonly onUp: () => void;
  readonly onCell: (size: number | 'fit') => void;
  /** Tells whether the matrix leaves room beside itself for what stands in the corner. */
  readonly onRoom: (hasRoom: boolean) => void;
  /** What stands in the corner. */
  readonly children: ReactNode;
}

/** Sides that fitting chooses from: smaller than this says nothing, larger looks coarse. */
const FIT = { least: 0.02, most: 34, mostOnLargeScreens: 48 };
const LARGE_SCREEN = 1_400;
/** A matrix that would need smaller cells than names allow opens with these, and with an overview. */
const READABLE = 16;
const MARGIN = 12;
/** What the legend takes, with its distance from the edge and from the cells. */
const CORNER_WIDTH = 340;
const OVERVIEW = 220;
/** A click so shortly before a double click was its first half. */
const DOUBLE_MS = 800;

/** The picture: a canvas that stays in place while a larger plane scrolls under it, so only what is in sight is painted. */
export function MatrixCanvas(props: MatrixCanvasProps): ReactNode {
  const { ref, cells, progress, colors, verdicts, cursor, selected } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [box, setBox] = useState({ width: 0, height: 0, ratio: window.devicePixelRatio });
  const [focused, setFocused] = useState(false);
  const latest = useRef(props);
  latest.current = props;

  const rows = cells.rowOrder.length;
  const columns = cells.columnOrder.length;
  // What was chosen when the matrix opened, or the window changed: a panel that opens beside it moves no cell.
  const opened = useRef({ key: '', cell: READABLE });
  const layout = useMemo(() => {
    const most = box.height > LARGE_SCREEN ? FIT.mostOnLargeScreens : FIT.most;
    const fit = (cell: number) => {
      const header = headerSize(cells, cell, box);
      const room = {
        width: box.width - header.left - MARGIN - header.overhang,
        height: box.height - header.top - MARGIN,
      };
      return fittingCell(room, rows, columns, box.ratio, { least: FIT.least, most });
    };
    // Names need room, and whether there are names depends on the room that is left.
    const withNames = fit(most);
    const without = fit(1);
    const exact = withNames >= NAMED_CELL ? withNames : Math.min(without, NAMED_CELL - 1);
    const key = [rows, columns, window.innerWidth, window.innerHeight].join(' ');
    if (opened.current.key !== key && box.width > 0) {
      opened.current = { key, cell: exact >= NAMED_CELL ? exact : READABLE };
    }
    const cell = props.cell === 'fit' ? exact : (props.cell ?? opened.current.cell);
    return { cell, ...headerSize(cells, cell, box) };
  }, [cells, box, rows, columns, props.cell]);
  const { cell, left, top, overhang } = layout;
  const hasRoom = left + columns * cell + overhang + CORNER_WIDTH <= box.width;
  const { onRoom } = props;
  useEffect(() => onRoom(hasRoom), [onRoom, hasRoom]);

  const geometry = useCallback(
    (): MatrixGeometry => ({
      cell,
      left,
      top,
      scrollX: scroller.current?.scrollLeft ?? 0,
      scrollY: scroller.current?.scrollTop ?? 0,
      width: box.width,
      height: box.height,
      rows,
      columns,
    }),
    [cell, left, top, box, rows, columns],
  );

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() =>
      setBox({
        width: element.clientWidth,
        height: element.clientHeight,
        ratio: window.devicePixelRatio,
      }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const painter = useMemo(() => createPainter(colors, box.ratio, verdicts), [colors, box.ratio, verdicts]);
  const overview = overviewSize(geometry(), OVERVIEW);
  const sight = useRef<HTMLElement>(null);
  const frame = useRef(0);
  const repaint = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const element = canvas.current;
      const context = element?.getContext('2d', { alpha: false });
      if (element === null || context === null || context === undefined) return;
      const [width, height] = [Math.round(box.width * box.ratio), Math.round(box.height * box.ratio)];
      if (element.width !== width || element.height !== height) {
        element.width = width;
        element.height = height;
      }
      context.setTransform(box.ratio, 0, 0, box.ratio, 0, 0);
      painter.paint(context, cells, geometry(), { cursor, selected, focused }, progress);
      frameSight(sight.current, geometry());
    });
  }, [box, cells, progress, geometry, painter, cursor, selected, focused]);
  useEffect(repaint, [repaint]);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  const anchor = useRef({ x: 0, y: 0, cell });
  useLayoutEffect(() => {
    const element = scroller.current;
    const before = anchor.current.cell;
    if (element !== null && before !== cell) {
      const { x, y } = anchor.current;
      element.scrollLeft = ((element.scrollLeft + x) * cell) / before - x;
      element.scrollTop = ((element.scrollTop + y) * cell) / before - y;
    }
    anchor.current = { x: (box.width - left) / 2, y: (box.height - top) / 2, cell };
  }, [cell, left, top, box]);

  const zoom = useCallback(
    (direction: 1 | -1) => {
      const next = zoomed(cell, direction);
      if (next !== cell) latest.current.onCell(next);
    },
    [cell],
  );
  useImperativeHandle(ref, () => ({ rowsInSight: () => visibleRows(geometry()), zoom }), [geometry, zoom]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const bounds = element.getBoundingClientRect();
      anchor.current = { x: event.clientX - bounds.left - left, y: event.clientY - bounds.top - top, cell };
      zoom(event.deltaY < 0 ? 1 : -1);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [zoom, left, top, cell]);

  const show = useCallback(
    (at: CellAt) => {
      const { x, y } = scrolledTo(geometry(), at);
      scroller.current?.scrollTo(x, y);
    },
    [geometry],
  );
  const selectedKey = selected === null || box.width === 0 ? '' : `${selected.row} ${selected.column}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new selection moves the picture
  useEffect(() => {
    if (selected !== null && box.width > 0) show(selected);
  }, [selectedKey]);

  const hitAt = (event: { readonly clientX: number; readonly clientY: number }) => {
    const bounds = scroller.current?.getBoundingClientRect();
    return bounds === undefined
      ? null
      : hitTest(geometry(), event.clientX - bounds.left, event.clientY - bounds.top);
  };
  const clicked = useRef<{ readonly hit: ReturnType<typeof hitAt>; readonly at: number }>(undefined);
  const point = (event: PointerEvent) => {
    const hit = hitAt(event);
    if (scroller.current !== null) scroller.current.style.cursor = hit === null ? 'default' : 'pointer';
    if (hit?.on !== 'cell') {
      if (cursor !== null) props.onLeave();
      return;
    }
    if (hit.row !== cursor?.row || hit.column !== cursor?.column) props.onMove(hit, false);
  };
  const walk = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const here = cursor ?? selected;
    const page = Math.max(1, Math.floor((box.height - top) / cell) - 1);
    const step = (
      {
        ArrowUp: [-1, 0],
        ArrowDown: [1, 0],
        ArrowLeft: [0, -1],
        ArrowRight: [0, 1],
        PageUp: [-page, 0],
        PageDown: [page, 0],
        Home: [0, -columns],
        End: [0, columns],
      } satisfies Record<string, readonly [number, number]> as Record<string, readonly [number, number]>
    )[event.key];
    if (step !== undefined) {
      const clamp = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));
      const next =
        here === null
          ? { row: 0, column: 0 }
          : { row: clamp(here.row + step[0], rows), column: clamp(here.column + step[1], columns) };
      show(next);
      props.onMove(next, true);
    } else if (event.key === 'Enter' && here !== null) {
      if (event.shiftKey) props.onDrill(here);
      else props.onOpen(here);
    } else if (event.key === 'Backspace') props.onUp();
    else if (event.key === '+' || event.key === '=') zoom(1);
    else if (event.key === '-') zoom(-1);
    else if (event.key === 'f') props.onCell('fit');
    else return;
    event.preventDefault();
  };

  return (
    <div className="matrix-stage">
      <div
        ref={scroller}
        className="matrix-scroll"
        role="application"
        aria-label={`Matrix of allowed connections, ${formatCount(rows)} sources by ${formatCount(columns)} destinations. Arrow keys move from cell to cell, Enter explains one, Shift and Enter goes into its namespaces. The table view has the same facts as text.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        onKeyDown={walk}
        onScroll={repaint}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onPointerMove={point}
        onPointerLeave={props.onLeave}
        onClick={(event) => {
          // The second half of a double click, which goes in, has nothing to open.
          if (event.detail > 1) return;
          const hit = hitAt(event);
          clicked.current = { hit, at: event.timeStamp };
          if (hit?.on === 'cell') props.onOpen(hit);
          const unit =
            hit?.on === 'row'
              ? cells.row(hit.row)
              : hit?.on === 'column'
                ? cells.column(hit.column)
                : undefined;
          if (unit !== undefined) props.onEntity(unit.id);
        }}
        onDoubleClick={(event) => {
          // Its first half opened the inspector, and another cell may be here now.
          const first = clicked.current;
          const hit =
            first !== undefined && event.timeStamp - first.at < DOUBLE_MS ? first.hit : hitAt(event);
          if (hit !== null) props.onDrill(hit);
        }}
      >
        <div
          className="matrix-space"
          style={{
            width: left + columns * cell + MARGIN + overhang,
            height: top + rows * cell + MARGIN,
          }}
        >
          <canvas ref={canvas} className="matrix-canvas" style={{ width: box.width, height: box.height }} />
        </div>
      </div>
      <div
        className="matrix-corner"
        // Beside the cells that it explains where nothing can scroll beneath it.
        style={
          hasRoom && overview === null
            ? {
                left: left + columns * cell + overhang + MARGIN,
                top: top + MARGIN,
                right: 'auto',
              }
            : {}
        }
      >
        {props.children}
        {overview === null ? null : (
          <Overview
            cells={cells}
            progress={progress}
            colors={colors}
            verdicts={verdicts}
            {...overview}
            frame={sight}
            onMove={(across, down) =>
              scroller.current?.scrollTo(
                across * columns * cell - (box.width - left) / 2,
                down * rows * cell - (box.height - top) / 2,
              )
            }
          />
        )}
      </div>
    </div>
  );
}
