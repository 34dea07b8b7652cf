import type { EdgeImpact, PortSummary } from '../../views/graph-model.ts';

/** How a draft changes what one end may send to another. */
export type ImpactKind = EdgeImpact;

/** In the order in which a reader should meet them. */
export const IMPACT_KINDS: readonly ImpactKind[] = [
  'opened',
  'widened',
  'rearranged',
  'uncertain',
  'narrowed',
  'closed',
];

export interface ImpactEnd {
  /** As views name entities: `ns:shop`, `wl:shop/api[Deployment]`, `out:internet`, `out:cidr:10.0.0.0/8`, … */
  readonly id: string;
  readonly type: 'namespace' | 'workload' | 'hidden' | 'nodes' | 'addresses' | 'domain';
  readonly label: string;
  readonly namespace?: string;
  /** Kind of a workload. */
  readonly kind?: string;
}

/** Ports are those of TCP, UDP and SCTP; of several pairs with different ports, all together. */
export interface ImpactRow {
  readonly kind: ImpactKind;
  readonly from: ImpactEnd;
  readonly to: ImpactEnd;
  readonly before: PortSummary;
  readonly after: PortSummary;
  readonly opened: PortSummary;
  readonly closed: PortSummary;
  /** Ports whose verdict is unknown after. */
  readonly unknown: PortSummary;
  /**
   * Pairs of workloads (or outside peers) that change in this way. Between namespaces, a pair whose pods are not all alike
   * may be counted more than once.
   */
  readonly pairs: number;
}

export type ImpactTally = { readonly [kind in ImpactKind]: number };

/** Rows and how many pairs they stand for. */
export interface ImpactRows {
  /** By kind, then by name. */
  readonly rows: readonly ImpactRow[];
  /** Rows left out because there are too many. */
  readonly omitted: number;
  /** Pairs of workloads (or outside peers) by how they change. */
  readonly pairs: ImpactTally;
}

export interface Impact extends ImpactRows {
  /** What an end of a row is: workloads where that makes a list one can read, else namespaces. */
  readonly level: 'workload' | 'namespace';
  /**
   * What changes among the pods of one workload, always workload by workload: both ends of a row are the same, and it is one
   * pair. Empty where only some rows were asked for.
   */
  readonly ownPods: ImpactRows;
  /** Workloads, as `namespace/name`, that can no longer ask the cluster DNS over UDP. */
  readonly dnsCut: readonly string[];
}

const NO_ROWS: ImpactRows = {
  rows: [],
  omitted: 0,
  pairs: { opened: 0, widened: 0, rearranged: 0, uncertain: 0, narrowed: 0, closed: 0 },
};

export const NO_IMPACT: Impact = { level: 'workload', ...NO_ROWS, ownPods: NO_ROWS, dnsCut: [] };
