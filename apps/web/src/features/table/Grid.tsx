import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Icon } from '../../shared/icons.tsx';
import { type ColumnRoom, columnWidths, useChosenWidths } from './column-widths.ts';
import { ROW_HEIGHT } from './row-window.ts';
import { useRows } from './use-rows.ts';

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
  /** False: there may be more rows than `count`. */
  readonly isCounted?: boolean;
  /** True: what is shown is not yet what was asked for last. */
  readonly isStale?: boolean;
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

const KEY_STEP = 16;

/** A table of any length with one focusable row: arrow keys walk, Enter opens. */
export function Grid<Row, Key extends string>(props: GridProps<Row, Key>): ReactNode {
  const {
    label,
    columns,
    count,
    isCounted = true,
    isStale = false,
    rowAt,
    rowKey,
    isSelected,
    onOpen,
  } = props;
  const { sort, onSort, onRange } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(0);
  const [chosen, choose] = useChosenWidths(label);
  const rows = useRows(scroller, count);
  const { first, end, shift } = rows;
  const last = Math.max(first, end - 1);
  useEffect(() => onRange?.(first, last), [onRange, first, last]);

  const move = (event: KeyboardEvent) => {
    const { page } = rows;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count }[
      event.key
    ];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(count - 1, cursor + step));
    setCursor(next);
    rows.reveal(next);
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus({ preventScroll: true });
    });
  };
  const widths = useMemo(() => columnWidths(columns, rows.width, chosen), [columns, rows.width, chosen]);
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
      aria-rowcount={isCounted ? count + 1 : -1}
      aria-colcount={columns.length}
      aria-busy={isStale}
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
      <div className="grid-body" role="rowgroup" style={{ height: rows.height }}>
        {Array.from({ length: end - first }, (_, offset) => {
          const index = first + offset;
          const row = rowAt(index);
          return (
            // biome-ignore lint/a11y/useSemanticElements: see above
            <div
              key={row === undefined ? index : rowKey(row, index)}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={row !== undefined && isSelected(row)}
              data-index={index}
              tabIndex={index === Math.min(cursor, count - 1) ? 0 : -1}
              className="grid-row"
              style={{ ...layout, transform: `translateY(${index * ROW_HEIGHT + shift}px)` }}
              onClick={() => {
                setCursor(index);
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
