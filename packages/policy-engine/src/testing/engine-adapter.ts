import type { Diagnostic } from '../diagnostic.ts';
import {
  type CellId,
  type Cluster,
  type ConnectionList,
  changedRectangles,
  compile,
  compileOverlay,
  connectionPoint,
  connectionSetOf,
  type Endpoint,
  type Explanation,
  explain,
  forEachRectangle,
  type IntervalSet,
  intervalSet,
  isOpen,
  type LocatedEndpoint,
  locateEndpoint,
  lowerPolicy,
  pairCell,
  verdict,
} from '../index.ts';
import type { ClusterSnapshot, PolicyRecord } from '../model/records.ts';
import type { EndpointRef, Traffic, Verdict } from './spec-evaluator.ts';

/** The one place where the tests of this folder touch the engine. */
export interface Engine {
  readonly cluster: Cluster;
  /** `unknown` where an end is no endpoint. */
  readonly verdict: (from: EndpointRef, to: EndpointRef, traffic: Traffic) => Verdict;
  /** `undefined` where an end is no endpoint. */
  readonly explain: (from: EndpointRef, to: EndpointRef) => Explanation | undefined;
}

export function engineFor(snapshot: ClusterSnapshot): Engine {
  return engineOf(compile(snapshot));
}

export function engineOf(cluster: Cluster): Engine {
  const located = new Map<EndpointRef, LocatedEndpoint | undefined>();
  const locate = (ref: EndpointRef): LocatedEndpoint | undefined => {
    if (!located.has(ref)) located.set(ref, locateEndpoint(cluster.universe, endpointOf(ref)));
    return located.get(ref);
  };
  return {
    cluster,
    verdict: (from, to, traffic) => {
      const source = locate(from);
      const destination = locate(to);
      if (source === undefined || destination === undefined) return 'unknown';
      return verdict(cluster, source, destination, { protocol: protocolOf(traffic), port: traffic.port });
    },
    explain: (from, to) => {
      const source = locate(from);
      const destination = locate(to);
      return source === undefined || destination === undefined
        ? undefined
        : explain(cluster, source, destination);
    },
  };
}

function protocolOf({ protocol }: Traffic): 'TCP' | 'UDP' | 'SCTP' | 'other' {
  return protocol === 'ICMP' || protocol === 'OTHER' ? 'other' : protocol;
}

function endpointOf(ref: EndpointRef): Endpoint {
  switch (ref.kind) {
    case 'pod':
      return { type: 'pod', namespace: ref.namespace, name: ref.name };
    case 'node':
      return { type: 'node', name: ref.name };
    case 'ip':
      return { type: 'address', ip: ref.address };
    case 'domain':
      return { type: 'domain', name: ref.name };
  }
}

export function diagnosticsOf(policy: PolicyRecord): readonly Diagnostic[] {
  return lowerPolicy(policy).diagnostics;
}

/** Whether traffic is in a list of connections; spelled out once, for many questions. */
export function inConnections(connections: ConnectionList): (traffic: Traffic) => boolean {
  const set = connectionSetOf(connections);
  return (traffic) => intervalSet.has(set, connectionPoint(protocolOf(traffic), traffic.port));
}

/** Both states of a draft over one universe; only `policies` of the snapshot may differ. */
export function draftOver(
  engine: Engine,
  policies: readonly PolicyRecord[],
): { readonly before: Engine; readonly after: Engine } {
  const overlay = compileOverlay(engine.cluster, { ...engine.cluster.snapshot, policies });
  if (overlay === undefined) throw new Error('a draft that changes policies only has an overlay');
  return { before: engineOf(overlay.before), after: engineOf(overlay.after) };
}

/** A pair of columns, as text. */
export type PairKey = `${number}>${number}`;

/** All pairs of columns of which at least one stands for pods, each with its cell; pairs of one node's traffic apart. */
export function pairsOf({ cluster }: Engine): ReadonlyMap<PairKey, CellId> {
  const { regions } = cluster.universe;
  const pods = members(intervalSet.union(regions.classes, regions.hidden));
  const others = members(intervalSet.unionAll([regions.nodes, regions.blocks, regions.domains]));
  const pairs = new Map<PairKey, CellId>();
  const add = (source: number, target: number): void => {
    pairs.set(`${source}>${target}`, pairCell(cluster, source, target));
  };
  for (const pod of pods) {
    for (const other of pods) add(pod, other);
    for (const other of others) {
      add(pod, other);
      add(other, pod);
    }
  }
  return pairs;
}

/** The pairs that a walk over rectangles visits, in order of visits; `skipOpen` as in the engine. */
export function visitedPairs(
  { cluster }: Engine,
  skipOpen: boolean,
): readonly (readonly [PairKey, CellId])[] {
  const visited: (readonly [PairKey, CellId])[] = [];
  forEachRectangle(cluster, { skipOpen }, ({ sources, targets, cell }) => {
    for (const pair of product(sources, targets)) visited.push([pair, cell]);
  });
  return visited;
}

/** Whether no policy has a say on either end of the pair. */
export function isOpenPair({ cluster }: Engine, pair: PairKey): boolean {
  const [source, target] = pair.split('>').map(Number);
  return isOpen(cluster, 'egress', source ?? -1) && isOpen(cluster, 'ingress', target ?? -1);
}

/** The pairs that the diff of two engines over one universe lists, with the cells before and after. */
export function changedPairs(before: Engine, after: Engine): readonly (readonly [PairKey, CellId, CellId])[] {
  return changedRectangles(before.cluster, after.cluster).flatMap((rectangle) =>
    product(rectangle.sources, rectangle.targets).map(
      (pair) => [pair, rectangle.before, rectangle.after] as const,
    ),
  );
}

/** Whether a cell leaves a TCP, UDP or SCTP connection allowed or unknown: what the relation is about. */
export function connects({ cluster: { cells } }: Engine, cell: CellId): boolean {
  const decision = cells.decision(cell);
  return cells.space.intersect(decision.possible, cells.space.transport) !== cells.space.none;
}

function product(sources: IntervalSet, targets: IntervalSet): readonly PairKey[] {
  const right = members(targets);
  return members(sources).flatMap((source) => right.map((target): PairKey => `${source}>${target}`));
}

function members(set: IntervalSet): readonly number[] {
  const found: number[] = [];
  intervalSet.forEachMember(set, (member) => found.push(member));
  return found;
}
