import { describe, expect, test } from 'vitest';
import { peakHeapOf } from './garbage-log.ts';
import { formatReport } from './report.ts';
import { METRICS, type Metric, type SizeResult, type Timing } from './result.ts';
import { growthExponent, median, quantile } from './statistics.ts';

describe('statistics', () => {
  test('takes the nearest rank', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95)).toBe(10);
    expect(median([])).toBeNaN();
  });

  test('finds the exponent of growth', () => {
    const points = (power: number) => [1, 10, 150].map((x) => ({ x, y: 3 * x ** power }));
    expect(growthExponent(points(1))).toBeCloseTo(1);
    expect(growthExponent(points(2))).toBeCloseTo(2);
    expect(growthExponent([{ x: 1, y: 1 }])).toBeUndefined();
  });
});

test('the peak of the heap is the highest use before any collection', () => {
  const log = `[8:0x1] 31 ms: Scavenge 5.2 (6.5) -> 4.4 (7.5) MB, pooled: 0 MB, 0.9 / 0.0 ms  (average mu = 1.000) allocation failure;
[8:0x1] 99 ms: Mark-Compact 812.3 (840.1) -> 300.2 (420.0) MB, 20.1 / 0.0 ms  (average mu = 0.9) external finalize;
[8:0x1] 120 ms: Mark-Compact (reduce) 310.0 (420.0) -> 290.0 (400.0) MB, 5 / 0 ms last resort;`;
  expect(peakHeapOf(log)).toBe(812.3);
});

describe('formatReport', () => {
  const timing = (value: number): Timing => ({ median: value, first: value * 2, p95: value * 3, runs: 3 });
  const timings = (of: (metric: Metric) => number): SizeResult['timings'] => {
    const entries: Partial<Record<Metric, Timing>> = {};
    for (const metric of METRICS) entries[metric] = timing(of(metric));
    return {
      parse: timing(1),
      compile: timing(1),
      rows: timing(1),
      compileAndRows: timing(1),
      namespaceGraph: timing(1),
      workloadGraph: timing(1),
      draftLabels: timing(1),
      explain: timing(1),
      explainIsolated: timing(1),
      draftEdit: timing(1),
      ...entries,
    };
  };
  const result = (compileAndRows: number): SizeResult => ({
    size: 'M',
    seed: '1',
    facts: {
      pods: 10_000,
      namespaces: 200,
      policies: 1_000,
      workloads: 3_000,
      endpointClasses: 900,
      rows: 400,
      textMegabytes: 4,
    },
    timings: timings((metric) => (metric === 'compileAndRows' ? compileAndRows : 0.5)),
    peakHeap: 100,
    retainedHeap: 50,
  });

  test('says of each budget whether it is met, and by how much it is missed', () => {
    expect(formatReport([result(0.4)])).toMatch(/M: compile \+ all rows .* 0\.80× +met/);
    expect(formatReport([result(1)])).toMatch(/M: compile \+ all rows .* 2\.00× +MISSED by 100 %/);
  });

  test('leaves out budgets of sizes that were not measured', () => {
    expect(formatReport([result(1)])).not.toContain('L: ');
  });
});
