import type { Labels, PolicyKind, TransportProtocol, WorkloadRef } from '../../model/records.ts';
import type { Json } from '../json.ts';

/**
 * A draft: a named list of edits over the cluster as it is. It is plain JSON and refers to the cluster by names only,
 * so that it can be kept, shared, and laid over another state of the cluster.
 */
export interface Draft {
  readonly id: string;
  readonly name: string;
  readonly items: readonly DraftItem[];
}

/** Unique within its draft and stable over edits. */
export type DraftItemId = string;

export type DraftItem = PolicyText | PolicyRemoval | LabelEdit | AddedNamespace | AddedWorkload;

export interface PolicyRef {
  readonly kind: PolicyKind;
  readonly namespace?: string;
  readonly name: string;
}

/** A YAML text of one or more policies, each added, or replacing the one of its kind, namespace and name. */
export interface PolicyText {
  readonly id: DraftItemId;
  readonly type: 'policies';
  readonly text: string;
  /**
   * Only while not all of `text` can be used: for each piece of it (`textPieces`) the last state that could, '' where that is
   * the piece itself or nothing is known.
   */
  readonly good?: readonly string[];
  /** The policy this text began as, and its spec at that time. */
  readonly base?: PolicyRef & { readonly spec: Json };
}

export interface PolicyRemoval {
  readonly id: DraftItemId;
  readonly type: 'remove-policy';
  readonly policy: PolicyRef;
  /** Its spec when it was marked for removal. */
  readonly spec: Json;
}

export type LabelTarget =
  | { readonly type: 'namespace'; readonly name: string }
  | { readonly type: 'workload'; readonly namespace: string; readonly workload: WorkloadRef };

/** `null` removes a label. */
export interface LabelEdit {
  readonly id: DraftItemId;
  readonly type: 'labels';
  readonly target: LabelTarget;
  readonly labels: Readonly<Record<string, string | null>>;
}

/** A namespace that does not exist yet. */
export interface AddedNamespace {
  readonly id: DraftItemId;
  readonly type: 'add-namespace';
  readonly name: string;
  readonly labels: Labels;
}

/** A workload that does not exist yet. */
export interface AddedWorkload {
  readonly id: DraftItemId;
  readonly type: 'add-workload';
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly labels: Labels;
  readonly ports: readonly {
    readonly name?: string;
    readonly protocol: TransportProtocol;
    readonly port: number;
  }[];
  readonly replicas: number;
}
