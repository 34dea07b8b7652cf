import type { PolicyEdit } from '../../findings/finding.ts';
import type { TransportProtocol, WorkloadRef } from '../../model/records.ts';
import type { PortSummary } from '../../views/graph-model.ts';
import type { ImpactRow } from '../impact/model.ts';

/** One end of the connection that is asked about. */
export type SuggestEnd =
  | { readonly type: 'workload'; readonly namespace: string; readonly workload: WorkloadRef }
  /** Addresses outside the cluster; `0.0.0.0/0` for the internet. */
  | { readonly type: 'addresses'; readonly cidr: string };

export interface SuggestQuestion {
  readonly from: SuggestEnd;
  readonly to: SuggestEnd;
  readonly protocol: TransportProtocol;
  readonly port: number;
}

/** One way to get there. */
export interface Suggestion {
  /** In the imperative: "Add a rule to allow-api". */
  readonly title: string;
  readonly edits: readonly PolicyEdit[];
  /** `true`: nothing but the asked connection changes. */
  readonly exact: boolean;
  /** Ports that open (or close) between the two ends beside the asked one; null where there are none. */
  readonly alsoPorts: PortSummary | null;
  /** Other connections that change as well, a few of them, and how many there are. */
  readonly also: readonly ImpactRow[];
  readonly alsoPairs: number;
}

export interface SuggestionList {
  /** What the connection is now. */
  readonly now: 'allowed' | 'denied' | 'unknown' | 'no-such-end';
  /** Best first: fewest other changes, then the smallest edit. */
  readonly suggestions: readonly Suggestion[];
  /** Why there is nothing more that policies of this kind can do, one sentence each. */
  readonly obstacles: readonly string[];
}
