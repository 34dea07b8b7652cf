import type { ClusterSnapshot, NodeRecord, PodRecord } from '../model/records.ts';
import { type Address, edgesOf, parseAddress, parseBlock } from './spec-addresses.ts';

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
 * How NetworkPolicy treats hostNetwork pods: like any pod, or as traffic of their node. The contract leaves it open,
 * so a verdict is known when both agree on it (semantics 1.8, K66, K67).
 */
export type World = 'as-pod' | 'as-node';

/** One end of a connection in one world. */
export interface Actor {
  /** The pod, hostNetwork or not. */
  readonly pod?: PodRecord;
  /** The node this is, or that a hostNetwork pod shares its address with. */
  readonly node?: string;
  readonly domain?: string;
  /**
   * Every address that this end is known to have. A block that holds only some of them may match or not (semantics 1.12).
   */
  readonly addresses: readonly Address[];
  /** Where none is known: one for every difference that a policy's blocks can make. */
  readonly unknown: readonly Address[];
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

function addressesOf(snapshot: ClusterSnapshot, ref: EndpointRef): readonly Address[] {
  switch (ref.kind) {
    case 'pod': {
      const pod = findPod(snapshot, ref);
      // A hostNetwork pod has its node's addresses (semantics 1.8).
      const node = pod?.hostNetwork === true ? findNode(snapshot, pod.node) : undefined;
      return parseAll(node?.ips ?? pod?.ips ?? []);
    }
    case 'node':
      return parseAll(findNode(snapshot, ref.name)?.ips ?? []);
    case 'ip':
      return parseAll([ref.address]);
    case 'domain':
      return anyAddress(snapshot);
  }
}

function parseAll(ips: readonly string[]): readonly Address[] {
  return ips.flatMap((ip) => parseAddress(ip) ?? []);
}

/** A name may have any address of either family: one for every difference that a policy's blocks can make. */
function anyAddress(snapshot: ClusterSnapshot): readonly Address[] {
  const known = anyAddressOf.get(snapshot);
  if (known !== undefined) return known;
  const blocks = ['0.0.0.0/0', '::/0', ...snapshot.policies.flatMap(({ spec }) => stringsIn(spec))];
  const edges = blocks.flatMap((text) => {
    const block = parseBlock(text);
    return block === undefined ? [] : edgesOf(block);
  });
  const addresses = [...new Map(edges.map((edge) => [`${edge.family}/${edge.value}`, edge])).values()];
  anyAddressOf.set(snapshot, addresses);
  return addresses;
}

/** Asked for with every question about a name, and long. */
const anyAddressOf = new WeakMap<ClusterSnapshot, readonly Address[]>();

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** The readings of hostNetwork that make a difference to this pair. */
export function worlds(snapshot: ClusterSnapshot, from: EndpointRef, to: EndpointRef): readonly World[] {
  const matters = isHostNetwork(snapshot, from) || isHostNetwork(snapshot, to);
  return matters ? ['as-pod', 'as-node'] : ['as-node'];
}

function isHostNetwork(snapshot: ClusterSnapshot, ref: EndpointRef): boolean {
  return ref.kind === 'pod' && findPod(snapshot, ref)?.hostNetwork === true;
}

export function actorOf(snapshot: ClusterSnapshot, ref: EndpointRef): Actor {
  const addresses = addressesOf(snapshot, ref);
  const unknown = addresses.length === 0 ? anyAddress(snapshot) : [];
  switch (ref.kind) {
    case 'pod': {
      const pod = findPod(snapshot, ref);
      if (pod === undefined) return { addresses, unknown, external: false };
      const node = pod.hostNetwork ? pod.node : undefined;
      return node === undefined
        ? { pod, addresses, unknown, external: false }
        : { pod, node, addresses, unknown, external: false };
    }
    case 'node':
      return { node: ref.name, addresses, unknown, external: false };
    case 'ip':
      return { addresses, unknown, external: true };
    case 'domain':
      return { domain: ref.name, addresses, unknown, external: true };
  }
}
