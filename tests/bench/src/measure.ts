import { applyEdit, createRng, editSources, randomEdit, type SizeName } from '@bulkhead/cluster-generator';
import {
  type Cluster,
  type ClusterSnapshot,
  changedRectangles,
  compile,
  compileOverlay,
  evaluateAllRows,
  explain,
  graphView,
  isOpen,
  type Labels,
  lensOf,
  locatePod,
  NO_FILTER,
} from '@bulkhead/policy-engine';
import type { ClusterFacts, Metric, SizeResult, Timing } from './result.ts';
import { quantile } from './statistics.ts';

export interface MeasureOptions {
  readonly size: SizeName;
  readonly seed: string;
  readonly edits: number;
  readonly pairs: number;
  /** Repeat the whole way from text to graph at least twice, and then until this much time is spent. */
  readonly secondsOfRepeats: number;
}

const NAME_LABEL = 'kubernetes.io/metadata.name';

const collectGarbage: () => void = globalThis.gc ? () => void globalThis.gc?.() : () => undefined;

/** Runs `work` and notes how long it took, in milliseconds. */
function timed<T>(into: number[], work: () => T): T {
  const from = performance.now();
  const result = work();
  into.push(performance.now() - from);
  return result;
}

function timing(samples: readonly number[]): Timing {
  // The first run pays for what later ones reuse (optimised code), so it is told apart where there are more.
  const warm = samples.length > 1 ? samples.slice(1) : samples;
  return {
    median: quantile(warm, 0.5),
    first: samples[0] ?? Number.NaN,
    p95: quantile(warm, 0.95),
    runs: samples.length,
  };
}

export function namespaceGraph(cluster: Cluster) {
  return graphView(lensOf(cluster), { expanded: [], filter: NO_FILTER, verdicts: ['allowed', 'unknown'] });
}

function workloadGraph(cluster: Cluster) {
  const expanded = cluster.universe.namespaces.map(({ record }) => record.name);
  return graphView(lensOf(cluster), { expanded, filter: NO_FILTER, verdicts: ['allowed', 'unknown'] });
}

function measureExplain(
  cluster: Cluster,
  snapshot: ClusterSnapshot,
  options: MeasureOptions,
  onlyIsolated: boolean,
): number[] {
  const rng = createRng(`${options.seed}/pairs`);
  const locate = (wanted: boolean) => {
    for (let tries = 0; tries < 400; tries++) {
      const found = locatePod(cluster.universe, rng.int(0, snapshot.pods.length - 1));
      if (found && (!wanted || !isOpen(cluster, 'ingress', found.column))) return found;
    }
    return undefined;
  };
  const samples: number[] = [];
  for (let i = 0; i < options.pairs; i++) {
    const source = locate(false);
    const destination = locate(onlyIsolated);
    if (source && destination) timed(samples, () => explain(cluster, source, destination));
  }
  return samples;
}

/** Edits are independent of each other: each is laid over the cluster as it was read. */
function measureEdits(cluster: Cluster, snapshot: ClusterSnapshot, options: MeasureOptions): number[] {
  const rng = createRng(`${options.seed}/edits`);
  const sources = editSources(snapshot);
  const samples: number[] = [];
  for (let i = 0; i < options.edits; i++) {
    const edit = randomEdit(sources, rng);
    timed(samples, () => {
      const overlay = compileOverlay(cluster, applyEdit(snapshot, edit));
      return overlay && changedRectangles(overlay.before, overlay.after);
    });
  }
  return samples;
}

/** Labels of workloads and of namespaces by turns: another value under a key that they have. */
function measureLabels(cluster: Cluster, snapshot: ClusterSnapshot, options: MeasureOptions): number[] {
  const rng = createRng(`${options.seed}/labels`);
  const samples: number[] = [];
  for (let i = 0; i < options.edits; i++) {
    const { namespace, workload, labels } = rng.pick(snapshot.pods);
    const own = i % 2 === 0 ? labels : snapshot.namespaces.find(({ name }) => name === namespace)?.labels;
    const key = rng.pick(
      Object.keys(own ?? {})
        .filter((one) => one !== NAME_LABEL)
        .concat('tier'),
    );
    const relabelled = <T extends { readonly labels: Labels }>(record: T): T => ({
      ...record,
      labels: { ...record.labels, [key]: `other-${i}` },
    });
    const isOwn = (pod: ClusterSnapshot['pods'][number]) =>
      pod.namespace === namespace &&
      pod.workload.kind === workload.kind &&
      pod.workload.name === workload.name;
    timed(samples, () => {
      const overlay = compileOverlay(
        cluster,
        i % 2 === 0
          ? { ...snapshot, pods: snapshot.pods.map((pod) => (isOwn(pod) ? relabelled(pod) : pod)) }
          : {
              ...snapshot,
              namespaces: snapshot.namespaces.map((one) => (one.name === namespace ? relabelled(one) : one)),
            },
      );
      return overlay && changedRectangles(overlay.before, overlay.after);
    });
  }
  return samples;
}

function factsOf(cluster: Cluster, snapshot: ClusterSnapshot, rows: number, text: string): ClusterFacts {
  return {
    pods: snapshot.pods.length,
    namespaces: snapshot.namespaces.length,
    policies: snapshot.policies.length,
    workloads: cluster.universe.workloads.length,
    endpointClasses: cluster.universe.classes.length,
    rows,
    textMegabytes: text.length / 1e6,
  };
}

/** Times every step, from the snapshot's text on. The same text is parsed in the same run, as the yardstick. */
export function measure(
  text: string,
  options: MeasureOptions,
): Omit<SizeResult, 'peakHeap' | 'retainedHeap'> {
  const samples: Record<Metric, number[]> = {
    parse: [],
    compile: [],
    rows: [],
    compileAndRows: [],
    namespaceGraph: [],
    workloadGraph: [],
    explain: [],
    explainIsolated: [],
    draftEdit: [],
    draftLabels: [],
  };
  const endAt = performance.now() + options.secondsOfRepeats * 1_000;
  let last:
    | { readonly snapshot: ClusterSnapshot; readonly cluster: Cluster; readonly rows: number }
    | undefined;
  for (let run = 0; run < 2 || (run < 12 && performance.now() < endAt); run++) {
    // Freshly parsed each time: the engine remembers what it lowered, by the identity of the record.
    last = undefined;
    collectGarbage();
    const snapshot = timed(samples.parse, (): ClusterSnapshot => JSON.parse(text));
    collectGarbage();
    const cluster = timed(samples.compile, () => compile(snapshot));
    const { rows } = timed(samples.rows, () => evaluateAllRows(cluster));
    samples.compileAndRows.push((samples.compile.at(-1) ?? 0) + (samples.rows.at(-1) ?? 0));
    timed(samples.namespaceGraph, () => namespaceGraph(cluster));
    timed(samples.workloadGraph, () => workloadGraph(cluster));
    last = { snapshot, cluster, rows };
  }
  if (!last) throw new Error('Nothing was measured.');
  const { snapshot, cluster, rows } = last;
  collectGarbage();
  samples.explain = measureExplain(cluster, snapshot, options, false);
  samples.explainIsolated = measureExplain(cluster, snapshot, options, true);
  collectGarbage();
  samples.draftEdit = measureEdits(cluster, snapshot, options);
  collectGarbage();
  samples.draftLabels = measureLabels(cluster, snapshot, options);
  const timings: Record<Metric, Timing> = {
    parse: timing(samples.parse),
    compile: timing(samples.compile),
    rows: timing(samples.rows),
    compileAndRows: timing(samples.compileAndRows),
    namespaceGraph: timing(samples.namespaceGraph),
    workloadGraph: timing(samples.workloadGraph),
    explain: timing(samples.explain),
    explainIsolated: timing(samples.explainIsolated),
    draftEdit: timing(samples.draftEdit),
    draftLabels: timing(samples.draftLabels),
  };
  return { size: options.size, seed: options.seed, facts: factsOf(cluster, snapshot, rows, text), timings };
}

/** The way from text to graph once, for a process whose heap is watched. Returns what stays in the heap, in MiB. */
export function measureHeap(text: string): number {
  const snapshot: ClusterSnapshot = JSON.parse(text);
  const cluster = compile(snapshot);
  evaluateAllRows(cluster);
  namespaceGraph(cluster);
  collectGarbage();
  return (process.memoryUsage().heapUsed - text.length) / 2 ** 20;
}
