import {
  type Cluster,
  type Connection,
  intervalSet,
  type LocatedEndpoint,
  locateEndpoint,
  nearest,
  parseAddress,
} from '@bulkhead/policy-engine';
import { ApiProblem } from '../http/problem.ts';

/** Everything that one end of a question may be: one endpoint for each group of pods that policies tell apart. */
export interface FoundEnd {
  readonly label: string;
  readonly endpoints: readonly LocatedEndpoint[];
}

/**
 * Finds what a caller names as an end; see `explainResponseSchema` for the ways to write one.
 * @throws {ApiProblem} 400 for what is no name of an end, 404 where nothing has the name
 */
export function findEnd(cluster: Cluster, text: string): FoundEnd {
  const { universe } = cluster;
  const single = (label: string, endpoint: LocatedEndpoint | undefined): FoundEnd => {
    if (endpoint === undefined) throw notFound(text);
    return { label, endpoints: [endpoint] };
  };
  if (parseAddress(text) !== undefined) {
    return single(text, locateEndpoint(universe, { type: 'address', ip: text }));
  }
  const node = /^node\/(.+)$/.exec(text)?.[1];
  if (node !== undefined) return single(text, locateEndpoint(universe, { type: 'node', name: node }));
  const inside = /^([^/]+)\/([^/[\]]+)(?:\[(\w+)\])?$/.exec(text);
  if (inside?.[1] !== undefined && inside[2] !== undefined) {
    return workloadEnd(cluster, text, inside[1], inside[2], inside[3]);
  }
  if (/^[\w-]+(\.[\w-]+)+$/.test(text)) {
    return single(text, locateEndpoint(universe, { type: 'domain', name: text.toLowerCase() }));
  }
  throw new ApiProblem('invalid-parameter', 400, {
    title: 'That is no end of a connection.',
    hint: 'Write NAMESPACE/NAME, NAMESPACE/NAME[KIND], node/NAME, an IP address or a DNS name.',
  });
}

function workloadEnd(
  { universe }: Cluster,
  text: string,
  namespace: string,
  name: string,
  kind: string | undefined,
): FoundEnd {
  const index = universe.namespaceIndex.get(namespace);
  const own = universe.workloads.filter((workload) => workload.namespace === index);
  const matching = own.filter(
    (workload) => workload.name === name && (kind === undefined || workload.kind === kind),
  );
  const [workload] = matching;
  if (matching.length > 1) {
    throw new ApiProblem('invalid-parameter', 400, {
      title: `${text} is the name of several workloads.`,
      hint: `Say which: ${matching.map(({ id }) => id).join(', ')}.`,
    });
  }
  if (workload !== undefined && workload.last >= workload.first) {
    const columns = intervalSet.members(intervalSet.interval(workload.first, workload.last));
    return { label: workload.id, endpoints: columns.map((column) => ({ column, isNode: false })) };
  }
  const pod = locateEndpoint(universe, { type: 'pod', namespace, name });
  if (pod !== undefined) return { label: `${namespace}/${name}[Pod]`, endpoints: [pod] };
  const near = nearest(
    text,
    own.map((candidate) => `${namespace}/${candidate.name}`),
  );
  throw notFound(text, near === undefined ? undefined : `Did you mean ${near}?`);
}

function notFound(text: string, hint = 'Name a workload or a pod that runs.'): ApiProblem {
  return new ApiProblem('end-not-found', 404, { title: `There is no ${text.slice(0, 200)} here.`, hint });
}

/**
 * Reads `5432`, `5432/tcp`, `53/udp`, `icmp`.
 * @throws {ApiProblem} 400 for anything else
 */
export function parsePort(text: string): Connection {
  if (text.toLowerCase() === 'icmp') return { protocol: 'other', port: 0 };
  const match = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(text);
  const port = Number(match?.[1]);
  const protocol = (['TCP', 'UDP', 'SCTP'] as const).find(
    (name) => name === (match?.[2] ?? 'tcp').toUpperCase(),
  );
  if (match !== null && protocol !== undefined && port >= 1 && port <= 65_535) return { protocol, port };
  throw new ApiProblem('invalid-parameter', 400, {
    title: 'That is no port.',
    hint: 'Write 5432, 5432/tcp, 53/udp or icmp.',
  });
}
