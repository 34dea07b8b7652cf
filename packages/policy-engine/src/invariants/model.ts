import type { SourceRef } from '../diagnostic.ts';
import type { FindingCode } from '../findings/finding.ts';
import type { Direction, Selector } from '../ir/ir.ts';
import type { TransportProtocol } from '../model/records.ts';

/**
 * What is asserted about a cluster, as plain serialisable data: a check file holds it, a pinned edge makes it, and
 * `evaluateInvariants` judges it.
 */

/** A set of ends of connections. */
export type EndSpec =
  /** Pods of one workload. `kind` absent: of whatever kind. */
  | { readonly type: 'workload'; readonly namespace: string; readonly name: string; readonly kind?: string }
  /** Pods by their labels and those of their namespaces; what is absent does not restrict. */
  | {
      readonly type: 'pods';
      readonly namespaces?: readonly string[];
      readonly namespaceLabels?: Selector;
      readonly labels?: Selector;
    }
  /** Addresses, and pods and nodes that have them. */
  | { readonly type: 'cidr'; readonly cidr: string }
  /** Public addresses: all but those set aside for private and local use (`PRIVATE_RANGES`). */
  | { readonly type: 'internet' }
  /** Cluster nodes; without `name` and `labels` all of them. */
  | { readonly type: 'nodes'; readonly name?: string; readonly labels?: Selector }
  /** An external DNS name. */
  | { readonly type: 'domain'; readonly name: string }
  /** Every pod. */
  | { readonly type: 'cluster' }
  /** Everything that is no pod of the cluster: addresses, nodes, names. */
  | { readonly type: 'outside' }
  /** Every pod and everything outside. */
  | { readonly type: 'everyone' }
  | { readonly type: 'any-of'; readonly ends: readonly EndSpec[] }
  | { readonly type: 'except'; readonly ends: EndSpec; readonly except: EndSpec };

/** Ports of one protocol, ends included; ICMP and other protocols without ports as `other`. */
export type PortSpec =
  | { readonly protocol: TransportProtocol; readonly from: number; readonly to: number }
  | { readonly protocol: 'other' };

export type Assertion =
  /** Every end of `from` to every end of `to`: on all `ports`, or on some port where none are named. */
  | {
      readonly type: 'must-reach';
      readonly from: EndSpec;
      readonly to: EndSpec;
      readonly ports?: readonly PortSpec[];
    }
  /** No end of `from` to any end of `to`, on none of `ports` (absent: any port). */
  | {
      readonly type: 'must-never-reach';
      readonly from: EndSpec;
      readonly to: EndSpec;
      readonly ports?: readonly PortSpec[];
    }
  /** Nobody but `from` may reach `to`. Traffic among the ends of `to` is not looked at. */
  | {
      readonly type: 'only-may-reach';
      readonly from: EndSpec;
      readonly to: EndSpec;
      readonly ports?: readonly PortSpec[];
    }
  /** `from` may reach nothing but `to`. Traffic among the ends of `from` is not looked at. */
  | {
      readonly type: 'may-only-reach';
      readonly from: EndSpec;
      readonly to: EndSpec;
      readonly ports?: readonly PortSpec[];
    }
  /** Nothing outside the cluster but `except` may reach `to`. */
  | {
      readonly type: 'nothing-outside-may-reach';
      readonly to: EndSpec;
      readonly except?: EndSpec;
      readonly ports?: readonly PortSpec[];
    }
  /** A policy isolates every pod of `ends` in each of `directions` (semantics 1.6). */
  | { readonly type: 'isolated'; readonly ends: EndSpec; readonly directions: readonly Direction[] }
  /** No finding of these kinds (absent: of any) about something in `ends` (absent: anywhere). */
  | { readonly type: 'no-findings'; readonly kinds?: readonly FindingCode[]; readonly ends?: EndSpec };

export interface Invariant {
  /** Unique in a file: reports and code scanning know an invariant by it. */
  readonly name: string;
  /** Why it must hold. */
  readonly reason?: string;
  readonly assertion: Assertion;
  /** Holds where its ends match nothing; otherwise that is a failure, since it is more often a misspelt name. */
  readonly allowEmpty?: boolean;
  /** Where it stands in the check file. */
  readonly source?: SourceRef;
}

/** A finding that is known and accepted. */
export interface AcceptedFinding {
  readonly finding: FindingCode;
  /** Only findings of this policy: `shop/web`, or `web` for one of the cluster's. */
  readonly policy?: string;
  /** Only findings about these ends. */
  readonly ends?: EndSpec;
  readonly reason: string;
  readonly source?: SourceRef;
}

/** What a check file says. */
export interface CheckFile {
  readonly version: 1;
  readonly invariants: readonly Invariant[];
  readonly accept: readonly AcceptedFinding[];
}

/** Findings by which a check file may name them. */
export const FINDING_CODES: readonly FindingCode[] = [
  'policy-selects-nothing',
  'peers-match-nothing',
  'policy-changes-nothing',
  'rule-changes-nothing',
  'rule-shadowed',
  'named-port-unresolved',
  'dns-cut',
  'label-nobody-has',
  'cidr-over-cluster-addresses',
  'namespace-not-isolated',
  'equal-priority-conflict',
];

/** Addresses that are not on the public internet (IANA special-purpose registries: private, local, shared, link-local). */
export const PRIVATE_RANGES: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/3',
  '::/127',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
];
