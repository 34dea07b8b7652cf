import type { EdgeImpact, PeerRow, PolicyKey, PortSummary } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { navigate } from '../../app/route.ts';
import { Icon } from '../../shared/icons.tsx';
import { IMPACT_SIGNS } from '../../shared/impact-signs.ts';
import { policyName, shortKind } from '../../shared/names.ts';
import { EmptyState } from '../../shared/ui.tsx';

export function ImpactBadge({ impact }: { readonly impact: EdgeImpact }): ReactNode {
  return (
    <span className={`badge ${impact}`}>
      {IMPACT_SIGNS[impact]} {impact === 'rearranged' ? 'other ports' : impact}
    </span>
  );
}

/** A policy's name that opens it. */
export function PolicyLink({
  policy,
  line,
}: {
  readonly policy: PolicyKey;
  readonly line?: number;
}): ReactNode {
  const { kind, namespace, name } = policyName(policy);
  return (
    <button
      type="button"
      className="link"
      title={`${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`}
      onClick={() =>
        navigate({
          selection:
            line === undefined ? { type: 'policy', key: policy } : { type: 'policy', key: policy, line },
        })
      }
    >
      {kind === 'NetworkPolicy' ? '' : `${shortKind(kind)} `}
      {namespace === '' ? '' : `${namespace}/`}
      {name}
    </button>
  );
}

const VERDICT_ICON = { allowed: 'check', unknown: 'question', denied: 'cross' } as const;

/** A peer with the ports, as a row that opens the pair. */
export function PeerButton({
  row,
  onOpen,
  child = false,
}: {
  readonly row: PeerRow;
  readonly onOpen: () => void;
  readonly child?: boolean;
}): ReactNode {
  return (
    <button
      type="button"
      className={child ? 'peer child' : 'peer'}
      onClick={onOpen}
      title={`${row.label}: ${row.ports.label}`}
    >
      <span className={`verdict-${row.verdict}`}>
        <Icon name={VERDICT_ICON[row.verdict]} size={13} />
        <span className="visually-hidden">{row.verdict}</span>
      </span>
      <span className="truncate">
        {row.label} {row.impact === null ? null : <ImpactBadge impact={row.impact} />}
      </span>
      <span className="ports">{portText(row.ports, row.closed)}</span>
    </button>
  );
}

function portText(ports: PortSummary, closed: PortSummary | null): string {
  return ports.ranges.length === 0 && !ports.all && closed !== null ? closed.label : ports.label;
}

/** Lines of a text with their numbers. */
export function CodeLines({
  lines,
  first,
  marked,
  onLine,
}: {
  readonly lines: readonly string[];
  readonly first: number;
  readonly marked?: readonly [number, number];
  readonly onLine?: (line: number) => void;
}): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: wide lines scroll, which must work by keyboard
    <section className="code" aria-label="YAML" tabIndex={0}>
      {lines.map((text, index) => {
        const line = first + index;
        const on = marked !== undefined && line >= marked[0] && line <= marked[1];
        const content = (
          <>
            <span className="number">{line}</span>
            {text === '' ? ' ' : text}
          </>
        );
        return onLine === undefined ? (
          <div key={line} className={on ? 'mark' : undefined}>
            {content}
          </div>
        ) : (
          <button
            key={line}
            type="button"
            className={on ? 'mark' : undefined}
            data-line={line}
            onClick={() => onLine(line)}
          >
            {content}
          </button>
        );
      })}
    </section>
  );
}

/** Shown where something was selected that is not there. */
export function Gone({ what, close }: { readonly what: string; readonly close: ReactNode }): ReactNode {
  return (
    <>
      <div className="inspector-head">
        <h2>Not found</h2>
        {close}
      </div>
      <EmptyState title={`${what} is not in this cluster`} icon="question">
        <p>It may have been removed, or the link was made for another cluster.</p>
      </EmptyState>
    </>
  );
}
