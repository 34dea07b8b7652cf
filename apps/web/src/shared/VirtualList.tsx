import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';

interface VirtualListProps<T> {
  readonly items: readonly T[];
  readonly rowHeight: number;
  readonly label: string;
  readonly render: (item: T, index: number) => ReactNode;
  readonly keyOf: (item: T, index: number) => string;
}

/** A list of any length of which only what is in sight is in the page. */
export function VirtualList<T>({ items, rowHeight, label, render, keyOf }: VirtualListProps<T>): ReactNode {
  const ref = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => ref.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section ref={ref} className="virtual" aria-label={label} tabIndex={0}>
      <ul className="virtual-inner" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((row) => {
          const item = items[row.index];
          if (item === undefined) return null;
          return (
            <li
              key={keyOf(item, row.index)}
              style={{ transform: `translateY(${row.start}px)`, height: row.size }}
              aria-setsize={items.length}
              aria-posinset={row.index + 1}
            >
              {render(item, row.index)}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
