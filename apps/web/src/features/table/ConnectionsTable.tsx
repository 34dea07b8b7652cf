import {
  type ConnectionPlan,
  type ConnectionRow,
  type ConnectionSort,
  type OpenGroup,
  SORTED_BY_POLICIES_AT_MOST,
} from '@bulkhead/policy-engine';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import type { Route } from '../../app/contracts.ts';
import { navigate } from '../../app/route.ts';
import { showsOnlyChanges, useScope } from '../../app/scope.ts';
import { useEngine, useEngineQuery, useSession } from '../../data/engine.ts';
import { useAnnounce } from '../../shared/announce.tsx';
import { saveText } from '../../shared/files.ts';
import { Button, EmptyState, formatCount, plural } from '../../shared/ui.tsx';
import { type ConnectionFormat, endOf } from '../../worker/explore/connection-file.ts';
import { indexRequest } from '../../worker/explore/requests.ts';
import {
  type ConnectionStretch,
  tableConnectionsRequest,
  tableCountRequest,
  tableFileRequest,
} from '../../worker/explore/table-requests.ts';
import { connectionColumns } from './connection-columns.tsx';
import { Grid } from './Grid.tsx';
import { sortBy, sortOf, useFind } from './state.ts';
import { TableBar } from './TableBar.tsx';

const PAGE = 100;
/** Browsers can't scroll further than this many rows, nor do spreadsheets take more. */
const LISTED_AT_MOST = 1_000_000;
const SAVED_AT_MOST = LISTED_AT_MOST;
const COPIED_AT_MOST = 20_000;
/** How often it is told how far a file is: each time the table is drawn. */
const PROGRESS_MS = 300;
let files = 0;
const SORTS = ['from', 'to', 'ports', 'verdict', 'change', 'policies'] as const;

/** Every connection as a row. Rows are fetched from the worker as they come into sight. */
export function ConnectionsTable({ route }: { readonly route: Route }): ReactNode {
  const { filter, verdicts, ports } = useScope(route);
  const engine = useEngine();
  const session = useSession();
  const announce = useAnnounce();
  const [text, setText] = useFind(route);
  const [saving, setSaving] = useState<{ readonly share: number; readonly stop: AbortController } | null>(
    null,
  );
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
  const key = [session.cluster, session.revision, session.overlay, query];
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: ['table', ...key, page],
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
  const counting = useQuery({
    queryKey: ['table count', ...key],
    queryFn: ({ signal }) => engine.call(tableCountRequest, query, { signal }),
    enabled: any?.counted === null && results.every(({ isPlaceholderData }) => !isPlaceholderData),
    refetchInterval: ({ state }) => (state.data?.counted === null ? 1 : false),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
    retry: false,
    networkMode: 'always',
  });
  // Rows in the order or of the filter before: those of another stretch only stand in while one scrolls.
  const isStale = results.some(
    ({ data, isPlaceholderData }, index) => isPlaceholderData && data?.offset === (pages[index] ?? 0) * PAGE,
  );
  const counted = any?.counted ?? counting.data?.counted ?? null;
  const known = Math.max(0, ...Array.from(loaded.values(), (stretch) => stretch.known));
  const count = counted?.count ?? known;
  const sortableByPolicies = counted === null || count <= SORTED_BY_POLICIES_AT_MOST;
  const sort =
    asked.key === 'policies' && !sortableByPolicies ? { key: 'from' as const, descending: false } : asked;
  const withDraft = session.overlay !== null;
  const { data: index } = useEngineQuery(indexRequest, null);
  const columns = useMemo(() => {
    const names = (index?.workloads ?? []).map(({ namespace, name }) => `${namespace}/${name}`);
    return connectionColumns(names, withDraft, sortableByPolicies);
  }, [index, withDraft, sortableByPolicies]);
  const stop = saving?.stop;
  useEffect(() => () => stop?.abort(), [stop]);
  const onRange = useCallback((first: number, last: number) => setRange([first, last]), []);
  const failed = results.find((result) => result.isError)?.error;
  if (failed !== undefined && failed !== null) {
    return (
      <EmptyState title="The connections could not be listed" icon="warning">
        <p>{failed.message}</p>
      </EmptyState>
    );
  }

  /** A text of at most so many rows, made in the worker part by part. */
  const make = async (format: ConnectionFormat, most: number) => {
    const stop = new AbortController();
    saving?.stop.abort();
    const parts: Blob[] = [];
    const wanted = Math.min(count, most);
    let got = 0;
    setSaving({ share: 0, stop });
    const file = ++files;
    let told = performance.now();
    try {
      while (got < wanted) {
        const { part, rows } = await engine.call(
          tableFileRequest,
          { ...query, format, file, offset: got, limit: wanted - got },
          { signal: stop.signal },
        );
        if (rows === 0) break;
        parts.push(part);
        got += rows;
        if (performance.now() - told < PROGRESS_MS) continue;
        told = performance.now();
        setSaving({ share: got / wanted, stop });
      }
    } finally {
      setSaving((now) => (now?.stop === stop ? null : now));
    }
    const left = got < count ? `, the first of ${formatCount(count)}` : '';
    return { parts: [...parts, new Blob([endOf(format)])], got, left };
  };
  const say = (what: Promise<string>) => {
    what.then(announce, (error: unknown) => {
      const cancelled = error instanceof Error && error.name === 'AbortError';
      announce(
        cancelled ? 'Cancelled' : `That failed: ${error instanceof Error ? error.message : 'no reason'}`,
      );
    });
  };
  const save = async (format: 'csv' | 'json') => {
    announce('Preparing the file');
    const { parts, got, left } = await make(format, SAVED_AT_MOST);
    saveText(parts, `bulkhead-connections.${format}`, format === 'csv' ? 'text/csv' : 'application/json');
    return `${plural(got, 'connection')} saved${left}`;
  };
  const copy = async () => {
    const { parts, got, left } = await make('tsv', COPIED_AT_MOST);
    await navigator.clipboard.writeText(await new Blob(parts).text());
    return `${plural(got, 'row')} copied${left}`;
  };
  const { selection } = route;
  return (
    <>
      <TableBar
        label="connections"
        placeholder="Filter rows: web 443, or web -> db"
        text={text}
        onText={setText}
        onCopy={() => say(copy())}
        onCsv={() => say(save('csv'))}
        onJson={() => say(save('json'))}
        busy={counted === null || count === 0}
        saving={saving === null ? null : { share: saving.share, onCancel: () => saving.stop.abort() }}
      >
        <span className="muted" data-testid="connection-count">
          {counted === null
            ? `Counting${counting.data === undefined ? '' : `, ${Math.floor(counting.data.share * 100)} %`}…`
            : `${plural(count, 'connection')}${showsOnlyChanges(route) ? ' changed by the draft' : route.listOpen ? '' : ' besides the open ones'}`}
          {counted?.changesBlocks === true && showsOnlyChanges(route) ? (
            <span title="The draft's sentence and list count blocks of addresses that change as the internet does together with it.">
              , each address block counted by itself
            </span>
          ) : null}
          {count > LISTED_AT_MOST
            ? `; the first ${formatCount(LISTED_AT_MOST)} can be scrolled to and saved`
            : ''}
          {asked.key === sort.key
            ? ''
            : `; filter to ${formatCount(SORTED_BY_POLICIES_AT_MOST)} or fewer to sort by what decides them`}
        </span>
      </TableBar>
      {showsOnlyChanges(route) ? null : (
        <OpenGroups groups={counted?.groups ?? null} listed={route.listOpen} />
      )}
      {any === undefined ? (
        <EmptyState title="Counting connections" icon="table">
          <div className="progress indeterminate">
            <i />
          </div>
        </EmptyState>
      ) : count === 0 && counted !== null ? (
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
          isCounted={counted !== null}
          isStale={isStale}
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
  /** Null while they are counted. */
  readonly groups: readonly OpenGroup[] | null;
  readonly listed: boolean;
}

/** What no policy has a say on, as one line for each kind instead of a row for each pair. */
function OpenGroups({ groups, listed }: OpenGroupsProps): ReactNode {
  if (groups?.length === 0) return null;
  const ends = (kind: OpenGroup['from'], count: number) =>
    kind === 'outside' ? plural(count, 'outside peer') : plural(count, 'workload');
  return (
    <section className="open-groups" aria-label="Connections that no policy has a say on">
      <div>
        <span>
          <span className="badge open">open</span> <span className="muted">no policy has a say on</span>
        </span>
        <ul>
          {groups === null ? <li className="muted">counting…</li> : null}
          {groups?.map((group) => (
            <li key={`${group.from} ${group.to}`}>
              {ends(group.from, group.sources)} → {ends(group.to, group.destinations)}:{' '}
              <strong>{plural(group.pairs, 'connection')}</strong>
            </li>
          ))}
        </ul>
      </div>
      <Button small aria-pressed={listed} onClick={() => navigate({ listOpen: !listed })}>
        {listed ? 'Fold them' : 'List them'}
      </Button>
    </section>
  );
}
