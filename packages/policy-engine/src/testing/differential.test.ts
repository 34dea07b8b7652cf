import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterSnapshot } from '../model/records.ts';
import { endpointsOf, snapshots, TRAFFIC } from './arbitraries.ts';
import { engineFor } from './engine-adapter.ts';
import { type EndpointRef, evaluateValid, type Traffic, withoutInvalid } from './spec-evaluator.ts';

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

/** Each run is one cluster, asked about all pairs of endpoints: `BULKHEAD_FUZZ_RUNS=100000` for a long night. */
const RUNS = Number(process.env['BULKHEAD_FUZZ_RUNS'] ?? 2000);
const SEED = Number(process.env['BULKHEAD_FUZZ_SEED'] ?? 20260801);

interface Question {
  readonly from: EndpointRef;
  readonly to: EndpointRef;
  readonly traffic: Traffic;
}

/** All pairs of endpoints, each with a few of the boundary ports; which ones `offset` decides. */
function questionsAbout(snapshot: ClusterSnapshot, offset: number): readonly Question[] {
  const endpoints = endpointsOf(snapshot);
  const pairs = endpoints.flatMap((from) =>
    endpoints
      // A name is where traffic goes to, never where it comes from; two outside ends are nobody's business.
      .filter(
        (to) => from.kind !== 'domain' && (from.kind !== 'ip' || (to.kind !== 'ip' && to.kind !== 'domain')),
      )
      .map((to) => ({ from, to })),
  );
  return pairs.flatMap((pair, index) =>
    TRAFFIC.filter((_, at) => (index * 7 + at + offset) % 8 === 0).map((traffic) => ({ ...pair, traffic })),
  );
}

describe('the engine', () => {
  it('agrees with the spec-literal evaluator on random clusters', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, fc.nat({ max: 7 }), (snapshot, offset) => {
        const engine = engineFor(snapshot);
        const valid = withoutInvalid(snapshot);
        for (const question of questionsAbout(snapshot, offset)) {
          const { from, to, traffic } = question;
          const spec = evaluateValid(valid, from, to, traffic);
          const ours = engine.verdict(from, to, traffic);
          expect(ours, ours === spec ? '' : JSON.stringify({ ...question, spec, engine: ours })).toBe(spec);
        }
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});
