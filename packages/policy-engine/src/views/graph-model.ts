import type { PortRange } from '../sets/connection-set.ts';
import type { DraftMark } from './mark.ts';

/*
 * The graph as a view draws it: plain data, already filtered, grouped and collapsed. Where things stand on the screen
 * is not part of it.
 */

/** Three-valued isolation of one direction. `unknown`: what would decide it can't be read or is undefined. */
export type IsolationState = 'isolated' | 'open' | 'unknown';

/** How many workloads are in each state. */
export interface IsolationTally {
  readonly isolated: number;
  readonly open: number;
  readonly unknown: number;
}

/** A set of ports as views show it. `all`: every port of TCP, UDP and SCTP. */
export interface PortSummary {
  /** Short and in the field's notation: `TCP 8080`, `TCP 80, 443 · UDP 53`, `all ports`. */
  readonly label: string;
  readonly all: boolean;
  readonly ranges: readonly PortRange[];
  /** Whether ICMP and the protocols without ports are among them. */
  readonly other: boolean;
}

export interface NamespaceNode {
  readonly id: string;
  readonly name: string;
  readonly expanded: boolean;
  readonly workloads: number;
  readonly pods: number;
  readonly policies: number;
  readonly ingress: IsolationTally;
  readonly egress: IsolationTally;
  /** `null`: collapsed and without a draft, where nobody is told of it; it takes long to compute for large clusters. */
  readonly internal: InternalEdges | null;
  /** `true`: what is in it may not be read. */
  readonly hidden: boolean;
  readonly mark: DraftMark | null;
}

/** What the workloads of a namespace may send to each other; said in the box. */
export interface InternalEdges {
  /** Pairs of its workloads that may connect, and how many there are. */
  readonly pairs: number;
  readonly of: number;
  /** What rules allow (nearly) all pairs, where that is the same for them; they then have no edges of their own. */
  readonly uniform: PortSummary | null;
  /** Pairs that a draft opens and closes; the pods of one workload among themselves are a pair here. */
  readonly opened: number;
  readonly closed: number;
}

export interface WorkloadNode {
  readonly id: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly pods: number;
  readonly ingress: IsolationState;
  readonly egress: IsolationState;
  /** Ports on which every pod of the cluster may reach it although it is isolated, and the mirror image. */
  readonly ingressFromAll: PortSummary | null;
  readonly egressToAll: PortSummary | null;
  readonly hostNetwork: boolean;
  readonly mark: DraftMark | null;
}

export type OutsideKind = 'internet' | 'cidr' | 'node' | 'domain' | 'unlisted';

export interface OutsideNode {
  readonly id: string;
  readonly kind: OutsideKind;
  readonly label: string;
  /** What the label leaves out: the blocks that are excepted, how many addresses. */
  readonly detail: string;
}

/**
 * How a draft changes what is allowed. `rearranged`: some of it opens and some of it closes; `uncertain`: nothing opens or
 * closes for certain, but what is unknown is other than before.
 */
export type EdgeImpact = 'opened' | 'closed' | 'widened' | 'narrowed' | 'rearranged' | 'uncertain';

export interface GraphEdge {
  /** `from>to`; where what a draft changes is gathered on several edges between two nodes, `from>to>number`. */
  readonly id: string;
  /**
   * Ids of nodes: of a namespace where the edge stands for all or some of its workloads. From a node to itself: what a draft
   * changes inside a collapsed namespace, or among the pods of a workload.
   */
  readonly from: string;
  readonly to: string;
  /**
   * `unknown`: at least one of its connections can't be decided, and none is known to be allowed. `denied`: never in a
   * graph by itself; the answer to a question about a pair.
   */
  readonly verdict: 'allowed' | 'unknown' | 'denied';
  readonly ports: PortSummary;
  /** Pairs of workloads (or outside peers) that it stands for, and how many pairs its ends have. */
  readonly pairs: number;
  readonly of: number;
  /** Pairs that the draft changes; from a node to itself also what changes among the pods of one workload. */
  readonly changed: number;
  /** How the draft changes it, with the ports that open and close. */
  readonly impact: EdgeImpact | null;
  readonly opened: PortSummary | null;
  readonly closed: PortSummary | null;
  /** The ports that are unknown with the draft, where that is how it changes the edge. */
  readonly uncertain: PortSummary | null;
}

/** What a view leaves out, to be said next to it. */
export interface HiddenCounts {
  readonly namespaces: number;
  readonly workloads: number;
  /** Edges left out by a filter. */
  readonly edges: number;
  /** Pairs that may connect because each end is open to everyone: rings say so, edges would join all to all. */
  readonly openPairs: number;
}

export interface GraphView {
  readonly namespaces: readonly NamespaceNode[];
  /** Of expanded namespaces. */
  readonly workloads: readonly WorkloadNode[];
  readonly outside: readonly OutsideNode[];
  readonly edges: readonly GraphEdge[];
  readonly hidden: HiddenCounts;
  readonly totals: {
    readonly namespaces: number;
    readonly workloads: number;
    readonly pods: number;
    readonly policies: number;
  };
}
