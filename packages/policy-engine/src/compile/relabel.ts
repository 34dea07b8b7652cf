import type { PodSet, RuleBlock } from '../ir/ir.ts';
import type { ClusterSnapshot, Labels, NamespaceRecord } from '../model/records.ts';
import { isEmptySet } from '../sets/interval-set.ts';
import { isAlike, keyOf } from './align.ts';
import { type EndpointClass, sameLabels, samePorts } from './endpoint-classes.ts';
import { selects, selectsNamespace } from './selecting.ts';
import type { Universe } from './universe.ts';

/** A state of a cluster in which nothing but labels differs. */
export interface Relabelling {
  /** The changed state, over the same columns. */
  readonly universe: Universe;
  /** Whether a block of rules selects the same subjects and peers in both states, whatever it selects. */
  readonly meansTheSame: (block: RuleBlock) => boolean;
}

interface Change<T> {
  readonly was: T;
  readonly is: T;
}

/**
 * What changing labels does to a universe. `undefined` where more than labels of pods and namespaces differs, or where pods
 * of one class are no longer alike: then the columns are others (see `alignUniverse`).
 */
export function relabel(universe: Universe, changed: ClusterSnapshot): Relabelling | undefined {
  if (!isEmptySet(universe.absent)) return undefined;
  const namespaces = renamed(universe, changed);
  const classes = namespaces === undefined ? undefined : relabelled(universe, changed);
  if (namespaces === undefined || classes === undefined) return undefined;
  return {
    universe: { ...universe, snapshot: changed, classes: classes.list, namespaces: namespaces.list },
    meansTheSame: ({ subject, rules }) => {
      const isSame = (set: PodSet): boolean =>
        sameNamespaces(set, namespaces.changes) &&
        classes.changes.every(({ was, is }) => selects(set.pods, was) === selects(set.pods, is));
      return (
        isSame(subject) &&
        rules.every(({ peers }) => peers.every((peer) => peer.type !== 'pods' || isSame(peer.set)))
      );
    },
  };
}

function sameNamespaces({ namespaces }: PodSet, changes: readonly Change<NamespaceRecord>[]): boolean {
  if ('name' in namespaces) return true;
  const { selector } = namespaces;
  return changes.every(
    ({ was, is }) =>
      selectsNamespace(selector, was.labels, was.labelsKnown) ===
      selectsNamespace(selector, is.labels, is.labelsKnown),
  );
}

function renamed(universe: Universe, { namespaces }: ClusterSnapshot) {
  const was = universe.snapshot.namespaces;
  if (was.length !== namespaces.length) return undefined;
  const list = [...universe.namespaces];
  const changes: Change<NamespaceRecord>[] = [];
  for (const [at, record] of namespaces.entries()) {
    const before = was[at];
    if (before === record) continue;
    const index = universe.namespaceIndex.get(record.name);
    const entry = list[index ?? -1];
    if (before?.name !== record.name || before.hidden !== record.hidden) return undefined;
    if (index === undefined || entry === undefined) return undefined;
    list[index] = { ...entry, record };
    changes.push({ was: before, is: record });
  }
  return { list, changes };
}

function relabelled(universe: Universe, { pods }: ClusterSnapshot) {
  const { snapshot, classOfPod, ignoredLabelKeys } = universe;
  if (snapshot.pods.length !== pods.length) return undefined;
  const touched = new Set<number>();
  for (const [index, pod] of pods.entries()) {
    const before = snapshot.pods[index];
    if (before === pod) continue;
    if (before === undefined || keyOf(before) !== keyOf(pod)) return undefined;
    if (!isAlike(before, pod) || !samePorts(before.ports, pod.ports)) return undefined;
    touched.add(classOfPod[index] as number);
  }
  touched.delete(-1);
  const list = [...universe.classes];
  const changes: Change<Labels>[] = [];
  for (const column of touched) {
    const entry = list[column] as EndpointClass;
    const [labels, ...others] = entry.pods.map((pod) => pods[pod]?.labels ?? {});
    if (labels === undefined || others.some((other) => !sameLabels(labels, other, ignoredLabelKeys))) {
      return undefined;
    }
    list[column] = { ...entry, labels };
    const isKnown = changes.some(
      ({ was, is }) =>
        sameLabels(was, entry.labels, ignoredLabelKeys) && sameLabels(is, labels, ignoredLabelKeys),
    );
    if (!isKnown) changes.push({ was: entry.labels, is: labels });
  }
  return { list, changes };
}
