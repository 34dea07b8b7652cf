import { BUDGETS } from './budgets.ts';
import { METRIC_NAMES, METRICS, type Metric, type SizeResult } from './result.ts';
import { growthExponent } from './statistics.ts';

export function exponents(results: readonly SizeResult[]): Partial<Record<Metric, number>> {
  const out: Partial<Record<Metric, number>> = {};
  for (const metric of METRICS) {
    const points = results.map(({ facts, timings }) => ({ x: facts.pods, y: timings[metric].median }));
    const exponent = growthExponent(points);
    if (exponent !== undefined) out[metric] = exponent;
  }
  return out;
}

function alignColumns(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('   '),
    )
    .join('\n');
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toPrecision(2);
}

function timingCell(result: SizeResult, metric: Metric): string {
  const { median, first, p95, runs } = result.timings[metric];
  const relative = `${number(median / result.timings.parse.median)}×`;
  // Many short samples have a tail worth knowing; few long ones have a cold start.
  const spread = runs >= 50 ? `p95 ${number(p95)}` : `first ${number(first)}`;
  return metric === 'parse' ? `${number(median)} ms` : `${number(median)} ms ${relative} (${spread})`;
}

/** A table of all sizes, the growth exponents, and what became of each budget. */
export function formatReport(results: readonly SizeResult[]): string {
  const growth = exponents(results);
  const header = ['', ...results.map(({ size }) => size), 'growth'];
  const fact = (name: string, of: (result: SizeResult) => string) => [name, ...results.map(of), ''];
  const lines = [
    header,
    fact('pods', ({ facts }) => String(facts.pods)),
    fact('workloads', ({ facts }) => String(facts.workloads)),
    fact('policies', ({ facts }) => String(facts.policies)),
    fact('endpoint classes', ({ facts }) => String(facts.endpointClasses)),
    fact('different rows', ({ facts }) => String(facts.rows)),
    fact('snapshot text', ({ facts }) => `${facts.textMegabytes.toFixed(1)} MB`),
    ...METRICS.map((metric) => [
      METRIC_NAMES[metric],
      ...results.map((result) => timingCell(result, metric)),
      growth[metric] === undefined ? '' : `n^${growth[metric].toFixed(2)}`,
    ]),
    fact('peak heap', ({ peakHeap }) => `${peakHeap.toFixed(0)} MiB`),
    fact('heap kept', ({ retainedHeap }) => `${retainedHeap.toFixed(0)} MiB`),
  ];
  const budgets = BUDGETS.flatMap(({ what, limit, of }) =>
    results.flatMap((result) => {
      const outcome = of(result);
      if (!outcome) return [];
      const { measured, share } = outcome;
      const verdict = share <= 1 ? 'met' : `MISSED by ${((share - 1) * 100).toFixed(0)} %`;
      return [[what, `at most ${limit}`, measured, verdict]];
    }),
  );
  const note =
    'Medians of warm runs in one process per size; × is the ratio to JSON.parse of the same text in the same process.';
  return [
    alignColumns(lines),
    note,
    ...(budgets.length > 0 ? ['', 'Budgets', alignColumns(budgets)] : []),
  ].join('\n');
}
