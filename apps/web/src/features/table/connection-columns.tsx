import type { ConnectionRow, ConnectionSort, MatrixUnit } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import { EndName } from '../../shared/EndName.tsx';
import { MarkBadge, markSuffix } from '../../shared/marks.tsx';
import { policyName } from '../../shared/names.ts';
import { VerdictBadge } from '../../shared/ui.tsx';
import { endName, portsText } from '../../worker/explore/connection-file.ts';
import { contentWidth } from './column-widths.ts';
import type { GridColumn } from './Grid.tsx';

type Column = GridColumn<ConnectionRow, ConnectionSort>;

/** How the draft changes a row; what is uncertain opens and closes nothing that can be told. */
const CHANGE = {
  opened: ['opened', '+'],
  closed: ['closed', '−'],
  widened: ['widened', '±+'],
  narrowed: ['narrowed', '±−'],
  rearranged: ['other ports', '±'],
  uncertain: ['uncertain', '~'],
} as const;

function End({ unit }: { readonly unit: MatrixUnit }): ReactNode {
  const title = `${unit.kind} ${endName(unit)}${markSuffix(unit.mark)}`;
  return (
    <span className="end-name" title={title}>
      {unit.mark === null ? null : (
        <>
          <MarkBadge mark={unit.mark} small />{' '}
        </>
      )}
      <EndName
        namespace={unit.type === 'workload' ? (unit.namespace ?? undefined) : undefined}
        name={unit.label}
        title={title}
      />
    </span>
  );
}

export function deciders(row: ConnectionRow): string {
  return row.policies.map((key) => policyName(key).name).join(', ');
}

/** What the draft does to a row, beside the sign of it: `TCP 8081`, or `+ TCP 8081 − TCP 8080` where it does both. */
export function changeText({ outcome: { opened, closed } }: ConnectionRow): string {
  return opened !== '' && closed !== '' ? `+ ${opened} − ${closed}` : `${opened}${closed}`;
}

const CHANGE_COLUMN: Column = {
  key: 'change',
  title: 'Draft',
  least: 130,
  want: 230,
  grow: 1.6,
  sortable: true,
  render: (row) => {
    const { impact, before, ports } = row.outcome;
    if (impact === null) return <span className="muted">unchanged</span>;
    const [label, sign] = CHANGE[impact];
    return (
      <span className="truncate" title={`${label}; before: ${before}; with the draft: ${ports}`}>
        <span className={`badge ${impact}`}>
          {sign}
          <span className="visually-hidden"> {label}</span>
        </span>{' '}
        <span className="mono">{impact === 'uncertain' ? label : changeText(row)}</span>
      </span>
    );
  },
};

const COLUMNS: readonly [Column, Column, ...Column[]] = [
  {
    key: 'from',
    title: 'Source',
    least: 110,
    want: 220,
    grow: 2,
    sortable: true,
    render: (row) => <End unit={row.from} />,
  },
  {
    key: 'to',
    title: 'Destination',
    least: 110,
    want: 220,
    grow: 2,
    sortable: true,
    render: (row) =>
      row.from.id === row.to.id ? (
        <span className="muted truncate" title={`${row.to.kind} ${endName(row.to)}`}>
          its own pods
        </span>
      ) : (
        <End unit={row.to} />
      ),
  },
  {
    key: 'ports',
    title: 'Ports',
    least: 90,
    want: 170,
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
    least: 112,
    want: 112,
    grow: 0,
    sortable: true,
    render: (row) => <VerdictBadge verdict={row.verdict} />,
  },
  {
    key: 'policies',
    title: 'Decided by',
    least: 110,
    want: 240,
    grow: 2,
    sortable: true,
    render: (row) =>
      row.policies.length === 0 ? (
        <span className="muted truncate">no rule: not isolated</span>
      ) : (
        <span className="truncate" title={row.policies.join('\n')}>
          {deciders(row)}
        </span>
      ),
  },
];

const [FROM, TO, ...REST] = COLUMNS;

/**
 * @param names what may stand at the ends of rows
 * @param sortableByPolicies whether the rows are few enough to be explained before they are sorted
 */
export function connectionColumns(
  names: readonly string[],
  withDraft: boolean,
  sortableByPolicies: boolean,
): readonly Column[] {
  const want = contentWidth('Destination', names, { most: 340 });
  const [from, to] = [
    { ...FROM, want },
    { ...TO, want },
  ];
  const rest = REST.map((column) =>
    column.key === 'policies' ? { ...column, sortable: sortableByPolicies } : column,
  );
  // With a draft, what it changes stands beside the ends.
  return withDraft ? [from, to, CHANGE_COLUMN, ...rest] : [from, to, ...rest];
}
