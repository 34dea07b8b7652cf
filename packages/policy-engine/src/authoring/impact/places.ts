import { blocksOfCidr } from '../../compile/address-blocks.ts';
import type { Cluster, CompiledPolicy } from '../../compile/compile.ts';
import { describeColumn, type Universe } from '../../compile/universe.ts';
import { fromSortedPoints, type IntervalSet } from '../../sets/interval-set.ts';
import { INTERNET_ID } from '../../views/outside.ts';
import type { ImpactEnd } from './model.ts';

/** Which end of the impact list each column belongs to. */
export interface Places {
  readonly ends: readonly ImpactEnd[];
  /** Index into `ends`, by column. */
  readonly ofColumn: Int32Array;
}

type Level = 'workload' | 'namespace';

/** What is the same for every draft over a universe: all columns but the address blocks. */
const remembered = new WeakMap<Universe['layout'], Map<Level, Places>>();
const named = new WeakMap<OutsideNames, Map<Level, Places>>();

/**
 * Names for all columns of a universe: workloads (or their namespaces), nodes, names, and address blocks as `outsideNames`
 * has them.
 */
export function placesOf(universe: Universe, outside: OutsideNames, level: Level): Places {
  const known = named.get(outside) ?? new Map<Level, Places>();
  named.set(outside, known);
  let places = known.get(level);
  if (places === undefined) {
    places = namedPlaces(universe, outside, level);
    known.set(level, places);
  }
  return places;
}

function namedPlaces(universe: Universe, { blocks }: OutsideNames, level: Level): Places {
  const own = remembered.get(universe.layout) ?? new Map<Level, Places>();
  remembered.set(universe.layout, own);
  let fixed = own.get(level);
  if (fixed === undefined) {
    fixed = fixedPlaces(universe, level);
    own.set(level, fixed);
  }
  const ends = [...fixed.ends];
  const ofColumn = fixed.ofColumn.slice();
  const index = new Map<string, number>([['', INTERNET]]);
  for (const [block, cidr] of blocks.entries()) {
    let at = index.get(cidr);
    if (at === undefined) {
      at = ends.length;
      ends.push({ id: `out:cidr:${cidr}`, type: 'addresses', label: cidr });
      index.set(cidr, at);
    }
    ofColumn[universe.firstBlock + block] = at;
  }
  return { ends, ofColumn };
}

/** What policies call the outside. */
export interface OutsideNames {
  /**
   * For each address block the narrowest CIDR that a policy names and that holds it; empty where there is none but the whole
   * internet.
   */
  readonly blocks: readonly string[];
  /**
   * Columns of names that no policy mentions. A universe may tell apart more than policies do: a draft named it, a few keys
   * ago.
   */
  readonly unmentioned: IntervalSet;
}

/** The names as they were made last over a universe: few edits of a draft name anything new outside. */
const lastNames = new WeakMap<Universe['layout'], { readonly key: string; readonly names: OutsideNames }>();

/** What the policies of a cluster and of changed states of it call the outside. */
export function outsideNames(
  universe: Universe,
  cluster: Cluster,
  changed: readonly Cluster[] = [],
): OutsideNames {
  const mentions = mentionsOf(cluster.policies);
  const more = emptyMentions();
  for (const { policies } of changed) {
    // Two states have most of their policies in common.
    for (const [key, policy] of policies) {
      if (cluster.policies.get(key) !== policy) addMentions(more, policy, mentions);
    }
  }
  const key = [mentions.number, ...[...more.cidrs].sort(), ...[...more.domains].sort()].join();
  const last = lastNames.get(universe.layout);
  if (last?.key === key) return last.names;
  const names = makeNames(
    universe,
    new Set([...mentions.cidrs, ...more.cidrs]),
    new Set([...mentions.domains, ...more.domains]),
  );
  lastNames.set(universe.layout, { key, names });
  return names;
}

function makeNames(
  universe: Universe,
  cidrs: ReadonlySet<string>,
  patterns: ReadonlySet<string>,
): OutsideNames {
  const { domains, firstDomain, firstReading } = universe;
  const points = domains.flatMap((pattern, index) => (patterns.has(pattern) ? [] : firstDomain + index));
  return {
    blocks: blockNames(universe, cidrs),
    unmentioned: fromSortedPoints([...points, firstReading - 1]),
  };
}

/** The internet is the first end of every list. */
const INTERNET = 0;

function fixedPlaces(universe: Universe, level: Level): Places {
  const ends: ImpactEnd[] = [{ id: INTERNET_ID, type: 'addresses', label: 'internet' }];
  const index = new Map<string, number>([[INTERNET_ID, INTERNET]]);
  const ofColumn = new Int32Array(universe.columnCount);
  for (let column = 0; column < universe.columnCount; column += 1) {
    if (column === universe.firstBlock) column = universe.firstDomain;
    if (column >= universe.columnCount) break;
    const end = endOf(universe, column, level);
    let at = index.get(end.id);
    if (at === undefined) {
      at = ends.length;
      ends.push(end);
      index.set(end.id, at);
    }
    ofColumn[column] = at;
  }
  return { ends, ofColumn };
}

function endOf(universe: Universe, column: number, level: Level): ImpactEnd {
  const what = describeColumn(universe, column);
  switch (what.type) {
    case 'class': {
      const workload = universe.workloads[what.workload];
      const namespace = universe.namespaces[workload?.namespace ?? -1]?.record.name ?? '';
      if (level === 'namespace') return namespaceEnd(namespace);
      const { kind = '', name = '' } = workload ?? {};
      return { id: `wl:${namespace}/${name}[${kind}]`, type: 'workload', label: name, namespace, kind };
    }
    case 'hidden-namespace':
      return level === 'namespace'
        ? namespaceEnd(what.namespace)
        : {
            id: `ns:${what.namespace}`,
            type: 'hidden',
            label: 'pods that may not be read',
            namespace: what.namespace,
          };
    case 'node':
      return { id: 'out:nodes', type: 'nodes', label: 'nodes' };
    case 'domain':
      return { id: `out:domain:${what.pattern}`, type: 'domain', label: what.pattern };
    case 'addresses':
    case 'other-domain':
      return { id: INTERNET_ID, type: 'addresses', label: 'internet' };
  }
}

function namespaceEnd(namespace: string): ImpactEnd {
  return { id: `ns:${namespace}`, type: 'namespace', label: namespace, namespace };
}

function blockNames(universe: Universe, cidrs: ReadonlySet<string>): readonly string[] {
  const total = universe.firstDomain - universe.firstBlock;
  const names = new Array<string>(total).fill('');
  const widths = new Array<number>(total).fill(Number.POSITIVE_INFINITY);
  for (const cidr of [...cidrs].sort()) {
    const range = /\/0$/.test(cidr) ? undefined : blocksOfCidr(universe.blocks, cidr);
    if (range === undefined) continue;
    const [first, last] = range;
    for (let block = first; block <= last; block += 1) {
      if (last - first >= (widths[block] ?? 0)) continue;
      names[block] = cidr;
      widths[block] = last - first;
    }
  }
  return names;
}

/** What policies name outside the cluster. */
interface Mentions {
  readonly cidrs: Set<string>;
  readonly domains: Set<string>;
}

/** By the policies they are of; numbered, so that they are told apart without being compared. */
const mentioned = new WeakMap<Cluster['policies'], Mentions & { readonly number: number }>();
let numbered = 0;

function mentionsOf(policies: Cluster['policies']): Mentions & { readonly number: number } {
  let mentions = mentioned.get(policies);
  if (mentions === undefined) {
    numbered += 1;
    mentions = { ...emptyMentions(), number: numbered };
    for (const policy of policies.values()) addMentions(mentions, policy, emptyMentions());
    mentioned.set(policies, mentions);
  }
  return mentions;
}

function emptyMentions(): Mentions {
  return { cidrs: new Set(), domains: new Set() };
}

/** Adds what a policy names and `known` lacks. */
function addMentions({ cidrs, domains }: Mentions, policy: CompiledPolicy, known: Mentions): void {
  for (const { rules } of policy.blocks) {
    for (const { peers } of rules) {
      for (const peer of peers) {
        if (peer.type === 'domain' && !known.domains.has(peer.pattern)) domains.add(peer.pattern);
        if (peer.type !== 'cidr') continue;
        for (const cidr of [peer.cidr, ...peer.except]) if (!known.cidrs.has(cidr)) cidrs.add(cidr);
      }
    }
  }
}
