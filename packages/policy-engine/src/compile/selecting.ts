import type { PodSet, Requirement, Selector } from '../ir/ir.ts';
import { type Labels, UNLISTED_NAMESPACES } from '../model/records.ts';
import {
  EMPTY_SET,
  fromSortedPoints,
  type IntervalSet,
  intersect,
  isEmptySet,
  subtract,
  union,
  unionAll,
} from '../sets/interval-set.ts';
import type { EndpointClass, NamespaceEntry } from './endpoint-classes.ts';
import { namespacePodColumns, selectorKey, type Universe } from './universe.ts';

/** A set of columns that match for certain, and one of columns that may. The two are disjoint. */
export interface ThreeValuedSet {
  readonly sure: IntervalSet;
  readonly maybe: IntervalSet;
}

export const NOTHING: ThreeValuedSet = { sure: EMPTY_SET, maybe: EMPTY_SET };

export type Truth = 'yes' | 'no' | 'maybe';

/** Whether labels meet a requirement (semantics 1.3): NotIn and DoesNotExist hold where the key is missing. */
export function meets(labels: Labels, requirement: Requirement): boolean {
  const present = Object.hasOwn(labels, requirement.key);
  switch (requirement.operator) {
    case 'In':
      return present && requirement.values.includes(labels[requirement.key] as string);
    case 'NotIn':
      return !present || !requirement.values.includes(labels[requirement.key] as string);
    case 'Exists':
      return present;
    case 'DoesNotExist':
      return !present;
  }
}

export function selects(selector: Selector, labels: Labels): boolean {
  return selector.every((requirement) => meets(labels, requirement));
}

const NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * Whether a namespace matches. Where its object was not seen only the name label is known (semantics 1.3, 7.2): any
 * other requirement is undecided, and the whole is `no` only where a known one fails. What stands for namespaces that
 * nobody may list has not even that label, so whatever is asked of it is undecided.
 */
export function selectsNamespace(selector: Selector, labels: Labels, labelsKnown: boolean): Truth {
  let result: Truth = 'yes';
  for (const requirement of selector) {
    if (labelsKnown || isKnownName(requirement.key, labels)) {
      if (!meets(labels, requirement)) return 'no';
    } else {
      result = 'maybe';
    }
  }
  return result;
}

function isKnownName(key: string, labels: Labels): boolean {
  return key === NAME_LABEL && Object.hasOwn(labels, NAME_LABEL);
}

/** Finds the columns that selectors match, through an index from labels to columns; every answer is remembered. */
export class Selecting {
  readonly #universe: Universe;
  readonly #index = new Map<string, LabelIndex>();
  /** Namespaces by label key and value, and those whose labels under that key aren't known. */
  readonly #namespaceIndex = new Map<
    string,
    { readonly points: ReadonlyMap<string, readonly number[]>; readonly unknown: readonly number[] }
  >();
  readonly #podColumns: IntervalSet;
  readonly #namespaceColumns: IntervalSet[] = [];
  readonly #namespaceSelections = new Map<
    string,
    { sure: readonly number[]; maybe: readonly number[]; columns: ThreeValuedSet }
  >();
  readonly #requirementSets = new Map<string, IntervalSet>();

  constructor(universe: Universe) {
    this.#universe = universe;
    this.#podColumns = union(universe.plainPods, universe.regions.readings);
  }

  /**
   * The columns a pod set matches. `hostNetwork: 'undefined'` includes the "as a pod" readings of hostNetwork classes,
   * `'excluded'` leaves them out. Columns of hidden namespaces match at most maybe, unless the pod selector is empty.
   */
  podSet(set: PodSet, hostNetwork: 'excluded' | 'undefined'): ThreeValuedSet {
    const { regions } = this.#universe;
    let scope: ThreeValuedSet;
    let sureNamespaces: readonly number[];
    let maybeNamespaces: readonly number[];
    if ('name' in set.namespaces) {
      const index = this.#universe.namespaceIndex.get(set.namespaces.name);
      if (index === undefined) return NOTHING;
      scope = { sure: this.#columnsOfNamespace(index), maybe: EMPTY_SET };
      sureNamespaces = [index];
      maybeNamespaces = [];
    } else {
      const { selector } = set.namespaces;
      const selection = this.#namespaceSelection(selector, selectorKey(selector));
      scope = selection.columns;
      sureNamespaces = selection.sure;
      maybeNamespaces = selection.maybe;
    }
    let sure = this.podsByLabels(set.pods, scope.sure);
    let maybe = this.podsByLabels(set.pods, scope.maybe);
    if (hostNetwork === 'excluded') {
      sure = subtract(sure, regions.readings);
      maybe = subtract(maybe, regions.readings);
    }
    if (this.#universe.hiddenNamespaces.length > 0) {
      const any = set.pods.length === 0;
      const hiddenSure = any ? this.#hiddenColumns(sureNamespaces) : EMPTY_SET;
      const hiddenMaybe = union(
        this.#hiddenColumns(maybeNamespaces),
        any ? EMPTY_SET : this.#hiddenColumns(sureNamespaces),
      );
      sure = union(sure, hiddenSure);
      maybe = union(maybe, hiddenMaybe);
    }
    return { sure, maybe };
  }

  /**
   * Node columns whose labels match, and hostNetwork classes, which are their nodes in either reading (N51): certain
   * where all their pods run on matching nodes, maybe where some do or a pod's node wasn't seen.
   */
  nodes(selector: Selector): ThreeValuedSet {
    const { snapshot, firstNode, readingClasses, readingOf, classes } = this.#universe;
    const matching = new Map<string, boolean>();
    const sure: number[] = [];
    snapshot.nodes.forEach((node, index) => {
      const matches = selects(selector, node.labels);
      matching.set(node.name, matches);
      if (matches) sure.push(firstNode + index);
    });
    const maybe: number[] = [];
    for (const column of readingClasses) {
      const pods = classes[column]?.pods ?? [];
      const truths = pods.map((pod) => this.#onMatchingNode(selector, matching, snapshot.pods[pod]?.node));
      const columns = [column, readingOf[column] as number];
      if (truths.every((truth) => truth === 'yes')) sure.push(...columns);
      else if (truths.some((truth) => truth !== 'no')) maybe.push(...columns);
    }
    const ascending = (a: number, b: number): number => a - b;
    return { sure: fromSortedPoints(sure.sort(ascending)), maybe: fromSortedPoints(maybe.sort(ascending)) };
  }

  #onMatchingNode(
    selector: Selector,
    matching: ReadonlyMap<string, boolean>,
    node: string | undefined,
  ): Truth {
    if (selector.length === 0) return 'yes';
    const matches = node === undefined ? undefined : matching.get(node);
    if (matches === undefined) return 'maybe';
    return matches ? 'yes' : 'no';
  }

  /** Namespaces that a namespace selector matches, for certain and maybe, by index. */
  namespaces(selector: Selector): { readonly sure: readonly number[]; readonly maybe: readonly number[] } {
    return this.#namespaceSelection(selector, selectorKey(selector));
  }

  /** All pod columns whose labels meet every requirement, in whatever namespace. */
  podsByLabels(selector: Selector, within: IntervalSet): IntervalSet {
    let out = within;
    for (const requirement of selector) {
      if (isEmptySet(out)) return out;
      out = intersect(out, this.#requirementSet(requirement));
    }
    return out;
  }

  #hiddenColumns(namespaces: readonly number[]): IntervalSet {
    const points: number[] = [];
    this.#universe.hiddenNamespaces.forEach((namespace, index) => {
      if (namespaces.includes(namespace)) points.push(this.#universe.firstHidden + index);
    });
    return fromSortedPoints(points);
  }

  #columnsOfNamespace(index: number): IntervalSet {
    let columns = this.#namespaceColumns[index];
    if (columns === undefined) {
      columns = namespacePodColumns(this.#universe, index);
      this.#namespaceColumns[index] = columns;
    }
    return columns;
  }

  #namespaceSelection(
    selector: Selector,
    key: string,
  ): { sure: readonly number[]; maybe: readonly number[]; columns: ThreeValuedSet } {
    const known = this.#namespaceSelections.get(key);
    if (known !== undefined) return known;
    const sure: number[] = [];
    const maybe: number[] = [];
    const { namespaces } = this.#universe;
    for (const index of this.#namespaceCandidates(selector) ?? namespaces.keys()) {
      const { record } = namespaces[index] as NamespaceEntry;
      const truth =
        record.name === UNLISTED_NAMESPACES && this.#asksForListed(selector)
          ? 'no'
          : selectsNamespace(selector, record.labels, record.labelsKnown);
      if (truth === 'yes') sure.push(index);
      else if (truth === 'maybe') maybe.push(index);
    }
    const columnsOf = (list: readonly number[]): IntervalSet =>
      list.length === this.#universe.namespaces.length
        ? this.#podColumns
        : unionAll(list.map((index) => this.#columnsOfNamespace(index)));
    const selection = { sure, maybe, columns: { sure: columnsOf(sure), maybe: columnsOf(maybe) } };
    this.#namespaceSelections.set(key, selection);
    return selection;
  }

  /** Only namespaces that are known by name are asked for, so no other one is. */
  #asksForListed(selector: Selector): boolean {
    const { namespaceIndex } = this.#universe;
    return selector.some(
      ({ key, operator, values }) =>
        key === NAME_LABEL && operator === 'In' && values.every((name) => namespaceIndex.has(name)),
    );
  }

  #requirementSet(requirement: Requirement): IntervalSet {
    if (requirement.operator === 'In' && requirement.values.length === 1) {
      return this.#columnsByKey(requirement.key).values.get(requirement.values[0] as string) ?? EMPTY_SET;
    }
    const key = selectorKey([requirement]);
    let set = this.#requirementSets.get(key);
    if (set === undefined) {
      const { values, present } = this.#columnsByKey(requirement.key);
      const valued = (): IntervalSet =>
        unionAll(requirement.values.map((value) => values.get(value) ?? EMPTY_SET));
      switch (requirement.operator) {
        case 'In':
          set = valued();
          break;
        case 'NotIn':
          set = subtract(this.#podColumns, valued());
          break;
        case 'Exists':
          set = present;
          break;
        case 'DoesNotExist':
          set = subtract(this.#podColumns, present);
          break;
      }
      this.#requirementSets.set(key, set);
    }
    return set;
  }

  /** The columns that carry a label key, by its values; found when the first selector asks for the key. */
  #columnsByKey(key: string): LabelIndex {
    let index = this.#index.get(key);
    if (index === undefined) {
      const points = new Map<string, number[]>();
      const { classes, readingClasses, firstReading } = this.#universe;
      for (let column = 0; column < classes.length; column++) {
        const entry = classes[column] as EndpointClass;
        if (!entry.hostNetwork) addPoint(points, entry.labels, key, column);
      }
      readingClasses.forEach((owner, at) => {
        addPoint(points, (classes[owner] as EndpointClass).labels, key, firstReading + at);
      });
      const values = new Map<string, IntervalSet>();
      for (const [value, columns] of points) values.set(value, fromSortedPoints(columns));
      index = { values, present: unionAll([...values.values()]) };
      this.#index.set(key, index);
    }
    return index;
  }

  /** Namespaces that may match, ascending: those with one of the values that some `In` asks for, or unknown labels. */
  #namespaceCandidates(selector: Selector): readonly number[] | undefined {
    const requirement = selector.find(({ operator }) => operator === 'In');
    if (requirement === undefined) return undefined;
    const { key } = requirement;
    let index = this.#namespaceIndex.get(key);
    if (index === undefined) {
      const points = new Map<string, number[]>();
      const unknown: number[] = [];
      this.#universe.namespaces.forEach(({ record }, namespace) => {
        if (!record.labelsKnown && !isKnownName(key, record.labels)) unknown.push(namespace);
        else addPoint(points, record.labels, key, namespace);
      });
      index = { points, unknown };
      this.#namespaceIndex.set(key, index);
    }
    const { points, unknown } = index;
    const lists = [...new Set(requirement.values)].flatMap((value) => points.get(value) ?? []);
    // One value's list is ascending already; several lists, or those whose labels are unknown, are merged.
    if (unknown.length === 0 && requirement.values.length === 1) return lists;
    return [...lists, ...unknown].sort((a, b) => a - b);
  }
}

interface LabelIndex {
  readonly values: ReadonlyMap<string, IntervalSet>;
  readonly present: IntervalSet;
}

function addPoint(points: Map<string, number[]>, labels: Labels, key: string, point: number): void {
  // What an object inherits is no string.
  const value: unknown = labels[key];
  if (typeof value !== 'string') return;
  const list = points.get(value);
  if (list === undefined) points.set(value, [point]);
  else list.push(point);
}
