import type { PolicyEdit } from '../../findings/finding.ts';
import type { TransportProtocol, WorkloadRef } from '../../model/records.ts';
import type { PortSummary } from '../../views/graph-model.ts';
import type { ImpactEnd } from '../impact/model.ts';

/** One end of the connection that is asked about. */
export type SuggestEnd =
  | { readonly type: 'workload'; readonly namespace: string; readonly workload: WorkloadRef }
  /** Every pod of a namespace that policies apply to: without those on their node's network. */
  | { readonly type: 'namespace'; readonly namespace: string }
  /** Addresses outside the cluster; `0.0.0.0/0` for the internet: all that no block of a policy holds. */
  | { readonly type: 'addresses'; readonly cidr: string };

export interface SuggestQuestion {
  readonly from: SuggestEnd;
  readonly to: SuggestEnd;
  readonly protocol: TransportProtocol;
  readonly port: number;
}

/** How all pairs of the pods of two ends stand; `mixed`: differently, and each is known. */
export type SuggestVerdict = 'allowed' | 'denied' | 'mixed' | 'unknown' | 'no-such-end';

/** A connection that a suggestion changes beside what is asked; both ends the same: among the pods of one workload. */
export interface AlsoChange {
  readonly from: ImpactEnd;
  readonly to: ImpactEnd;
  readonly opened: PortSummary;
  readonly closed: PortSummary;
  readonly pairs: number;
}

/** One way to get there. */
export interface Suggestion {
  /** In the imperative: "Add a rule to allow-api". */
  readonly title: string;
  readonly edits: readonly PolicyEdit[];
  /** `true`: nothing but the asked connection changes. */
  readonly exact: boolean;
  /** Ports that change between the two ends beside the asked one; null where there are none. */
  readonly alsoPorts: { readonly opened: PortSummary; readonly closed: PortSummary } | null;
  /** Other connections that change as well, a few of them, and how many there are. */
  readonly also: readonly AlsoChange[];
  readonly alsoPairs: number;
}

export interface SuggestionList {
  /** What the connection is now. */
  readonly now: SuggestVerdict;
  /** Best first: fewest other changes, then the smallest edit. */
  readonly suggestions: readonly Suggestion[];
  /** What stands in the way of better ones, one sentence each. */
  readonly obstacles: readonly string[];
}
