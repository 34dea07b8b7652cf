import { blocksOfCidr } from '../../compile/address-blocks.ts';
import type { Cluster } from '../../compile/compile.ts';
import { describeColumn, type Universe } from '../../compile/universe.ts';
import type { ImpactEnd } from './model.ts';

/** Which end of the impact list each column belongs to. */
export interface Places {
  readonly ends: readonly ImpactEnd[];
  /** Index into `ends`, by column. */
  readonly ofColumn: Int32Array;
}

/**
 * Names for all columns of a universe: workloads (or their namespaces), nodes, names, and address blocks by the
 * narrowest CIDR that a policy of the clusters names; what no CIDR holds is the internet.
 */
export function placesOf(
  universe: Universe,
  clusters: readonly Cluster[],
  level: 'workload' | 'namespace',
): Places {
  const ends: ImpactEnd[] = [];
  const index = new Map<string, number>();
  const place = (end: ImpactEnd): number => {
    let at = index.get(end.id);
    if (at === undefined) {
      at = ends.length;
      ends.push(end);
      index.set(end.id, at);
    }
    return at;
  };
  const blocks = blockNames(universe, clusters);
  const ofColumn = new Int32Array(universe.columnCount);
  for (let column = 0; column < universe.columnCount; column += 1) {
    ofColumn[column] = place(endOf(universe, column, level, blocks));
  }
  return { ends, ofColumn };
}

function endOf(
  universe: Universe,
  column: number,
  level: 'workload' | 'namespace',
  blocks: readonly string[],
): ImpactEnd {
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
    case 'addresses': {
      const cidr = blocks[what.block];
      return cidr === undefined || cidr === ''
        ? { id: 'out:internet', type: 'addresses', label: 'internet' }
        : { id: `out:cidr:${cidr}`, type: 'addresses', label: cidr };
    }
    case 'domain':
      return { id: `out:domain:${what.pattern}`, type: 'domain', label: what.pattern };
    case 'other-domain':
      return { id: 'out:internet', type: 'addresses', label: 'internet' };
  }
}

function namespaceEnd(namespace: string): ImpactEnd {
  return { id: `ns:${namespace}`, type: 'namespace', label: namespace, namespace };
}

/** The narrowest named CIDR that holds each address block; empty where there is none but the whole internet. */
function blockNames(universe: Universe, clusters: readonly Cluster[]): readonly string[] {
  const cidrs = new Set<string>();
  for (const cluster of clusters) {
    for (const policy of cluster.policies.values()) {
      for (const block of policy.blocks) {
        for (const rule of block.rules) {
          for (const peer of rule.peers) {
            if (peer.type === 'cidr') for (const cidr of [peer.cidr, ...peer.except]) cidrs.add(cidr);
          }
        }
      }
    }
  }
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
