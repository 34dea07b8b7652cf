import { type Cluster, rowInputs } from '../compile/compile.ts';
import type { Direction } from '../ir/ir.ts';
import { type ConnectionList, type ConnectionSetId, connectionList } from '../sets/connection-set.ts';
import type { LocatedEndpoint } from './endpoint.ts';
import { type DirectionTrace, type TraceOptions, traceDirection, type UnknownReason } from './trace.ts';
import { ownNodeRelation, toOwnNodeCell, type Verdict } from './verdict.ts';

/** One half of a verdict: what the source's egress side, or the destination's ingress side, says. */
export interface DirectionExplanation extends Omit<DirectionTrace, 'connections'> {
  readonly direction: Direction;
}

/** Connections that get the same verdict for the same reasons. */
export interface ExplanationPart {
  readonly connections: ConnectionList;
  readonly verdict: Verdict;
  readonly egress: DirectionExplanation;
  readonly ingress: DirectionExplanation;
  /** What makes an `unknown` unknown; empty otherwise. */
  readonly reasons: readonly UnknownReason[];
}

/** Why one endpoint may or may not talk to another. */
export interface Explanation {
  /** What holds whatever these policies say (semantics 0.3, 1.9): then `parts` is a single allowed part. */
  readonly always?: 'same-pod' | 'own-node';
  /** Disjoint, and together every connection. */
  readonly parts: readonly ExplanationPart[];
}

/** Explains a pair of concrete endpoints. Agrees with `endpointCell` on every connection. */
export function explain(
  cluster: Cluster,
  source: LocatedEndpoint,
  destination: LocatedEndpoint,
): Explanation {
  const { universe } = cluster;
  if (source.pod !== undefined && source.pod === destination.pod) return always(cluster, 'same-pod');
  const sourceReading = universe.readingOf[source.column] ?? -1;
  const destinationReading = universe.readingOf[destination.column] ?? -1;
  const reading = (sourceColumn: number, destinationColumn: number, asNode: boolean): Explanation => {
    const ownNode = ownNodeRelation(cluster, source, destination, asNode);
    if (ownNode === 'from-node') return always(cluster, 'own-node');
    if (ownNode === undefined) return pairParts(cluster, sourceColumn, destinationColumn);
    const stopped = toOwnNodeCell(cluster, sourceColumn, destinationColumn) !== cluster.cells.allowed;
    return stopped
      ? pairParts(cluster, sourceColumn, destinationColumn, { toOwnNode: true })
      : always(cluster, 'own-node');
  };
  const asNode = reading(source.column, destination.column, true);
  if (sourceReading < 0 && destinationReading < 0) return asNode;
  const asPod = reading(
    sourceReading < 0 ? source.column : sourceReading,
    destinationReading < 0 ? destination.column : destinationReading,
    false,
  );
  if (asNode.always !== undefined && asPod.always !== undefined) return asNode;
  return eitherReading(cluster, asNode, asPod);
}

/**
 * Explains a pair of columns (any pod of one class, to any of another). Agrees with `pairCell`. `apart`: connections that
 * were asked for; where something else came close to allowing them than to the rest, they are a part of their own.
 */
export function explainColumns(
  cluster: Cluster,
  source: number,
  destination: number,
  { apart }: Pick<TraceOptions, 'apart'> = {},
): Explanation {
  const options = apart === undefined ? {} : { apart };
  const { universe } = cluster;
  const sourceReading = universe.readingOf[source] ?? -1;
  const destinationReading = universe.readingOf[destination] ?? -1;
  const own = pairParts(cluster, source, destination, options);
  if (sourceReading < 0 && destinationReading < 0) return own;
  const asPod = pairParts(
    cluster,
    sourceReading < 0 ? source : sourceReading,
    destinationReading < 0 ? destination : destinationReading,
    options,
  );
  return eitherReading(cluster, own, asPod);
}

interface PairPart extends Omit<ExplanationPart, 'connections'> {
  readonly id: ConnectionSetId;
  readonly connections: ConnectionList;
}

function pairParts(
  cluster: Cluster,
  source: number,
  destination: number,
  options: TraceOptions = {},
): Explanation & { readonly parts: readonly PairPart[] } {
  const { space } = cluster.cells;
  const parts: PairPart[] = [];
  const { apart } = options;
  const ingressTraces = traceDirection(
    cluster,
    'ingress',
    destination,
    source,
    apart === undefined ? {} : { apart },
  );
  for (const egress of traceDirection(cluster, 'egress', source, destination, options)) {
    for (const ingress of ingressTraces) {
      const id = space.intersect(egress.connections, ingress.connections);
      if (id === space.none) continue;
      const verdict = bothAllow(egress.verdict, ingress.verdict);
      const reasons =
        verdict === 'unknown'
          ? [
              ...new Set([
                ...(egress.verdict === 'unknown' ? egress.reasons : []),
                ...(ingress.verdict === 'unknown' ? ingress.reasons : []),
              ]),
            ]
          : [];
      parts.push({
        id,
        connections: connectionList(space.set(id)),
        verdict,
        egress: half('egress', egress),
        ingress: half('ingress', ingress),
        reasons,
      });
    }
  }
  return { parts };
}

/** Two readings of a hostNetwork end: known where they agree. */
function eitherReading(cluster: Cluster, asNode: Explanation, asPod: Explanation): Explanation {
  const { space } = cluster.cells;
  const idOf = (part: ExplanationPart): ConnectionSetId => (part as PairPart).id;
  const parts: PairPart[] = [];
  for (const a of asNode.parts) {
    for (const b of asPod.parts) {
      const id = space.intersect(idOf(a), idOf(b));
      if (id === space.none) continue;
      const agree = a.verdict === b.verdict;
      // Where the readings differ, the stricter one has the rules that an operator wants to see.
      const shown = agree || a.verdict === 'denied' ? a : b;
      parts.push({
        ...shown,
        id,
        connections: connectionList(space.set(id)),
        verdict: agree ? a.verdict : 'unknown',
        reasons: agree
          ? [...new Set([...a.reasons, ...b.reasons])]
          : [...new Set(['host-network' as const, ...a.reasons, ...b.reasons])],
      });
    }
  }
  return { parts };
}

function always(cluster: Cluster, reason: 'same-pod' | 'own-node'): Explanation {
  const { space } = cluster.cells;
  const part: PairPart = {
    id: space.all,
    connections: connectionList(space.set(space.all)),
    verdict: 'allowed',
    egress: half('egress', unpoliced(cluster)),
    ingress: half('ingress', unpoliced(cluster)),
    reasons: [],
  };
  return { always: reason, parts: [part] };
}

function unpoliced(cluster: Cluster): DirectionTrace {
  return {
    connections: cluster.cells.space.all,
    verdict: 'allowed',
    byDefault: true,
    policed: false,
    rules: [],
    isolatedBy: [],
    nearMisses: [],
    reasons: [],
  };
}

function half(direction: Direction, trace: DirectionTrace): DirectionExplanation {
  const { connections: _, ...rest } = trace;
  return { direction, ...rest };
}

function bothAllow(a: Verdict, b: Verdict): Verdict {
  if (a === 'denied' || b === 'denied') return 'denied';
  return a === 'unknown' || b === 'unknown' ? 'unknown' : 'allowed';
}

/** Policies that select a column in a direction, in evaluation order. */
export function policiesSelecting(cluster: Cluster, direction: Direction, column: number): readonly string[] {
  return rowInputs(cluster, direction, column).flatMap((input) => {
    const block = cluster.solver.inputBlock(input);
    return block === undefined ? [] : [block.resolved.block.policy];
  });
}
