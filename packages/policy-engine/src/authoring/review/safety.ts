import { type Cluster, compile } from '../../compile/compile.ts';
import { DIRECTIONS, type Direction, type PodSet } from '../../ir/ir.ts';
import type { ClusterSnapshot, Labels } from '../../model/records.ts';
import { describedPeers, grantedTo } from '../../queries/exposure.ts';
import { portSummary } from '../../views/ports.ts';
import { changedPolicies, futurePods } from './future-pods.ts';

/** What a draft would open to pods that do not exist yet. */
export interface FutureOpening {
  readonly direction: Direction;
  /** The end that the draft's policies are about: a workload of the cluster, or a pod that may come with these labels. */
  readonly subject: string;
  /** Whether the subject is there already. */
  readonly subjectExists: boolean;
  /** The pods at the other end, in words: `pods with app=x in any namespace`. */
  readonly peer: string;
  readonly ports: string;
}

/** What holds for pods that do not exist yet. */
export interface Safety {
  /** `true`: it opens nothing new, whatever is deployed. */
  readonly opensNothing: boolean;
  /** Namespaces that the draft's policies are about, at most a few; empty: the whole cluster. */
  readonly namespaces: readonly string[];
  /** Where it does not hold: cases in which it opens something. */
  readonly counterexamples: readonly FutureOpening[];
}

const MOST_EXAMPLES = 5;
/** More descriptions of peers than these are not also looked at in pairs. */
const MOST_COMBINED = 10;

/**
 * Whether a draft opens anything to or for pods that do not exist yet: each subject's rules are asked what every pod of a
 * description gets, before and after, for any pod at all, for the descriptions that rules use, and for their combinations.
 * About one end only: the other end's own policies are not known before it exists. `null` where labels or workloads differ
 * as well, so that the two can't be compared subject by subject.
 */
export function safetyOf(before: Cluster, after: Cluster): Safety | null {
  if (before.universe !== after.universe) return null;
  const changed = changedPolicies(before, after);
  const namespaces = [...new Set(changed.map(({ record }) => record.namespace))];
  const examples: FutureOpening[] = [];
  if (before.universe === after.universe)
    collect(before, after, examples, (column) => existingName(after, column));
  const pods = futurePods(after.snapshot, changed);
  if (pods.length > 0 && examples.length < MOST_EXAMPLES) {
    // Only the pods to come: what is there was looked at above, and rules don't depend on who else there is.
    const reduced = (snapshot: ClusterSnapshot): ClusterSnapshot => ({ ...snapshot, pods, nodes: [] });
    const base = { ...reduced(after.snapshot), policies: before.snapshot.policies };
    const future = { ...base, policies: after.snapshot.policies };
    const was = compile(base, { alongside: [future] });
    const is = compile(future, { base: was });
    if (was.universe === is.universe) {
      collect(was, is, examples, (column) => {
        const entry = is.universe.classes[column];
        const workload = is.universe.workloads[entry?.workload ?? -1];
        const namespace = is.universe.namespaces[workload?.namespace ?? -1]?.record.name ?? '';
        return { name: `a new pod ${labelsText(entry?.labels ?? {})} in ${namespace}`, exists: false };
      });
    }
  }
  return {
    opensNothing: examples.length === 0,
    namespaces: namespaces.some((name) => name === undefined) ? [] : namespaces.flatMap((name) => name ?? []),
    counterexamples: examples.slice(0, MOST_EXAMPLES),
  };
}

interface SubjectName {
  readonly name: string;
  readonly exists: boolean;
}

function existingName({ universe }: Cluster, column: number): SubjectName {
  const workload = universe.workloads[universe.classes[column]?.workload ?? -1];
  const namespace = universe.namespaces[workload?.namespace ?? -1]?.record.name ?? '';
  return { name: `${namespace}/${workload?.name ?? ''}`, exists: true };
}

function collect(
  before: Cluster,
  after: Cluster,
  examples: FutureOpening[],
  nameOf: (column: number) => SubjectName,
): void {
  const { universe } = after;
  for (const direction of DIRECTIONS) {
    const was = before.rowIds[direction];
    const is = after.rowIds[direction];
    if (was === is) continue;
    const seen = new Set<string>();
    for (let column = 0; column < universe.firstHidden; column += 1) {
      if (was[column] === is[column] || (universe.readingOf[column] ?? -1) >= 0) continue;
      const key = `${was[column]} ${is[column]}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const opening = openingAt(before, after, direction, column);
      if (opening === undefined) continue;
      const { name, exists } = nameOf(column);
      examples.push({ direction, subject: name, subjectExists: exists, ...opening });
      if (examples.length >= MOST_EXAMPLES) return;
    }
  }
}

function openingAt(
  before: Cluster,
  after: Cluster,
  direction: Direction,
  column: number,
): { readonly peer: string; readonly ports: string } | undefined {
  const { space } = after.cells;
  for (const peer of descriptions(before, after, direction, column)) {
    const was = grantedTo(before, direction, column, peer);
    const is = grantedTo(after, direction, column, peer);
    const opened = space.intersect(space.subtract(is.allowed, was.allowed), space.transport);
    if (opened !== space.none) return { peer: peerText(peer), ports: portSummary(space, opened).label };
    const names = is.unresolved.filter(
      ({ name, protocol }) =>
        !was.unresolved.some((port) => port.name === name && port.protocol === protocol),
    );
    const [first] = names;
    if (first !== undefined && !space.coversTransport(was.allowed)) {
      return { peer: peerText(peer), ports: `port ${first.name}` };
    }
  }
  return undefined;
}

/** Any pod, then each description in the rules of either state, then pairs of them: a rule may deny what another allows. */
function descriptions(
  before: Cluster,
  after: Cluster,
  direction: Direction,
  column: number,
): readonly (PodSet | undefined)[] {
  const all = [...describedPeers(after, direction, column), ...describedPeers(before, direction, column)];
  const single = [...new Map(all.map((set) => [peerText(set), set])).values()];
  const pairs =
    single.length > MOST_COMBINED
      ? []
      : single.flatMap((a, index) => single.slice(index + 1).flatMap((b) => combined(a, b)));
  return [undefined, ...single, ...pairs];
}

/** Pods that fit both descriptions, where that can be written as one. */
function combined(a: PodSet, b: PodSet): readonly PodSet[] {
  if ('name' in a.namespaces && 'name' in b.namespaces && a.namespaces.name !== b.namespaces.name) return [];
  const named = 'name' in a.namespaces ? a.namespaces : 'name' in b.namespaces ? b.namespaces : undefined;
  const namespaces =
    named ??
    ('selector' in a.namespaces && 'selector' in b.namespaces
      ? { selector: [...a.namespaces.selector, ...b.namespaces.selector] }
      : a.namespaces);
  return [{ namespaces, pods: [...a.pods, ...b.pods] }];
}

function labelsText(labels: Labels): string {
  const text = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  return text === '' ? 'without labels' : `with ${text}`;
}

function requirementsText(selector: PodSet['pods']): string {
  return selector
    .map(({ key, operator, values }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `no ${key}`;
      if (operator === 'NotIn') return `${key} not in (${values.join(', ')})`;
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(', ')})`;
    })
    .join(', ');
}

function peerText(set: PodSet | undefined): string {
  if (set === undefined) return 'any pod';
  const pods = set.pods.length === 0 ? 'any pod' : `pods with ${requirementsText(set.pods)}`;
  if ('name' in set.namespaces) return `${pods} in ${set.namespaces.name}`;
  const { selector } = set.namespaces;
  const [only] = selector;
  if (selector.length === 0) return set.pods.length === 0 ? 'any pod' : `${pods} in any namespace`;
  if (selector.length === 1 && only?.key === 'kubernetes.io/metadata.name' && only.values.length === 1) {
    return `${pods} in ${only.values[0]}`;
  }
  return `${pods} in namespaces with ${requirementsText(selector)}`;
}
