import type { ImpactEnd, ImpactKind, ImpactRow } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { EndName } from '../../../shared/EndName.tsx';
import { Icon } from '../../../shared/icons.tsx';
import { formatCount } from '../../../shared/ui.tsx';
import { DraftIcon } from '../parts/icons.tsx';
import { type ImpactGroup, isOwn } from './group.ts';

/** The ways in which a connection changes, in the order in which they are listed. */
export const KINDS: readonly { readonly kind: ImpactKind; readonly label: string; readonly badge: string }[] =
  [
    { kind: 'opened', label: 'Opened', badge: 'opened' },
    { kind: 'widened', label: 'Widened', badge: 'widened' },
    { kind: 'rearranged', label: 'Other ports', badge: 'rearranged' },
    { kind: 'uncertain', label: 'Uncertain', badge: 'uncertain' },
    { kind: 'narrowed', label: 'Narrowed', badge: 'narrowed' },
    { kind: 'closed', label: 'Closed', badge: 'closed' },
  ];

export function KindIcon({ kind }: { readonly kind: ImpactKind }): ReactNode {
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

interface GroupProps {
  readonly group: ImpactGroup;
  readonly expanded: boolean;
  readonly onToggle: () => void;
}

/** Many rows that say the same, as one. */
export function Group({ group, expanded, onToggle }: GroupProps): ReactNode {
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
            <To>
              {group.shared.end === 'to' ? (
                <End end={first.to} />
              ) : group.shared.end === 'own' ? (
                <OwnPods />
              ) : (
                others
              )}
            </To>
          </span>
          <span className="draft-row-ports">
            <Ports row={first} />
            <span className="count">{formatCount(group.rows.length)}</span>
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
  readonly onSelect: ((row: ImpactRow) => void) | undefined;
  readonly states: readonly [before: string, after: string];
}

/** One connection, or those between two namespaces, with what opens and closes. */
export function Row({ row, depth, expandable, expanded, onToggle, onSelect, states }: RowProps): ReactNode {
  const badge = KINDS.find(({ kind }) => kind === row.kind);
  const [before, after] = states;
  const title = `${before}: ${row.before.label}. ${after}: ${row.after.label}.`;
  const body = (
    <>
      <span className={`badge ${badge?.badge ?? ''} draft-row-kind`}>
        <KindIcon kind={row.kind} />
        <span className="visually-hidden">{badge?.label}</span>
      </span>
      <span className="draft-row-text">
        <span className="draft-row-ends">
          <End end={row.from} />
          <To>{isOwn(row) ? <OwnPods /> : <End end={row.to} />}</To>
        </span>
        <span className="draft-row-ports">
          <Ports row={row} />
          {row.pairs > 1 ? <span className="count">{formatCount(row.pairs)}</span> : null}
        </span>
      </span>
      {expandable ? <Icon name={expanded ? 'down' : 'chevron'} size={12} /> : null}
    </>
  );
  return (
    <div className="draft-row" data-depth={depth}>
      {expandable || onSelect !== undefined ? (
        <button
          type="button"
          className="draft-row-main"
          aria-expanded={expandable ? expanded : undefined}
          title={title}
          onClick={() => (expandable ? onToggle() : onSelect?.(row))}
        >
          {body}
        </button>
      ) : (
        <div className="draft-row-main" title={title}>
          {body}
        </div>
      )}
    </div>
  );
}

/** Where a connection leads; on a line of its own where both ends have no room on one. */
function To({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <span className="draft-row-to">
      <Icon name="arrow" size={12} />
      {children}
    </span>
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
  const unsure = row.unknown.all || row.unknown.ranges.length > 0;
  return (
    <>
      {opens ? <span className="draft-plus">+ {row.opened.label}</span> : null}
      {closes ? <span className="draft-minus">− {row.closed.label}</span> : null}
      {row.kind === 'uncertain' || unsure ? (
        <span className="draft-unsure">? {row.unknown.label}</span>
      ) : null}
      {row.kind === 'widened' || row.kind === 'narrowed' || row.kind === 'rearranged' ? (
        <span className="muted">
          {row.before.label} → {row.after.label}
        </span>
      ) : null}
    </>
  );
}
