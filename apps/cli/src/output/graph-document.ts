import { type Cluster, type Diagnostic, type Edge, edges } from '@bulkhead/policy-engine';
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

/** `bulkhead graph -o json`. Fields may be added; those that are here keep their meaning within a schema version. */
export interface GraphDocument {
  readonly schemaVersion: 1;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Edges with an end that is a cluster node, an external name or a namespace that can't be read. */
  readonly otherEdges: readonly GraphEdge[];
  readonly undecided: readonly UndecidedEdge[];
  readonly exposure?: readonly ContractExposure[];
  readonly explanations?: readonly ContractExplanation[];
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
  const all = edges(cluster, groupingOf(ends)).filter(
    (edge) => options.namespaces.length === 0 || inScope(edge.source) || inScope(edge.target),
  );
  const { space } = cluster.cells;
  const contract: GraphEdge[] = [];
  const other: GraphEdge[] = [];
  const undecided: UndecidedEdge[] = [];
  for (const edge of all) {
    const ends = [byId.get(edge.source), byId.get(edge.target)];
    if (space.intersect(edge.some, space.transport) !== space.none) {
      const inContract = ends.every((end) => end?.node.type === 'workload' || end?.node.type === 'ip');
      (inContract ? contract : other).push(edgeOf(cluster, edge));
    }
    const unknown = space.intersect(edge.unknown, space.transport);
    if (unknown !== space.none) {
      undecided.push({ source: edge.source, target: edge.target, ports: contractPorts(space, unknown) });
    }
  }
  const used = new Set([...contract, ...other, ...undecided].flatMap((edge) => [edge.source, edge.target]));
  const shown = ends.filter(({ node }) =>
    node.type === 'workload'
      ? options.namespaces.length === 0 || options.namespaces.includes(node.namespace) || used.has(node.id)
      : used.has(node.id),
  );
  return {
    schemaVersion: 1,
    nodes: shown.map((end) => end.node),
    edges: contract,
    otherEdges: other,
    undecided,
    ...(options.exposure ? { exposure: exposures(cluster, options.namespaces) } : {}),
    ...(options.explain ? { explanations: [...explanations(cluster, explained(ends, options))] } : {}),
    issues: diagnostics.map(issueOf),
  };
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
