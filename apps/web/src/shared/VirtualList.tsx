import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';

interface VirtualListProps<T> {
  readonly items: readonly T[];
  readonly rowHeight: number;
  readonly label: string;
  /**
   * A row. `tabIndex` is for the one control of it that Tab and the arrow keys reach; others of the row take -1. The
   * control carries `data-row`.
   */
  readonly render: (item: T, tabIndex: 0 | -1) => ReactNode;
  readonly keyOf: (item: T, index: number) => string;
  /** Key of the item that is selected: brought into view when it becomes another. */
  readonly current?: string | null;
  /** What the left and right arrow keys do to a row: fold it, or unfold it. */
  readonly onFold?: (item: T, open: boolean) => void;
}

/** A list of any length of which only what is in sight is in the page. One stop for Tab; arrow keys walk its rows. */
export function VirtualList<T>({
  items,
  rowHeight,
  label,
  render,
  keyOf,
  current = null,
  onFold,
}: VirtualListProps<T>): ReactNode {
  const ref = useRef<HTMLElement>(null);
  const [chosen, setChosen] = useState(0);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => ref.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (shown.current === current) return;
    const index = current === null ? -1 : items.findIndex((item, at) => keyOf(item, at) === current);
    // What isn't there yet may still come, or be unfolded.
    if (current !== null && index < 0) return;
    shown.current = current;
    if (index < 0) return;
    setChosen(index);
    virtualizer.scrollToIndex(index);
  }, [current, items, keyOf, virtualizer]);
  const rows = virtualizer.getVirtualItems();
  const cursor = Math.min(chosen, items.length - 1);
  // The row that Tab stops at has to be in the page: where the cursor is out of sight, the first row in sight stands in.
  const first = rows[0]?.index ?? 0;
  const stop = rows.some((row) => row.index === cursor) ? cursor : first;

  const walk = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((ref.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
    const by = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -items.length,
      End: items.length,
    }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(items.length - 1, stop + by));
      setChosen(next);
      virtualizer.scrollToIndex(next);
      requestAnimationFrame(() => {
        ref.current?.querySelector<HTMLElement>(`[data-index="${next}"] [data-row]`)?.focus();
      });
      return;
    }
    const item = items[stop];
    if ((event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') || item === undefined) return;
    event.preventDefault();
    onFold?.(item, event.key === 'ArrowRight');
  };

  return (
    <section ref={ref} className="virtual" aria-label={label} onKeyDown={walk}>
      <ul className="virtual-inner" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map((row) => {
          const item = items[row.index];
          if (item === undefined) return null;
          return (
            <li
              key={keyOf(item, row.index)}
              data-index={row.index}
              style={{ transform: `translateY(${row.start}px)`, height: row.size }}
              aria-setsize={items.length}
              aria-posinset={row.index + 1}
              onFocus={() => setChosen(row.index)}
            >
              {render(item, row.index === stop ? 0 : -1)}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
