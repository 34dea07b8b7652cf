import {
  type ConnectionPlan,
  type ConnectionTable,
  changesBlocks,
  connectionTable,
  type OpenGroup,
  openGroups,
  policyTable,
  reachTable,
  type TableRelation,
  tableRelation,
} from '@bulkhead/policy-engine';
import { answer, type EngineSession, type Handler } from '../session.ts';
import { connectionText } from './connection-file.ts';
import { sessionLens } from './lens.ts';
import {
  type TableScope,
  tableConnectionsRequest,
  tableFileRequest,
  tablePoliciesRequest,
  tableWorkloadsRequest,
} from './table-requests.ts';

/** A file is made in turns about so long, with what else is asked for in between. */
const TURN_MS = 40;
const ROWS_A_STEP = 250;

/** The tables. The relation that they count in is made once for each state and filter, an order once for each plan. */
export function tableHandlers(): readonly Handler[] {
  let known:
    | { key: string; relation: TableRelation; groups: readonly OpenGroup[]; blocks: boolean }
    | undefined;
  let filed: { file: number; table: ConnectionTable } | undefined;
  let ordered: { key: string; of: TableRelation; table: ConnectionTable } | undefined;

  const relationFor = (session: EngineSession, { filter, ports }: TableScope) => {
    const { id = '', version = 0 } = session.overlay ?? {};
    const key = JSON.stringify([session.revision, id, version, filter, ports]);
    if (known?.key !== key) {
      const relation = tableRelation(sessionLens(session, ports), filter);
      known = { key, relation, groups: openGroups(relation), blocks: changesBlocks(relation) };
    }
    return known;
  };

  const tableFor = (session: EngineSession, plan: ConnectionPlan, scope: TableScope) => {
    const { relation, ...own } = relationFor(session, scope);
    const key = JSON.stringify(plan);
    if (ordered?.of !== relation || ordered.key !== key) {
      const table = connectionTable(sessionLens(session, scope.ports), relation, plan);
      ordered = { key, of: relation, table };
    }
    return { ...own, table: ordered.table };
  };

  return [
    answer(tableConnectionsRequest, (session, { plan, offset, limit, ...scope }) => {
      const { table, groups, blocks } = tableFor(session, plan, scope);
      return { count: table.count, changesBlocks: blocks, groups, offset, rows: table.rows(offset, limit) };
    }),
    answer(tableFileRequest, (session, { plan, format, file, offset, limit, filter, ports }) => {
      if (filed?.file !== file) filed = { file, table: tableFor(session, plan, { filter, ports }).table };
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
      reachTable(sessionLens(session, scope.ports), relationFor(session, scope).relation),
    ),
    answer(tablePoliciesRequest, (session) => policyTable(sessionLens(session))),
  ];
}
