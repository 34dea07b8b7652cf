import type { ConnectionRow, ConnectionSort, MatrixUnit } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { policyName } from '../../shared/names.ts';
import { VerdictBadge } from '../../shared/ui.tsx';
import type { GridColumn } from './Grid.tsx';

export type ConnectionColumn = ConnectionSort | 'policies';

/** `payments/db`, `10.0.0.0/8`. */
export function endName(unit: MatrixUnit): string {
  return unit.type === 'workload' ? `${unit.namespace}/${unit.label}` : unit.label;
}

/** Ports that the row is about; of what a draft closed, those that it closed. */
export function portsText({ outcome, verdict }: ConnectionRow): string {
  if (verdict === 'denied') return outcome.closed;
  if (verdict === 'unknown') return outcome.unknown;
  return outcome.unknown === '' ? outcome.ports : `${outcome.ports} (unknown: ${outcome.unknown})`;
}

const CHANGE = {
  opened: ['opened', '+ opened'],
  closed: ['closed', '− closed'],
  widened: ['widened', '±+ widened'],
  narrowed: ['narrowed', '±− narrowed'],
  uncertain: ['unknown', '~ uncertain'],
} as const;

function End({ unit }: { readonly unit: MatrixUnit }): ReactNode {
  return (
    <span className="truncate" title={`${unit.kind} ${endName(unit)}`}>
      {unit.type === 'workload' ? <span className="muted">{unit.namespace}/</span> : null}
      {unit.label}
    </span>
  );
}

export function deciders(row: ConnectionRow): string {
  return row.policies.map((key) => policyName(key).name).join(', ');
}

export const CONNECTION_COLUMNS: readonly GridColumn<ConnectionRow, ConnectionColumn>[] = [
  {
    key: 'from',
    title: 'Source',
    width: 150,
    grow: 2,
    sortable: true,
    render: (row) => <End unit={row.from} />,
  },
  {
    key: 'to',
    title: 'Destination',
    width: 150,
    grow: 2,
    sortable: true,
    render: (row) => <End unit={row.to} />,
  },
  {
    key: 'ports',
    title: 'Ports',
    width: 130,
    grow: 1.4,
    sortable: true,
    render: (row) => (
      <span className="truncate mono" title={portsText(row)}>
        {portsText(row)}
      </span>
    ),
  },
  {
    key: 'verdict',
    title: 'Verdict',
    width: 112,
    grow: 0,
    sortable: true,
    render: (row) => <VerdictBadge verdict={row.verdict} />,
  },
  {
    key: 'policies',
    title: 'Decided by',
    width: 150,
    grow: 2,
    sortable: false,
    render: (row) =>
      row.policies.length === 0 ? (
        <span className="muted truncate">no rule: not isolated</span>
      ) : (
        <span className="truncate" title={row.policies.join('\n')}>
          {deciders(row)}
        </span>
      ),
  },
  {
    key: 'change',
    title: 'Draft',
    width: 116,
    grow: 0,
    sortable: true,
    render: ({ outcome: { impact } }) =>
      impact === null ? (
        <span className="muted">–</span>
      ) : (
        <span className={`badge ${CHANGE[impact][0]}`}>{CHANGE[impact][1]}</span>
      ),
  },
];
