import type { Direction, SelectorOperator } from '../../ir/ir.ts';
import type { PolicyKind, TransportProtocol } from '../../model/records.ts';
import type { Json, JsonObject } from '../json.ts';

/**
 * A policy as a form shows it: the same shape for every kind. Nothing of a document is lost in it: what the form has
 * no field for is carried along (`rest`, `raw`), and absent and empty stay apart (`undefined` and `[]`).
 */
export interface PolicyForm {
  readonly apiVersion: string;
  readonly kind: PolicyKind;
  readonly name: string;
  readonly namespace?: string;
  readonly subject: SubjectForm;
  /** ClusterNetworkPolicy only. */
  readonly tier?: string;
  readonly priority?: number;
  /** NetworkPolicy only; absent: the API server fills it in from the rules. */
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly RuleForm[];
  readonly egress?: readonly RuleForm[];
  /** Fields beside those above, by the map they stand in. */
  readonly rest: { readonly root: JsonObject; readonly metadata: JsonObject; readonly spec: JsonObject };
}

export type SubjectForm =
  /** NetworkPolicy: pods of its own namespace; absent selects all of them. */
  | { readonly type: 'own-pods'; readonly selector?: SelectorForm }
  | { readonly type: 'namespaces'; readonly selector: SelectorForm }
  | { readonly type: 'pods'; readonly namespaces: SelectorForm; readonly pods: SelectorForm }
  /** Absent, or written in a way the form can't show. */
  | { readonly type: 'raw'; readonly raw: Json | undefined };

export interface SelectorForm {
  /** In the order written. */
  readonly labels?: readonly (readonly [key: string, value: string])[];
  readonly expressions?: readonly ExpressionForm[];
}

export interface ExpressionForm {
  readonly key: string;
  readonly operator: SelectorOperator;
  /** Absent for Exists and DoesNotExist, as a rule. */
  readonly values?: readonly string[];
}

export type RuleForm =
  | {
      readonly type: 'rule';
      /** Cluster-scoped kinds only. */
      readonly name?: string;
      readonly action?: string;
      /** Absent or empty: any peer, for NetworkPolicy. */
      readonly peers?: readonly PeerForm[];
      /** Absent: any port and protocol. */
      readonly ports?: readonly PortForm[];
      readonly rest: JsonObject;
    }
  | { readonly type: 'raw'; readonly raw: Json };

export type PeerForm =
  /** NetworkPolicy: a pod selector, a namespace selector, or both. Cluster-scoped kinds: `pods`, always both. */
  | { readonly type: 'pods'; readonly namespaces?: SelectorForm; readonly pods?: SelectorForm }
  /** Cluster-scoped kinds: all pods of the namespaces. */
  | { readonly type: 'namespaces'; readonly selector: SelectorForm }
  | { readonly type: 'ip-block'; readonly cidr: string; readonly except?: readonly string[] }
  | { readonly type: 'networks'; readonly cidrs: readonly string[] }
  | { readonly type: 'nodes'; readonly selector: SelectorForm }
  | { readonly type: 'domains'; readonly names: readonly string[] }
  | { readonly type: 'raw'; readonly raw: Json };

export type PortForm =
  | {
      readonly type: 'port';
      readonly protocol?: TransportProtocol;
      /** A number or a container port's name; absent: every port of the protocol. */
      readonly port?: number | string;
      readonly endPort?: number;
    }
  /** Cluster-scoped kinds. */
  | {
      readonly type: 'range';
      readonly protocol?: TransportProtocol;
      readonly start: number;
      readonly end: number;
    }
  | { readonly type: 'named'; readonly name: string }
  | { readonly type: 'raw'; readonly raw: Json };

/** The field that holds a rule's peers. */
export function peersField(direction: Direction): 'from' | 'to' {
  return direction === 'ingress' ? 'from' : 'to';
}

export const POLICY_KINDS: readonly PolicyKind[] = [
  'NetworkPolicy',
  'ClusterNetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
];

export function isPolicyKind(kind: unknown): kind is PolicyKind {
  return POLICY_KINDS.some((known) => known === kind);
}

/** The API version a kind is served under. */
export function apiVersionOf(kind: PolicyKind): string {
  if (kind === 'NetworkPolicy') return 'networking.k8s.io/v1';
  return kind === 'ClusterNetworkPolicy'
    ? 'policy.networking.k8s.io/v1alpha2'
    : 'policy.networking.k8s.io/v1alpha1';
}
