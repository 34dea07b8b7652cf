import { type Cluster, type CompiledPolicy, compile, shareColumns } from '../../compile/compile.ts';
import { sameLabels } from '../../compile/endpoint-classes.ts';
import { selectsNamespace } from '../../compile/selecting.ts';
import { DIRECTIONS, type Direction, type PodSet } from '../../ir/ir.ts';
import type { ClusterSnapshot, Labels, NamespaceRecord, PodRecord } from '../../model/records.ts';
import { compileOverlay } from '../../queries/diff.ts';
import { describedPeers, type FuturePeer, grantedTo } from '../../queries/exposure.ts';
import { has, union } from '../../sets/interval-set.ts';
import { workloadMark } from '../../views/mark.ts';
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

/** A namespace whose labels a draft changes. */
interface Relabelled {
  readonly was: NamespaceRecord;
  readonly is: NamespaceRecord;
}

/**
 * Whether a draft opens anything to or for pods that do not exist yet: each subject's rules are asked what every pod of a
 * description gets, before and after, for any pod at all, for the descriptions that rules use, for their combinations, and
 * for pods in namespaces that get other labels. About one end only: the other end's own policies are not known before it
 * exists. What the draft itself adds is no subject: nothing was closed to it before it was there. The two must be over the
 * same columns; throws a TypeError where they are not.
 */
export function safetyOf(before: Cluster, after: Cluster): Safety {
  if (!shareColumns(before, after)) throw new TypeError('clusters must have the same columns');
  const changed = changedPolicies(before, after);
  const relabelled = relabelledNamespaces(before.snapshot, after.snapshot);
  const namespaces = new Set([
    ...changed.map(({ record }) => record.namespace),
    ...relabelled.map(({ is }) => is.name),
    ...namespacesOfRelabelled(before, after),
  ]);
  const examples: FutureOpening[] = [];
  collect(before, after, relabelled, examples, (column) => existingName(after, column));
  const pods = podsToCome(before, after, changed, relabelled);
  if (pods.length > 0 && examples.length < MOST_EXAMPLES) {
    // Only the pods to come: what is there was looked at above, and rules don't depend on who else there is.
    const only: Pick<ClusterSnapshot, 'pods' | 'nodes'> = { pods, nodes: [] };
    const overlay = compileOverlay(compile({ ...before.snapshot, ...only }), { ...after.snapshot, ...only });
    if (overlay !== undefined) {
      const { universe } = overlay.after;
      collect(overlay.before, overlay.after, relabelled, examples, (column) => {
        const entry = universe.classes[column];
        const workload = universe.workloads[entry?.workload ?? -1];
        const namespace = universe.namespaces[workload?.namespace ?? -1]?.record.name ?? '';
        return { name: `a new pod ${labelsText(entry?.labels ?? {})} in ${namespace}`, exists: false };
      });
    }
  }
  return {
    opensNothing: examples.length === 0,
    namespaces: namespaces.has(undefined) ? [] : [...namespaces].flatMap((name) => name ?? []),
    counterexamples: examples.slice(0, MOST_EXAMPLES),
  };
}

function relabelledNamespaces(was: ClusterSnapshot, is: ClusterSnapshot): readonly Relabelled[] {
  if (was.namespaces === is.namespaces) return [];
  const before = new Map(was.namespaces.map((record) => [record.name, record]));
  return is.namespaces.flatMap((record) => {
    const own = before.get(record.name);
    return own === undefined || own === record || sameLabels(own.labels, record.labels, NO_KEYS)
      ? []
      : [{ was: own, is: record }];
  });
}

const NO_KEYS: ReadonlySet<string> = new Set();

function namespacesOfRelabelled(before: Cluster, after: Cluster): readonly string[] {
  const { namespaces, workloads } = after.universe;
  return workloads.flatMap(({ namespace }, index) =>
    workloadMark({ before, after }, index) === 'relabelled' ? (namespaces[namespace]?.record.name ?? []) : [],
  );
}

/** Pods that policies of the draft would select, and in namespaces with other labels those that any policy would. */
function podsToCome(
  before: Cluster,
  after: Cluster,
  changed: readonly CompiledPolicy[],
  relabelled: readonly Relabelled[],
): readonly PodRecord[] {
  const telling = [...after.policies.values()].filter(({ blocks }) =>
    blocks.some(({ subject }) => relabelled.some((one) => tellsApart(subject, one))),
  );
  // Both states of a namespace: a policy may select it in either.
  const namespaces = [...relabelled.map(({ was }) => was), ...after.snapshot.namespaces];
  const known = new Set(before.snapshot.namespaces.map(({ name }) => name));
  const added = new Set(after.snapshot.namespaces.flatMap(({ name }) => (known.has(name) ? [] : name)));
  return futurePods({ ...after.snapshot, namespaces }, [...changed, ...telling]).filter(
    ({ namespace }) => !added.has(namespace),
  );
}

function tellsApart({ namespaces }: PodSet, { was, is }: Relabelled): boolean {
  return (
    'selector' in namespaces &&
    selectsNamespace(namespaces.selector, was.labels, was.labelsKnown) !==
      selectsNamespace(namespaces.selector, is.labels, is.labelsKnown)
  );
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
  relabelled: readonly Relabelled[],
  examples: FutureOpening[],
  nameOf: (column: number) => SubjectName,
): void {
  const { universe } = after;
  const absent = union(before.universe.absent, universe.absent);
  for (const direction of DIRECTIONS) {
    const was = before.rowIds[direction];
    const is = after.rowIds[direction];
    if (was === is && relabelled.length === 0) continue;
    const seen = new Set<string>();
    for (let column = 0; column < universe.firstHidden; column += 1) {
      const key = `${was[column]} ${is[column]}`;
      if (seen.has(key) || (universe.readingOf[column] ?? -1) >= 0 || has(absent, column)) continue;
      seen.add(key);
      if (was[column] === is[column] && !asksFor(after, direction, column, relabelled)) continue;
      const opening = openingAt(before, after, direction, column, relabelled);
      if (opening === undefined) continue;
      const { name, exists } = nameOf(column);
      examples.push({ direction, subject: name, subjectExists: exists, ...opening });
      if (examples.length >= MOST_EXAMPLES) return;
    }
  }
}

/** Whether a rule that decides for a column means pods to come in a namespace only with its old labels, or only with the new. */
function asksFor(
  after: Cluster,
  direction: Direction,
  column: number,
  relabelled: readonly Relabelled[],
): boolean {
  return (
    relabelled.length > 0 &&
    describedPeers(after, direction, column).some((set) => relabelled.some((one) => tellsApart(set, one)))
  );
}

function openingAt(
  before: Cluster,
  after: Cluster,
  direction: Direction,
  column: number,
  relabelled: readonly Relabelled[],
): { readonly peer: string; readonly ports: string } | undefined {
  const { space } = after.cells;
  for (const { text, was: then, is: now } of descriptions(before, after, direction, column, relabelled)) {
    const was = grantedTo(before, direction, column, then);
    const is = grantedTo(after, direction, column, now);
    const opened = space.intersect(space.subtract(is.allowed, was.allowed), space.transport);
    if (opened !== space.none) return { peer: text, ports: portSummary(space, opened).label };
    const names = is.unresolved.filter(
      ({ name, protocol }) =>
        !was.unresolved.some((port) => port.name === name && port.protocol === protocol),
    );
    const [first] = names;
    if (first !== undefined && !space.coversTransport(was.allowed)) {
      return { peer: text, ports: `port ${first.name}` };
    }
  }
  return undefined;
}

/** Pods that may come, as they are known in each state; `undefined`: any pod. */
interface Description {
  readonly text: string;
  readonly was: FuturePeer | undefined;
  readonly is: FuturePeer | undefined;
}

/**
 * Any pod, then each description in the rules of either state, then pairs of them: a rule may deny what another allows. Last
 * pods in namespaces with other labels, of any labels and of those that rules ask for.
 */
function descriptions(
  before: Cluster,
  after: Cluster,
  direction: Direction,
  column: number,
  relabelled: readonly Relabelled[],
): readonly Description[] {
  const all = [...describedPeers(after, direction, column), ...describedPeers(before, direction, column)];
  const single = [...new Map(all.map((set) => [peerText(set), set])).values()];
  const pairs =
    single.length > MOST_COMBINED
      ? []
      : single.flatMap((a, index) => single.slice(index + 1).flatMap((b) => combined(a, b)));
  const selectors = [...new Map(single.map(({ pods }) => [requirementsText(pods), pods])).values()];
  const places = relabelled.flatMap(({ was, is }) =>
    [[], ...selectors].map((pods): Description => {
      const text = peerText({ namespaces: { name: is.name }, pods });
      return { text, was: podsIn(was, pods), is: podsIn(is, pods) };
    }),
  );
  return [
    ...[undefined, ...single, ...pairs].map((set) => ({ text: peerText(set), was: set, is: set })),
    ...places,
  ];
}

/** Pods in a namespace as far as its labels are known. */
function podsIn({ name, labels, labelsKnown }: NamespaceRecord, pods: PodSet['pods']): FuturePeer {
  return { namespaces: labelsKnown ? { labels } : { name }, pods };
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
