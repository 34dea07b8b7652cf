import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';

export interface GridColumn<Row, Key extends string> {
  readonly key: Key;
  readonly title: string;
  /** Least width in pixels, and its share of what is left over; 0: never wider. */
  readonly width: number;
  readonly grow: number;
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

/** A table of any length with one focusable row: arrow keys walk, Enter opens. */
export function Grid<Row, Key extends string>(props: GridProps<Row, Key>): ReactNode {
  const { label, columns, count, rowAt, rowKey, isSelected, onOpen, sort, onSort, onRange } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(0);
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
  const layout = {
    gridTemplateColumns: columns
      .map(({ width, grow }) => (grow === 0 ? `${width}px` : `minmax(${width}px, ${grow}fr)`))
      .join(' '),
    minWidth: columns.reduce((sum, { width }) => sum + width, 0),
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
        {columns.map((column) => {
          const on = sort.key === column.key;
          const direction = on ? (sort.descending ? 'descending' : 'ascending') : 'none';
          return (
            // biome-ignore lint/a11y/useSemanticElements: see above
            // biome-ignore lint/a11y/useFocusableInteractive: see above
            <div key={column.key} role="columnheader" aria-sort={direction} className={column.align}>
              {column.sortable ? (
                <button type="button" onClick={() => onSort(column.key)}>
                  {column.title}
                  {on ? <Icon name={sort.descending ? 'down' : 'expand'} size={11} /> : null}
                </button>
              ) : (
                column.title
              )}
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
