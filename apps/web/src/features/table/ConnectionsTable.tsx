import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { type ReactNode, useCallback, useDeferredValue, useMemo, useState } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { useScope } from '../../app/scope.ts';
import { useEngine, useSession } from '../../data/engine.ts';
import { useAnnounce } from '../../shared/announce.tsx';
import { saveText } from '../../shared/files.ts';
import { policyName } from '../../shared/names.ts';
import { Button, EmptyState, formatCount, VerdictBadge } from '../../shared/ui.tsx';
import {
  type ConnectionColumn,
  type ConnectionQuery,
  type ConnectionWindow,
  connectionsRequest,
  exportConnectionsRequest,
  type ListedRow,
} from '../../worker/explore/requests.ts';
import { Grid, type GridColumn } from './Grid.tsx';

const PAGE = 200;
type Column = ConnectionColumn | 'policies';

function endName({ namespace, label, kind }: ListedRow['from']): string {
  return namespace === '' || kind === 'Namespace' ? label : `${namespace}/${label}`;
}

const SIGN = {
  opened: '+ opened',
  closed: '− closed',
  widened: '±+ widened',
  narrowed: '±− narrowed',
} as const;

const COLUMNS: readonly GridColumn<ListedRow, Column>[] = [
  {
    key: 'from',
    title: 'Source',
    width: 150,
    grow: 2,
    sortable: true,
    render: (row) => (
      <span className="truncate" title={`${row.from.kind} ${endName(row.from)}`}>
        {endName(row.from)}
      </span>
    ),
  },
  {
    key: 'to',
    title: 'Destination',
    width: 150,
    grow: 2,
    sortable: true,
    render: (row) => (
      <span className="truncate" title={`${row.to.kind} ${endName(row.to)}`}>
        {endName(row.to)}
      </span>
    ),
  },
  {
    key: 'ports',
    title: 'Ports',
    width: 120,
    grow: 1.4,
    sortable: true,
    render: (row) => (
      <span className="truncate mono" title={row.ports.label}>
        {row.impact === 'closed' ? (row.closed?.label ?? row.ports.label) : row.ports.label}
      </span>
    ),
  },
  {
    key: 'verdict',
    title: 'Verdict',
    width: 112,
    grow: 0,
    sortable: true,
    render: (row) =>
      row.of > 1 && row.pairs < row.of ? (
        <VerdictBadge verdict={row.verdict} label={`${row.pairs}/${row.of}`} />
      ) : (
        <VerdictBadge verdict={row.verdict} />
      ),
  },
  {
    key: 'policies',
    title: 'Decided by',
    width: 140,
    grow: 2,
    sortable: false,
    render: (row) =>
      row.policies.length === 0 ? (
        <span className="muted">{row.from.kind === 'Namespace' ? 'several' : 'no policy isolates'}</span>
      ) : (
        <span className="truncate">{row.policies.map((key) => policyName(key).name).join(', ')}</span>
      ),
  },
  {
    key: 'impact',
    title: 'Draft',
    width: 110,
    grow: 0,
    sortable: true,
    render: (row) =>
      row.impact === null ? null : <span className={`badge ${row.impact}`}>{SIGN[row.impact]}</span>,
  },
];

/** Every connection as a row. Rows are fetched from the worker as they come into sight. */
export function ConnectionsTable({ route }: { readonly route: Route }): ReactNode {
  const { filter, verdicts, ports } = useScope(route);
  const engine = useEngine();
  const session = useSession();
  const announce = useAnnounce();
  const [text, setText] = useState('');
  const words = useDeferredValue(text);
  const [sort, setSort] = useState<{ key: ConnectionColumn; descending: boolean }>({
    key: 'from',
    descending: false,
  });
  const [range, setRange] = useState<readonly [number, number]>([0, 0]);
  const query = useMemo(
    (): ConnectionQuery => ({
      filter,
      verdicts,
      ports,
      text: words,
      sort: sort.key,
      descending: sort.descending,
    }),
    [filter, verdicts, ports, words, sort],
  );
  const pages = useMemo(() => {
    const first = Math.floor(range[0] / PAGE);
    const last = Math.floor(range[1] / PAGE);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }, [range]);
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: ['connections', session.cluster, session.revision, session.overlay, query, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        engine.call(connectionsRequest, { ...query, offset: page * PAGE, limit: PAGE }, { signal }),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
      placeholderData: keepPreviousData<ConnectionWindow>,
    })),
  });
  const loaded = new Map<number, ConnectionWindow>();
  for (const result of results)
    if (result.data !== undefined) loaded.set(result.data.offset / PAGE, result.data);
  const [any] = loaded.values();
  const onRange = useCallback((first: number, last: number) => setRange([first, last]), []);
  const failed = results.find((result) => result.isError)?.error;
  if (failed !== undefined && failed !== null) {
    return (
      <EmptyState title="The connections could not be listed" icon="warning">
        <p>{failed.message}</p>
      </EmptyState>
    );
  }
  const save = async (format: 'csv' | 'json') => {
    announce('Preparing the file');
    const content = await engine.call(exportConnectionsRequest, { ...query, format });
    saveText(content, `bulkhead-connections.${format}`, format === 'csv' ? 'text/csv' : 'application/json');
  };
  const copy = async () => {
    await navigator.clipboard.writeText(
      await engine.call(exportConnectionsRequest, { ...query, format: 'csv' }),
    );
    announce(`${formatCount(any?.matching ?? 0)} rows copied`);
  };
  const { selection } = route;
  return (
    <>
      <div className="table-bar">
        <input
          className="input"
          type="search"
          aria-label="Filter connections"
          placeholder="Filter rows"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="muted" data-testid="connection-count">
          {any === undefined
            ? ''
            : any.matching === any.total
              ? `${formatCount(any.total)} connections`
              : `${formatCount(any.matching)} of ${formatCount(any.total)} connections`}
        </span>
        {any?.level === 'namespace' ? (
          <span className="badge warning">
            by namespace: too many for workloads; narrow the scope to list them
          </span>
        ) : null}
        <span className="spring" />
        <Button small icon="copy" onClick={() => void copy()}>
          Copy
        </Button>
        <Button small icon="download" onClick={() => void save('csv')}>
          CSV
        </Button>
        <Button small icon="download" onClick={() => void save('json')}>
          JSON
        </Button>
      </div>
      {any !== undefined && any.matching === 0 ? (
        <EmptyState title="No connection" icon="table">
          <p>
            {any.total === 0 ? 'Nothing is allowed among what the filters leave.' : 'No row has these words.'}
          </p>
        </EmptyState>
      ) : (
        <Grid<ListedRow, Column>
          label="Connections"
          columns={COLUMNS}
          count={any?.matching ?? 0}
          rowAt={(index) => {
            const page = loaded.get(Math.floor(index / PAGE));
            return page?.rows[index - page.offset];
          }}
          rowKey={(row) => `${row.from.id} ${row.to.id}`}
          isSelected={(row) =>
            selection?.type === 'pair' && selection.from === row.from.id && selection.to === row.to.id
          }
          onOpen={(row) => navigate({ selection: { type: 'pair', from: row.from.id, to: row.to.id } })}
          sort={sort}
          onSort={(key) => {
            if (key !== 'policies') setSort({ key, descending: sort.key === key && !sort.descending });
          }}
          onRange={onRange}
        />
      )}
    </>
  );
}
