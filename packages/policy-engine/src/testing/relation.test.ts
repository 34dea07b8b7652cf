import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import { type Edge, edgeBatches, edges } from '../queries/edges.ts';
import { workloadGrouping } from '../queries/reachability.ts';
import { snapshots } from './arbitraries.ts';
import { editedPolicies, policyEdits } from './arbitraries-changes.ts';
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
      fc.property(snapshots, policyEdits, (snapshot, steps) => {
        const policies = steps.reduce(editedPolicies, snapshot.policies);
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
      fc.property(snapshots, policyEdits, fc.nat({ max: 9 }), (snapshot, steps, offset) => {
        let engine = engineFor(snapshot);
        let { policies } = snapshot;
        steps.forEach((step, index) => {
          const untouched = engineFor({ ...snapshot, policies });
          policies = editedPolicies(policies, step, index);
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
