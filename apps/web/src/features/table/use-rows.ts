import { type RefObject, useCallback, useEffect, useLayoutEffect, useState } from 'react';
import { ROW_HEIGHT, type RowWindow, revealing, rowWindow, type Sight } from './row-window.ts';

export interface Rows extends RowWindow {
  /** Of the table, without a scroll bar; in pixels. */
  readonly width: number;
  /** Rows that fit in sight at once. */
  readonly page: number;
  reveal(index: number): void;
}

interface Measured extends Sight {
  readonly width: number;
}

/** The rows of a table that are in sight, as it is scrolled and resized. Its first child is its head, which stays on top. */
export function useRows(scroller: RefObject<HTMLElement | null>, count: number): Rows {
  const [sight, setSight] = useState<Measured>({ scrollTop: 0, height: 0, width: 0 });
  const look = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop, clientHeight, clientWidth } = element;
    const head = element.firstElementChild?.clientHeight ?? 0;
    const next = { scrollTop, height: Math.max(0, clientHeight - head), width: clientWidth };
    setSight((old) =>
      old.scrollTop === next.scrollTop && old.height === next.height && old.width === next.width ? old : next,
    );
  }, [scroller]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [scroller, look]);
  const rows = rowWindow(count, sight);
  const { ratio } = rows;
  useEffect(() => {
    const element = scroller.current;
    if (element === null || ratio === 1) return;
    let owed = 0;
    // A turn of the wheel goes over as many rows as in any other table.
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey || event.deltaY === 0 || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      owed +=
        (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * ROW_HEIGHT : event.deltaY) / ratio;
      const before = element.scrollTop;
      element.scrollTop = before + owed;
      owed -= element.scrollTop - before;
      if (Math.abs(owed) > 1) owed = 0;
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [scroller, ratio]);
  return {
    ...rows,
    width: sight.width,
    page: Math.max(1, Math.floor(sight.height / ROW_HEIGHT) - 1),
    reveal(index) {
      const element = scroller.current;
      if (element === null) return;
      element.scrollTop = revealing(count, sight, index);
      look();
    },
  };
}
