import { type Cluster, compile } from '../../compile/compile.ts';
import {
  type ClusterSnapshot,
  EMPTY_SNAPSHOT,
  type Labels,
  type PodRecord,
  type PolicyRecord,
  type TransportProtocol,
} from '../../model/records.ts';
import { type Address, formatAddress, parseCidr } from '../../sets/address.ts';
import { firstPod, type Port, type WorkloadEnd } from './candidates.ts';

/** A pod that stands in for one of a workload's: its labels and ports, not its image. */
export interface StandInPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** Each number once per protocol, with all the names that the workload's containers give it. */
  readonly ports: readonly {
    readonly names: readonly string[];
    readonly protocol: TransportProtocol;
    readonly port: number;
    /** Whether something listens there; else it is only declared, for policies that name it. */
    readonly listens: boolean;
  }[];
}

const MOST_PODS = 24;

/** The pods of a verification, made as connections need them. */
export class StandIns {
  readonly #snapshot: ClusterSnapshot;
  readonly #pods = new Map<string, StandInPod>();

  constructor(snapshot: ClusterSnapshot) {
    this.#snapshot = snapshot;
  }

  get pods(): readonly StandInPod[] {
    return [...this.#pods.values()];
  }

  /**
   * A pod for each end of a connection, as `namespace/name`; two where the ends are one workload, since no policy keeps a
   * pod from itself. `undefined` where a workload has no pod to stand in for, or there are too many.
   */
  connect(
    from: WorkloadEnd,
    to: WorkloadEnd,
    port: Port,
  ): { readonly from: string; readonly to: string } | undefined {
    const server = this.#standIn(to, '');
    const isOwn = from.namespace === to.namespace && nameOf(from) === nameOf(to);
    const client = this.#standIn(from, isOwn ? '-peer' : '');
    if (client === undefined || server === undefined) return undefined;
    const keys = { from: keyOf(client), to: keyOf(server) };
    const added = [client, server].filter((pod) => !this.#pods.has(keyOf(pod)));
    if (this.#pods.size + added.length > MOST_PODS) return undefined;
    this.#pods.set(keys.from, client);
    this.#pods.set(keys.to, withPort(server, port, true));
    return keys;
  }

  #standIn(end: WorkloadEnd, suffix: string): StandInPod | undefined {
    const name = `${nameOf(end)}${suffix}`;
    const known = this.#pods.get(`${end.namespace}/${name}`);
    if (known !== undefined) return known;
    const pod = firstPod(this.#snapshot, end);
    if (pod === undefined) return undefined;
    // Named ports must be declared as the workload declares them: policies resolve names on the pod.
    const named = pod.ports.filter((port) => port.name !== undefined && port.init !== true);
    const bare: StandInPod = { namespace: end.namespace, name, labels: pod.labels, ports: [] };
    return named.reduce((one, port) => withPort(one, port, false), bare);
  }
}

function keyOf({ namespace, name }: StandInPod): string {
  return `${namespace}/${name}`;
}

/** A stand-in with one more port, or one more name for it. */
function withPort(
  pod: StandInPod,
  { protocol, port, name }: Port & { readonly name?: string },
  listens: boolean,
): StandInPod {
  const names = name === undefined ? [] : [name];
  const isIt = (one: StandInPod['ports'][number]) => one.protocol === protocol && one.port === port;
  if (!pod.ports.some(isIt)) return { ...pod, ports: [...pod.ports, { names, protocol, port, listens }] };
  const ports = pod.ports.map((one) =>
    isIt(one)
      ? { ...one, names: [...new Set([...one.names, ...names])], listens: one.listens || listens }
      : one,
  );
  return { ...pod, ports };
}

/** What a pod may be called is shorter than what a workload may be; names that differ stay different. */
function nameOf({ workload }: WorkloadEnd): string {
  const name = `${workload.name}-${workload.kind.toLowerCase()}`;
  if (name.length <= 57) return name;
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 2_147_483_647;
  return `${name.slice(0, 50).replace(/[^a-z0-9]+$/, '')}-${sum.toString(36)}`;
}

/**
 * The cluster that a verification makes, as the engine sees it. What addresses its pods will have nobody knows, but
 * that they are private: each has one for every difference that a policy's blocks can make, so that what depends on them is
 * unknown.
 */
export function testCluster(
  { pods: livePods }: ClusterSnapshot,
  plan: {
    readonly namespaces: readonly { readonly name: string; readonly labels: Labels }[];
    readonly pods: readonly StandInPod[];
    readonly policies: readonly PolicyRecord[];
  },
): Cluster {
  const families = livePods.some((pod) => pod.ips.some((ip) => ip.includes(':'))) ? PRIVATE : PRIVATE_V4;
  const ips = addressesApart(plan.policies, families);
  const pods = plan.pods.map(
    ({ namespace, name, labels, ports }): PodRecord => ({
      namespace,
      name,
      labels,
      workload: { kind: 'Pod', name },
      ports: ports.flatMap(({ names, protocol, port }) =>
        names.length === 0 ? [{ protocol, port }] : names.map((own) => ({ name: own, protocol, port })),
      ),
      ips,
      hostNetwork: false,
      state: 'running',
      replicas: 1,
    }),
  );
  const namespaces = plan.namespaces.map(({ name, labels }) => ({ name, labels, labelsKnown: true }));
  return compile({ ...EMPTY_SNAPSHOT, namespaces, pods, policies: plan.policies });
}

/** Where pods have their addresses: RFC 1918, RFC 6598, RFC 4193. */
const PRIVATE_V4 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
const PRIVATE = [...PRIVATE_V4, 'fc00::/7'];

/** An address of these spaces from each part into which the blocks of the policies cut them. */
function addressesApart(policies: readonly PolicyRecord[], spaces: readonly string[]): readonly string[] {
  const ranges = spaces.flatMap((space) => parseCidr(space) ?? []);
  const cuts = policies.flatMap(({ spec }) => texts(spec)).flatMap((text) => parseCidr(text) ?? []);
  const edges = [...ranges, ...cuts].flatMap(({ family, first, last }): Address[] => [
    { family, value: first },
    { family, value: last + 1n },
  ]);
  const inside = edges.filter(({ family, value }) =>
    ranges.some((range) => range.family === family && range.first <= value && value <= range.last),
  );
  return [...new Set(inside.map(formatAddress))];
}

function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.includes('/') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(texts);
}
