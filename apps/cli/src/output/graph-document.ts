import { type Cluster, type Diagnostic, type Edge, edgeBatches, edges } from '@bulkhead/policy-engine';
import { type GraphEnd, type GraphNode, graphEnds, groupingOf } from './ends.ts';
import { type ContractExplanation, explanations } from './explanations.ts';
import { type ContractExposure, exposures } from './exposures.ts';
import { type Issue, issueOf } from './issues.ts';
import { type ContractPorts, contractPorts } from './ports.ts';

/** An allowed connection of the JSON contract. */
export interface GraphEdge {
  readonly source: string;
  readonly target: string;
  /** Allowed for at least one pair of pods. */
  readonly ports: ContractPorts;
  /** Given where pods of an end differ: what is allowed for every pair. */
  readonly everyPod?: ContractPorts;
}

/** A connection of which it can't be known whether it is allowed. */
export interface UndecidedEdge {
  readonly source: string;
  readonly target: string;
  readonly ports: ContractPorts;
}

/**
 * `bulkhead graph -o json`. Fields may be added; those that are here keep their meaning within a schema version. What there
 * may be more of than memory holds is made anew each time it is iterated.
 */
export interface GraphDocument {
  readonly schemaVersion: 1;
  readonly nodes: readonly GraphNode[];
  readonly edges: Iterable<GraphEdge>;
  /** Edges with an end that is a cluster node, an external name or a namespace that can't be read. */
  readonly otherEdges: Iterable<GraphEdge>;
  readonly undecided: Iterable<UndecidedEdge>;
  readonly exposure?: readonly ContractExposure[];
  readonly explanations?: Iterable<ContractExplanation>;
  readonly issues: readonly Issue[];
}

export interface GraphDocumentOptions {
  /** Only edges with an end in one of these namespaces; empty: all. */
  readonly namespaces: readonly string[];
  readonly exposure: boolean;
  readonly explain: boolean;
}

export function graphDocument(
  cluster: Cluster,
  diagnostics: readonly Diagnostic[],
  options: GraphDocumentOptions,
): GraphDocument {
  const ends = graphEnds(cluster);
  const byId = new Map(ends.map((end) => [end.node.id, end]));
  const inScope = (id: string): boolean => {
    const node = byId.get(id)?.node;
    return node?.type === 'workload' && options.namespaces.includes(node.namespace);
  };
  const found = edgesOf(cluster, ends, (edge) =>
    options.namespaces.length === 0 ? true : inScope(edge.source) || inScope(edge.target),
  );
  const inContract = ({ source, target }: Edge): boolean =>
    [source, target].every((id) => CONTRACT_TYPES.has(byId.get(id)?.node.type ?? ''));
  const { space } = cluster.cells;
  const isAllowed = (edge: Edge): boolean => space.intersect(edge.some, space.transport) !== space.none;
  const used = new Set<string>();
  let others = 0;
  let unknowns = 0;
  for (const edge of found) {
    used.add(edge.source).add(edge.target);
    if (isAllowed(edge) && !inContract(edge)) others++;
    if (edge.unknown !== space.none) unknowns++;
  }
  const nothing: readonly never[] = [];
  const shown = ends.filter(({ node }) =>
    node.type === 'workload'
      ? options.namespaces.length === 0 || options.namespaces.includes(node.namespace) || used.has(node.id)
      : used.has(node.id),
  );
  return {
    schemaVersion: 1,
    nodes: shown.map((end) => end.node),
    edges: lazily(found, (edge) => (isAllowed(edge) && inContract(edge) ? edgeOf(cluster, edge) : undefined)),
    otherEdges:
      others === 0
        ? nothing
        : lazily(found, (edge) => (isAllowed(edge) && !inContract(edge) ? edgeOf(cluster, edge) : undefined)),
    undecided:
      unknowns === 0
        ? nothing
        : lazily(found, ({ source, target, unknown }) =>
            unknown === space.none ? undefined : { source, target, ports: contractPorts(space, unknown) },
          ),
    ...(options.exposure ? { exposure: exposures(cluster, options.namespaces) } : {}),
    ...(options.explain
      ? { explanations: again(() => explanations(cluster, explained(ends, options))) }
      : {}),
    issues: diagnostics.map(issueOf),
  };
}

const CONTRACT_TYPES: ReadonlySet<string> = new Set(['workload', 'ip']);

/** Pairs of ends of which the edges are kept; of more they are found again each time. */
const MOST_KEPT = 1_000_000;

function edgesOf(
  cluster: Cluster,
  ends: readonly GraphEnd[],
  isWanted: (edge: Edge) => boolean,
): Iterable<Edge> {
  const grouping = groupingOf(ends);
  if (ends.length ** 2 <= MOST_KEPT) return edges(cluster, grouping).filter(isWanted);
  return again(function* () {
    for (const batch of edgeBatches(cluster, grouping)) yield* batch.filter(isWanted);
  });
}

/** What a generator yields, from the start each time it is asked for. */
function again<T>(make: () => Iterator<T>): Iterable<T> {
  return { [Symbol.iterator]: make };
}

function lazily<T, U>(items: Iterable<T>, convert: (item: T) => U | undefined): Iterable<U> {
  return again(function* () {
    for (const item of items) {
      const converted = convert(item);
      if (converted !== undefined) yield converted;
    }
  });
}

/** Cluster nodes and names are left to `bulkhead explain`: the contract has no words for them. */
function explained(ends: readonly GraphEnd[], options: GraphDocumentOptions): readonly GraphEnd[] {
  return ends.filter(
    ({ node }) =>
      node.type === 'ip' ||
      (node.type === 'workload' &&
        (options.namespaces.length === 0 || options.namespaces.includes(node.namespace))),
  );
}

function edgeOf(cluster: Cluster, edge: Edge): GraphEdge {
  const { space } = cluster.cells;
  const some = contractPorts(space, edge.some);
  const partial = space.intersect(space.subtract(edge.some, edge.every), space.transport) !== space.none;
  return {
    source: edge.source,
    target: edge.target,
    ports: some,
    ...(partial ? { everyPod: contractPorts(space, edge.every) } : {}),
  };
}
