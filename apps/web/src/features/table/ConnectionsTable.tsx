import {
  type ConnectionPlan,
  type ConnectionRow,
  type ConnectionSort,
  type OpenGroup,
  SORTED_BY_POLICIES_AT_MOST,
} from '@bulkhead/policy-engine';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { showsOnlyChanges, useScope } from '../../app/scope.ts';
import { useEngine, useSession } from '../../data/engine.ts';
import { useAnnounce } from '../../shared/announce.tsx';
import { saveText } from '../../shared/files.ts';
import { Button, EmptyState, formatCount, plural } from '../../shared/ui.tsx';
import { type ConnectionStretch, tableConnectionsRequest } from '../../worker/explore/table-requests.ts';
import { connectionColumns, endName, portsText } from './connection-columns.tsx';
import { csvLines, tsvLines } from './formats.ts';
import { Grid } from './Grid.tsx';
import { sortBy, sortOf, useFind } from './state.ts';
import { TableBar } from './TableBar.tsx';

const PAGE = 100;
/** Browsers can't scroll further than this many rows. */
const LISTED_AT_MOST = 1_000_000;
/** Files and the clipboard hold at most so many rows, which are fetched in steps. */
const SAVED_AT_MOST = 200_000;
const COPIED_AT_MOST = 20_000;
const STEP = 2_000;
const SORTS = ['from', 'to', 'ports', 'verdict', 'change', 'policies'] as const;

/** Every connection as a row. Rows are fetched from the worker as they come into sight. */
export function ConnectionsTable({ route }: { readonly route: Route }): ReactNode {
  const { filter, verdicts, ports } = useScope(route);
  const engine = useEngine();
  const session = useSession();
  const announce = useAnnounce();
  const [text, setText] = useFind(route);
  const [saving, setSaving] = useState<number | null>(null);
  const [range, setRange] = useState<readonly [number, number]>([0, 0]);
  const asked = sortOf(route, SORTS, 'from');
  const query = useMemo(() => {
    const { key, descending } = sortOf(route, SORTS, 'from');
    const plan: ConnectionPlan = {
      verdicts,
      find: route.find,
      sort: key,
      descending,
      listOpen: route.listOpen,
    };
    return { filter, ports, plan };
  }, [filter, ports, verdicts, route]);
  const pages = useMemo(() => {
    const first = Math.floor(range[0] / PAGE);
    const last = Math.floor(range[1] / PAGE);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }, [range]);
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: ['table', session.cluster, session.revision, session.overlay, query, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        engine.call(tableConnectionsRequest, { ...query, offset: page * PAGE, limit: PAGE }, { signal }),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 30_000,
      retry: false,
      placeholderData: keepPreviousData<ConnectionStretch>,
    })),
  });
  const loaded = new Map<number, ConnectionStretch>();
  for (const { data } of results) if (data !== undefined) loaded.set(data.offset / PAGE, data);
  const [any] = loaded.values();
  const count = any?.count ?? 0;
  const sortableByPolicies = count <= SORTED_BY_POLICIES_AT_MOST;
  const sort =
    asked.key === 'policies' && !sortableByPolicies ? { key: 'from' as const, descending: false } : asked;
  const withDraft = session.overlay !== null;
  const columns = useMemo(
    () => connectionColumns(withDraft, sortableByPolicies),
    [withDraft, sortableByPolicies],
  );
  const onRange = useCallback((first: number, last: number) => setRange([first, last]), []);
  const failed = results.find((result) => result.isError)?.error;
  if (failed !== undefined && failed !== null) {
    return (
      <EmptyState title="The connections could not be listed" icon="warning">
        <p>{failed.message}</p>
      </EmptyState>
    );
  }

  /** Makes each step's rows a part of a text, so that no step holds the page up. Resolves with how many rows there were. */
  const collect = async (
    most: number,
    part: (rows: readonly ConnectionRow[]) => unknown,
  ): Promise<number> => {
    let got = 0;
    const wanted = Math.min(count, most);
    setSaving(0);
    try {
      while (got < wanted) {
        const limit = Math.min(STEP, wanted - got);
        const { rows } = await engine.call(tableConnectionsRequest, { ...query, offset: got, limit });
        if (rows.length === 0) break;
        part(rows);
        got += rows.length;
        setSaving(got / wanted);
      }
    } finally {
      setSaving(null);
    }
    return got;
  };
  const left = (got: number) => (got < count ? `, the first of ${formatCount(count)}` : '');
  const save = async (format: 'csv' | 'json') => {
    announce('Preparing the file');
    // As blobs, so that each is made bytes with its step and not all of them at the end.
    const parts: Blob[] = [];
    const add = (text: string) => parts.push(new Blob([text]));
    if (format === 'csv') add(csvLines([HEADER]));
    const got = await collect(SAVED_AT_MOST, (rows) =>
      format === 'csv'
        ? add(csvLines(rows.map(fieldsOf)))
        : add(
            `${parts.length === 0 ? '[\n' : ',\n'}${rows.map((row) => JSON.stringify(toJson(row))).join(',\n')}`,
          ),
    );
    if (format === 'json') add(parts.length === 0 ? '[]\n' : '\n]\n');
    saveText(parts, `bulkhead-connections.${format}`, format === 'csv' ? 'text/csv' : 'application/json');
    announce(`${plural(got, 'connection')} saved${left(got)}`);
  };
  const copy = async () => {
    const parts = [tsvLines([HEADER])];
    const got = await collect(COPIED_AT_MOST, (rows) => parts.push(tsvLines(rows.map(fieldsOf))));
    await navigator.clipboard.writeText(parts.join('\n'));
    announce(`${plural(got, 'row')} copied${left(got)}`);
  };
  const { selection } = route;
  return (
    <>
      <TableBar
        label="connections"
        placeholder="Filter rows: web 443, or web -> db"
        text={text}
        onText={setText}
        onCopy={() => void copy()}
        onCsv={() => void save('csv')}
        onJson={() => void save('json')}
        busy={saving !== null || any === undefined}
      >
        <span className="muted" data-testid="connection-count">
          {any === undefined
            ? 'Counting'
            : `${plural(count, 'connection')}${showsOnlyChanges(route) ? ' changed by the draft' : route.listOpen ? '' : ' besides the open ones'}`}
          {count > LISTED_AT_MOST ? `; the first ${formatCount(LISTED_AT_MOST)} can be scrolled to` : ''}
          {asked.key === sort.key
            ? ''
            : `; filter to ${formatCount(SORTED_BY_POLICIES_AT_MOST)} or fewer to sort by what decides them`}
          {saving === null ? '' : ` · ${Math.round(saving * 100)} % fetched`}
        </span>
        {count > SAVED_AT_MOST ? (
          <span className="muted">files hold {formatCount(SAVED_AT_MOST)}</span>
        ) : null}
      </TableBar>
      {showsOnlyChanges(route) ? null : <OpenGroups groups={any?.groups ?? []} listed={route.listOpen} />}
      {any === undefined ? (
        <EmptyState title="Counting connections" icon="table">
          <div className="progress indeterminate">
            <i />
          </div>
        </EmptyState>
      ) : count === 0 ? (
        <EmptyState title="No connection" icon="table">
          <p>
            {route.find === ''
              ? showsOnlyChanges(route)
                ? 'The draft changes nothing among what the filters leave.'
                : 'No policy decides anything among what the filters leave.'
              : 'No row has these words.'}
          </p>
        </EmptyState>
      ) : (
        <Grid<ConnectionRow, ConnectionSort>
          label="Connections"
          columns={columns}
          count={Math.min(count, LISTED_AT_MOST)}
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
          onSort={(key) => sortBy(sort, key)}
          onRange={onRange}
        />
      )}
    </>
  );
}

interface OpenGroupsProps {
  readonly groups: readonly OpenGroup[];
  readonly listed: boolean;
}

/** What no policy has a say on, as one line for each kind instead of a row for each pair. */
function OpenGroups({ groups, listed }: OpenGroupsProps): ReactNode {
  if (groups.length === 0) return null;
  const ends = (kind: OpenGroup['from'], count: number) =>
    kind === 'outside' ? plural(count, 'outside peer') : plural(count, 'open workload');
  return (
    <section className="open-groups" aria-label="Connections that no policy has a say on">
      <ul>
        {groups.map((group) => (
          <li key={`${group.from} ${group.to}`}>
            <span className="badge open">open</span>
            {ends(group.from, group.sources)} → {ends(group.to, group.destinations)}, all ports:{' '}
            <strong>{plural(group.pairs, 'connection')}</strong>
          </li>
        ))}
      </ul>
      <span className="muted">No policy has a say on either end.</span>
      <Button small aria-pressed={listed} onClick={() => navigate({ listOpen: !listed })}>
        {listed ? 'Listed; fold them' : 'List them'}
      </Button>
    </section>
  );
}

const HEADER = [
  'source',
  'source kind',
  'destination',
  'destination kind',
  'ports',
  'verdict',
  'change',
  'before',
  'opens',
  'closes',
  'policies',
];

/** A row's fields, as `HEADER` names them. */
function fieldsOf(row: ConnectionRow): readonly string[] {
  return [
    endName(row.from),
    row.from.kind,
    endName(row.to),
    row.to.kind,
    portsText(row),
    row.verdict,
    row.outcome.impact ?? '',
    row.outcome.impact === null ? '' : row.outcome.before,
    row.outcome.opened,
    row.outcome.closed,
    row.policies.join(' '),
  ];
}

function toJson(row: ConnectionRow) {
  return {
    source: { id: row.from.id, name: endName(row.from), kind: row.from.kind },
    destination: { id: row.to.id, name: endName(row.to), kind: row.to.kind },
    verdict: row.verdict,
    ports: row.outcome.ports,
    unknownPorts: row.outcome.unknown,
    change: row.outcome.impact,
    before: row.outcome.before,
    opens: row.outcome.opened,
    closes: row.outcome.closed,
    policies: row.policies,
  };
}
