import type { ClusterSnapshot, NodeRecord, PodRecord } from '../model/records.ts';
import { type AddressKnowledge, type Family, parseAddress } from './spec-addresses.ts';

/** One end of a connection, as a test names it. */
export type EndpointRef =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'ip'; readonly address: string }
  | { readonly kind: 'domain'; readonly name: string };

export type Protocol = 'TCP' | 'UDP' | 'SCTP' | 'ICMP' | 'OTHER';

/** `port` is the destination's, 1 to 65535; protocols without ports ignore it. */
export interface Traffic {
  readonly protocol: Protocol;
  readonly port: number;
}

/**
 * One way things may be where the contract or the input leaves it open. A verdict is known when every world
 * agrees on it.
 *
 * `hostNetwork`: NetworkPolicy treats such pods either like any pod, or as traffic of the node (semantics 1.8).
 */
export interface World {
  readonly hostNetwork: 'as-pod' | 'as-node';
  readonly sourceAddress: AddressKnowledge;
  readonly destinationAddress: AddressKnowledge;
}

/** One end of a connection in one world. */
export interface Actor {
  /** The pod, hostNetwork or not. */
  readonly pod?: PodRecord;
  /** The node this is, or that a hostNetwork pod shares its address with. */
  readonly node?: string;
  readonly domain?: string;
  readonly address: AddressKnowledge;
  /** Outside the cluster: no pod and no node. */
  readonly external: boolean;
}

export function findPod(
  snapshot: ClusterSnapshot,
  ref: { namespace: string; name: string },
): PodRecord | undefined {
  return snapshot.pods.find((pod) => pod.namespace === ref.namespace && pod.name === ref.name);
}

export function findNode(snapshot: ClusterSnapshot, name: string | undefined): NodeRecord | undefined {
  return snapshot.nodes.find((node) => node.name === name);
}

/** Pods without an address, Succeeded or Failed are no endpoints (semantics 0.8, K71). */
export function isEndpoint(snapshot: ClusterSnapshot, ref: EndpointRef): boolean {
  switch (ref.kind) {
    case 'pod': {
      const state = findPod(snapshot, ref)?.state;
      return state === 'running' || state === 'declared';
    }
    case 'node':
      return findNode(snapshot, ref.name) !== undefined;
    case 'ip':
    case 'domain':
      return true;
  }
}

/** Every address an endpoint may use for a connection. */
function addressesOf(snapshot: ClusterSnapshot, ref: EndpointRef): readonly AddressKnowledge[] {
  switch (ref.kind) {
    case 'pod': {
      const pod = findPod(snapshot, ref);
      // A hostNetwork pod has its node's addresses (semantics 1.8).
      const node = pod?.hostNetwork === true ? findNode(snapshot, pod.node) : undefined;
      return exact(node?.ips ?? pod?.ips ?? []);
    }
    case 'node':
      return exact(findNode(snapshot, ref.name)?.ips ?? []);
    case 'ip':
      return exact([ref.address]);
    case 'domain':
      return [
        { known: 'family', family: 4 },
        { known: 'family', family: 6 },
      ];
  }
}

function exact(ips: readonly string[]): readonly AddressKnowledge[] {
  const known = ips.flatMap((ip): AddressKnowledge[] => {
    const address = parseAddress(ip);
    return address === undefined ? [] : [{ known: 'exact', address }];
  });
  return known.length === 0 ? [{ known: 'none' }] : known;
}

function family(address: AddressKnowledge): Family | undefined {
  switch (address.known) {
    case 'exact':
      return address.address.family;
    case 'family':
      return address.family;
    case 'none':
      return undefined;
  }
}

/**
 * Both readings of hostNetwork, times every pair of addresses of one family (semantics 1.12: selectors cover all
 * addresses of a pod, an ipBlock only its family's). Two ends without a common family can't speak at all; their
 * pairs are kept so that there is something to judge.
 */
export function worlds(snapshot: ClusterSnapshot, from: EndpointRef, to: EndpointRef): readonly World[] {
  const pairs = addressesOf(snapshot, from).flatMap((sourceAddress) =>
    addressesOf(snapshot, to).map((destinationAddress) => ({ sourceAddress, destinationAddress })),
  );
  const sameFamily = pairs.filter(({ sourceAddress, destinationAddress }) => {
    const source = family(sourceAddress);
    const destination = family(destinationAddress);
    return source === undefined || destination === undefined || source === destination;
  });
  return (sameFamily.length > 0 ? sameFamily : pairs).flatMap((pair): World[] => [
    { hostNetwork: 'as-pod', ...pair },
    { hostNetwork: 'as-node', ...pair },
  ]);
}

export function actorOf(snapshot: ClusterSnapshot, ref: EndpointRef, address: AddressKnowledge): Actor {
  switch (ref.kind) {
    case 'pod': {
      const pod = findPod(snapshot, ref);
      if (pod === undefined) return { address, external: false };
      const node = pod.hostNetwork ? pod.node : undefined;
      return node === undefined ? { pod, address, external: false } : { pod, node, address, external: false };
    }
    case 'node':
      return { node: ref.name, address, external: false };
    case 'ip':
      return { address, external: true };
    case 'domain':
      return { domain: ref.name, address, external: true };
  }
}
