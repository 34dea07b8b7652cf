import type {
  EndpointSliceRecord,
  NamespaceRecord,
  NodeRecord,
  PodRecord,
  PolicyRecord,
  ServiceRecord,
  UnreadPolicyRecord,
  WorkloadRef,
} from './records.ts';

/**
 * What one object contributes to a snapshot, trimmed to what records need. Names of topmost owners, templates that
 * have no pods and duplicates need the other objects, and are settled when parts are assembled.
 */
export type SnapshotPart =
  | { readonly type: 'namespace'; readonly record: NamespaceRecord }
  | PodPart
  | ControllerPart
  | { readonly type: 'node'; readonly record: NodeRecord }
  | { readonly type: 'service'; readonly record: ServiceRecord; readonly source?: PodRecord['source'] }
  | { readonly type: 'endpoint-slice'; readonly record: EndpointSliceRecord }
  | { readonly type: 'policy'; readonly record: PolicyRecord }
  | { readonly type: 'unread-policy'; readonly record: UnreadPolicyRecord }
  /** Of a kind that says nothing about who reaches whom. */
  | { readonly type: 'ignored'; readonly kind: string };

export interface PodPart {
  readonly type: 'pod';
  /** `workload` is the pod itself as long as the owner isn't resolved. */
  readonly record: PodRecord;
  /** The controlling owner, as its reference names it. */
  readonly owner?: WorkloadRef;
}

/** An object that makes pods from a template. */
export interface ControllerPart {
  readonly type: 'controller';
  readonly ref: WorkloadRef;
  readonly namespace: string;
  readonly owner?: WorkloadRef;
  /** A record that stands for the pods of the template; `workload` is the controller itself. */
  readonly pod: PodRecord;
}
