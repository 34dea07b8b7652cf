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
const remembered = new WeakMap<Universe, Map<Level, Places>>();

/**
 * Names for all columns of a universe: workloads (or their namespaces), nodes, names, and address blocks as `outsideNames`
 * has them.
 */
export function placesOf(universe: Universe, { blocks }: OutsideNames, level: Level): Places {
  const own = remembered.get(universe) ?? new Map<Level, Places>();
  remembered.set(universe, own);
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

export function outsideNames(universe: Universe, clusters: readonly Cluster[]): OutsideNames {
  const cidrs = new Set<string>();
  const mentioned = new Set<string>();
  // Two states have most of their policies in common.
  for (const policy of new Set(clusters.flatMap((cluster) => [...cluster.policies.values()]))) {
    const outside = outsideOf(policy);
    for (const cidr of outside.cidrs) cidrs.add(cidr);
    for (const pattern of outside.domains) mentioned.add(pattern);
  }
  const { domains, firstDomain, firstReading } = universe;
  const points = domains.flatMap((pattern, index) => (mentioned.has(pattern) ? [] : firstDomain + index));
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

/** What a policy names outside the cluster. */
interface Outside {
  readonly cidrs: readonly string[];
  readonly domains: readonly string[];
}

const named = new WeakMap<CompiledPolicy, Outside>();

function outsideOf(policy: CompiledPolicy): Outside {
  let outside = named.get(policy);
  if (outside === undefined) {
    const peers = policy.blocks.flatMap(({ rules }) => rules.flatMap((rule) => rule.peers));
    outside = {
      cidrs: peers.flatMap((peer) => (peer.type === 'cidr' ? [peer.cidr, ...peer.except] : [])),
      domains: peers.flatMap((peer) => (peer.type === 'domain' ? [peer.pattern] : [])),
    };
    named.set(policy, outside);
  }
  return outside;
}
