import {
  type ChurnOptions,
  createChurn,
  createFaultMix,
  type KubeObject,
  type StandIn,
  startStandIn,
} from '@bulkhead/kube-stand-in';

export interface ClusterOptions {
  readonly seed: number;
  readonly changesPerMinute: number;
  /** One fault every so often; 0 for none. */
  readonly faultEveryMs: number;
  /** A kube-apiserver and its etcd instead of the stand-in. */
  readonly real?: boolean;
  /** Pods of each Deployment that churns; 4 by default, 200 pods in all. */
  readonly podsPerDeployment?: number;
}

/** What the cluster holds, in the plainest words, for comparing with what a client made of it. */
export interface Truth {
  /** `namespace/name` → labels and addresses. */
  readonly pods: Readonly<Record<string, string>>;
  /** Name → labels. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** `kind/namespace/name` → spec. */
  readonly policies: Readonly<Record<string, string>>;
}

export interface ClusterCounts {
  readonly changes: number;
  readonly changesByKind: Readonly<Record<string, number>>;
  readonly faults: number;
  readonly faultsByKind: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly watches: number;
  /** Resources of which more than one watch is open. */
  readonly watchedTwice: readonly string[];
  /** `undefined`: not known. */
  readonly connections: number | undefined;
  /** Requests that did more than read. */
  readonly writes: number;
}

/** A cluster that changes and fails until told to be calm. */
export interface TroubledCluster {
  /** Its context is `stand-in`. */
  readonly kubeconfig: string;
  counts(): Promise<ClusterCounts>;
  /** No more changes and faults from now on, and none of the armed ones either. */
  calm(): Promise<void>;
  truth(): Promise<Truth>;
  stop(): Promise<void>;
}

const TICK_MS = 20;

/** Starts a stand-in in this process with churn and faults going on. */
export async function startTroubledCluster(options: ClusterOptions): Promise<TroubledCluster> {
  const standIn = await startStandIn({ bookmarkIntervalMs: 1000, historyLimit: 5000, logLimit: 5000 });
  const churn = createChurn(standIn, churnOptions(options));
  const faults = createFaultMix(standIn, options.seed);
  let calm = false;
  let changes = 0;
  let played = 0;
  const startedAt = Date.now();

  const changing = setInterval(() => {
    // By the clock and not by ticks, since a busy machine loses ticks.
    const due = Math.floor(((Date.now() - startedAt) / 60_000) * options.changesPerMinute);
    for (; changes < due; changes += 1) churn.step();
  }, TICK_MS);
  const failing = (async () => {
    while (!calm && options.faultEveryMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, options.faultEveryMs));
      if (calm) return;
      await faults.step();
      played += 1;
    }
  })();
  const becomeCalm = async () => {
    calm = true;
    clearInterval(changing);
    await failing;
    standIn.faults.clear();
  };

  return {
    kubeconfig: await standIn.writeKubeconfig(),
    counts: async () => ({
      changes,
      changesByKind: churn.counts,
      faults: played,
      faultsByKind: faults.counts,
      requests: standIn.log.entries.at(-1)?.sequence ?? 0,
      watches: standIn.watches.count(),
      watchedTwice: watchedTwice(standIn),
      connections: standIn.connections,
      writes: standIn.log.writes().length,
    }),
    calm: becomeCalm,
    truth: async () => truthOf(objectsOf(standIn)),
    stop: async () => {
      await becomeCalm();
      await standIn.stop();
    },
  };
}

export function churnOptions({ seed, podsPerDeployment }: ClusterOptions): ChurnOptions {
  return { seed, ...(podsPerDeployment === undefined ? {} : { podsPerDeployment }) };
}

function watchedTwice(standIn: StandIn): readonly string[] {
  const open = standIn.log.entries.filter((entry) => entry.verb === 'watch').map((entry) => entry.resource);
  return [...new Set(open)].filter((resource) => standIn.watches.count({ resource }) > 1);
}

function objectsOf(standIn: StandIn) {
  return (apiVersion: string, kind: string): readonly KubeObject[] => {
    try {
      return standIn.all(apiVersion, kind);
    } catch {
      // Its definition is not installed at the moment.
      return [];
    }
  };
}

/** @param objects all of a kind, an empty list where it isn't served */
export function truthOf(objects: (apiVersion: string, kind: string) => readonly KubeObject[]): Truth {
  const policies = [
    ...objects('networking.k8s.io/v1', 'NetworkPolicy'),
    ...objects('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'),
    ...objects('policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'),
  ];
  return {
    pods: Object.fromEntries(
      objects('v1', 'Pod').map(({ metadata, status }) => [
        `${metadata.namespace}/${metadata.name}`,
        canonical({ labels: metadata.labels ?? {}, ips: addresses(status) }),
      ]),
    ),
    namespaces: Object.fromEntries(
      objects('v1', 'Namespace').map(({ metadata }) => [metadata.name, canonical(metadata.labels ?? {})]),
    ),
    policies: Object.fromEntries(
      policies.map(({ kind, metadata, spec }) => [
        `${kind}/${metadata.namespace ?? ''}/${metadata.name}`,
        canonical(spec),
      ]),
    ),
  };
}

function addresses(status: unknown): readonly unknown[] {
  if (typeof status !== 'object' || status === null || !('podIPs' in status)) return [];
  return Array.isArray(status.podIPs) ? status.podIPs.map((entry) => entry.ip) : [];
}

/** The same text for the same JSON, whatever the order of keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, child: unknown) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)))
      : child,
  );
}
