import type { ImpactKind, ImpactRow } from '@bulkhead/policy-engine';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { formatCount } from '../../../shared/ui.tsx';
import type { ImpactReading } from '../worker/requests.ts';
import { type ImpactGroup, rowKey } from './group.ts';
import { Group, KINDS, KindIcon, Row } from './ImpactRows.tsx';

interface ImpactListProps {
  readonly impact: ImpactReading;
  /** Other than before: rows that were opened up are of another state. */
  readonly version: number;
  /** The rows between workloads behind one between namespaces. */
  readonly expand: (row: ImpactRow) => Promise<readonly ImpactRow[]>;
  /** Absent: a row between workloads leads nowhere. */
  readonly onSelect?: (row: ImpactRow) => void;
  /** What the two states are called. */
  readonly states?: readonly [before: string, after: string];
  /** What scrolls, and what of it stands above the list. */
  readonly pane: RefObject<HTMLElement | null>;
  readonly head?: RefObject<HTMLElement | null>;
}

type Line =
  | { readonly type: 'group'; readonly group: ImpactGroup }
  | { readonly type: 'row'; readonly row: ImpactRow; readonly depth: 0 | 1 }
  | { readonly type: 'loading'; readonly key: string };

const BEFORE_AND_AFTER = ['Before', 'After'] as const;

/** Every connection that opens, closes, widens or narrows, folded where many say the same. */
export const ImpactList = memo(function ImpactList({
  impact,
  version,
  expand,
  onSelect,
  states = BEFORE_AND_AFTER,
  pane,
  head,
}: ImpactListProps): ReactNode {
  const [only, setOnly] = useState<ImpactKind | null>(null);
  const { open, rowsOf, toggle } = useExpanded(version, expand);
  const list = useRef<HTMLUListElement>(null);
  const kinds = useRef<HTMLFieldSetElement>(null);
  const counted = KINDS.filter(({ kind }) => impact.pairs[kind] > 0);
  const above = useOffset(list, [head, kinds], counted.length > 0);
  const lines = useMemo((): readonly Line[] => {
    const list: Line[] = [];
    for (const group of impact.groups) {
      if (only !== null && group.kind !== only) continue;
      if (group.shared !== null) list.push({ type: 'group', group });
      if (group.shared !== null && !open.has(group.key)) continue;
      for (const row of group.rows) {
        list.push({ type: 'row', row, depth: group.shared === null ? 0 : 1 });
        const key = rowKey(row);
        if (impact.level !== 'namespace' || !open.has(key)) continue;
        const inner = rowsOf.get(key);
        if (inner === undefined) list.push({ type: 'loading', key });
        for (const child of inner ?? []) {
          if (child.kind === row.kind) list.push({ type: 'row', row: child, depth: 1 });
        }
      }
    }
    return list;
  }, [impact, only, open, rowsOf]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => pane.current,
    scrollMargin: above,
    estimateSize: () => 46,
    overscan: 10,
  });
  if (counted.length === 0) return null;
  return (
    <>
      <fieldset ref={kinds} className="draft-kinds">
        <legend className="visually-hidden">Show only</legend>
        {counted.map(({ kind, label, badge }) => (
          <button
            key={kind}
            type="button"
            className={`badge ${badge} draft-kind`}
            aria-pressed={only === kind}
            data-dim={only !== null && only !== kind}
            onClick={() => setOnly(only === kind ? null : kind)}
          >
            <KindIcon kind={kind} />
            {label} {formatCount(impact.pairs[kind])}
          </button>
        ))}
      </fieldset>
      <ul
        ref={list}
        className="draft-rows"
        style={{ height: virtual.getTotalSize() }}
        aria-label="Changed connections"
      >
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const line = lines[index];
          if (line === undefined) return null;
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              style={{ transform: `translateY(${start - above}px)` }}
            >
              {line.type === 'loading' ? (
                <p className="draft-hint muted">Listing the workloads…</p>
              ) : line.type === 'group' ? (
                <Group
                  group={line.group}
                  expanded={open.has(line.group.key)}
                  onToggle={() => toggle(line.group.key, null)}
                />
              ) : (
                <Row
                  row={line.row}
                  depth={line.depth}
                  expandable={impact.level === 'namespace' && !isFine(line.row)}
                  expanded={open.has(rowKey(line.row))}
                  onToggle={() => toggle(rowKey(line.row), line.row)}
                  onSelect={onSelect}
                  states={states}
                />
              )}
            </li>
          );
        })}
      </ul>
      {impact.omitted > 0 ? (
        <p className="draft-hint muted">{formatCount(impact.omitted)} more rows are not listed.</p>
      ) : null}
    </>
  );
});

/** How far down an element stands, in pixels; follows what is above it without asking for a layout at each key. */
function useOffset(
  element: RefObject<HTMLElement | null>,
  above: readonly (RefObject<HTMLElement | null> | undefined)[],
  isShown: boolean,
): number {
  const [offset, setOffset] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: references stay the same
  useEffect(() => {
    if (!isShown) return;
    const observer = new ResizeObserver(() => setOffset(element.current?.offsetTop ?? 0));
    for (const part of above) if (part?.current != null) observer.observe(part.current);
    return () => observer.disconnect();
  }, [isShown]);
  return offset;
}

/** Rows between namespaces that were opened up; forgotten when the draft changes, since they are of the old state. */
function useExpanded(version: number, expand: ImpactListProps['expand']) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [rowsOf, setRowsOf] = useState<ReadonlyMap<string, readonly ImpactRow[]>>(new Map());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the state that the rows are of
  useEffect(() => {
    setOpen(new Set());
    setRowsOf(new Map());
  }, [version]);
  const toggle = (key: string, row: ImpactRow | null) => {
    const next = new Set(open);
    if (next.delete(key)) {
      setOpen(next);
      return;
    }
    next.add(key);
    if (row !== null) {
      expand(row)
        .then((rows) => setRowsOf((old) => new Map(old).set(key, rows)))
        .catch(() => undefined);
    }
    setOpen(next);
  };
  return { open, rowsOf, toggle };
}

/** Whether a row is between workloads, so that there is nothing left to open up. */
function isFine(row: ImpactRow): boolean {
  return row.from.type === 'workload' || row.to.type === 'workload';
}
