import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import { compileOverlay } from '../queries/diff.ts';
import { locateEndpoint } from '../queries/endpoint.ts';
import { isolationOf } from '../views/lens.ts';
import { snapshots } from './arbitraries.ts';
import { changedSnapshot, snapshotChanges } from './arbitraries-changes.ts';
import { changedPairs, type Engine, engineFor, engineOf, type PairKey, pairsOf } from './engine-adapter.ts';
import { fuzzing } from './fuzzing.ts';
import { pairsAbout, questionsAbout } from './questions.ts';

/** Both states over common columns. */
function aligned(was: ClusterSnapshot, is: ClusterSnapshot): { before: Engine; after: Engine } {
  const overlay = compileOverlay(compile(was), is);
  if (overlay === undefined) throw new Error('pods, namespaces and policies may differ');
  return { before: engineOf(overlay.before), after: engineOf(overlay.after) };
}

/** What is said about one state, in full. */
function saidOf(engine: Engine, snapshot: ClusterSnapshot): unknown {
  const { cluster } = engine;
  return {
    pairs: pairsAbout(snapshot).map(({ from, to }) => [from, to, comparable(engine.explain(from, to))]),
    isolation: snapshot.pods.map(({ namespace, name }) => {
      const found = locateEndpoint(cluster.universe, { type: 'pod', namespace, name });
      return found === undefined
        ? null
        : [isolationOf(cluster, 'ingress', found.column), isolationOf(cluster, 'egress', found.column)];
    }),
  };
}

/** Connection sets are numbered as they come, and what is equal in rank is listed as it comes. */
function comparable(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  if (Array.isArray(value)) return `[${value.map(comparable).sort().join()}]`;
  const fields = Object.entries(value).filter(([key]) => key !== 'id');
  return `{${fields.map(([key, field]) => `${key}:${comparable(field)}`).join()}}`;
}

describe('two states of a cluster over common columns', () => {
  it('have the verdicts that each has alone', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, snapshotChanges, fc.nat({ max: 9 }), (was, change, offset) => {
        const is = changedSnapshot(was, change);
        const { before, after } = aligned(was, is);
        for (const [engine, snapshot] of [
          [before, was],
          [after, is],
        ] as const) {
          const alone = engineFor(snapshot);
          for (const question of questionsAbout(snapshot, offset)) {
            const { from, to, traffic } = question;
            const said = engine.verdict(from, to, traffic);
            const wanted = alone.verdict(from, to, traffic);
            expect(said, said === wanted ? '' : JSON.stringify({ question, said, wanted })).toBe(wanted);
          }
        }
      }),
      fuzzing(400),
    );
  });

  it('have the explanations and the isolation that each has alone', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, snapshotChanges, (was, change) => {
        const is = changedSnapshot(was, change);
        const { before, after } = aligned(was, is);
        expect(saidOf(before, was)).toEqual(saidOf(engineFor(was), was));
        expect(saidOf(after, is)).toEqual(saidOf(engineFor(is), is));
      }),
      fuzzing(100),
    );
  });

  it('differ exactly where the diff says, and nothing reaches what is absent', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, snapshotChanges, (was, change) => {
        const { before, after } = aligned(was, changedSnapshot(was, change));
        const then = pairsOf(after);
        const wanted: (readonly [PairKey, number, number])[] = [];
        for (const [pair, cell] of pairsOf(before)) {
          const now = then.get(pair) ?? -1;
          if (now !== cell) wanted.push([pair, cell, now]);
        }
        expect([...changedPairs(before, after)].sort()).toEqual(wanted.sort());
        for (const { cluster } of [before, after]) {
          const { absent, classes } = cluster.universe;
          for (const [column, { pods }] of classes.entries()) {
            const isAbsent = absent.some(
              (first, at) => at % 2 === 0 && first <= column && column <= (absent[at + 1] ?? -1),
            );
            expect(isAbsent).toBe(pods.length === 0);
            if (!isAbsent) continue;
            for (const [pair, cell] of pairsOf({ ...before, cluster })) {
              if (pair.split('>').includes(String(column))) expect(cell).toBe(cluster.cells.denied);
            }
          }
        }
      }),
      fuzzing(300),
    );
  });
});
