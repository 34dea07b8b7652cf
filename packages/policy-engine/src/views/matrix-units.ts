import { type Shown, shownNamespaces, type WorkloadFilter, workloadId } from './graph.ts';
import { namespaceMembers, workloadMember } from './group.ts';
import type { Lens } from './lens.ts';
import { type DraftMark, namespaceMark, workloadMark } from './mark.ts';
import { outsidePeers } from './outside.ts';

/**
 * What stands along an axis: `''` every namespace, `'*'` every workload, else the workloads of the namespace of that
 * name. Peers outside the cluster follow in each case.
 */
export type MatrixAxisLevel = string;

/** One row or column of a matrix, or one end of a connection in a table. */
export interface MatrixUnit {
  readonly id: string;
  readonly type: 'namespace' | 'workload' | 'outside';
  readonly label: string;
  /** Kind of a workload, `Namespace`, or what sort of outside peer it is. */
  readonly kind: string;
  readonly namespace: string | null;
  readonly mark: DraftMark | null;
}

/** A unit with what is counted in it: a list of columns for each workload, one for anything else. */
export interface UnitMembers {
  readonly unit: MatrixUnit;
  readonly members: readonly (readonly number[])[];
}

/** The units of an axis that a filter lets through: inside by namespace and name, then outside. */
export function unitsOf(
  lens: Lens,
  filter: WorkloadFilter,
  level: MatrixAxisLevel,
  outside: readonly UnitMembers[] = outsideUnits(lens),
): readonly UnitMembers[] {
  const drilled = level !== '' && level !== '*';
  const shown = shownNamespaces(lens, drilled ? { ...filter, scope: [level] } : filter, new Set());
  const inside =
    level === ''
      ? shown.map((entry) => namespaceUnit(lens, entry))
      : shown.flatMap((entry) => workloadUnits(lens, entry));
  return [...inside.filter(({ members }) => members.length > 0), ...outside];
}

function namespaceUnit(lens: Lens, entry: Shown): UnitMembers {
  const { id, members } = entry.group;
  return {
    unit: {
      id,
      type: 'namespace',
      label: entry.name,
      kind: 'Namespace',
      namespace: entry.name,
      mark: namespaceMark(lens, entry.index),
    },
    members,
  };
}

function workloadUnits(lens: Lens, entry: Shown): readonly UnitMembers[] {
  const { universe } = lens.after;
  const units = entry.workloads.map((index): UnitMembers => {
    const workload = universe.workloads[index];
    const unit: MatrixUnit = {
      id: workloadId(workload?.id ?? ''),
      type: 'workload',
      label: workload?.name ?? '',
      kind: workload?.kind ?? '',
      namespace: entry.name,
      mark: workloadMark(lens, index),
    };
    return { unit, members: [workloadMember(universe, index)] };
  });
  units.sort((a, b) => (a.unit.label < b.unit.label ? -1 : a.unit.label > b.unit.label ? 1 : 0));
  const hidden = universe.hiddenNamespaces.indexOf(entry.index);
  if (hidden >= 0) {
    // What can't be read has no workloads to list, and still may be an end of a connection.
    units.push({
      unit: {
        id: entry.group.id,
        type: 'namespace',
        label: entry.name,
        kind: 'not readable',
        namespace: entry.name,
        mark: null,
      },
      members: namespaceMembers(universe, entry.index).slice(-1),
    });
  }
  return units;
}

/** Peers outside the cluster's pods, each once. */
export function outsideUnits(lens: Lens): readonly UnitMembers[] {
  const seen = new Set<string>();
  return outsidePeers(lens).flatMap(({ node, group }): UnitMembers[] => {
    if (group.members.length === 0 || seen.has(node.id)) return [];
    seen.add(node.id);
    const unit: MatrixUnit = {
      id: node.id,
      type: 'outside',
      label: node.label,
      kind: node.kind,
      namespace: null,
      mark: null,
    };
    return [{ unit, members: group.members }];
  });
}
