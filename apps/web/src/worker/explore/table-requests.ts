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
import type { ConnectionFormat } from './connection-file.ts';

export interface TableScope {
  readonly filter: WorkloadFilter;
  readonly ports: readonly PortRange[];
}

export interface ConnectionStretch {
  readonly offset: number;
  readonly rows: readonly ConnectionRow[];
  /** At least so many rows there are. */
  readonly known: number;
  /** Null while they are still being counted: see `tableCountRequest`. */
  readonly counted: ConnectionCount | null;
}

export interface ConnectionCount {
  /** Rows in all. */
  readonly count: number;
  /** Whether a draft changes connections with blocks of addresses, each of which has rows of its own. */
  readonly changesBlocks: boolean;
  /** What is told as groups, or listed where the plan says so. */
  readonly groups: readonly OpenGroup[];
}

/** Rows of the connections. Those that come first are told before all are counted, where counting takes time. */
export const tableConnectionsRequest = requestKind<
  TableScope & { readonly plan: ConnectionPlan; readonly offset: number; readonly limit: number },
  ConnectionStretch
>('explore/table/connections');

/** Counts connections on for a moment; to be asked again until they are counted. `share`: how far it is, 0 to 1. */
export const tableCountRequest = requestKind<
  TableScope & { readonly plan: ConnectionPlan },
  { readonly share: number; readonly counted: ConnectionCount | null }
>('explore/table/count');

/** A part of a file of connections, as far as one turn of the worker goes. */
export interface ConnectionFilePart {
  /** Bytes made in the worker; the page only puts them together. */
  readonly part: Blob;
  /** Rows in it; 0: there are no more. */
  readonly rows: number;
}

/** A part of the connections as a text; see `connectionText`. */
export const tableFileRequest = requestKind<
  TableScope & {
    readonly plan: ConnectionPlan;
    readonly format: ConnectionFormat;
    /** Parts of one file are of one state of the cluster, whatever changes meanwhile. */
    readonly file: number;
    readonly offset: number;
    readonly limit: number;
  },
  ConnectionFilePart
>('explore/table/file');

export const tableWorkloadsRequest = requestKind<TableScope, readonly ReachRow[]>('explore/table/workloads');
export const tablePoliciesRequest = requestKind<null, readonly PolicyRow[]>('explore/table/policies');
