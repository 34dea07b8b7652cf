import { type Cluster, portsOf, rowInputs } from '../compile/compile.ts';
import { begin, continueTier, finish, isolate, join, meet, type Progress } from '../compile/decide.ts';
import type { ResolvedBlock, ResolvedRule } from '../compile/resolve.ts';
import { meets, selects } from '../compile/selecting.ts';
import { selectorKey } from '../compile/universe.ts';
import { type Direction, type PodSet, type Requirement, type Selector, TIERS } from '../ir/ir.ts';
import type { Labels, TransportProtocol } from '../model/records.ts';
import { type ConnectionList, type ConnectionSetId, connectionList } from '../sets/connection-set.ts';
import { intersect, isEmptySet } from '../sets/interval-set.ts';

/** A port name of a peer that does not exist yet, so that its number isn't known. */
export interface UnresolvedPort {
  readonly name: string;
  /** Absent: any protocol that declares the name. */
  readonly protocol?: TransportProtocol;
}

export interface ExposedConnections {
  readonly connections: ConnectionList;
  readonly unresolved: readonly UnresolvedPort[];
}

/** A peer described by a rule's selectors; pods that match them may be created at any time. */
export interface ExposedPeer extends ExposedConnections {
  readonly peer: PodSet;
}

/**
 * What a workload's pods are open to, towards pods that need not exist yet. A statement about this end only: whether the
 * other end's own policies allow it can't be known before it exists.
 */
export interface Exposure {
  readonly direction: Direction;
  /** `false`: no policy selects the pods in this direction. */
  readonly protected: boolean;
  /** What any pod in any namespace gets, whatever its labels. */
  readonly entireCluster: ExposedConnections;
  /**
   * For each selector in the rules that decide, what every pod that it matches gets: through rules for anyone, for the same
   * selector, and for labels that the selector requires. Only those that get something else than `entireCluster`.
   */
  readonly peers: readonly ExposedPeer[];
}

/** Exposure of an endpoint class's pods in one direction. */
export function exposure(cluster: Cluster, direction: Direction, column: number): Exposure {
  const blocks = blocksOf(cluster, direction, column);
  const entireCluster = evaluate(cluster, direction, column, blocks, undefined);
  const peers: ExposedPeer[] = [];
  const seen = new Set<string>();
  for (const set of selectorsIn(blocks)) {
    const key = podSetKey(set);
    if (seen.has(key) || isAnyPod(set)) continue;
    seen.add(key);
    const own = evaluate(cluster, direction, column, blocks, set);
    if (own.key === entireCluster.key || (isLabelsOnly(set) && existsReally(cluster, set))) continue;
    peers.push({ peer: set, connections: own.connections, unresolved: own.unresolved });
  }
  return {
    direction,
    protected: blocks.length > 0,
    entireCluster: { connections: entireCluster.connections, unresolved: entireCluster.unresolved },
    peers,
  };
}

/** What any pod in any namespace gets, whatever its labels: `exposure(…).entireCluster.connections`, without the rest. */
export function grantedToAll(cluster: Cluster, direction: Direction, column: number): ConnectionSetId {
  return grants(cluster, direction, column, blocksOf(cluster, direction, column), undefined).allowed;
}

/** Pods that may come: as a rule describes them, or in a namespace all of whose labels are known. */
export type FuturePeer = Pick<PodSet, 'pods'> & {
  readonly namespaces: PodSet['namespaces'] | { readonly labels: Labels };
};

/**
 * What every pod that a description fits gets, whether or not there is one; `undefined`: any pod at all. Only rules that
 * cover the whole description count.
 */
export function grantedTo(
  cluster: Cluster,
  direction: Direction,
  column: number,
  peer: FuturePeer | undefined,
): { readonly allowed: ConnectionSetId; readonly unresolved: readonly UnresolvedPort[] } {
  return grants(cluster, direction, column, blocksOf(cluster, direction, column), peer);
}

/** The descriptions of pods in the rules that decide for a column. */
export function describedPeers(cluster: Cluster, direction: Direction, column: number): readonly PodSet[] {
  return selectorsIn(blocksOf(cluster, direction, column));
}

function blocksOf(cluster: Cluster, direction: Direction, column: number): readonly ResolvedBlock[] {
  return rowInputs(cluster, direction, column).flatMap((input) => {
    const entry = cluster.solver.inputBlock(input);
    return entry === undefined ? [] : [entry.resolved];
  });
}

interface Granted {
  readonly allowed: ConnectionSetId;
  readonly unresolved: readonly UnresolvedPort[];
}

interface Evaluated extends ExposedConnections {
  readonly key: string;
}

function evaluate(
  cluster: Cluster,
  direction: Direction,
  column: number,
  blocks: readonly ResolvedBlock[],
  peer: FuturePeer | undefined,
): Evaluated {
  const { allowed, unresolved } = grants(cluster, direction, column, blocks, peer);
  return {
    key: `${allowed}|${unresolved.map((port) => `${port.protocol ?? ''}/${port.name}`).join()}`,
    connections: connectionList(cluster.cells.space.set(allowed)),
    unresolved,
  };
}

/** Runs the rules for a peer of which only these selectors are known; `undefined`: nothing but that it is a pod. */
function grants(
  cluster: Cluster,
  direction: Direction,
  column: number,
  blocks: readonly ResolvedBlock[],
  peer: FuturePeer | undefined,
): Granted {
  const { space } = cluster.cells;
  const ports = portsOf(cluster.universe, column);
  const unresolved = new Map<string, UnresolvedPort>();
  let progress = begin(space);
  for (const tier of TIERS) {
    const own = blocks.filter((block) => block.block.tier === tier.id);
    if (own.length === 0) continue;
    let at = 0;
    while (at < own.length) {
      const order = own[at]?.block.order;
      let end = at + 1;
      while (end < own.length && own[end]?.block.order === order) end++;
      const outcomes: Progress[] = [];
      let current = progress;
      for (const block of own.slice(at, end)) {
        if (tier.conflictsAreUndefined) current = progress;
        for (const rule of block.rules) {
          if (!covers(rule, peer)) continue;
          current = meet(space, current, rule.action, rule.connections, true);
          for (const term of rule.named) {
            if (direction === 'ingress') {
              const meaning = cluster.solver.resolver.namedPortOn(ports, term);
              current = meet(space, current, rule.action, meaning.sure, true);
            } else if (rule.action === 'allow') {
              const { name, protocol } = term;
              unresolved.set(
                `${protocol ?? ''}/${name}`,
                protocol === undefined ? { name } : { name, protocol },
              );
            }
          }
        }
        outcomes.push(current);
      }
      progress = tier.conflictsAreUndefined && outcomes.length > 1 ? join(space, outcomes) : current;
      at = end;
    }
    progress = tier.undecided === 'isolate' ? isolate(space, progress, true) : continueTier(space, progress);
  }
  const allowed: ConnectionSetId = finish(space, progress).allowed;
  return { allowed, unresolved: space.coversTransport(allowed) ? [] : [...unresolved.values()] };
}

/** Whether a rule's peers include every pod that the description fits. */
function covers(rule: ResolvedRule, peer: FuturePeer | undefined): boolean {
  return rule.rule.peers.some((term) => {
    if (term.type === 'any') return true;
    if (term.type !== 'pods') return false;
    if (isAnyPod(term.set)) return true;
    return (
      peer !== undefined &&
      namespacesCover(term.set.namespaces, peer.namespaces) &&
      selectorCovers(term.set.pods, peer.pods)
    );
  });
}

function namespacesCover(outer: PodSet['namespaces'], inner: FuturePeer['namespaces']): boolean {
  if ('labels' in inner) return selects(namespaceSelector(outer), inner.labels);
  return selectorCovers(namespaceSelector(outer), namespaceSelector(inner));
}

/** Whether each of `outer`'s requirements is one of `inner`'s, or follows from a label that `inner` fixes. */
function selectorCovers(outer: Selector, inner: Selector): boolean {
  return outer.every((requirement) => inner.some((known) => implies(known, requirement)));
}

function implies(known: Requirement, requirement: Requirement): boolean {
  if (selectorKey([known]) === selectorKey([requirement])) return true;
  const [value, ...others] = known.values;
  if (known.key !== requirement.key || known.operator !== 'In' || value === undefined || others.length > 0) {
    return false;
  }
  return meets({ [known.key]: value }, requirement);
}

function namespaceSelector(namespaces: PodSet['namespaces']): Selector {
  return 'name' in namespaces ? [nameRequirement(namespaces.name)] : namespaces.selector;
}

function nameRequirement(name: string): Requirement {
  return { key: 'kubernetes.io/metadata.name', operator: 'In', values: [name], asLabel: true };
}

function selectorsIn(blocks: readonly ResolvedBlock[]): PodSet[] {
  return blocks.flatMap((block) =>
    block.rules.flatMap((rule) =>
      rule.rule.peers.flatMap((term) => (term.type === 'pods' ? [term.set] : [])),
    ),
  );
}

function isAnyPod(set: PodSet): boolean {
  return set.pods.length === 0 && 'selector' in set.namespaces && set.namespaces.selector.length === 0;
}

function podSetKey(set: PodSet): string {
  return `${selectorKey(namespaceSelector(set.namespaces))}|${selectorKey(set.pods)}`;
}

/** Whether the selectors fix particular pod labels and nothing else. */
function isLabelsOnly(set: PodSet): boolean {
  return (
    set.pods.length > 0 &&
    set.pods.every((requirement) => requirement.asLabel === true) &&
    namespaceSelector(set.namespaces).every((requirement) => requirement.asLabel === true)
  );
}

function existsReally(cluster: Cluster, set: PodSet): boolean {
  const { sure } = cluster.solver.resolver.podSet(set);
  return !isEmptySet(intersect(sure, cluster.universe.regions.classes));
}
