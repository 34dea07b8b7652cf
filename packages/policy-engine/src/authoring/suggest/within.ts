import type { Cluster } from '../../compile/compile.ts';
import type { WorkloadEntry } from '../../compile/endpoint-classes.ts';
import { changedRectangles } from '../../queries/diff.ts';
import type { ConnectionSetId } from '../../sets/connection-set.ts';
import {
  type IntervalSet,
  intersect,
  interval,
  isEmptySet,
  members,
  union,
} from '../../sets/interval-set.ts';
import { portSummary } from '../../views/ports.ts';
import type { ImpactEnd } from '../impact/model.ts';
import type { AlsoChange } from './model.ts';

/**
 * What changes among the pods of one workload, which an impact leaves out: its rows are between workloads. One for each
 * workload with pods enough to have connections of their own.
 */
export function changesWithin(before: Cluster, after: Cluster): readonly AlsoChange[] {
  const { universe, cells } = after;
  const { space } = cells;
  const found = new Map<WorkloadEntry, { opened: ConnectionSetId; closed: ConnectionSetId }>();
  for (const { sources, targets, before: was, after: is } of changedRectangles(before, after)) {
    const [old, now] = [cells.decision(was), cells.decision(is)];
    const transport = (set: ConnectionSetId) => space.intersect(set, space.transport);
    const isSame = (a: ConnectionSetId, b: ConnectionSetId) => transport(a) === transport(b);
    if (isSame(old.allowed, now.allowed) && isSame(old.possible, now.possible)) continue;
    const opened = transport(space.subtract(now.allowed, old.allowed));
    const closed = transport(space.subtract(old.possible, now.possible));
    for (const workload of workloadsIn(after, sources)) {
      const own = interval(workload.first, workload.last);
      const [from, to] = [intersect(sources, own), intersect(targets, own)];
      if (isEmptySet(to) || podCount(after, union(from, to)) < 2) continue;
      const known = found.get(workload) ?? { opened: space.none, closed: space.none };
      found.set(workload, {
        opened: space.union(known.opened, opened),
        closed: space.union(known.closed, closed),
      });
    }
  }
  return [...found].map(([{ kind, name, namespace: index }, { opened, closed }]) => {
    const namespace = universe.namespaces[index]?.record.name ?? '';
    const end: ImpactEnd = {
      id: `wl:${namespace}/${name}[${kind}]`,
      type: 'workload',
      label: name,
      namespace,
      kind,
    };
    return {
      from: end,
      to: end,
      opened: portSummary(space, opened),
      closed: portSummary(space, closed),
      pairs: 1,
    };
  });
}

function workloadsIn({ universe }: Cluster, columns: IntervalSet): ReadonlySet<WorkloadEntry> {
  const found = new Set<WorkloadEntry>();
  for (const column of members(intersect(columns, universe.regions.classes))) {
    const workload = universe.workloads[universe.classes[column]?.workload ?? -1];
    if (workload !== undefined) found.add(workload);
  }
  return found;
}

function podCount({ universe }: Cluster, columns: IntervalSet): number {
  return members(columns)
    .flatMap((column) => universe.classes[column]?.pods ?? [])
    .reduce((sum, pod) => sum + (universe.snapshot.pods[pod]?.replicas ?? 0), 0);
}
