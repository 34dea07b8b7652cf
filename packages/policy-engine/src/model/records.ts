import type { SourceRef } from '../diagnostic.ts';

/**
 * The cluster as the engine needs it: plain serialisable records, the same for a live cluster, a directory of
 * manifests and the demo. They travel between server and browser as they are.
 */

/** Own enumerable properties only; read with `Object.hasOwn`, since a key may be `__proto__` or `constructor`. */
export type Labels = Readonly<Record<string, string>>;

export type TransportProtocol = 'TCP' | 'UDP' | 'SCTP';

export interface NamespaceRecord {
  readonly name: string;
  /** Carries `kubernetes.io/metadata.name`, which the API server sets; but see `UNLISTED_NAMESPACES`. */
  readonly labels: Labels;
  /**
   * `false`: no Namespace object was seen (files without one, or reading namespaces is forbidden), so only the
   * name label is known and a selector on any other label can't be decided.
   */
  readonly labelsKnown: boolean;
  /** `true`: this caller may not read the namespace's pods or policies; what is in it is unknown. */
  readonly hidden?: boolean;
  readonly source?: SourceRef;
}

/**
 * Name of a record that stands for all namespaces nobody here may know of: this caller may neither list namespaces nor
 * read pods outside those it knows. It is hidden, has no known label, not even its name, and so matches at most maybe
 * what isn't meant for every namespace. No namespace can be called so.
 */
export const UNLISTED_NAMESPACES = '(other namespaces)';

export interface ContainerPortRecord {
  readonly name?: string;
  readonly protocol: TransportProtocol;
  readonly port: number;
  /** Declared by an init container: engines differ in whether its name resolves. */
  readonly init?: boolean;
}

export interface WorkloadRef {
  /** Kind of the topmost owner that could be seen; `Pod` for a pod without one. */
  readonly kind: string;
  readonly name: string;
}

/**
 * `running`: has an address, or is reported running. `declared`: comes from a manifest; will run, address unknown.
 * `pending`: scheduled or not, without an address. `finished`: Succeeded or Failed. The last two are no endpoints.
 */
export type PodState = 'running' | 'declared' | 'pending' | 'finished';

export interface PodRecord {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly workload: WorkloadRef;
  readonly ports: readonly ContainerPortRecord[];
  /** All addresses of both families (`status.podIPs`); empty where unknown. */
  readonly ips: readonly string[];
  readonly node?: string;
  readonly hostNetwork: boolean;
  readonly state: PodState;
  /** How many pods this record stands for: 1 for a real pod, the template's replica count for a declared one. */
  readonly replicas: number;
  readonly source?: SourceRef;
}

export interface NodeRecord {
  readonly name: string;
  readonly labels: Labels;
  /** InternalIP and ExternalIP addresses of both families. */
  readonly ips: readonly string[];
}

export interface ServiceRecord {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  /** Absent: no selector (endpoints are managed by hand). */
  readonly selector?: Labels;
  readonly ports: readonly {
    readonly name?: string;
    readonly protocol: TransportProtocol;
    readonly port: number;
    readonly targetPort: number | string;
    readonly nodePort?: number;
  }[];
}

/**
 * Where a Service's traffic goes now, as one EndpointSlice of it says. No verdict depends on it: a policy allows a
 * connection to a pod whether or not the pod is ready. Addresses are sorted, so that another order is no change.
 */
export interface EndpointSliceRecord {
  readonly namespace: string;
  readonly name: string;
  /** The Service in the same namespace; absent: none is named. */
  readonly service?: string;
  /** Addresses, or names where the slice is of type FQDN, that take new connections. */
  readonly ready: readonly string[];
  /** Those that don't at the moment. */
  readonly notReady: readonly string[];
  readonly ports: readonly {
    readonly name?: string;
    readonly protocol: TransportProtocol;
    /** Absent: any port. */
    readonly port?: number;
  }[];
}

/** Kinds of policy the engine understands; each is read by one dialect. */
export type PolicyKind =
  | 'NetworkPolicy'
  | 'ClusterNetworkPolicy'
  | 'AdminNetworkPolicy'
  | 'BaselineAdminNetworkPolicy';

export interface PolicyRecord {
  readonly apiVersion: string;
  readonly kind: PolicyKind;
  /** Only for namespaced kinds. */
  readonly namespace?: string;
  readonly name: string;
  /**
   * Labels and annotations of the policy itself, where it has any and `text` doesn't hold them. They mean nothing for
   * traffic; `kubectl apply` takes away those that a later manifest lacks, so what is written out has to have them.
   */
  readonly labels?: Labels;
  readonly annotations?: Labels;
  /** `spec` as written: plain JSON, validated when it is lowered, absent and empty kept apart. */
  readonly spec: unknown;
  readonly source?: SourceRef;
  /** The YAML text of the document at `source`, where it was read from text; line pointers are found in it. */
  readonly text?: string;
  /** How `text` stands in its file; absent where it isn't made of whole lines, or not from a file. */
  readonly frame?: TextFrame;
}

/** What of a file is around a text that was taken from it; a patch of the file needs it. */
export interface TextFrame {
  /** What stands before it: the mark that begins it and blank lines; empty at the start of a file and in a list. */
  readonly before: string;
  /** The first line as it is in the file, where the text has another: an item of a list has lost its dash. */
  readonly head?: string;
  /** What follows: the break of the last line, blank lines, and the line that begins what comes next, if anything does. */
  readonly after: string;
}

/**
 * A policy of a kind or version that no dialect here reads (Calico's, Cilium's, Antrea's, a retired version): it may
 * allow or deny anything, so verdicts on what it may select are suspect.
 */
export interface UnreadPolicyRecord {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly source?: SourceRef;
}

/** What this caller could not read, and why. `namespaces` absent: in the whole cluster. */
export interface HiddenRecord {
  /** Resource as in a URL: `networkpolicies.networking.k8s.io`, `pods`, … */
  readonly resource: string;
  readonly namespaces?: readonly string[];
  readonly reason: string;
}

/** One consistent state of a cluster. Every list may be in any order; keys are unique within a list. */
export interface ClusterSnapshot {
  readonly namespaces: readonly NamespaceRecord[];
  readonly pods: readonly PodRecord[];
  readonly nodes: readonly NodeRecord[];
  readonly services: readonly ServiceRecord[];
  readonly policies: readonly PolicyRecord[];
  readonly hidden: readonly HiddenRecord[];
  /** Absent: none, or not watched. */
  readonly endpointSlices?: readonly EndpointSliceRecord[];
  /** Absent: none. */
  readonly unreadPolicies?: readonly UnreadPolicyRecord[];
}

export const EMPTY_SNAPSHOT: ClusterSnapshot = {
  namespaces: [],
  pods: [],
  nodes: [],
  services: [],
  policies: [],
  hidden: [],
};

/** `kind/namespace/name`, the key of a policy in a snapshot, a draft and a URL. */
export type PolicyKey = string & { readonly __brand: 'PolicyKey' };

export function policyKey(policy: {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}): PolicyKey {
  return `${policy.kind}/${policy.namespace ?? ''}/${policy.name}` as PolicyKey;
}
