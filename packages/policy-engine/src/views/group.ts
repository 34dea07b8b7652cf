import type { Cluster } from '../compile/compile.ts';
import type { Universe } from '../compile/universe.ts';
import type { Lens } from './lens.ts';

/**
 * A set of endpoints as one end of an aggregated relation. Members are what is counted: workloads of a namespace, or one
 * member for a workload or an outside peer. A member is a list of columns.
 */
export interface Group {
  readonly id: string;
  readonly members: readonly (readonly number[])[];
  /** Columns in ascending order, by row: as a source (egress rows) and as a destination (ingress rows). */
  readonly asSource: readonly Kind[];
  readonly asTarget: readonly Kind[];
  /** Its first and its last column; empty where it has none. */
  readonly span: readonly number[];
  /**
   * Every member is one column with one reading, so that pairs of members can be counted row by row instead of one by
   * one.
   */
  readonly simple: boolean;
}

/** Columns of a group with the same row, before and after. */
export interface Kind {
  readonly before: number;
  readonly after: number;
  readonly columns: readonly number[];
}

/** @param members lists of columns, ascending; empty ones are left out */
export function groupOf(lens: Lens, id: string, members: readonly (readonly number[])[]): Group {
  const own = members.filter((member) => member.length > 0);
  const columns = own.flat().sort((a, b) => a - b);
  const { readingOf } = lens.after.universe;
  return {
    id,
    members: own,
    asSource: kinds(lens, 'egress', columns),
    asTarget: kinds(lens, 'ingress', columns),
    span: [columns[0], columns.at(-1)].filter((column) => column !== undefined),
    simple: own.every((member) => member.length === 1 && (readingOf[member[0] ?? -1] ?? -1) < 0),
  };
}

function kinds(lens: Lens, direction: 'ingress' | 'egress', columns: readonly number[]): readonly Kind[] {
  const was = lens.before.rowIds[direction];
  const is = lens.after.rowIds[direction];
  const found = new Map<number, { before: number; after: number; columns: number[] }>();
  for (const column of columns) {
    const before = was[column] ?? 0;
    const after = is[column] ?? 0;
    const key = before * 67_108_864 + after;
    const kind = found.get(key);
    if (kind === undefined) found.set(key, { before, after, columns: [column] });
    else kind.columns.push(column);
  }
  return [...found.values()];
}

/** Columns of a workload's endpoints; empty where none of its pods is an endpoint. */
export function workloadMember(universe: Universe, workload: number): readonly number[] {
  const entry = universe.workloads[workload];
  if (entry === undefined) return [];
  const columns: number[] = [];
  for (let column = entry.first; column <= entry.last; column++) columns.push(column);
  return columns;
}

type GroupsOfWorkloads = Map<number, Group>;
const groupsOfWorkloads = new WeakMap<Cluster, WeakMap<Cluster, GroupsOfWorkloads>>();

/** A workload as a group of its own; the same one for as long as both states of the lens are. */
export function workloadGroup(lens: Lens, workload: number): Group {
  let ofBefore = groupsOfWorkloads.get(lens.after);
  if (ofBefore === undefined) {
    ofBefore = new WeakMap();
    groupsOfWorkloads.set(lens.after, ofBefore);
  }
  let groups = ofBefore.get(lens.before);
  if (groups === undefined) {
    groups = new Map();
    ofBefore.set(lens.before, groups);
  }
  let group = groups.get(workload);
  if (group === undefined) {
    const { universe } = lens.after;
    const id = `wl:${universe.workloads[workload]?.id ?? ''}`;
    group = groupOf(lens, id, [workloadMember(universe, workload)]);
    groups.set(workload, group);
  }
  return group;
}

/** One member per workload, and one for what is hidden there. */
export function namespaceMembers(universe: Universe, namespace: number): readonly (readonly number[])[] {
  const entry = universe.namespaces[namespace];
  if (entry === undefined) return [];
  const members: (readonly number[])[] = [];
  for (let workload = entry.firstWorkload; workload <= entry.lastWorkload; workload++) {
    members.push(workloadMember(universe, workload));
  }
  const hidden = universe.hiddenNamespaces.indexOf(namespace);
  if (hidden >= 0) members.push([universe.firstHidden + hidden]);
  return members;
}
