import type { Cluster, ClusterSnapshot } from '@bulkhead/policy-engine';
import type { Urgency } from './queue.ts';
import type { RequestKind } from './request.ts';

/**
 * What the worker knows: the records of the cluster, compiled, and the draft that overlays them, if any.
 * Handlers get the session as it is when their request is served.
 */
export interface EngineSession {
  /** Rises by one with every snapshot and delta that was applied; 0: nothing arrived yet. */
  readonly revision: number;
  readonly snapshot: ClusterSnapshot;
  readonly cluster: Cluster;
  readonly overlay: Overlay | null;
  /** Kinds of policy that the cluster's API server has; undefined: not known, or there is no server. */
  readonly policyKinds: readonly string[] | undefined;
  /**
   * Shows a draft's state in every view: graph, matrix and tables then draw `after` and mark what differs from
   * `before`. The page hears of it in its next `SessionInfo` and asks its questions again. `null` takes it away.
   * A new revision of the cluster drops the overlay; set it again (the page sees `SessionInfo.revision` change).
   */
  setOverlay(overlay: Overlay | null): void;
}

export interface Overlay {
  /** Id of the draft. */
  readonly id: string;
  /** Rises with every edit; part of the key under which the page caches answers. */
  readonly version: number;
  /** The cluster as it is and with the draft, compiled over one universe: what `compileOverlay` returns. */
  readonly before: Cluster;
  readonly after: Cluster;
}

/** Answers one kind of request. May throw: the page gets the message as an error. */
export interface Handler {
  readonly name: string;
  readonly urgency: Urgency;
  /** See `RequestKind`. */
  readonly byChanges: boolean;
  readonly run: (session: EngineSession, payload: unknown) => unknown;
}

/** Ties a handler to a kind, so that its payload and result are checked where it is written. */
export function answer<Payload, Result>(
  kind: RequestKind<Payload, Result>,
  run: (session: EngineSession, payload: Payload) => Result | Promise<Result>,
): Handler {
  // The one place where a message from the page gets its type: both ends use the same `kind`.
  return {
    name: kind.name,
    urgency: kind.urgency,
    byChanges: kind.byChanges,
    run: (session, payload) => run(session, payload as Payload),
  };
}
