import {
  decidingPolicies,
  findEntity,
  type Lens,
  type ListedConnection,
  type ListedConnections,
  listConnections,
} from '@bulkhead/policy-engine';
import { csvField } from '../../shared/csv.ts';
import { answer, type EngineSession, type Handler } from '../session.ts';
import { sessionLens } from './lens.ts';
import {
  type ConnectionColumn,
  type ConnectionQuery,
  connectionsRequest,
  exportConnectionsRequest,
  type ListedRow,
} from './requests.ts';

/** Rows between which an export lets other requests be served. */
const EXPORT_STEP = 2_000;

/** The list of connections: made once for each state and filter, sorted once for each order, sent in windows. */
export function connectionHandlers(): readonly Handler[] {
  let listed: { key: string; list: ListedConnections } | undefined;
  let sorted: { key: string; rows: readonly ListedConnection[] } | undefined;

  const rowsFor = (session: EngineSession, lens: Lens, query: ConnectionQuery) => {
    const { filter, verdicts, ports } = query;
    const state = `${session.revision} ${session.overlay?.id ?? ''} ${session.overlay?.version ?? ''}`;
    const key = `${state} ${JSON.stringify([filter, verdicts, ports])}`;
    if (listed?.key !== key) {
      listed = { key, list: listConnections(lens, filter, verdicts) };
      sorted = undefined;
    }
    const order = JSON.stringify([query.text, query.sort, query.descending]);
    if (sorted?.key !== order) sorted = { key: order, rows: arrange(listed.list.connections, query) };
    return { level: listed.list.level, total: listed.list.connections.length, rows: sorted.rows };
  };

  return [
    answer(connectionsRequest, (session, { offset, limit, ...query }) => {
      const lens = sessionLens(session, query.ports);
      const { level, total, rows } = rowsFor(session, lens, query);
      return {
        level,
        total,
        matching: rows.length,
        offset,
        rows: rows.slice(offset, offset + limit).map((row) => withPolicies(lens, row)),
      };
    }),
    answer(exportConnectionsRequest, async (session, { format, ...query }) => {
      const lens = sessionLens(session, query.ports);
      const { rows } = rowsFor(session, lens, query);
      const full: ListedRow[] = [];
      for (let at = 0; at < rows.length; at += EXPORT_STEP) {
        full.push(...rows.slice(at, at + EXPORT_STEP).map((row) => withPolicies(lens, row)));
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      return format === 'json' ? JSON.stringify(full.map(toJson), null, 2) : toCsv(full);
    }),
  ];
}

function withPolicies(lens: Lens, row: ListedConnection): ListedRow {
  if (row.from.id.startsWith('ns:') || row.to.id.startsWith('ns:')) return { ...row, policies: [] };
  const from = findEntity(lens, row.from.id)?.group.members[0] ?? [];
  const to = findEntity(lens, row.to.id)?.group.members[0] ?? [];
  return { ...row, policies: decidingPolicies(lens, from, to) };
}

function nameOf({ namespace, label, kind }: ListedConnection['from']): string {
  return namespace === '' || kind === 'Namespace' ? label : `${namespace}/${label}`;
}

/** What is outside the cluster comes after what is in it. */
function sortName(end: ListedConnection['from']): string {
  return end.namespace === '' ? `~${nameOf(end)}` : nameOf(end);
}

const VALUES: Readonly<Record<ConnectionColumn, (row: ListedConnection) => string>> = {
  from: (row) => sortName(row.from),
  to: (row) => sortName(row.to),
  ports: (row) => (row.ports.all ? '' : row.ports.label),
  verdict: (row) => row.verdict,
  impact: (row) => row.impact ?? '~',
};

function arrange(
  rows: readonly ListedConnection[],
  { text, sort, descending }: ConnectionQuery,
): readonly ListedConnection[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found =
    words.length === 0
      ? [...rows]
      : rows.filter((row) => {
          const line =
            `${nameOf(row.from)} ${nameOf(row.to)} ${row.ports.label} ${row.verdict} ${row.impact ?? ''}`.toLowerCase();
          return words.every((word) => line.includes(word));
        });
  const value = VALUES[sort];
  const keyed = found.map((row) => ({
    row,
    key: value(row),
    from: sortName(row.from),
    to: sortName(row.to),
  }));
  const sign = descending ? -1 : 1;
  keyed.sort((a, b) => sign * compare(a.key, b.key) || compare(a.from, b.from) || compare(a.to, b.to));
  return keyed.map(({ row }) => row);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toJson(row: ListedRow) {
  return {
    source: nameOf(row.from),
    sourceKind: row.from.kind,
    destination: nameOf(row.to),
    destinationKind: row.to.kind,
    verdict: row.verdict,
    ports: row.ports.all ? 'all' : row.ports.ranges,
    change: row.impact,
    policies: row.policies,
  };
}

const HEADER = [
  'source',
  'source kind',
  'destination',
  'destination kind',
  'ports',
  'verdict',
  'change',
  'policies',
];

function toCsv(rows: readonly ListedRow[]): string {
  const lines = rows.map((row) =>
    [
      nameOf(row.from),
      row.from.kind,
      nameOf(row.to),
      row.to.kind,
      row.ports.label,
      row.verdict,
      row.impact ?? '',
      row.policies.join(' '),
    ]
      .map(csvField)
      .join(','),
  );
  return `${[HEADER.join(','), ...lines].join('\r\n')}\r\n`;
}
