import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import type { PolicyRecord } from '../model/records.ts';
import { type Edge, edgeBatches, edges } from '../queries/edges.ts';
import { workloadGrouping } from '../queries/reachability.ts';
import { anyPolicy, snapshots } from './arbitraries.ts';
import {
  changedPairs,
  connects,
  draftOver,
  engineFor,
  isOpenPair,
  type PairKey,
  pairsOf,
  visitedPairs,
} from './engine-adapter.ts';
import { fuzzing } from './fuzzing.ts';
import { questionsAbout } from './questions.ts';

/** One step of editing: `at` is where, past the end adds; without a policy what is there goes. */
interface Edit {
  readonly at: number;
  readonly policy: PolicyRecord | null;
}

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({ at: fc.nat({ max: 5 }), policy: fc.option(anyPolicy, { freq: 3 }) }),
  { minLength: 1, maxLength: 3 },
);

/** Replacing keeps the name, as an edited policy does; every other policy stays the same object. */
function edited(
  policies: readonly PolicyRecord[],
  { at, policy }: Edit,
  step: number,
): readonly PolicyRecord[] {
  const old = policies[at];
  if (policy === null) return policies.filter((one) => one !== old);
  const others = policies.filter((one) => one !== old && one.name !== policy.name);
  if (policy.name === 'default') return [...others, policy];
  const sameKey = old !== undefined && old.kind === policy.kind && old.namespace === policy.namespace;
  return [...others, { ...policy, name: sameKey ? old.name : `new${step}` }];
}

describe('the relation between columns', () => {
  it('is visited as rectangles that hold each pair once, with the pair’s own cell', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const engine = engineFor(snapshot);
        const wanted = [...pairsOf(engine)].filter(([, cell]) => connects(engine, cell));
        expect([...visitedPairs(engine, false)].sort()).toEqual(wanted.sort());
        const policed = wanted.filter(([pair]) => !isOpenPair(engine, pair));
        expect([...visitedPairs(engine, true)].sort()).toEqual(policed.sort());
      }),
      fuzzing(500),
    );
  });

  it('has the same edges however few sources are looked at together', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, fc.integer({ min: 1, max: 40 }), (snapshot, atMost) => {
        const cluster = compile(snapshot);
        const grouping = workloadGrouping(cluster.universe);
        const text = (edge: Edge): string => JSON.stringify(edge);
        const batches = [...edgeBatches(cluster, grouping, atMost)];
        expect(batches.flat().map(text).sort()).toEqual(edges(cluster, grouping).map(text).sort());
        const sources = batches.flatMap((batch) => [...new Set(batch.map((edge) => edge.source))]);
        expect(new Set(sources).size).toBe(sources.length);
      }),
      fuzzing(300),
    );
  });

  it('changes under a draft exactly where the diff says', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, edits, (snapshot, steps) => {
        const policies = steps.reduce(edited, snapshot.policies);
        const { before, after } = draftOver(engineFor(snapshot), policies);
        const then = pairsOf(after);
        const wanted: (readonly [PairKey, number, number])[] = [];
        for (const [pair, cell] of pairsOf(before)) {
          const now = then.get(pair) ?? -1;
          if (now !== cell) wanted.push([pair, cell, now]);
        }
        expect([...changedPairs(before, after)].sort()).toEqual(wanted.sort());
      }),
      fuzzing(500),
    );
  });
});

describe('a draft laid over a compiled cluster', () => {
  it('gives the verdicts of a compile from scratch, edit after edit', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, edits, fc.nat({ max: 9 }), (snapshot, steps, offset) => {
        let engine = engineFor(snapshot);
        let { policies } = snapshot;
        steps.forEach((step, index) => {
          const untouched = engineFor({ ...snapshot, policies });
          policies = edited(policies, step, index);
          const { before, after } = draftOver(engine, policies);
          const fresh = engineFor({ ...snapshot, policies });
          for (const { from, to, traffic } of questionsAbout(snapshot, offset)) {
            const said = [before.verdict(from, to, traffic), after.verdict(from, to, traffic)];
            const wanted = [untouched.verdict(from, to, traffic), fresh.verdict(from, to, traffic)];
            const same = said.join() === wanted.join();
            expect(said, same ? '' : JSON.stringify({ index, from, to, traffic })).toEqual(wanted);
          }
          engine = after;
        });
      }),
      fuzzing(300),
    );
  });
});
