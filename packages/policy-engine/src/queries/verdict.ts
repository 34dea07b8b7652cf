import { type Cluster, rowOf } from '../compile/compile.ts';
import { cellAt } from '../compile/rows.ts';
import type { CellId } from '../compile/verdict-cells.ts';
import type { TransportProtocol } from '../model/records.ts';
import { connectionPoint } from '../sets/connection-set.ts';
import type { LocatedEndpoint } from './endpoint.ts';

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
 * reaches itself (semantics 0.3, K70, N64), and a pod and its own node always reach each other (1.9, K64, K65).
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
  const asNode =
    sameNode(source, destination) &&
    (source.isNode || sourceReading >= 0 || destination.isNode || destinationReading >= 0)
      ? cells.allowed
      : columnsCell(cluster, source.column, destination.column);
  if (sourceReading < 0 && destinationReading < 0) return asNode;
  const asPod =
    sameNode(source, destination) && (source.isNode || destination.isNode)
      ? cells.allowed
      : columnsCell(
          cluster,
          sourceReading < 0 ? source.column : sourceReading,
          destinationReading < 0 ? destination.column : destinationReading,
        );
  return cells.either(asNode, asPod);
}

function columnsCell(cluster: Cluster, source: number, destination: number): CellId {
  return cluster.cells.both(
    cellAt(rowOf(cluster, 'egress', source), destination),
    cellAt(rowOf(cluster, 'ingress', destination), source),
  );
}

function sameNode(a: LocatedEndpoint, b: LocatedEndpoint): boolean {
  return a.node !== undefined && a.node === b.node;
}
