import type { Group, Kind } from './group.ts';
import { forEachRun, type Lens } from './lens.ts';
import { isDrawn, type Relation, relationOf, relationOfCells } from './relation.ts';

/** A destination by its index, and what a source has towards it. */
export interface DrawnRelation {
  readonly target: number;
  readonly relation: Relation;
}

/** Units that are one column with one reading, by their rows. */
interface UnitKind extends Kind {
  /** Index of the unit of each column. */
  readonly units: readonly number[];
}

/**
 * Relations of each source with each target that are worth an edge, by index of the source and in order of targets. Most pairs
 * of units of two namespaces have none, so they aren't asked one by one: units of the same rows are asked together.
 */
export function drawnRelations(
  lens: Lens,
  sources: readonly Group[],
  targets: readonly Group[],
): readonly (readonly DrawnRelation[])[] {
  const found = sources.map((): DrawnRelation[] => []);
  const add = (source: number, target: number, relation: Relation) => {
    if (sources[source]?.id !== targets[target]?.id) found[source]?.push({ target, relation });
  };
  const askOne = (source: number, target: number) => {
    const [from, to] = [sources[source], targets[target]];
    if (from === undefined || to === undefined || from.id === to.id) return;
    const relation = relationOf(lens, from, to);
    if (isDrawn(relation)) add(source, target, relation);
  };
  const from = unitKinds(sources, 'asSource');
  const to = unitKinds(targets, 'asTarget');
  for (const source of from.others) for (const target of targets.keys()) askOne(source, target);
  for (const target of to.others) {
    for (const { units } of from.kinds) for (const source of units) askOne(source, target);
  }
  for (const own of from.kinds) {
    for (const other of to.kinds) {
      if (own.before !== own.after || other.before !== other.after) {
        for (const source of own.units) for (const target of other.units) askOne(source, target);
        continue;
      }
      forEachRun(lens.after.solver.row(own.after), other.columns, (out, firstTarget, endTarget) => {
        forEachRun(lens.after.solver.row(other.after), own.columns, (into, firstSource, endSource) => {
          const relation = relationOfCells(lens, own, other, out, into);
          if (!isDrawn(relation)) return;
          for (let source = firstSource; source < endSource; source++) {
            for (let target = firstTarget; target < endTarget; target++) {
              add(own.units[source] ?? 0, other.units[target] ?? 0, relation);
            }
          }
        });
      });
    }
  }
  for (const list of found) list.sort((a, b) => a.target - b.target);
  return found;
}

interface UnitKinds {
  readonly kinds: readonly UnitKind[];
  /** Indexes of units that are more than one column. */
  readonly others: readonly number[];
}

const known = {
  asSource: new WeakMap<readonly Group[], UnitKinds>(),
  asTarget: new WeakMap<readonly Group[], UnitKinds>(),
};

/** The same list of units meets many others. */
function unitKinds(units: readonly Group[], side: 'asSource' | 'asTarget'): UnitKinds {
  let kinds = known[side].get(units);
  if (kinds === undefined) {
    kinds = findKinds(units, side);
    known[side].set(units, kinds);
  }
  return kinds;
}

function findKinds(units: readonly Group[], side: 'asSource' | 'asTarget'): UnitKinds {
  const kinds = new Map<number, { before: number; after: number; columns: number[]; units: number[] }>();
  const others: number[] = [];
  for (const [index, unit] of units.entries()) {
    const [kind, ...more] = unit[side];
    const [column] = kind?.columns ?? [];
    const last = column === undefined || kind === undefined ? undefined : kinds.get(keyOf(kind));
    // Runs are found among ascending columns, in which units mostly come.
    const ascends = (last?.columns.at(-1) ?? -1) < (column ?? -1);
    const isUnit = unit.simple && unit.members.length === 1 && more.length === 0;
    if (kind === undefined || column === undefined || !isUnit || !ascends) {
      others.push(index);
    } else if (last === undefined) {
      kinds.set(keyOf(kind), { before: kind.before, after: kind.after, columns: [column], units: [index] });
    } else {
      last.columns.push(column);
      last.units.push(index);
    }
  }
  return { kinds: [...kinds.values()], others };
}

/** Row numbers are far from 2^26, so that both fit into one exact number. */
function keyOf({ before, after }: Kind): number {
  return before * 67_108_864 + after;
}
