import type { Sample } from './memory.ts';
import type { SoakReport } from './soak.ts';

const COLUMNS = ['seconds', 'heap MiB', 'RSS MiB', 'revision', 'watches', 'connections', 'freshness'];

export function header(): string {
  return COLUMNS.map((name) => name.padStart(12)).join('');
}

export function row(sample: Sample): string {
  const { seconds, heapMiB, rssMiB, revision, watches, connections, freshness } = sample;
  return [
    seconds.toFixed(1),
    heapMiB.toFixed(1),
    rssMiB.toFixed(1),
    revision,
    watches,
    connections ?? '–',
    freshness,
  ]
    .map((cell) => String(cell).padStart(12))
    .join('');
}

/** The end of the table: what went on, and each check. */
export function summary(report: SoakReport): string {
  const { counts, checks } = report;
  const kinds = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ');
  const settled = report.settledAfterMs === undefined ? 'never' : `after ${report.settledAfterMs} ms`;
  return [
    `${counts.changes} changes (${kinds(counts.changesByKind)})`,
    `${counts.faults} faults (${kinds(counts.faultsByKind)})`,
    `${counts.requests} requests, ${report.revisions} revisions given out, in step ${settled} of calm`,
    ...checks.map(({ name, passed, detail }) => `${passed ? 'ok    ' : 'FAILED'}  ${name}: ${detail}`),
  ].join('\n');
}
