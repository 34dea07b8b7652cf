import { blocksOfCidr } from '../compile/address-blocks.ts';
import type { Cluster } from '../compile/compile.ts';
import { domainCovers } from '../compile/resolve.ts';
import { selects, selectsNamespace } from '../compile/selecting.ts';
import type { Universe } from '../compile/universe.ts';
import { nearest } from '../input/nearest.ts';
import type { Selector } from '../ir/ir.ts';
import {
  EMPTY_SET,
  fromSortedPoints,
  type IntervalSet,
  interval,
  isEmptySet,
  subtract,
  union,
  unionAll,
} from '../sets/interval-set.ts';
import { type Assertion, type EndSpec, type Invariant, PRIVATE_RANGES } from './model.ts';

/** The columns that an end stands for: those that match for certain, and those that may. Disjoint. */
export interface ResolvedEnds {
  readonly sure: IntervalSet;
  readonly maybe: IntervalSet;
}

/** A named part of an end that matches nothing, and what it was perhaps meant to be. */
export interface EmptyPart {
  readonly ends: EndSpec;
  readonly suggestion?: string;
}

const NOTHING: ResolvedEnds = { sure: EMPTY_SET, maybe: EMPTY_SET };

/** Finds the columns of an end. Its addresses are exact only where the space was cut at them (`needsOfInvariants`). */
export function resolveEnds(cluster: Cluster, spec: EndSpec): ResolvedEnds {
  const { universe } = cluster;
  switch (spec.type) {
    case 'workload':
      return sure(workload(universe, spec));
    case 'pods':
      return pods(universe, spec);
    case 'cidr':
      return cidr(universe, spec.cidr);
    case 'internet':
      return sure(
        subtract(
          universe.regions.blocks,
          unionAll(PRIVATE_RANGES.map((range) => blockColumns(universe, range))),
        ),
      );
    case 'nodes':
      return sure(nodes(universe, spec));
    case 'domain':
      return sure(domain(universe, spec.name));
    case 'cluster':
      return sure(everyPod(universe));
    case 'outside':
      return sure(outside(universe));
    case 'everyone':
      return sure(union(everyPod(universe), outside(universe)));
    case 'any-of': {
      const parts = spec.ends.map((end) => resolveEnds(cluster, end));
      const certain = unionAll(parts.map((part) => part.sure));
      return { sure: certain, maybe: subtract(unionAll(parts.map((part) => part.maybe)), certain) };
    }
    case 'except': {
      const own = resolveEnds(cluster, spec.ends);
      const out = resolveEnds(cluster, spec.except);
      const certain = subtract(own.sure, union(out.sure, out.maybe));
      const all = union(own.sure, own.maybe);
      return { sure: certain, maybe: subtract(subtract(all, out.sure), certain) };
    }
  }
}

/** The parts of an end that match nothing at all, exceptions included. */
export function emptyParts(cluster: Cluster, spec: EndSpec): EmptyPart[] {
  if (spec.type === 'any-of') return spec.ends.flatMap((end) => emptyParts(cluster, end));
  if (spec.type === 'except') return [...emptyParts(cluster, spec.ends), ...emptyParts(cluster, spec.except)];
  const { sure: certain, maybe } = resolveEnds(cluster, spec);
  // Words for whole sets are never misspelt.
  if (!isEmptySet(certain) || !isEmptySet(maybe) || !isNamed(spec)) return [];
  const suggestion = suggestionFor(cluster.universe, spec);
  return [{ ends: spec, ...(suggestion === undefined ? {} : { suggestion }) }];
}

function isNamed(spec: EndSpec): boolean {
  return (
    spec.type === 'workload' ||
    spec.type === 'pods' ||
    (spec.type === 'nodes' && (spec.name ?? spec.labels) !== undefined)
  );
}

function suggestionFor(universe: Universe, spec: EndSpec): string | undefined {
  const namespaces = [...universe.namespaceIndex.keys()];
  if (spec.type === 'workload') {
    const ids = universe.workloads.map(({ id }) => id.replace(/\[.*$/, ''));
    return nearest(`${spec.namespace}/${spec.name}`, ids);
  }
  if (spec.type === 'pods') {
    const unknown = spec.namespaces?.find((name) => !universe.namespaceIndex.has(name));
    return unknown === undefined ? undefined : nearest(unknown, namespaces);
  }
  if (spec.type === 'nodes' && spec.name !== undefined) {
    return nearest(
      spec.name,
      universe.snapshot.nodes.map((node) => node.name),
    );
  }
  return undefined;
}

function sure(columns: IntervalSet): ResolvedEnds {
  return isEmptySet(columns) ? NOTHING : { sure: columns, maybe: EMPTY_SET };
}

function everyPod(universe: Universe): IntervalSet {
  return union(universe.regions.classes, universe.regions.hidden);
}

/** Names that policies name count; any other name is one of the addresses. */
function outside(universe: Universe): IntervalSet {
  const { nodes: nodeColumns, blocks } = universe.regions;
  const { firstDomain, domains } = universe;
  return unionAll([nodeColumns, blocks, interval(firstDomain, firstDomain + domains.length - 1)]);
}

function workload(universe: Universe, spec: Extract<EndSpec, { type: 'workload' }>): IntervalSet {
  const namespace = universe.namespaceIndex.get(spec.namespace);
  if (namespace === undefined) return EMPTY_SET;
  const own = universe.workloads.filter(
    (entry) =>
      entry.namespace === namespace &&
      entry.name === spec.name &&
      (spec.kind === undefined || entry.kind.toLowerCase() === spec.kind.toLowerCase()),
  );
  return unionAll(own.map((entry) => interval(entry.first, entry.last)));
}

function pods(universe: Universe, spec: Extract<EndSpec, { type: 'pods' }>): ResolvedEnds {
  const certain: number[] = [];
  const possible: number[] = [];
  universe.namespaces.forEach((entry, index) => {
    const { record } = entry;
    if (spec.namespaces !== undefined && !spec.namespaces.includes(record.name)) return;
    const truth =
      spec.namespaceLabels === undefined
        ? 'yes'
        : selectsNamespace(spec.namespaceLabels, record.labels, record.labelsKnown);
    if (truth === 'no') return;
    for (let column = entry.first; column <= entry.last; column++) {
      const labels = universe.classes[column]?.labels;
      if (labels === undefined || (spec.labels !== undefined && !selects(spec.labels, labels))) continue;
      (truth === 'yes' ? certain : possible).push(column);
    }
    const hidden = universe.hiddenNamespaces.indexOf(index);
    if (hidden >= 0) {
      const column = universe.firstHidden + hidden;
      (truth === 'yes' && (spec.labels ?? []).length === 0 ? certain : possible).push(column);
    }
  });
  return { sure: fromPoints(certain), maybe: fromPoints(possible) };
}

function fromPoints(points: readonly number[]): IntervalSet {
  return fromSortedPoints([...points].sort((a, b) => a - b));
}

function blockColumns(universe: Universe, text: string): IntervalSet {
  const range = blocksOfCidr(universe.blocks, text);
  if (range === undefined) return EMPTY_SET;
  return interval(universe.firstBlock + range[0], universe.firstBlock + range[1]);
}

/** Blocks of a CIDR, and what has an address there: surely where all its addresses lie in it. */
function cidr(universe: Universe, text: string): ResolvedEnds {
  const range = blocksOfCidr(universe.blocks, text);
  if (range === undefined) return NOTHING;
  const certain: IntervalSet[] = [blockColumns(universe, text)];
  const possible: IntervalSet[] = [];
  const isInside = (block: number): boolean => block >= range[0] && block <= range[1];
  for (const group of universe.addressGroups) {
    const inside = group.blocks.filter(isInside).length;
    if (inside === 0) continue;
    (inside === group.blocks.length ? certain : possible).push(
      subtract(group.columns, universe.regions.readings),
    );
  }
  const all = unionAll(certain);
  return { sure: all, maybe: subtract(unionAll(possible), all) };
}

function nodes(universe: Universe, spec: Extract<EndSpec, { type: 'nodes' }>): IntervalSet {
  const points: number[] = [];
  universe.snapshot.nodes.forEach((node, index) => {
    if (spec.name !== undefined && node.name !== spec.name) return;
    if (spec.labels !== undefined && !selects(spec.labels, node.labels)) return;
    points.push(universe.firstNode + index);
  });
  return fromSortedPoints(points);
}

/** The narrowest pattern that covers a name, or "any other name"; for a pattern, all that it covers. */
function domain(universe: Universe, name: string): IntervalSet {
  const { domains, firstDomain } = universe;
  const points: number[] = [];
  domains.forEach((pattern, index) => {
    if (domainCovers(name, pattern)) points.push(firstDomain + index);
  });
  if (points.length > 0) return fromSortedPoints(points);
  let best = -1;
  domains.forEach((pattern, index) => {
    if (domainCovers(pattern, name) && (best < 0 || domainCovers(domains[best] ?? '', pattern))) best = index;
  });
  const column = firstDomain + (best < 0 ? domains.length : best);
  return interval(column, column);
}

/** What invariants need told apart; to be given to `compile`. */
export interface InvariantNeeds {
  readonly cidrs: readonly string[];
  readonly labelKeys: readonly string[];
}

export function needsOfInvariants(ends: Iterable<EndSpec>): InvariantNeeds {
  const cidrs = new Set<string>();
  const labelKeys = new Set<string>();
  const addKeys = (selector: Selector | undefined): void => {
    for (const requirement of selector ?? []) labelKeys.add(requirement.key);
  };
  const visit = (spec: EndSpec): void => {
    switch (spec.type) {
      case 'cidr':
        cidrs.add(spec.cidr);
        break;
      case 'internet':
        for (const range of PRIVATE_RANGES) cidrs.add(range);
        break;
      case 'pods':
        addKeys(spec.labels);
        break;
      case 'any-of':
        for (const end of spec.ends) visit(end);
        break;
      case 'except':
        visit(spec.ends);
        visit(spec.except);
        break;
      case 'workload':
      case 'nodes':
      case 'domain':
      case 'cluster':
      case 'outside':
      case 'everyone':
        break;
    }
  };
  for (const end of ends) visit(end);
  return { cidrs: [...cidrs], labelKeys: [...labelKeys] };
}

/** Every end that an assertion names, with its role. */
export function endsOf(assertion: Assertion): { readonly role: string; readonly ends: EndSpec }[] {
  switch (assertion.type) {
    case 'must-reach':
    case 'must-never-reach':
    case 'only-may-reach':
    case 'may-only-reach':
      return [
        { role: 'from', ends: assertion.from },
        { role: 'to', ends: assertion.to },
      ];
    case 'nothing-outside-may-reach':
      return [
        { role: 'to', ends: assertion.to },
        ...(assertion.except === undefined ? [] : [{ role: 'except', ends: assertion.except }]),
      ];
    case 'isolated':
      return [{ role: 'ends', ends: assertion.ends }];
    case 'no-findings':
      return assertion.ends === undefined ? [] : [{ role: 'in', ends: assertion.ends }];
  }
}

export function endsOfInvariants(invariants: readonly Invariant[]): EndSpec[] {
  return invariants.flatMap((invariant) => endsOf(invariant.assertion).map(({ ends }) => ends));
}
