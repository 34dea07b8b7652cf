import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cluster, compile, pairCell } from '../compile/compile.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import { compileOverlay } from '../queries/diff.ts';
import type { ConnectionSetId } from '../sets/connection-set.ts';
import { snapshots } from '../testing/arbitraries.ts';
import { fuzzing } from '../testing/fuzzing.ts';
import { type Group, groupOf, namespaceMembers, workloadGroup } from './group.ts';
import { cellSets, type Lens, lensOf } from './lens.ts';
import { relationOf } from './relation.ts';

/** Sums over all pairs of members, each asked about by itself. */
function oneByOne(lens: Lens, source: Group, target: Group) {
  const { space } = lens.after.cells;
  const union = (cluster: Cluster, from: readonly number[], to: readonly number[]) => {
    let allowed = space.none;
    let possible = space.none;
    for (const a of from) {
      for (const b of to) {
        const sets = cellSets(lens, pairCell(cluster, a, b));
        allowed = space.union(allowed, sets.allowed);
        possible = space.union(possible, sets.possible);
      }
    }
    return { allowed, possible };
  };
  let [of, allowedPairs, unknownPairs, openedPairs, closedPairs, changedPairs] = [0, 0, 0, 0, 0, 0];
  let some: ConnectionSetId = space.none;
  let every: ConnectionSetId = space.transport;
  let someBefore: ConnectionSetId = space.none;
  let possible: ConnectionSetId = space.none;
  const seen = new Set<string>();
  for (const from of source.members) {
    for (const to of target.members) {
      if (from[0] === to[0]) continue;
      const is = union(lens.after, from, to);
      const was = union(lens.before, from, to);
      of++;
      if (is.allowed !== space.none) allowedPairs++;
      else if (is.possible !== space.none) unknownPairs++;
      const opens = space.subtract(is.allowed, was.allowed) !== space.none;
      // What is unknown now is not closed, and what was unknown can't be relied on to have been denied.
      const closes = space.subtract(was.possible, is.possible) !== space.none;
      if (opens) openedPairs++;
      if (closes) closedPairs++;
      if (`${is.allowed} ${is.possible}` !== `${was.allowed} ${was.possible}`) changedPairs++;
      some = space.union(some, is.allowed);
      every = space.intersect(every, is.allowed);
      someBefore = space.union(someBefore, was.allowed);
      possible = space.union(possible, is.possible);
      seen.add(`${is.allowed} ${is.possible}`);
    }
  }
  return {
    of,
    allowedPairs,
    unknownPairs,
    some,
    every: of === 0 ? space.none : every,
    someBefore,
    unknown: space.subtract(possible, some),
    uniform: seen.size < 2,
    openedPairs,
    closedPairs,
    changedPairs,
  };
}

function expectSame(lens: Lens): void {
  const { universe } = lens.after;
  const namespaces = universe.namespaces.map(({ record }, index) =>
    groupOf(lens, record.name, namespaceMembers(universe, index)),
  );
  // A workload is no pair with itself in its own namespace either.
  const groups = [...namespaces, ...universe.workloads.map((_, index) => workloadGroup(lens, index))];
  for (const source of groups) {
    for (const target of groups) {
      const { change, ...found } = relationOf(lens, source, target);
      const expected = oneByOne(lens, source, target);
      expect({
        ...found,
        openedPairs: change?.openedPairs ?? 0,
        closedPairs: change?.closedPairs ?? 0,
        changedPairs: change?.pairs ?? 0,
      }).toMatchObject(expected);
    }
  }
}

/** Without every other policy. */
function withFewerPolicies(snapshot: ClusterSnapshot): ClusterSnapshot {
  return { ...snapshot, policies: snapshot.policies.filter((_, index) => index % 2 === 0) };
}

describe('the relation of two groups', () => {
  it('is what counting every pair of their members gives', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => expectSame(lensOf(compile(snapshot)))),
      fuzzing(200),
    );
  });

  it('tells what a draft opens and closes, pair by pair', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const overlay = compileOverlay(compile(snapshot), withFewerPolicies(snapshot));
        if (overlay === undefined) throw new Error('only policies differ');
        expectSame(lensOf(overlay.before, overlay.after));
      }),
      fuzzing(200),
    );
  });

  it('leaves out what the lens masks', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const cluster = compile(snapshot);
        expectSame(lensOf(cluster, cluster, [{ protocol: 'TCP', from: 80, to: 90 }]));
      }),
      fuzzing(60),
    );
  });
});
