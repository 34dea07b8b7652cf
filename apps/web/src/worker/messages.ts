import type { Diagnostic } from '@bulkhead/policy-engine';
import type { ClusterStatus, SourceProblem } from '@bulkhead/protocol';
import type { Told } from './telling.ts';

/** What the page sends to the worker. */
export type ToWorker =
  | { readonly type: 'open'; readonly cluster: string }
  | { readonly type: 'pause'; readonly paused: boolean }
  | { readonly type: 'retry' }
  /** What is known of the cluster is to be told to the worker for drafts as well. */
  | { readonly type: 'relay'; readonly port: MessagePort }
  /** Asks for a sign of life. */
  | { readonly type: 'ping' }
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly payload: unknown }
  | { readonly type: 'abort'; readonly id: number };

/** What the worker sends to the page. */
export type FromWorker =
  | { readonly type: 'session'; readonly info: SessionInfo }
  | { readonly type: 'pong' }
  | Told
  | { readonly type: 'error'; readonly id: number; readonly message: string };

/** Why there is no connection to the server, as far as the browser can tell. */
export interface ConnectionProblem {
  readonly kind: 'unreachable' | 'not-authorised' | 'not-found' | 'refused' | 'unreadable';
  readonly title: string;
  readonly hint: string;
}

/** What the page knows about the worker's session; sent whenever it changes, at most a few times a second. */
export interface SessionInfo {
  readonly cluster: string | null;
  /** The stream between server and browser; the cluster's own freshness is in `status`. */
  readonly connection: 'idle' | 'connecting' | 'open' | 'lost';
  readonly problem: ConnectionProblem | null;
  readonly status: ClusterStatus | null;
  /** Server's clock minus the browser's, in milliseconds. */
  readonly clockSkew: number;
  /** Records of a snapshot that is coming in; null: none is. */
  readonly receiving: { readonly received: number; readonly total: number } | null;
  /** Rises with every state that was compiled; 0: nothing to show yet. */
  readonly revision: number;
  readonly paused: boolean;
  /** Changes that wait for the pause to end. */
  readonly pending: number;
  readonly overlay: { readonly id: string; readonly version: number } | null;
  readonly diagnostics: readonly Diagnostic[];
  /** When the state that is shown had arrived in full, in milliseconds since the Unix epoch by this machine's clock. */
  readonly arrivedAt: number;
  /** Milliseconds from then until it was compiled. */
  readonly compileMs: number;
  /** The worker was lost and a new one has not read the cluster yet: what is shown is the state before. */
  readonly recovering: boolean;
  /** The compiler itself failed, which is a defect; the last good state stays. */
  readonly failure: string | null;
}

export const NO_SESSION: SessionInfo = {
  cluster: null,
  connection: 'idle',
  problem: null,
  status: null,
  clockSkew: 0,
  receiving: null,
  revision: 0,
  paused: false,
  pending: 0,
  overlay: null,
  diagnostics: [],
  arrivedAt: 0,
  compileMs: 0,
  recovering: false,
  failure: null,
};

export type { SourceProblem };
