import { blocksOfCidr } from '../compile/address-blocks.ts';
import type { Cluster } from '../compile/compile.ts';
import { parseCidr } from '../sets/address.ts';
import type { OutsideNode } from './graph-model.ts';
import { type Group, groupOf } from './group.ts';
import type { Lens } from './lens.ts';

/** A peer outside the cluster's pods that policies name, or that everything else outside stands for. */
export interface OutsidePeer {
  readonly node: OutsideNode;
  readonly group: Group;
  /** Id of the narrowest peer that holds it, whose edges it need not repeat. */
  readonly within: string | null;
}

export const INTERNET_ID = 'out:internet';
/** Stands for all named CIDR blocks in a graph where they are too many for a node each. */
export const BLOCKS_ID = 'out:cidrs';
const MAX_BLOCKS = 24;
const WHOLE = new Set(['0.0.0.0/0', '::/0']);

interface Block {
  readonly cidr: string;
  readonly first: number;
  readonly last: number;
}

/**
 * Outside peers: the internet (every address that no narrower peer holds), each CIDR block that a policy names or excepts,
 * nodes and names where policies name them. A block stands for what is left of it when the narrower ones are taken out,
 * which all policies treat alike.
 */
export function outsidePeers(lens: Lens): readonly OutsidePeer[] {
  let known = remembered.get(lens);
  if (known === undefined) {
    known = findPeers(lens);
    remembered.set(lens, known);
  }
  return known;
}

const remembered = new WeakMap<Lens, readonly OutsidePeer[]>();

function findPeers(lens: Lens): readonly OutsidePeer[] {
  const named = namedPeers([lens.before, lens.after]);
  const { universe } = lens.after;
  const blocks: Block[] = [];
  for (const cidr of named.cidrs) {
    const range = WHOLE.has(cidr) ? undefined : blocksOfCidr(universe.blocks, cidr);
    if (range === undefined) continue;
    const [first, last] = range;
    // One block written in two ways is one peer.
    if (!blocks.some((block) => block.first === first && block.last === last))
      blocks.push({ cidr, first, last });
  }
  blocks.sort((a, b) => a.last - a.first - (b.last - b.first));
  const owner = new Map<number, string>();
  const remainders = new Map<string, number[]>();
  for (const block of blocks) {
    for (let index = block.first; index <= block.last; index++) {
      if (owner.has(index)) continue;
      owner.set(index, block.cidr);
      remainders.set(block.cidr, [...(remainders.get(block.cidr) ?? []), index]);
    }
  }
  const total = universe.firstDomain - universe.firstBlock;
  const rest = Array.from({ length: total }, (_, index) => index).filter((index) => !owner.has(index));
  const column = (index: number) => universe.firstBlock + index;
  const peers: OutsidePeer[] = [
    internet(lens, firstOfEachFamily(rest, universe.blocks.v4.length).map(column)),
  ];
  for (const block of blocks) {
    const own = remainders.get(block.cidr)?.[0] ?? block.first;
    const parent = blocks.find(
      (other) =>
        other !== block &&
        other.first <= block.first &&
        other.last >= block.last &&
        other.last - other.first > block.last - block.first,
    );
    const id = `out:cidr:${block.cidr}`;
    peers.push({
      node: { id, kind: 'cidr', label: block.cidr, detail: named.excepted.has(block.cidr) ? 'excepted' : '' },
      group: groupOf(lens, id, [[column(own)]]),
      within: parent === undefined ? INTERNET_ID : `out:cidr:${parent.cidr}`,
    });
  }
  if (named.nodes && universe.firstBlock > universe.firstNode) {
    const count = universe.firstBlock - universe.firstNode;
    const members = Array.from({ length: count }, (_, index) => [universe.firstNode + index]);
    peers.push({
      node: { id: 'out:nodes', kind: 'node', label: 'Nodes', detail: String(count) },
      group: groupOf(lens, 'out:nodes', members),
      within: null,
    });
  }
  for (const [index, pattern] of universe.domains.entries()) {
    const id = `out:domain:${pattern}`;
    peers.push({
      node: { id, kind: 'domain', label: pattern, detail: '' },
      group: groupOf(lens, id, [[universe.firstDomain + index]]),
      within: null,
    });
  }
  return peers;
}

/**
 * The outside peers as a graph shows them: many CIDR blocks are one node, with each block a member, so that edges say how
 * many of them they stand for.
 */
export function shownPeers(lens: Lens): readonly OutsidePeer[] {
  const peers = outsidePeers(lens);
  const blocks = peers.filter((peer) => peer.node.kind === 'cidr');
  if (blocks.length <= MAX_BLOCKS) return peers;
  return [...peers.filter((peer) => peer.node.kind !== 'cidr'), allBlocks(lens, blocks)];
}

/** All named CIDR blocks as one peer. */
export function allBlocks(lens: Lens, blocks: readonly OutsidePeer[]): OutsidePeer {
  const members = blocks.flatMap((peer) => peer.group.members).toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  return {
    node: { id: BLOCKS_ID, kind: 'cidr', label: `${blocks.length} CIDRs`, detail: 'named by policies' },
    group: groupOf(lens, BLOCKS_ID, members),
    within: null,
  };
}

function internet(lens: Lens, columns: readonly number[]): OutsidePeer {
  return {
    node: { id: INTERNET_ID, kind: 'internet', label: 'Internet', detail: 'all other addresses' },
    group: groupOf(lens, INTERNET_ID, [columns]),
    within: null,
  };
}

function firstOfEachFamily(indexes: readonly number[], v4: number): readonly number[] {
  const first4 = indexes.find((index) => index < v4);
  const first6 = indexes.find((index) => index >= v4);
  return [first4, first6].filter((index) => index !== undefined);
}

function namedPeers(clusters: readonly Cluster[]) {
  const cidrs = new Set<string>();
  const excepted = new Set<string>();
  let nodes = false;
  for (const cluster of clusters) {
    for (const policy of cluster.policies.values()) {
      for (const { peers } of policy.blocks.flatMap((block) => block.rules)) {
        for (const peer of peers) {
          if (peer.type === 'nodes') nodes = true;
          if (peer.type !== 'cidr') continue;
          cidrs.add(peer.cidr);
          for (const hole of peer.except) excepted.add(hole);
        }
      }
    }
  }
  const holes = new Set([...excepted].filter((cidr) => !cidrs.has(cidr)));
  const all = [...cidrs, ...holes].filter((cidr) => parseCidr(cidr) !== undefined).sort();
  return { cidrs: all, excepted: holes, nodes };
}
