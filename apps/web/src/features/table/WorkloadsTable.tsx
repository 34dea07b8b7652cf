import type { Exposed, WorkloadRow } from '@bulkhead/policy-engine';
import type { ReactNode } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useScope } from '../../app/scope.ts';
import { useEngineQuery } from '../../data/engine.ts';
import { EmptyState, formatCount } from '../../shared/ui.tsx';
import { workloadTableRequest } from '../../worker/explore/requests.ts';
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

const EXPOSED: Readonly<Record<Exposed, string>> = {
  internet: 'internet',
  some: 'some addresses',
  none: 'no',
};

const count = (key: 'pods' | 'reaches' | 'reachedBy', title: string): LocalColumn<WorkloadRow, Key> => ({
  key,
  title,
  width: 96,
    grow: 0,
  sortable: true,
  align: 'end',
  value: (row) => row[key],
  render: (row) => formatCount(row[key]),
});

const isolation = (key: 'ingress' | 'egress', title: string): LocalColumn<WorkloadRow, Key> => ({
  key,
  title,
  width: 100,
    grow: 0,
  sortable: true,
  value: (row) => row[key],
  render: (row) => <span className={`badge ${row[key]}`}>{row[key]}</span>,
});

const exposure = (key: 'fromOutside' | 'toOutside', title: string): LocalColumn<WorkloadRow, Key> => ({
  key,
  title,
  width: 128,
    grow: 0,
  sortable: true,
  value: (row) => EXPOSED[row[key]],
  render: (row) =>
    row[key] === 'internet' ? (
      <span className="badge open">internet</span>
    ) : (
      <span className="muted">{EXPOSED[row[key]]}</span>
    ),
});

const COLUMNS: readonly LocalColumn<WorkloadRow, Key>[] = [
  {
    key: 'namespace',
    title: 'Namespace',
    width: 120,
    grow: 1,
    sortable: true,
    value: (row) => row.namespace,
    render: (row) => <span className="truncate">{row.namespace}</span>,
  },
  {
    key: 'name',
    title: 'Workload',
    width: 150,
    grow: 1.4,
    sortable: true,
    value: (row) => row.name,
    render: (row) => <span className="truncate strong">{row.name}</span>,
  },
  {
    key: 'kind',
    title: 'Kind',
    width: 112,
    grow: 0,
    sortable: true,
    value: (row) => row.kind,
    render: (row) => row.kind,
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
  const { filter, verdicts, ports } = useScope(route);
  const query = useEngineQuery(workloadTableRequest, { filter, verdicts, ports });
  if (query.isError) {
    return (
      <EmptyState title="The workloads could not be listed" icon="warning">
        <p>{query.error.message}</p>
      </EmptyState>
    );
  }
  const { selection } = route;
  return (
    <LocalTable
      name="workloads"
      label="Workloads"
      rows={query.data ?? []}
      columns={COLUMNS}
      first="namespace"
      rowKey={(row) => row.id}
      isSelected={(row) => selection?.type === 'entity' && selection.id === row.id}
      onOpen={(row) => navigate({ selection: { type: 'entity', id: row.id } })}
      empty="No workload matches the filters."
    />
  );
}
