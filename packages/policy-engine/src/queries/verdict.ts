import { type Cluster, rowOf } from '../compile/compile.ts';
import { cellAt } from '../compile/rows.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import type { TransportProtocol } from '../model/records.ts';
import { connectionPoint } from '../sets/connection-set.ts';
import type { LocatedEndpoint } from './endpoint.ts';
import { traceDirection } from './trace.ts';

export type Verdict = 'allowed' | 'denied' | 'unknown';

/** One connection: a destination port of TCP, UDP or SCTP, or `other` for ICMP and all other protocols. */
export interface Connection {
  readonly protocol: TransportProtocol | 'other';
  /** 1–65535; passed over for `other`. */
  readonly port: number;
}

/** Whether one connection is allowed between two concrete endpoints. */
export function verdict(
  cluster: Cluster,
  source: LocatedEndpoint,
  destination: LocatedEndpoint,
  connection: Connection,
): Verdict {
  const cell = endpointCell(cluster, source, destination);
  return verdictOfCell(cluster, cell, connection);
}

export function verdictOfCell(cluster: Cluster, cell: CellId, connection: Connection): Verdict {
  const { allowed, possible } = cluster.cells.decision(cell);
  const point = connectionPoint(connection.protocol, connection.port);
  if (cluster.cells.space.has(allowed, point)) return 'allowed';
  return cluster.cells.space.has(possible, point) ? 'unknown' : 'denied';
}

/**
 * Everything that one endpoint may send to another. Beyond the columns' cells it knows what depends on the pair: a pod
 * reaches itself (semantics 0.3, K70, N64), its own node reaches it (1.9, K64), and it reaches its own node unless a
 * cluster-scoped policy says otherwise (1.9, K65; see `toOwnNodeCell`).
 */
export function endpointCell(
  cluster: Cluster,
  source: LocatedEndpoint,
  destination: LocatedEndpoint,
): CellId {
  const { cells, universe } = cluster;
  if (source.pod !== undefined && source.pod === destination.pod) return cells.allowed;
  const sourceReading = universe.readingOf[source.column] ?? -1;
  const destinationReading = universe.readingOf[destination.column] ?? -1;
  const asNode = readingCell(cluster, source, destination, source.column, destination.column, true);
  if (sourceReading < 0 && destinationReading < 0) return asNode;
  const asPod = readingCell(
    cluster,
    source,
    destination,
    sourceReading < 0 ? source.column : sourceReading,
    destinationReading < 0 ? destination.column : destinationReading,
    false,
  );
  return cells.either(asNode, asPod);
}

/** One reading of a pair; `asNode`: hostNetwork ends count as the nodes that they run on. */
function readingCell(
  cluster: Cluster,
  source: LocatedEndpoint,
  destination: LocatedEndpoint,
  sourceColumn: number,
  destinationColumn: number,
  asNode: boolean,
): CellId {
  const ownNode = ownNodeRelation(cluster, source, destination, asNode);
  if (ownNode === 'from-node') return cluster.cells.allowed;
  if (ownNode === 'to-node') return toOwnNodeCell(cluster, sourceColumn, destinationColumn);
  return cluster.cells.both(
    cellAt(rowOf(cluster, 'egress', sourceColumn), destinationColumn),
    cellAt(rowOf(cluster, 'ingress', destinationColumn), sourceColumn),
  );
}

/** Whether one end is the node that the other runs on, in the reading where hostNetwork ends are nodes or not. */
export function ownNodeRelation(
  cluster: Cluster,
  source: LocatedEndpoint,
  destination: LocatedEndpoint,
  asNode: boolean,
): 'from-node' | 'to-node' | undefined {
  if (source.node === undefined || source.node !== destination.node) return undefined;
  const isNode = (end: LocatedEndpoint): boolean =>
    end.isNode || (asNode && (cluster.universe.readingOf[end.column] ?? -1) >= 0);
  if (isNode(source)) return 'from-node';
  return isNode(destination) ? 'to-node' : undefined;
}

/**
 * What a pod may send to its own node: no NetworkPolicy can stop it (semantics 1.9, K65), but the peers `nodes` and
 * `networks` of cluster-scoped policies hold that node as any other (2.1, N50). So a pod that NetworkPolicy isolates
 * gets what the Admin tier leaves, and one that it doesn't what all of the other tiers leave.
 */
export function toOwnNodeCell(cluster: Cluster, source: number, destination: number): CellId {
  const { cells } = cluster;
  let allowed = cells.space.none;
  let possible = cells.space.none;
  for (const part of traceDirection(cluster, 'egress', source, destination, { toOwnNode: true })) {
    if (part.verdict === 'allowed') allowed = cells.space.union(allowed, part.connections);
    if (part.verdict !== 'denied') possible = cells.space.union(possible, part.connections);
  }
  return cells.intern({ allowed, possible });
}
