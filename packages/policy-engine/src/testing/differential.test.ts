import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snapshots } from './arbitraries.ts';
import { engineFor } from './engine-adapter.ts';
import { fuzzing, STANDARD_RUNS } from './fuzzing.ts';
import { questionsAbout } from './questions.ts';
import { evaluateValid, withoutInvalid } from './spec-evaluator.ts';

describe('the engine', () => {
  // Each run is one cluster, asked about all pairs of its endpoints: `BULKHEAD_FUZZ_RUNS=100000` for a long night.
  it('agrees with the spec-literal evaluator on random clusters', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, fc.nat({ max: 9 }), (snapshot, offset) => {
        const engine = engineFor(snapshot);
        const valid = withoutInvalid(snapshot);
        for (const question of questionsAbout(snapshot, offset)) {
          const { from, to, traffic } = question;
          const spec = evaluateValid(valid, from, to, traffic);
          const ours = engine.verdict(from, to, traffic);
          expect(ours, ours === spec ? '' : JSON.stringify({ ...question, spec, engine: ours })).toBe(spec);
        }
      }),
      fuzzing(STANDARD_RUNS),
    );
  });
});
