import type { OutsideReach, ReachRow } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useScope } from '../../app/scope.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { CutName } from '../../shared/CutName.tsx';
import { MarkBadge, markSuffix } from '../../shared/marks.tsx';
import { EmptyState, formatCount, plural } from '../../shared/ui.tsx';
import { indexRequest } from '../../worker/explore/requests.ts';
import { tableWorkloadsRequest } from '../../worker/explore/table-requests.ts';
import { type LocalColumn, LocalTable } from './LocalTable.tsx';

type Key =
  | 'namespace'
  | 'name'
  | 'kind'
  | 'pods'
  | 'ingress'
  | 'egress'
  | 'reachedBy'
  | 'reaches'
  | 'fromOutside'
  | 'toOutside';
type Column = LocalColumn<ReachRow, Key>;

const count = (key: 'pods' | 'reaches' | 'reachedBy', title: string): Column => ({
  key,
  title,
  least: 110,
  most: 140,
  grow: 0,
  sortable: true,
  align: 'end',
  value: (row) => row[key],
  render: (row) => formatCount(row[key]),
});

const isolation = (key: 'ingress' | 'egress', title: string): Column => ({
  key,
  title,
  least: 98,
  most: 120,
  extra: 6,
  bold: true,
  grow: 0,
  sortable: true,
  value: (row) => row[key],
  render: (row) => <span className={`badge ${row[key]}`}>{row[key]}</span>,
});

function outsideText({ internet, others }: OutsideReach): string {
  if (internet !== null) return `internet: ${internet}`;
  return others === 0 ? 'no' : plural(others, 'named peer');
}

const exposure = (key: 'fromOutside' | 'toOutside', title: string): Column => ({
  key,
  title,
  least: 130,
  most: 240,
  extra: 6,
  bold: true,
  grow: 1,
  sortable: true,
  value: (row) => outsideText(row[key]),
  render: (row) =>
    row[key].internet === null ? (
      <span className="muted truncate">{outsideText(row[key])}</span>
    ) : (
      <span className="badge open truncate" title={outsideText(row[key])}>
        {outsideText(row[key])}
      </span>
    ),
});

const COLUMNS: readonly Column[] = [
  {
    key: 'namespace',
    title: 'Namespace',
    least: 110,
    most: 260,
    grow: 1,
    sortable: true,
    value: (row) => row.namespace,
    render: (row) => <CutName name={row.namespace} />,
  },
  {
    key: 'name',
    title: 'Workload',
    least: 160,
    most: 320,
    bold: true,
    grow: 1.4,
    sortable: true,
    value: (row) => row.name,
    render: (row) => (
      <span className="end-name strong" title={`${row.name}${markSuffix(row.mark)}`}>
        <CutName name={row.name} /> <MarkBadge mark={row.mark} />
      </span>
    ),
  },
  {
    key: 'kind',
    title: 'Kind',
    least: 90,
    most: 180,
    grow: 0,
    sortable: true,
    value: (row) => row.kind,
    render: (row) => <span className="truncate">{row.kind}</span>,
  },
  count('pods', 'Pods'),
  isolation('ingress', 'Ingress'),
  isolation('egress', 'Egress'),
  count('reachedBy', 'Reached by'),
  count('reaches', 'Reaches'),
  exposure('fromOutside', 'From outside'),
  exposure('toOutside', 'To outside'),
];

/** Workloads with their isolation, reach and exposure. */
export function WorkloadsTable({ route }: { readonly route: Route }): ReactNode {
  const { filter, ports } = useScope(route);
  const query = useEngineQuery(tableWorkloadsRequest, { filter, ports });
  const { data: index } = useEngineQuery(indexRequest, null);
  if (query.isError) {
    return (
      <EmptyState title="The workloads could not be listed" icon="warning">
        <p>{query.error.message}</p>
      </EmptyState>
    );
  }
  const { selection } = route;
  const hidden =
    index === undefined || query.data === undefined ? 0 : index.workloads.length - query.data.length;
  return (
    <LocalTable
      route={route}
      name="workloads"
      label="Workloads"
      rows={query.data}
      columns={COLUMNS}
      first="namespace"
      rowKey={(row) => row.id}
      isSelected={(row) => selection?.type === 'entity' && selection.id === row.id}
      onOpen={(row) => navigate({ selection: { type: 'entity', id: row.id } })}
      empty="No workload matches the filters."
      note={hidden > 0 ? `${plural(hidden, 'workload')} hidden by filters, and not counted as peers` : ''}
    />
  );
}
