import type { SizeResult } from './result.ts';

export interface Budget {
  readonly what: string;
  readonly limit: string;
  /** Undefined where the size was not measured. */
  readonly of: (result: SizeResult) => { readonly measured: string; readonly share: number } | undefined;
}

const ratio = (value: number, limit: number) => ({ measured: `${value.toFixed(2)}×`, share: value / limit });
const milliseconds = (value: number, limit: number) => ({
  measured: `${value.toFixed(2)} ms`,
  share: value / limit,
});
const compileRatio = ({ timings }: SizeResult) => timings.compileAndRows.median / timings.parse.median;

/** The budgets of ARCHITECTURE.md that this benchmark can tell about; `share` above 1 is a miss. */
export const BUDGETS: readonly Budget[] = [
  {
    what: 'M: compile + all rows',
    limit: '1× JSON.parse',
    of: (result) => (result.size === 'M' ? ratio(compileRatio(result), 1) : undefined),
  },
  {
    what: 'L: compile + all rows',
    limit: '2× JSON.parse',
    of: (result) => (result.size === 'L' ? ratio(compileRatio(result), 2) : undefined),
  },
  {
    what: 'L: heap',
    limit: '1024 MiB',
    of: ({ size, peakHeap }) =>
      size === 'L' ? { measured: `${peakHeap.toFixed(0)} MiB`, share: peakHeap / 1_024 } : undefined,
  },
  {
    what: 'M: draft edit → new diff',
    limit: '16 ms',
    of: ({ size, timings }) => (size === 'M' ? milliseconds(timings.draftEdit.median, 16) : undefined),
  },
  {
    what: 'M: draft labels → new diff',
    limit: '16 ms',
    of: ({ size, timings }) => (size === 'M' ? milliseconds(timings.draftLabels.median, 16) : undefined),
  },
  {
    what: 'M: explain a pair',
    limit: '1 ms',
    of: ({ size, timings }) =>
      size === 'M'
        ? milliseconds(Math.max(timings.explain.median, timings.explainIsolated.median), 1)
        : undefined,
  },
];
