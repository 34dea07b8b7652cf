import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { impactOf } from '../authoring/impact/impact.ts';
import type { ImpactKind } from '../authoring/impact/model.ts';
import { type Cluster, compile, pairCell } from '../compile/compile.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import { type ClusterOverlay, compileOverlay } from '../queries/diff.ts';
import { locateEndpoint } from '../queries/endpoint.ts';
import type { ConnectionSetId } from '../sets/connection-set.ts';
import { findEntity } from '../views/entity.ts';
import { graphView, NO_FILTER } from '../views/graph.ts';
import { lensOf } from '../views/lens.ts';
import { portSummary } from '../views/ports.ts';
import { relationInside, relationOf } from '../views/relation.ts';
import { codeOf, tableRelation } from '../views/table-relation.ts';
import { snapshots } from './arbitraries.ts';
import { changedSnapshot, snapshotChanges } from './arbitraries-changes.ts';
import { fuzzing } from './fuzzing.ts';

/*
 * What a draft changes, told by the fast path over common columns and by its slow twin: each state compiled alone, and every
 * pair of pods asked about in both.
 */

interface Sets {
  readonly allowed: ConnectionSetId;
  readonly possible: ConnectionSetId;
}

/** Two states, each compiled alone; their connection sets have the same numbers. */
class Twin {
  readonly was: Cluster;
  readonly is: Cluster;
  readonly #before: ClusterSnapshot;
  readonly #after: ClusterSnapshot;

  constructor(before: ClusterSnapshot, after: ClusterSnapshot) {
    this.#before = before;
    this.#after = after;
    this.was = compile(before);
    this.is = compile(after, { base: this.was });
  }

  /** What one pod may send to another in one state; nothing where it has not both. */
  sets(cluster: Cluster, from: string, to: string): Sets {
    const { space } = cluster.cells;
    const [source, target] = [this.#column(cluster, from), this.#column(cluster, to)];
    if (source === undefined || target === undefined) return { allowed: space.none, possible: space.none };
    const { allowed, possible } = cluster.cells.decision(pairCell(cluster, source, target));
    return {
      allowed: space.intersect(allowed, space.transport),
      possible: space.intersect(possible, space.transport),
    };
  }

  #column({ universe }: Cluster, pod: string): number | undefined {
    const [namespace = '', name = ''] = pod.split('/');
    return locateEndpoint(universe, { type: 'pod', namespace, name })?.column;
  }

  /** Pairs of pods, none with itself. A record may stand for several pods. */
  pairs(sources: ReadonlySet<string>, targets: ReadonlySet<string>): readonly (readonly [string, string])[] {
    const all = [...this.#before.pods, ...this.#after.pods];
    const isSeveral = (pod: string) =>
      all.some(({ namespace, name, replicas }) => `${namespace}/${name}` === pod && replicas > 1);
    return [...sources].flatMap((source) =>
      [...targets].flatMap((target) => (source !== target || isSeveral(source) ? [[source, target]] : [])),
    );
  }

  /** Pods of either state by their workload. */
  workloads(): ReadonlyMap<string, ReadonlySet<string>> {
    const found = new Map<string, Set<string>>();
    for (const { namespace, name, workload } of [...this.#before.pods, ...this.#after.pods]) {
      const id = `wl:${namespace}/${workload.name}[${workload.kind}]`;
      found.set(id, (found.get(id) ?? new Set()).add(`${namespace}/${name}`));
    }
    return found;
  }
}

function overlaid(was: ClusterSnapshot, is: ClusterSnapshot, last?: ClusterOverlay): ClusterOverlay {
  const overlay = compileOverlay(compile(was), is, last);
  if (overlay === undefined) throw new Error('pods, namespaces and policies may differ');
  return overlay;
}

function kindOf({ cells: { space } }: Cluster, was: Sets, is: Sets): ImpactKind | undefined {
  if (was.allowed === is.allowed && was.possible === is.possible) return undefined;
  const opens = space.subtract(is.allowed, was.allowed) !== space.none;
  const closes = space.subtract(was.possible, is.possible) !== space.none;
  if (opens && was.allowed === space.none) return 'opened';
  if (opens) return closes ? 'rearranged' : 'widened';
  if (!closes) return 'uncertain';
  return is.possible === space.none ? 'closed' : 'narrowed';
}

/** The rows of workloads, of one with itself as well, pair of pods by pair of pods. */
function rowsOfTwin(twin: Twin): readonly string[] {
  const { space } = twin.is.cells;
  const rows = new Map<string, { before: ConnectionSetId; after: ConnectionSetId }>();
  const workloads = twin.workloads();
  for (const [from, sources] of workloads) {
    for (const [to, targets] of workloads) {
      for (const [source, target] of twin.pairs(sources, targets)) {
        const was = twin.sets(twin.was, source, target);
        const is = twin.sets(twin.is, source, target);
        const kind = kindOf(twin.is, was, is);
        if (kind === undefined) continue;
        const key = `${kind} ${from} > ${to}`;
        const known = rows.get(key) ?? { before: space.none, after: space.none };
        rows.set(key, {
          before: space.union(known.before, was.allowed),
          after: space.union(known.after, is.allowed),
        });
      }
    }
  }
  const text = (set: ConnectionSetId) => portSummary(space, set).label;
  return [...rows].map(([key, { before, after }]) => `${key}: ${text(before)} to ${text(after)}`).sort();
}

/** What a pair of workloads has, over all pairs of their pods, before and after; `null`: not the same anywhere. */
function unionOf(twin: Twin, from: ReadonlySet<string>, to: ReadonlySet<string>): [Sets, Sets] {
  const { space } = twin.is.cells;
  const none: Sets = { allowed: space.none, possible: space.none };
  const [was, is] = [twin.was, twin.is].map((cluster) => {
    let all = none;
    for (const [source, target] of twin.pairs(from, to)) {
      const own = twin.sets(cluster, source, target);
      all = {
        allowed: space.union(all.allowed, own.allowed),
        possible: space.union(all.possible, own.possible),
      };
    }
    return all;
  });
  return [was ?? none, is ?? none];
}

const OPTIONS = { filter: NO_FILTER, verdicts: ['allowed', 'unknown'] } as const;

describe('a draft of labels, workloads, namespaces and policies', () => {
  it('has the impact that asking about every pair of pods in both states gives', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, snapshotChanges, (was, change) => {
        const is = changedSnapshot(was, change);
        const { before, after } = overlaid(was, is);
        const { rows, ownPods } = impactOf(before, after, { mostWorkloadPairs: 1e9, mostRows: 1e9 });
        const listed = [...rows, ...ownPods.rows]
          .filter(({ from, to }) => from.type === 'workload' && to.type === 'workload')
          .map(
            (row) => `${row.kind} ${row.from.id} > ${row.to.id}: ${row.before.label} to ${row.after.label}`,
          );
        expect(listed.sort()).toEqual(rowsOfTwin(new Twin(was, is)));
      }),
      fuzzing(300),
    );
  });

  it('is shown by graph, matrix and table as both states are', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, snapshotChanges, (was, change) => {
        const is = changedSnapshot(was, change);
        const { before, after } = overlaid(was, is);
        const lens = lensOf(before, after);
        expect(lens.before).toBe(before);
        const twin = new Twin(was, is);
        const table = tableRelation(lens, NO_FILTER);
        const unitAt = new Map(table.units.map(({ unit }, index) => [unit.id, index]));
        const expanded = after.universe.namespaces.map(({ record }) => record.name);
        const view = graphView(lens, { ...OPTIONS, expanded });
        const edgesDrawn = new Map(view.edges.map((edge) => [edge.id, edge]));
        const workloads = twin.workloads();
        for (const [from, sources] of workloads) {
          for (const [to, targets] of workloads) {
            const [own, peer] = [findEntity(lens, from), findEntity(lens, to)];
            // What is gone, or never ran, has no place in a view of what is.
            if (own === null || peer === null || own.group.members.length * peer.group.members.length === 0)
              continue;
            const [had, has] = unionOf(twin, sources, targets);
            const wanted = {
              before: textOf(twin.is, had.allowed),
              after: textOf(twin.is, has.allowed),
              changed: had.allowed !== has.allowed || had.possible !== has.possible,
            };
            const pair = `${from} > ${to}`;
            const relation =
              from === to ? relationInside(lens, own.group) : relationOf(lens, own.group, peer.group);
            expect([pair, textOf(after, relation.someBefore), textOf(after, relation.some)]).toEqual([
              pair,
              wanted.before,
              wanted.after,
            ]);
            const [row = -1, column = -1] = [unitAt.get(from), unitAt.get(to)];
            // The table lists a workload with itself only where that changes, and so does the graph.
            expect([pair, from === to && table.own.has(row)]).toEqual([
              pair,
              from === to && relation.change !== null,
            ]);
            if (from === to && relation.change === null) continue;
            const outcome = table.outcomes[codeOf(table, row, column)];
            expect([pair, outcome?.before, outcome?.ports]).toEqual([pair, wanted.before, wanted.after]);
            expect([pair, outcome !== undefined && outcome.impact !== null]).toEqual([pair, wanted.changed]);
            const edge = edgesDrawn.get(`${from}>${to}`);
            expect([pair, edge !== undefined && edge.impact !== null]).toEqual([pair, wanted.changed]);
          }
        }
      }),
      fuzzing(200),
    );
  });

  it('marks what is not there yet and what has other labels, and counts the pods of its own state', () => {
    fc.assert(
      fc.property(snapshots, snapshotChanges, (was, change) => {
        const is = changedSnapshot(was, change);
        const { before, after } = overlaid(was, is);
        const lens = lensOf(before, after);
        const expanded = after.universe.namespaces.map(({ record }) => record.name);
        const runs = ({ state }: { readonly state: string }) => state === 'running' || state === 'declared';
        for (const node of graphView(lens, { ...OPTIONS, expanded }).workloads) {
          const own = ({ pods }: ClusterSnapshot) =>
            pods.filter(
              ({ namespace, workload, ...pod }) =>
                `wl:${namespace}/${workload.name}[${workload.kind}]` === node.id && runs(pod),
            );
          const [old, now] = [own(was), own(is)];
          if (now.length === 0) continue;
          expect(node.pods).toBe(now.reduce((sum, { replicas }) => sum + replicas, 0));
          const isRelabelled = now.some((pod) =>
            old.some(
              (one) =>
                one.name === pod.name &&
                !sameEntries(one.labels, pod.labels) &&
                sameEntries(one.ports, pod.ports),
            ),
          );
          expect(node.mark).toBe(old.length === 0 ? 'added' : isRelabelled ? 'relabelled' : null);
        }
      }),
      fuzzing(200),
    );
  });

  it('is the same when it is built upon the overlay before it', { timeout: 0 }, () => {
    fc.assert(
      fc.property(
        snapshots,
        snapshotChanges,
        fc.array(snapshotChanges, { maxLength: 2 }),
        (was, first, others) => {
          const cluster = compile(was);
          let last: ClusterOverlay | undefined;
          let { pods, namespaces } = was;
          for (const change of [first, ...others]) {
            // Every other edit is of policies only.
            const wanted = changedSnapshot(was, change);
            if (change.shuffled || last === undefined) ({ pods, namespaces } = wanted);
            const is = { ...wanted, pods, namespaces };
            last = compileOverlay(cluster, is, last);
            if (last === undefined) throw new Error('pods, namespaces and policies may differ');
            const fresh = overlaid(was, is);
            const said = (overlay: ClusterOverlay) =>
              impactOf(overlay.before, overlay.after, { mostRows: 1e9 });
            expect(said(last)).toEqual(said(fresh));
          }
        },
      ),
      fuzzing(150),
    );
  });
});

function textOf({ cells: { space } }: Cluster, set: ConnectionSetId): string {
  return portSummary(space, set).label;
}

function sameEntries(a: object, b: object): boolean {
  const text = (value: object): string => JSON.stringify(Object.entries(value).sort());
  return text(a) === text(b);
}
