import type { DraftReview, FutureOpening, ImpactEnd, ImpactKind, ImpactRow } from '@bulkhead/policy-engine';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { Navigate } from '../../../app/contracts.ts';
import { useEngine } from '../../../data/engine.ts';
import { EndName } from '../../../shared/EndName.tsx';
import { Icon } from '../../../shared/icons.tsx';
import { Button, formatCount, plural } from '../../../shared/ui.tsx';
import { DraftIcon } from '../parts/icons.tsx';
import { PinsStrip } from '../pins/PinsStrip.tsx';
import { useDraft, useDraftAnswer, useDraftTools } from '../session.ts';
import {
  type ApplyResult,
  type DraftNotice,
  expandImpactRequest,
  type ImpactReading,
} from '../worker/requests.ts';
import { findingNotices } from './findings.ts';
import { type ImpactGroup, isOwn, rowKey } from './group.ts';

const KINDS: readonly { readonly kind: ImpactKind; readonly label: string; readonly badge: string }[] = [
  { kind: 'opened', label: 'Opened', badge: 'opened' },
  { kind: 'widened', label: 'Widened', badge: 'widened' },
  { kind: 'rearranged', label: 'Other ports', badge: 'rearranged' },
  { kind: 'uncertain', label: 'Uncertain', badge: 'uncertain' },
  { kind: 'narrowed', label: 'Narrowed', badge: 'narrowed' },
  { kind: 'closed', label: 'Closed', badge: 'closed' },
];

function KindIcon({ kind }: { readonly kind: ImpactKind }): ReactNode {
  switch (kind) {
    case 'opened':
      return <Icon name="plus" size={12} />;
    case 'closed':
      return <Icon name="minus" size={12} />;
    case 'widened':
      return <DraftIcon name="widen" size={12} />;
    case 'narrowed':
      return <DraftIcon name="narrow" size={12} />;
    case 'rearranged':
      return <Icon name="arrow" size={12} />;
    case 'uncertain':
      return <Icon name="question" size={12} />;
  }
}

/** What the draft changes: a sentence, warnings, and every connection that opens, closes, widens or narrows. */
export function ImpactPane({ navigate }: { readonly navigate: Navigate }): ReactNode {
  const { result, review, failure } = useDraftAnswer();
  const { entry } = useDraft();
  const isLate = useLate(result !== null && result.version !== entry?.version);
  const pane = useRef<HTMLElement>(null);
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (result !== null) performance.mark('bulkhead:impact', { detail: result.version });
  }, [result]);
  return (
    <section
      ref={pane}
      className="draft-impact"
      aria-label="Impact"
      aria-busy={result === null || isLate}
      data-late={isLate}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
    >
      {failure === null ? null : (
        <p className="draft-notice error" role="alert">
          <Icon name="warning" size={14} />
          <span>The impact could not be computed: {failure}</span>
        </p>
      )}
      {result === null ? (
        <p className="draft-hint muted">Computing the impact…</p>
      ) : (
        <>
          <div ref={head}>
            <p className="draft-sentence" data-testid="impact-sentence">
              {isLate ? <span className="muted">Before the last edit: </span> : null}
              {result.impact.sentence}
            </p>
            <PinsStrip />
            <SafetyLine review={review} />
            <Notices result={result} review={review} />
          </div>
          <ImpactList
            impact={result.impact}
            navigate={navigate}
            version={result.version}
            pane={pane}
            head={head}
          />
        </>
      )}
    </section>
  );
}

/** An answer that takes longer than this is said to be under way; sooner it would only flicker. */
const LATE_MS = 300;

/** Whether something has been waited for too long by now. */
function useLate(waits: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [waits]);
  return waits && late;
}

/** More warnings than these are folded, so that the connections that change are not far below. */
const NOTICES_SHOWN = 3;
/** What hurts most is never among the folded. */
const SEVERITIES: readonly DraftNotice['severity'][] = ['error', 'warning', 'info'];

interface NoticesProps {
  readonly result: ApplyResult;
  readonly review: DraftReview | null;
}

const Notices = memo(function Notices({ result, review }: NoticesProps): ReactNode {
  const [open, setOpen] = useState(false);
  const notices = [...result.notices, ...findingNotices(review)].toSorted(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  if (notices.length === 0) return null;
  const folded = notices.length - NOTICES_SHOWN;
  return (
    <>
      <ul className="draft-notices" aria-label="Warnings">
        {notices.slice(0, open ? undefined : NOTICES_SHOWN).map((notice) => (
          <Notice key={`${notice.code} ${notice.item} ${notice.line} ${notice.message}`} notice={notice} />
        ))}
      </ul>
      {folded <= 0 ? null : (
        <button
          type="button"
          className="button ghost small draft-more"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Fewer warnings' : plural(folded, 'more warning')}
        </button>
      )}
    </>
  );
});

function Notice({ notice }: { readonly notice: DraftNotice }): ReactNode {
  const { actions } = useDraftTools();
  const { item, edits } = notice;
  const body = (
    <>
      <Icon name="warning" size={14} />
      <span>
        {notice.message}{' '}
        {notice.hint === undefined || edits !== undefined ? null : (
          <span className="muted">{notice.hint}</span>
        )}
      </span>
    </>
  );
  return (
    <li className={`draft-notice ${notice.severity}`}>
      {item === undefined ? (
        body
      ) : (
        <button type="button" className="draft-notice-main" onClick={() => actions.open(item)}>
          {body}
        </button>
      )}
      {edits === undefined ? null : (
        <Button small onClick={() => void actions.applyEdits(edits)} title={notice.hint}>
          Fix
        </Button>
      )}
    </li>
  );
}

/** What holds for pods that do not exist yet. */
const SafetyLine = memo(function SafetyLine({ review }: { readonly review: DraftReview | null }): ReactNode {
  const [open, setOpen] = useState(false);
  if (review === null) return <p className="draft-safety muted">Checking what it means for pods to come…</p>;
  const { opensNothing, namespaces, counterexamples } = review.safety;
  if (opensNothing) {
    return (
      <p className="draft-safety safe">
        <Icon name="policies" size={14} />
        <span>Opens nothing new, whatever is deployed{placeText(namespaces)}.</span>
      </p>
    );
  }
  const [first, ...rest] = counterexamples;
  return (
    <div className="draft-safety">
      <Icon name="policies" size={14} />
      <div>
        {first === undefined ? null : <p>{exampleText(first)}</p>}
        {open ? rest.map((example) => <p key={JSON.stringify(example)}>{exampleText(example)}</p>) : null}
        {rest.length === 0 ? null : (
          <button
            type="button"
            className="button ghost small"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {open ? 'Less' : `${rest.length} more such ${rest.length === 1 ? 'case' : 'cases'}`}
          </button>
        )}
      </div>
    </div>
  );
});

function placeText(namespaces: readonly string[]): string {
  if (namespaces.length === 0) return '';
  if (namespaces.length > 3) return ` in ${namespaces.length} namespaces`;
  return ` in ${namespaces.join(', ')}`;
}

function exampleText({ direction, subject, peer, ports }: FutureOpening): string {
  return direction === 'ingress'
    ? `Pods to come: ${peer} could reach ${subject} on ${ports}.`
    : `Pods to come: ${subject} could reach ${peer} on ${ports}.`;
}

interface ImpactListProps {
  readonly impact: ImpactReading;
  readonly version: number;
  readonly navigate: Navigate;
  /** What scrolls, and what of it stands above the list. */
  readonly pane: RefObject<HTMLElement | null>;
  readonly head: RefObject<HTMLElement | null>;
}

type Line =
  | { readonly type: 'group'; readonly group: ImpactGroup }
  | { readonly type: 'row'; readonly row: ImpactRow; readonly depth: 0 | 1 }
  | { readonly type: 'loading'; readonly key: string };

const ImpactList = memo(function ImpactList({
  impact,
  version,
  navigate,
  pane,
  head,
}: ImpactListProps): ReactNode {
  const [only, setOnly] = useState<ImpactKind | null>(null);
  const { open, rowsOf, toggle } = useExpanded(version);
  const list = useRef<HTMLUListElement>(null);
  const counted = KINDS.filter(({ kind }) => impact.pairs[kind] > 0);
  const above = useOffset(list, head, counted.length > 0);
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
      <fieldset className="draft-kinds">
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
                  onSelect={() =>
                    navigate({ selection: { type: 'pair', from: line.row.from.id, to: line.row.to.id } })
                  }
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
  above: RefObject<HTMLElement | null>,
  isShown: boolean,
): number {
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    if (above.current === null || !isShown) return;
    const observer = new ResizeObserver(() => setOffset(element.current?.offsetTop ?? 0));
    observer.observe(above.current);
    return () => observer.disconnect();
  }, [element, above, isShown]);
  return offset;
}

/** Rows between namespaces that were opened up; forgotten when the draft changes, since they are of the old state. */
function useExpanded(version: number) {
  const engine = useEngine();
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
      void engine
        .call(expandImpactRequest, { from: row.from.id, to: row.to.id })
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

interface GroupProps {
  readonly group: ImpactGroup;
  readonly expanded: boolean;
  readonly onToggle: () => void;
}

/** Many rows that say the same, as one. */
function Group({ group, expanded, onToggle }: GroupProps): ReactNode {
  const [first] = group.rows;
  if (first === undefined || group.shared === null) return null;
  const badge = KINDS.find(({ kind }) => kind === first.kind);
  const others = <span className="draft-end truncate">{group.shared.others}</span>;
  return (
    <div className="draft-row">
      <button type="button" className="draft-row-main" aria-expanded={expanded} onClick={onToggle}>
        <span className={`badge ${badge?.badge ?? ''} draft-row-kind`}>
          <KindIcon kind={first.kind} />
          <span className="visually-hidden">{badge?.label}</span>
        </span>
        <span className="draft-row-text">
          <span className="draft-row-ends">
            {group.shared.end === 'from' ? <End end={first.from} /> : others}
            <Icon name="arrow" size={12} />
            {group.shared.end === 'to' ? (
              <End end={first.to} />
            ) : group.shared.end === 'own' ? (
              <OwnPods />
            ) : (
              others
            )}
            <span className="count">{formatCount(group.rows.length)}</span>
          </span>
          <span className="draft-row-ports">
            <Ports row={first} />
          </span>
        </span>
        <Icon name={expanded ? 'down' : 'chevron'} size={12} />
      </button>
    </div>
  );
}

interface RowProps {
  readonly row: ImpactRow;
  readonly depth: 0 | 1;
  readonly expandable: boolean;
  readonly expanded: boolean;
  readonly onToggle: () => void;
  readonly onSelect: () => void;
}

function Row({ row, depth, expandable, expanded, onToggle, onSelect }: RowProps): ReactNode {
  const badge = KINDS.find(({ kind }) => kind === row.kind);
  return (
    <div className="draft-row" data-depth={depth}>
      <button
        type="button"
        className="draft-row-main"
        aria-expanded={expandable ? expanded : undefined}
        title={`Before: ${row.before.label}. After: ${row.after.label}.`}
        onClick={expandable ? onToggle : onSelect}
      >
        <span className={`badge ${badge?.badge ?? ''} draft-row-kind`}>
          <KindIcon kind={row.kind} />
          <span className="visually-hidden">{badge?.label}</span>
        </span>
        <span className="draft-row-text">
          <span className="draft-row-ends">
            <End end={row.from} />
            <Icon name="arrow" size={12} />
            {isOwn(row) ? <OwnPods /> : <End end={row.to} />}
            {row.pairs > 1 ? <span className="count">{formatCount(row.pairs)}</span> : null}
          </span>
          <span className="draft-row-ports">
            <Ports row={row} />
          </span>
        </span>
        {expandable ? <Icon name={expanded ? 'down' : 'chevron'} size={12} /> : null}
      </button>
    </div>
  );
}

/** The other end of a workload with itself. */
function OwnPods(): ReactNode {
  return <span className="draft-end truncate muted">its own pods</span>;
}

function End({ end }: { readonly end: ImpactEnd }): ReactNode {
  const full =
    end.namespace === undefined || end.type === 'namespace' ? end.label : `${end.namespace}/${end.label}`;
  const title = end.kind === undefined ? full : `${end.kind} ${full}`;
  return (
    <span className="draft-end end-name" title={title}>
      <EndName
        namespace={end.type === 'workload' || end.type === 'hidden' ? end.namespace : undefined}
        name={end.label}
        title={title}
      />
    </span>
  );
}

function Ports({ row }: { readonly row: ImpactRow }): ReactNode {
  const opens = row.opened.all || row.opened.ranges.length > 0;
  const closes = row.closed.all || row.closed.ranges.length > 0;
  return (
    <>
      {opens ? <span className="draft-plus">+ {row.opened.label}</span> : null}
      {closes ? <span className="draft-minus">− {row.closed.label}</span> : null}
      {row.kind === 'uncertain' ? <span className="draft-unsure">? {row.unknown.label}</span> : null}
      {row.kind === 'widened' || row.kind === 'narrowed' || row.kind === 'rearranged' ? (
        <span className="muted">
          {row.before.label} → {row.after.label}
        </span>
      ) : null}
    </>
  );
}
