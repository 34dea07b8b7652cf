import { blockOfAddress } from '../compile/address-blocks.ts';
import { domainCovers } from '../compile/resolve.ts';
import type { Universe } from '../compile/universe.ts';
import { parseAddress } from '../sets/address.ts';

/** One concrete end of a connection. */
export type Endpoint =
  | { readonly type: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly type: 'node'; readonly name: string }
  /** An address outside the cluster; one that a pod or a node has is that pod or node. */
  | { readonly type: 'address'; readonly ip: string }
  /** An external name: `www.example.org`. */
  | { readonly type: 'domain'; readonly name: string };

/** An endpoint found in a universe: its column, and where it runs. */
export interface LocatedEndpoint {
  readonly column: number;
  /** Index into `snapshot.pods`, where it is one pod. */
  readonly pod?: number;
  /** Name of the node it runs on, or is. */
  readonly node?: string;
  readonly isNode: boolean;
}

/** `undefined` where there is no such endpoint: no such name, or a pod that is not running (semantics 0.8, K71). */
export function locateEndpoint(universe: Universe, endpoint: Endpoint): LocatedEndpoint | undefined {
  switch (endpoint.type) {
    case 'pod':
      return locatePod(
        universe,
        universe.snapshot.pods.findIndex(
          (pod) => pod.namespace === endpoint.namespace && pod.name === endpoint.name,
        ),
      );
    case 'node': {
      const index = universe.snapshot.nodes.findIndex((node) => node.name === endpoint.name);
      if (index < 0) return undefined;
      return { column: universe.firstNode + index, node: endpoint.name, isNode: true };
    }
    case 'address':
      return locateAddress(universe, endpoint.ip);
    case 'domain':
      return { column: domainColumn(universe, endpoint.name), isNode: false };
  }
}

/** The endpoint that a pod of `snapshot.pods` is; `undefined` where it is none. */
export function locatePod(universe: Universe, index: number): LocatedEndpoint | undefined {
  const column = universe.classOfPod[index];
  const pod = universe.snapshot.pods[index];
  if (pod === undefined || column === undefined || column < 0) return undefined;
  return { column, pod: index, isNode: false, ...(pod.node === undefined ? {} : { node: pod.node }) };
}

function locateAddress(universe: Universe, ip: string): LocatedEndpoint | undefined {
  const address = parseAddress(ip);
  if (address === undefined) return undefined;
  const same = (other: string): boolean => {
    const parsed = parseAddress(other);
    return parsed?.family === address.family && parsed.value === address.value;
  };
  const { pods, nodes } = universe.snapshot;
  const pod = pods.findIndex((entry) => !entry.hostNetwork && entry.ips.some(same));
  if (pod >= 0) {
    const located = locatePod(universe, pod);
    if (located !== undefined) return located;
  }
  const node = nodes.findIndex((entry) => entry.ips.some(same));
  const owner = nodes[node];
  if (owner !== undefined) return { column: universe.firstNode + node, node: owner.name, isNode: true };
  return { column: universe.firstBlock + blockOfAddress(universe.blocks, ip), isNode: false };
}

/** The column of the narrowest pattern that covers a name, or of "any other name". */
function domainColumn(universe: Universe, name: string): number {
  let best = -1;
  universe.domains.forEach((pattern, index) => {
    if (!domainCovers(pattern, name)) return;
    if (best < 0 || domainCovers(universe.domains[best] as string, pattern)) best = index;
  });
  return universe.firstDomain + (best < 0 ? universe.domains.length : best);
}
