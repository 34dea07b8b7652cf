import type { Cluster } from '../../compile/compile.ts';
import type { WorkloadEntry } from '../../compile/endpoint-classes.ts';
import type { ConnectionSetId } from '../../sets/connection-set.ts';
import {
  forEachMember,
  type IntervalSet,
  intersect,
  interval,
  isEmptySet,
  members,
  union,
} from '../../sets/interval-set.ts';
import { portSummary } from '../../views/ports.ts';
import type { OwnPodsChange } from './model.ts';

/** Pairs of columns whose connections change in the same way. */
interface Cut {
  readonly sources: IntervalSet;
  readonly targets: IntervalSet;
  readonly change: { readonly opened: ConnectionSetId; readonly closed: ConnectionSetId };
}

/**
 * What changes among the pods of one workload: one entry for each that has pods enough for connections of their own. A pod's
 * connections to itself are none (semantics 0: a pod always reaches itself).
 */
export function ownPodsChanges(after: Cluster, cuts: readonly Cut[]): readonly OwnPodsChange[] {
  const { universe, cells } = after;
  const { space } = cells;
  const found = new Map<WorkloadEntry, { opened: ConnectionSetId; closed: ConnectionSetId }>();
  for (const { sources, targets, change } of cuts) {
    for (const workload of workloadsInBoth(after, sources, targets)) {
      const own = interval(workload.first, workload.last);
      const [from, to] = [intersect(sources, own), intersect(targets, own)];
      if (isEmptySet(from) || isEmptySet(to) || podCount(after, union(from, to)) < 2) continue;
      const known = found.get(workload) ?? { opened: space.none, closed: space.none };
      found.set(workload, {
        opened: space.union(known.opened, change.opened),
        closed: space.union(known.closed, change.closed),
      });
    }
  }
  return [...found].map(([{ kind, name, namespace: index }, { opened, closed }]) => {
    const namespace = universe.namespaces[index]?.record.name ?? '';
    return {
      workload: { id: `wl:${namespace}/${name}[${kind}]`, type: 'workload', label: name, namespace, kind },
      opened: portSummary(space, opened),
      closed: portSummary(space, closed),
    };
  });
}

function workloadsInBoth(
  { universe }: Cluster,
  sources: IntervalSet,
  targets: IntervalSet,
): ReadonlySet<WorkloadEntry> {
  const own = new Set<number>();
  forEachMember(intersect(sources, universe.regions.classes), (column) => {
    own.add(universe.classes[column]?.workload ?? -1);
  });
  const both = new Set<WorkloadEntry>();
  forEachMember(intersect(targets, universe.regions.classes), (column) => {
    const index = universe.classes[column]?.workload ?? -1;
    const workload = universe.workloads[index];
    if (workload !== undefined && own.has(index)) both.add(workload);
  });
  return both;
}

function podCount({ universe }: Cluster, columns: IntervalSet): number {
  return members(columns)
    .flatMap((column) => universe.classes[column]?.pods ?? [])
    .reduce((sum, pod) => sum + (universe.snapshot.pods[pod]?.replicas ?? 0), 0);
}
