import type { PolicyKey, TransportProtocol } from '../model/records.ts';

/**
 * The one intermediate representation. Every dialect lowers its objects to this; everything behind it (solver,
 * explain, diff, findings, views) is written once. See ARCHITECTURE.md.
 *
 * Evaluation of one direction of one endpoint, over the whole space of connections:
 * tiers in order; in a tier the blocks whose subject selects the endpoint, by ascending `order`, rules in their order.
 * The first rule that matches a (peer, connection) decides it: `allow` and `deny` are final, `pass` leaves the tier.
 * What no rule of a tier decides: as `undecided` says where some block of the tier selects the endpoint (any of
 * its blocks), else the next tier. What no tier decides is allowed.
 */
export type Direction = 'ingress' | 'egress';
export const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

export type Action = 'allow' | 'deny' | 'pass';

/** Ascending evaluation order. */
export type TierId = 'admin' | 'network-policy' | 'baseline';

export interface Tier {
  readonly id: TierId;
  /**
   * What happens to the connections of a selected endpoint that no rule of the tier decides.
   * `isolate`: TCP, UDP and SCTP are denied; ICMP and other protocols are unknown, since NetworkPolicy leaves
   * them undefined (K8SDOC; semantics 1.7, K68). `continue`: on to the next tier.
   */
  readonly undecided: 'isolate' | 'continue';
  /**
   * `true`: blocks of equal `order` have no defined order among them (equal priorities): where two of them decide
   * the same traffic differently the verdict is unknown (N26). `false`: order among equals doesn't matter.
   */
  readonly conflictsAreUndefined: boolean;
}

export const TIERS: readonly Tier[] = [
  { id: 'admin', undecided: 'continue', conflictsAreUndefined: true },
  { id: 'network-policy', undecided: 'isolate', conflictsAreUndefined: false },
  { id: 'baseline', undecided: 'continue', conflictsAreUndefined: true },
];

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

/** One requirement on one label key. `values` is empty for Exists and DoesNotExist. */
export interface Requirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
  /** Written under `matchLabels`; means the same as `In` with one value, and is shown as it was written. */
  readonly asLabel?: true;
}

/** All requirements must hold; the empty list matches everything (semantics 1.3). */
export type Selector = readonly Requirement[];

/** Which pods: those whose namespace and labels match. hostNetwork and finished pods are not pods here (1.8). */
export interface PodSet {
  /** `{name}`: exactly that namespace; otherwise a selector over namespace labels. */
  readonly namespaces: { readonly name: string } | { readonly selector: Selector };
  readonly pods: Selector;
}

/**
 * Peers of a rule: the union of its terms. `index` is the position in the rule's `from`/`to` list (several terms may
 * share one), -1 where the list is absent; explanations point at it.
 */
export type PeerTerm = { readonly index: number } & PeerMatch;
export type PeerMatch =
  /** Any endpoint at all: pods, nodes, external addresses, names. */
  | { readonly type: 'any' }
  | {
      readonly type: 'pods';
      readonly set: PodSet;
      /**
       * Whether this dialect defines that hostNetwork pods are not matched (`excluded`: policy.networking.k8s.io,
       * A2:319) or leaves it open (`undefined`: NetworkPolicy 1.8), so that a match makes the verdict unknown.
       */
      readonly hostNetwork: 'excluded' | 'undefined';
    }
  | {
      readonly type: 'cidr';
      /** Valid CIDR of either family; host bits may be set (K48). */
      readonly cidr: string;
      readonly except: readonly string[];
    }
  | { readonly type: 'nodes'; readonly selector: Selector }
  /** Fully qualified name, or `*.suffix` = one or more labels below it (N55). Only known as a name. */
  | { readonly type: 'domain'; readonly pattern: string };

/**
 * Connections of a rule: the union of its terms; ports are those of the destination pod (0.4). `index` is the
 * position in the rule's `ports`/`protocols` list, -1 where the list is absent.
 */
export type ConnectionTerm = { readonly index: number } & ConnectionMatch;
export type ConnectionMatch =
  /** Every protocol, ICMP and others included. */
  | { readonly type: 'all' }
  | {
      readonly type: 'ports';
      readonly protocol: TransportProtocol;
      readonly from: number;
      readonly to: number;
    }
  /** Resolved on each destination; `protocol` absent: whichever the destination declares (v1alpha1/2). */
  | { readonly type: 'named'; readonly protocol?: TransportProtocol; readonly name: string };

/** Stable pointer to what a rule came from. Lines are found lazily from `path` and the policy's text. */
export interface RuleOrigin {
  readonly policy: PolicyKey;
  readonly direction: Direction;
  /** Index in `spec.ingress` or `spec.egress`. */
  readonly rule: number;
  /** Rule's own `name`, where the dialect has one. */
  readonly name?: string;
  /** `spec.ingress[0]`. */
  readonly path: string;
}

export interface Rule {
  readonly action: Action;
  readonly peers: readonly PeerTerm[];
  readonly connections: readonly ConnectionTerm[];
  readonly origin: RuleOrigin;
  /**
   * Set where the rule does not mean what it says because something in it can't be understood, and the dialect
   * defines what then happens (fail closed: N59, N60). `peers`/`connections` already reflect it.
   * `domain-names-outside-accept`: a deny or pass by name, which the dialect leaves undefined (N57); the domain terms
   * are kept as written, and what they match is unknown.
   */
  readonly caveat?: 'unknown-peer-fails-closed' | 'domain-names-outside-accept';
}

/** One policy's effect in one direction. A block without rules still selects (isolates, in an `isolate` tier). */
export interface RuleBlock {
  readonly policy: PolicyKey;
  readonly tier: TierId;
  /** Priority in the tier, ascending; 0 in the `network-policy` tier. */
  readonly order: number;
  readonly direction: Direction;
  readonly subject: PodSet;
  /** As for peers: does selecting a hostNetwork pod have no effect, or is it undefined (1.8, K67)? */
  readonly subjectHostNetwork: 'excluded' | 'undefined';
  readonly rules: readonly Rule[];
}
