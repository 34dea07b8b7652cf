import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Icon } from '../../shared/icons.tsx';
import { type ColumnRoom, columnWidths, useChosenWidths } from './column-widths.ts';

export interface GridColumn<Row, Key extends string> extends ColumnRoom {
  readonly key: Key;
  readonly sortable: boolean;
  readonly align?: 'end';
  readonly render: (row: Row) => ReactNode;
}

interface GridProps<Row, Key extends string> {
  readonly label: string;
  readonly columns: readonly GridColumn<Row, Key>[];
  readonly count: number;
  /** `undefined` while the row is on its way. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly rowKey: (row: Row, index: number) => string;
  readonly isSelected: (row: Row) => boolean;
  readonly onOpen: (row: Row) => void;
  readonly sort: { readonly key: Key; readonly descending: boolean };
  readonly onSort: (key: Key) => void;
  /** Tells which rows are in sight, so that they can be fetched. */
  readonly onRange?: (first: number, last: number) => void;
}

const ROW_HEIGHT = 32;
const KEY_STEP = 16;

/** A table of any length with one focusable row: arrow keys walk, Enter opens. */
export function Grid<Row, Key extends string>(props: GridProps<Row, Key>): ReactNode {
  const { label, columns, count, rowAt, rowKey, isSelected, onOpen, sort, onSort, onRange } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(0);
  const [room, setRoom] = useState(0);
  const [chosen, choose] = useChosenWidths(label);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => setRoom(element.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const rows = virtualizer.getVirtualItems();
  const first = rows[0]?.index ?? 0;
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => onRange?.(first, last), [onRange, first, last]);

  const move = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_HEIGHT) / ROW_HEIGHT) - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count }[
      event.key
    ];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(count - 1, cursor + step));
    setCursor(next);
    virtualizer.scrollToIndex(next);
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
    });
  };
  const widths = useMemo(() => columnWidths(columns, room, chosen), [columns, room, chosen]);
  const layout = {
    gridTemplateColumns: widths.map((width) => `${width}px`).join(' '),
    width: widths.reduce((sum, width) => sum + width, 0),
  };
  const resize = (index: number, by: number) => {
    const column = columns[index];
    const width = widths[index];
    if (column !== undefined && width !== undefined) choose(column.key, width + by);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual table can't be a table element: most of its rows aren't there
    <div
      ref={scroller}
      className="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length}
      tabIndex={-1}
      onKeyDown={move}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the buttons in it take the focus */}
      <div className="grid-head" role="row" aria-rowindex={1} style={layout}>
        {columns.map((column, index) => {
          const on = sort.key === column.key;
          const direction = on ? (sort.descending ? 'descending' : 'ascending') : 'none';
          return (
            // biome-ignore lint/a11y/useSemanticElements: see above
            // biome-ignore lint/a11y/useFocusableInteractive: see above
            <div key={column.key} role="columnheader" aria-sort={direction} className={column.align}>
              {column.sortable ? (
                <button
                  type="button"
                  title="Shift with ← or → makes the column narrower or wider"
                  aria-keyshortcuts="Shift+ArrowLeft Shift+ArrowRight"
                  onClick={() => onSort(column.key)}
                  onKeyDown={(event) => {
                    const by = { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP }[event.key];
                    if (by === undefined || !event.shiftKey) return;
                    event.preventDefault();
                    resize(index, by);
                  }}
                >
                  {column.title}
                  {on ? <Icon name={sort.descending ? 'down' : 'expand'} size={11} /> : null}
                </button>
              ) : (
                column.title
              )}
              <Edge width={widths[index] ?? 0} onWidth={(width) => choose(column.key, width)} />
            </div>
          );
        })}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      <div className="grid-body" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map((item) => {
          const row = rowAt(item.index);
          return (
            // biome-ignore lint/a11y/useSemanticElements: see above
            <div
              key={row === undefined ? item.index : rowKey(row, item.index)}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={row !== undefined && isSelected(row)}
              data-index={item.index}
              tabIndex={item.index === Math.min(cursor, count - 1) ? 0 : -1}
              className="grid-row"
              style={{ ...layout, transform: `translateY(${item.start}px)` }}
              onClick={() => {
                setCursor(item.index);
                if (row !== undefined) onOpen(row);
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && event.target === event.currentTarget && row !== undefined)
                  onOpen(row);
              }}
            >
              {columns.map((column) => (
                // biome-ignore lint/a11y/useSemanticElements: see above
                // biome-ignore lint/a11y/useFocusableInteractive: the row takes the focus
                <div key={column.key} role="gridcell" className={column.align}>
                  {row === undefined ? '…' : column.render(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface EdgeProps {
  readonly width: number;
  /** Null: as wide as what is in it. */
  readonly onWidth: (width: number | null) => void;
}

/** The right edge of a column's head: dragging it makes the column wider, a double click fits it to its content. */
function Edge({ width, onWidth }: EdgeProps): ReactNode {
  const drag = useRef<{ readonly x: number; readonly width: number }>(undefined);
  return (
    <span
      className="grid-edge"
      aria-hidden="true"
      onPointerDown={(event: PointerEvent) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, width };
      }}
      onPointerMove={(event: PointerEvent) => {
        if (drag.current === undefined || event.buttons === 0) return;
        if (event.clientX !== drag.current.x) onWidth(drag.current.width + event.clientX - drag.current.x);
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
      onDoubleClick={() => onWidth(null)}
    />
  );
}
