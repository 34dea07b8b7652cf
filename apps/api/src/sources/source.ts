import type { ClusterStatus, ClusterSummary, DryRunAnswer, DryRunPolicy } from '@bulkhead/protocol';
import type { RecordStore } from './store.ts';

/** One cluster's state, kept up to date from wherever it comes. */
export interface ClusterSource {
  readonly store: RecordStore;
  /** Begins to read. Problems show in the status; it never throws. */
  start(): void;
  /** Ends all requests, watches and timers; resolves when nothing is left running. */
  stop(): Promise<void>;
  status(): ClusterStatus;
  /**
   * What the cluster's API server says to these policies; absent where it may not be asked. One answer for each.
   * @throws {KubeError} where there is no answer
   */
  readonly dryRun?: (
    policies: readonly DryRunPolicy[],
    signal: AbortSignal,
  ) => Promise<readonly DryRunAnswer[]>;
  /** Called after each change of the status; changes of the state are the store's to tell. */
  subscribe(listener: () => void): () => void;
}

/** The clusters that one server offers. */
export interface Catalogue {
  /** Read anew each time, since a kubeconfig changes. */
  list(): Promise<readonly ClusterSummary[]>;
  /** A source that has not been started, or `undefined` for an id that isn't in the list. */
  open(id: string): Promise<ClusterSource | undefined>;
}
