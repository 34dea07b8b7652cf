import type { Parameters } from 'fast-check';

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

/**
 * How many random cases a property gets: `usual` with a fixed seed, so that CI is repeatable. `BULKHEAD_FUZZ_RUNS` asks
 * for more (each property in proportion), `BULKHEAD_FUZZ_SEED` for others.
 */
export function fuzzing<T>(usual: number): Parameters<T> {
  const asked = process.env['BULKHEAD_FUZZ_RUNS'];
  const numRuns = asked === undefined ? usual : Math.ceil((Number(asked) * usual) / STANDARD_RUNS);
  return { numRuns, seed: Number(process.env['BULKHEAD_FUZZ_SEED'] ?? 20260801) };
}

/** What `BULKHEAD_FUZZ_RUNS` counts: cases of the comparison with the spec-literal evaluator. */
export const STANDARD_RUNS = 2000;
