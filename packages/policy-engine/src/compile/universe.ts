import type { Requirement, Selector } from '../ir/ir.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import {
  EMPTY_SET,
  equalSets,
  fromSortedPoints,
  type IntervalSet,
  interval,
  isEmptySet,
  subtract,
  union,
  unionAll,
} from '../sets/interval-set.ts';
import {
  type AddressBlocks,
  blockCount,
  blocksOfAddresses,
  cutAddressSpace,
  firstFinerBlocks,
  rangeOfBlock,
  rangeText,
} from './address-blocks.ts';
import { buildEndpointClasses, type EndpointClass, type EndpointClasses } from './endpoint-classes.ts';

/**
 * Everything that can be an end of a connection, laid out on one line of integers ("columns"), region by region:
 *
 *   endpoint classes | hidden namespaces | nodes | address blocks | domain patterns | hostNetwork readings
 *
 * so that a namespace, a workload and a CIDR are each one interval. The last region holds a second column for each
 * hostNetwork class. NetworkPolicy leaves open whether such a pod is policed like any pod or counts as its node
 * (semantics 1.8), so it is solved under both readings: the class's own column is the "as its node" reading, its column in the last
 * region the "as a pod" reading. A verdict is known where both agree.
 */
export interface Universe extends EndpointClasses, Layout {
  readonly snapshot: ClusterSnapshot;
  /** Universes with the same layout are states of one cluster (see `alignUniverse`): each column is the same end in both. */
  readonly layout: Layout;
  /**
   * Columns of pods that this state of the cluster doesn't have: they are in another one, over the same layout. Nothing may
   * be sent to or from them here. What selects them in that other state selects them here too; it changes nothing.
   */
  readonly absent: IntervalSet;
}

/** How the columns are laid out. */
export interface Layout {
  readonly blocks: AddressBlocks;
  /** Domain patterns that policies name, sorted; the column after the last is any other name. */
  readonly domains: readonly string[];
  /** Indexes of namespaces whose pods can't be read; each has one column that stands for whatever runs there. */
  readonly hiddenNamespaces: readonly number[];
  readonly regions: {
    readonly classes: IntervalSet;
    readonly hidden: IntervalSet;
    readonly nodes: IntervalSet;
    readonly blocks: IntervalSet;
    readonly domains: IntervalSet;
    readonly readings: IntervalSet;
  };
  readonly firstHidden: number;
  readonly firstNode: number;
  readonly firstBlock: number;
  readonly firstDomain: number;
  readonly firstReading: number;
  readonly columnCount: number;
  /** All columns. */
  readonly everything: IntervalSet;
  /** Columns of classes that are pods for certain: not hostNetwork. */
  readonly plainPods: IntervalSet;
  /** For each class: the column of its "as a pod" reading, or -1 where it isn't hostNetwork. */
  readonly readingOf: Int32Array;
  /** For each column of the last region: the class it is a reading of. */
  readonly readingClasses: readonly number[];
  /** Columns grouped by the blocks that their addresses lie in; columns without known addresses are in none. */
  readonly addressGroups: readonly { readonly blocks: readonly number[]; readonly columns: IntervalSet }[];
  /** Columns of pods and nodes that have some address which nobody knows: of manifests, or of what may not be read. */
  readonly unaddressed: IntervalSet;
}

export interface UniverseInput {
  readonly cidrs: Iterable<string>;
  readonly domains: Iterable<string>;
  readonly selectorLabelKeys: ReadonlySet<string>;
}

export function buildUniverse(snapshot: ClusterSnapshot, input: UniverseInput): Universe {
  const blocks = cutAddressSpace(input.cidrs);
  const domains = [...new Set(input.domains)].sort();
  return layOut(snapshot, buildEndpointClasses(snapshot, blocks, input.selectorLabelKeys), blocks, domains);
}

/** A universe with more blocks of addresses, and how the columns of the one before it lie in it. */
export interface Refinement {
  readonly universe: Universe;
  /** The columns that a set of columns became. */
  readonly spread: (columns: IntervalSet) => IntervalSet;
  /** For each column, the one that it was, or was a part of. */
  readonly origins: Int32Array;
}

/**
 * The universe with its address space cut further. `undefined` where a new boundary runs through the addresses of one
 * endpoint class, so that there would be other classes, and where pods are absent: the state that has them would have to
 * be refined with it.
 */
export function refineUniverse(universe: Universe, cidrs: Iterable<string>): Refinement | undefined {
  if (!isEmptySet(universe.absent)) return undefined;
  const blocks = cutAddressSpace(cidrs, universe.blocks);
  const firsts = firstFinerBlocks(universe.blocks, blocks);
  const classes = refineClasses(universe, blocks, firsts);
  if (classes === undefined) return undefined;
  const refined = layOut(universe.snapshot, { ...universe, classes }, blocks, universe.domains);
  const { firstBlock, firstDomain } = universe;
  const moved = refined.firstDomain - firstDomain;
  // Of the columns that a column became, the first; the next column's first is one past the last.
  const firstOf = (column: number): number => {
    if (column < firstBlock) return column;
    return column >= firstDomain ? column + moved : firstBlock + (firsts[column - firstBlock] as number);
  };
  const origins = new Int32Array(refined.columnCount);
  for (let column = 0; column < universe.columnCount; column++) {
    origins.fill(column, firstOf(column), firstOf(column + 1));
  }
  return {
    universe: refined,
    spread: (columns) =>
      (columns.at(-1) ?? 0) < firstBlock
        ? columns
        : columns.map((column, index) => (index % 2 === 0 ? firstOf(column) : firstOf(column + 1) - 1)),
    origins,
  };
}

/** The classes with their blocks renumbered; where a block of theirs was cut, their pods' addresses are looked up. */
function refineClasses(
  { classes, snapshot }: Universe,
  blocks: AddressBlocks,
  firsts: Int32Array,
): EndpointClass[] | undefined {
  const refined: EndpointClass[] = [];
  const whole = (block: number): boolean => firsts[block + 1] === (firsts[block] as number) + 1;
  for (const entry of classes) {
    let own: readonly number[] | undefined;
    if (entry.blocks.every(whole)) own = entry.blocks.map((block) => firsts[block] as number);
    else {
      for (const pod of entry.pods) {
        const found = blocksOfAddresses(blocks, snapshot.pods[pod]?.ips ?? []);
        if (own !== undefined && !equalSets(own, found)) return undefined;
        own = found;
      }
    }
    refined.push({ ...entry, blocks: own ?? [] });
  }
  return refined;
}

/** @param snapshot gives the nodes, and what of the namespaces is hidden */
export function layOut(
  snapshot: ClusterSnapshot,
  classes: EndpointClasses,
  blocks: AddressBlocks,
  domains: readonly string[],
): Universe {
  const hiddenNamespaces = findHiddenNamespaces(snapshot, classes);
  const classCount = classes.classes.length;
  const firstHidden = classCount;
  const firstNode = firstHidden + hiddenNamespaces.length;
  const firstBlock = firstNode + snapshot.nodes.length;
  const firstDomain = firstBlock + blockCount(blocks);
  const firstReading = firstDomain + domains.length + 1;

  const readingClasses: number[] = [];
  const readingOf = new Int32Array(classCount).fill(-1);
  classes.classes.forEach((entry, index) => {
    if (!entry.hostNetwork) return;
    readingOf[index] = firstReading + readingClasses.length;
    readingClasses.push(index);
  });
  const columnCount = firstReading + readingClasses.length;

  const addressGroups = groupByAddress(snapshot, classes, blocks, firstNode, readingOf);
  const layout: Layout = {
    blocks,
    domains,
    hiddenNamespaces,
    regions: {
      classes: interval(0, classCount - 1),
      hidden: interval(firstHidden, firstNode - 1),
      nodes: interval(firstNode, firstBlock - 1),
      blocks: interval(firstBlock, firstDomain - 1),
      domains: interval(firstDomain, firstReading - 1),
      readings: interval(firstReading, columnCount - 1),
    },
    firstHidden,
    firstNode,
    firstBlock,
    firstDomain,
    firstReading,
    columnCount,
    everything: interval(0, columnCount - 1),
    plainPods: subtract(interval(0, classCount - 1), fromSortedPoints(readingClasses)),
    readingOf,
    readingClasses,
    addressGroups,
    unaddressed: subtract(
      unionAll([interval(0, firstBlock - 1), interval(firstReading, columnCount - 1)]),
      unionAll(addressGroups.map(({ columns }) => columns)),
    ),
  };
  return { ...classes, ...layout, snapshot, layout, absent: EMPTY_SET };
}

function findHiddenNamespaces(snapshot: ClusterSnapshot, classes: EndpointClasses): number[] {
  const podsHidden = snapshot.hidden.filter((record) => record.resource === 'pods');
  const everywhere = podsHidden.some((record) => record.namespaces === undefined);
  const named = new Set(podsHidden.flatMap((record) => record.namespaces ?? []));
  const out: number[] = [];
  classes.namespaces.forEach(({ record }, index) => {
    if (everywhere || record.hidden === true || named.has(record.name)) out.push(index);
  });
  return out;
}

function groupByAddress(
  snapshot: ClusterSnapshot,
  classes: EndpointClasses,
  blocks: AddressBlocks,
  firstNode: number,
  readingOf: Int32Array,
): { blocks: readonly number[]; columns: IntervalSet }[] {
  const groups = new Map<string | number, { blocks: readonly number[]; points: number[] }>();
  const add = (list: readonly number[], column: number): void => {
    if (list.length === 0) return;
    const key = list.length === 1 ? (list[0] as number) : list.join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { blocks: list, points: [column] });
    else group.points.push(column);
  };
  classes.classes.forEach((entry, column) => {
    add(entry.blocks, column);
  });
  snapshot.nodes.forEach((node, index) => {
    add(blocksOfAddresses(blocks, node.ips), firstNode + index);
  });
  classes.classes.forEach((entry, index) => {
    if (entry.hostNetwork) add(entry.blocks, readingOf[index] as number);
  });
  return [...groups.values()].map((group) => ({
    blocks: group.blocks,
    columns: fromSortedPoints(group.points),
  }));
}

/** How many pods a column stands for, replicas counted; 0 for what is no pod. */
export function podsOfColumn({ classes, snapshot }: Universe, column: number): number {
  let pods = 0;
  for (const pod of classes[column]?.pods ?? []) pods += snapshot.pods[pod]?.replicas ?? 0;
  return pods;
}

/** Columns of a workload's classes, in their own column (not the second reading). */
export function workloadColumns(universe: Universe, workload: number): IntervalSet {
  const entry = universe.workloads[workload];
  return entry === undefined ? [] : interval(entry.first, entry.last);
}

/** Columns of a namespace's pods that selectors see: its plain pods, and its hostNetwork pods read as pods. */
export function namespacePodColumns(universe: Universe, namespace: number): IntervalSet {
  const entry = universe.namespaces[namespace];
  if (entry === undefined) return [];
  const own = intersectPlain(universe, entry.first, entry.last);
  const readings: number[] = [];
  for (const [index, owner] of universe.readingClasses.entries()) {
    if (owner >= entry.first && owner <= entry.last) readings.push(universe.firstReading + index);
  }
  return readings.length === 0 ? own : union(own, fromSortedPoints(readings));
}

function intersectPlain(universe: Universe, first: number, last: number): IntervalSet {
  let out = interval(first, last);
  for (const column of universe.readingClasses) {
    if (column >= first && column <= last) out = subtract(out, interval(column, column));
  }
  return out;
}

export type ColumnDescription =
  | { readonly type: 'class'; readonly workload: number; readonly class: number }
  | { readonly type: 'hidden-namespace'; readonly namespace: string }
  | { readonly type: 'node'; readonly node: string }
  | { readonly type: 'addresses'; readonly block: number; readonly range: string }
  | { readonly type: 'domain'; readonly pattern: string }
  | { readonly type: 'other-domain' };

export function describeColumn(universe: Universe, column: number): ColumnDescription {
  if (column < universe.firstHidden) {
    return {
      type: 'class',
      class: column,
      workload: (universe.classes[column] as { workload: number }).workload,
    };
  }
  if (column < universe.firstNode) {
    const namespace = universe.hiddenNamespaces[column - universe.firstHidden] as number;
    return { type: 'hidden-namespace', namespace: universe.namespaces[namespace]?.record.name ?? '' };
  }
  if (column < universe.firstBlock) {
    return { type: 'node', node: universe.snapshot.nodes[column - universe.firstNode]?.name ?? '' };
  }
  if (column < universe.firstDomain) {
    const block = column - universe.firstBlock;
    return { type: 'addresses', block, range: rangeText(rangeOfBlock(universe.blocks, block)) };
  }
  if (column < universe.firstReading) {
    const pattern = universe.domains[column - universe.firstDomain];
    return pattern === undefined ? { type: 'other-domain' } : { type: 'domain', pattern };
  }
  const owner = universe.readingClasses[column - universe.firstReading] as number;
  return describeColumn(universe, owner);
}

/** Canonical text of a selector: equal selectors written in another order have equal texts. */
export function selectorKey(selector: Selector): string {
  if (selector.length === 0) return '';
  if (selector.length === 1) return requirementKey(selector[0] as Requirement);
  return selector.map(requirementKey).sort().join('\u0002');
}

// Control characters can't be part of a key or a value, so they separate.
function requirementKey({ key, operator, values }: Requirement): string {
  const list = values.length < 2 ? (values[0] ?? '') : [...values].sort().join('\u0001');
  return `${operator}\u0001${key}\u0001${list}`;
}
