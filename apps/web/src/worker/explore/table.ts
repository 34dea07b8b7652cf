import {
  type ConnectionTable,
  connectionTable,
  type OpenGroup,
  openGroups,
  policyTable,
  reachTable,
  type TableRelation,
  tableRelation,
} from '@bulkhead/policy-engine';
import { answer, type EngineSession, type Handler } from '../session.ts';
import { sessionLens } from './lens.ts';
import {
  type TableScope,
  tableConnectionsRequest,
  tablePoliciesRequest,
  tableWorkloadsRequest,
} from './table-requests.ts';

/** The tables. The relation that they count in is made once for each state and filter, an order once for each plan. */
export function tableHandlers(): readonly Handler[] {
  let known: { key: string; relation: TableRelation; groups: readonly OpenGroup[] } | undefined;
  let ordered: { key: string; of: TableRelation; table: ConnectionTable } | undefined;

  const relationFor = (session: EngineSession, { filter, ports }: TableScope) => {
    const { id = '', version = 0 } = session.overlay ?? {};
    const key = JSON.stringify([session.revision, id, version, filter, ports]);
    if (known?.key !== key) {
      const relation = tableRelation(sessionLens(session, ports), filter);
      known = { key, relation, groups: openGroups(relation) };
    }
    return known;
  };

  return [
    answer(tableConnectionsRequest, (session, { plan, offset, limit, ...scope }) => {
      const { relation, groups } = relationFor(session, scope);
      const key = JSON.stringify(plan);
      if (ordered?.of !== relation || ordered.key !== key) {
        ordered = {
          key,
          of: relation,
          table: connectionTable(sessionLens(session, scope.ports), relation, plan),
        };
      }
      const { table } = ordered;
      return { count: table.count, groups, offset, rows: table.rows(offset, limit) };
    }),
    answer(tableWorkloadsRequest, (session, scope) =>
      reachTable(sessionLens(session, scope.ports), relationFor(session, scope).relation),
    ),
    answer(tablePoliciesRequest, (session) => policyTable(sessionLens(session))),
  ];
}
