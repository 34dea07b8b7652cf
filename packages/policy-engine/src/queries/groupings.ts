import type { Universe } from '../compile/universe.ts';
import {
  forEachMember,
  fromSortedPoints,
  type IntervalSet,
  intersect,
  interval,
  isEmptySet,
} from '../sets/interval-set.ts';
import type { Grouping } from './reachability.ts';

/** One group per namespace that has endpoints, by name. */
export function namespaceGrouping(universe: Universe): Grouping {
  return {
    groups: universe.namespaces
      .filter((namespace) => namespace.last >= namespace.first)
      .map((namespace) => ({
        id: namespace.record.name,
        columns: interval(namespace.first, namespace.last),
      })),
  };
}

/** One group per value of a pod label, by value; pods without the label are in none. */
export function labelGrouping(universe: Universe, key: string): Grouping {
  const points = new Map<string, number[]>();
  universe.classes.forEach(({ labels }, column) => {
    if (!Object.hasOwn(labels, key)) return;
    const value = labels[key] as string;
    const list = points.get(value);
    if (list === undefined) points.set(value, [column]);
    else list.push(column);
  });
  return {
    groups: [...points]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, columns]) => ({ id, columns: fromSortedPoints(columns) })),
  };
}

/**
 * One group per set of pods that no policy can tell apart, by `namespace/pod` of its first pod: the finest there is. What a
 * group gets, each of its pods gets; `podsIn` lists them.
 */
export function podGrouping(universe: Universe): Grouping {
  return {
    groups: universe.classes.map((entry, column) => {
      const pod = universe.snapshot.pods[entry.pods[0] ?? -1];
      return { id: `${pod?.namespace}/${pod?.name}`, columns: interval(column, column) };
    }),
  };
}

/** Indexes into `snapshot.pods` of the pods whose class is in the set. */
export function podsIn(universe: Universe, columns: IntervalSet): number[] {
  const own = intersect(columns, universe.regions.classes);
  if (isEmptySet(own)) return [];
  const out: number[] = [];
  forEachMember(own, (column) => out.push(...(universe.classes[column]?.pods ?? [])));
  return out;
}
