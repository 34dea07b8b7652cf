import type { SizeName } from '@bulkhead/cluster-generator';

/** Milliseconds. `median` over warm runs of one process, `first` the very first one, before anything is optimised. */
export interface Timing {
  readonly median: number;
  readonly first: number;
  readonly p95: number;
  readonly runs: number;
}

export const METRICS = [
  'parse',
  'compile',
  'rows',
  'compileAndRows',
  'namespaceGraph',
  'workloadGraph',
  'explain',
  'explainIsolated',
  'draftEdit',
  'draftLabels',
] as const;

export type Metric = (typeof METRICS)[number];

export interface ClusterFacts {
  readonly pods: number;
  readonly namespaces: number;
  readonly policies: number;
  readonly workloads: number;
  readonly endpointClasses: number;
  readonly rows: number;
  readonly textMegabytes: number;
}

/** What one size came to. */
export interface SizeResult {
  readonly size: SizeName;
  readonly seed: string;
  readonly facts: ClusterFacts;
  readonly timings: Readonly<Record<Metric, Timing>>;
  /** Highest use of the JavaScript heap from reading the text to the namespace graph, in MiB; the text included. */
  readonly peakHeap: number;
  /** What stays in the heap after a collection once all rows are there: records and compiled cluster, in MiB. */
  readonly retainedHeap: number;
}

/** How each metric reads in the table. */
export const METRIC_NAMES: Readonly<Record<Metric, string>> = {
  parse: 'JSON.parse of the snapshot',
  compile: 'compile',
  rows: 'all rows',
  compileAndRows: 'compile + all rows',
  namespaceGraph: 'namespace graph',
  workloadGraph: 'workload graph',
  explain: 'explain a pair',
  explainIsolated: 'explain, isolated destination',
  draftEdit: 'draft edit → new diff',
  draftLabels: 'draft labels → new diff',
};
