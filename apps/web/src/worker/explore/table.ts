import {
  type ConnectionPlan,
  type ConnectionTable,
  changesBlocks,
  connectionTable,
  growingRelation,
  isPrefix,
  openGroups,
  policyTable,
  reachTable,
  type TableRelation,
} from '@bulkhead/policy-engine';
import { answer, type EngineSession, type Handler } from '../session.ts';
import { connectionText } from './connection-file.ts';
import { sessionLens } from './lens.ts';
import {
  type ConnectionCount,
  type TableScope,
  tableConnectionsRequest,
  tableCountRequest,
  tableFileRequest,
  tablePoliciesRequest,
  tableWorkloadsRequest,
} from './table-requests.ts';

/** What takes long is done in turns of about so long, with what else is asked for in between. */
const TURN_MS = 40;
const ROWS_A_STEP = 250;
/** Rows are told uncounted only where counting takes longer than this. */
const COUNTED_WITHIN_MS = 100;

/** The relation of one state and filter, as far as it is known. */
interface Counting {
  readonly key: string;
  readonly rest: ReturnType<typeof growingRelation>;
  relation: TableRelation;
  isWhole: boolean;
  /** What is the same for all plans. */
  common?: Omit<ConnectionCount, 'count'>;
}

/** The tables. The relation that they count in is made once for each state and filter, an order once for each plan. */
export function tableHandlers(): readonly Handler[] {
  let known: Counting | undefined;
  let filed: { file: number; table: ConnectionTable } | undefined;
  let ordered: { key: string; of: TableRelation; table: ConnectionTable } | undefined;

  const countingFor = (session: EngineSession, { filter, ports }: TableScope): Counting => {
    const { id = '', version = 0 } = session.overlay ?? {};
    const key = JSON.stringify([session.revision, id, version, filter, ports]);
    if (known?.key === key) return known;
    const rest = growingRelation(sessionLens(session, ports), filter);
    const { value, done = false } = rest.next();
    known = { key, rest, relation: value, isWhole: done };
    return known;
  };

  const countUntil = (counting: Counting, end: number) => {
    while (!counting.isWhole && performance.now() < end) {
      const { value, done = false } = counting.rest.next();
      counting.relation = value;
      counting.isWhole = done;
    }
  };

  const wholeFor = (session: EngineSession, scope: TableScope): TableRelation => {
    const counting = countingFor(session, scope);
    countUntil(counting, Number.POSITIVE_INFINITY);
    return counting.relation;
  };

  const tableFor = (
    session: EngineSession,
    plan: ConnectionPlan,
    { ports }: TableScope,
    relation: TableRelation,
  ): ConnectionTable => {
    const key = JSON.stringify(plan);
    if (ordered?.of !== relation || ordered.key !== key) {
      ordered = { key, of: relation, table: connectionTable(sessionLens(session, ports), relation, plan) };
    }
    return ordered.table;
  };

  const countOf = (counting: Counting, table: ConnectionTable): ConnectionCount => {
    const { relation } = counting;
    counting.common ??= { changesBlocks: changesBlocks(relation), groups: openGroups(relation) };
    return { count: table.count, ...counting.common };
  };

  return [
    answer(tableConnectionsRequest, (session, { plan, offset, limit, ...scope }) => {
      const begin = performance.now();
      const counting = countingFor(session, scope);
      countUntil(counting, isPrefix(plan) ? begin + COUNTED_WITHIN_MS : Number.POSITIVE_INFINITY);
      let table = tableFor(session, plan, scope, counting.relation);
      for (let more = TURN_MS; !counting.isWhole && table.count < offset + limit; more *= 2) {
        countUntil(counting, performance.now() + more);
        table = tableFor(session, plan, scope, counting.relation);
      }
      return {
        offset,
        rows: table.rows(offset, limit),
        known: table.count,
        counted: counting.isWhole ? countOf(counting, table) : null,
      };
    }),
    answer(tableCountRequest, (session, { plan, ...scope }) => {
      const counting = countingFor(session, scope);
      const { isWhole } = counting;
      countUntil(counting, performance.now() + TURN_MS);
      const { sources, units } = counting.relation;
      const table = isWhole ? tableFor(session, plan, scope, counting.relation) : null;
      return {
        share: sources / Math.max(1, units.length),
        counted: table === null ? null : countOf(counting, table),
      };
    }),
    answer(tableFileRequest, (session, { plan, format, file, offset, limit, filter, ports }) => {
      if (filed?.file !== file) {
        const scope = { filter, ports };
        filed = { file, table: tableFor(session, plan, scope, wholeFor(session, scope)) };
      }
      const { table } = filed;
      const texts: string[] = [];
      const begin = performance.now();
      let rows = 0;
      while (rows < limit && performance.now() - begin < TURN_MS) {
        const stretch = table.rows(offset + rows, Math.min(ROWS_A_STEP, limit - rows));
        if (stretch.length === 0) break;
        texts.push(connectionText(stretch, format, offset + rows === 0));
        rows += stretch.length;
      }
      if (offset + rows >= table.count) filed = undefined;
      return { part: new Blob(texts), rows };
    }),
    answer(tableWorkloadsRequest, (session, scope) =>
      reachTable(sessionLens(session, scope.ports), wholeFor(session, scope)),
    ),
    answer(tablePoliciesRequest, (session) => policyTable(sessionLens(session))),
  ];
}
