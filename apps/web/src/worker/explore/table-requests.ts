import type {
  ConnectionPlan,
  ConnectionRow,
  OpenGroup,
  PolicyRow,
  PortRange,
  ReachRow,
  WorkloadFilter,
} from '@bulkhead/policy-engine';
import { requestKind } from '../request.ts';

export interface TableScope {
  readonly filter: WorkloadFilter;
  readonly ports: readonly PortRange[];
}

export interface ConnectionStretch {
  /** Rows in all. */
  readonly count: number;
  /** What is told as groups, or listed where the plan says so. */
  readonly groups: readonly OpenGroup[];
  readonly offset: number;
  readonly rows: readonly ConnectionRow[];
}

/** A stretch of the connections. */
export const tableConnectionsRequest = requestKind<
  TableScope & { readonly plan: ConnectionPlan; readonly offset: number; readonly limit: number },
  ConnectionStretch
>('explore/table/connections');

export const tableWorkloadsRequest = requestKind<TableScope, readonly ReachRow[]>('explore/table/workloads');
export const tablePoliciesRequest = requestKind<null, readonly PolicyRow[]>('explore/table/policies');
