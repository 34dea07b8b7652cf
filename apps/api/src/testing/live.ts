import {
  type KubeconfigContext,
  type StandIn,
  type StandInOptions,
  startStandIn,
} from '@bulkhead/kube-stand-in';
import { type ClusterSnapshot, snapshotFromObjects } from '@bulkhead/policy-engine';
import { recordKey, recordKinds } from '@bulkhead/protocol';
import { afterEach, expect } from 'vitest';
import { systemClock } from '../clock.ts';
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import { createLiveSource, type LiveSourceOptions, type LiveTimings } from '../sources/live/source.ts';
import type { ClusterSource } from '../sources/source.ts';
import type { RecordStore } from '../sources/store.ts';

/** Everything some hundred times faster than in life. */
export const FAST: Partial<LiveTimings> = {
  pageSize: 20,
  backoffFirstMs: 10,
  backoffMostMs: 150,
  watchIdleMs: 600,
  watchSeconds: 60,
  forbiddenMs: 150,
  confirmMs: 60,
  shortWatchMs: 20,
  graceMs: 150,
  discoveryMs: 150,
  coalesceMs: 10,
  staleAfterMs: 60_000,
  answerMs: 1_500,
  settingsMs: 300,
};

const cleanups: (() => Promise<unknown>)[] = [];

/** Ends what a test started, in the opposite order. */
export function cleanUpAfterEach(): (cleanup: () => Promise<unknown>) => void {
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  return (cleanup) => cleanups.push(cleanup);
}

export async function standIn(options: StandInOptions = {}): Promise<StandIn> {
  const server = await startStandIn(options);
  cleanups.push(() => server.stop());
  return server;
}

export interface LiveTestOptions extends Partial<Omit<LiveSourceOptions, 'loadEntry'>> {
  readonly context?: KubeconfigContext;
}

/** A live source on a stand-in, started. */
export async function follow(server: StandIn, options: LiveTestOptions = {}): Promise<ClusterSource> {
  const { context = { name: 'stand-in' }, timings, ...rest } = options;
  const file = await server.writeKubeconfig({ contexts: [context] });
  const source = createLiveSource({
    id: context.name,
    loadEntry: async () => (await loadKubeconfig({ file })).entry(context.name),
    clock: systemClock,
    ...rest,
    timings: { ...FAST, ...timings },
  });
  cleanups.push(() => source.stop());
  source.start();
  return source;
}

const KINDS: readonly [string, string][] = [
  ['v1', 'Namespace'],
  ['v1', 'Node'],
  ['v1', 'Service'],
  ['discovery.k8s.io/v1', 'EndpointSlice'],
  ['v1', 'Pod'],
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'Job'],
  ['batch/v1', 'CronJob'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
];

/** The cluster as it is, read from the stand-in's store in one go instead of through its API. */
export function truth(server: StandIn): Record<string, unknown> {
  const objects = KINDS.flatMap(([apiVersion, kind]) => {
    try {
      return server.all(apiVersion, kind).map((object) => ({ object: { ...object, apiVersion, kind } }));
    } catch {
      return []; // the kind is not served
    }
  });
  const { snapshot } = snapshotFromObjects(objects, 'server');
  const pods = new Set(
    server.all('v1', 'Pod').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  );
  // A controller without pods stands for none in a live cluster.
  return keyed({ ...snapshot, pods: snapshot.pods.filter((pod) => pods.has(recordKey('pod', pod))) });
}

function keyed(snapshot: ClusterSnapshot): Record<string, unknown> {
  return {
    ...byKey('namespace', snapshot.namespaces, recordKey),
    ...byKey('pod', snapshot.pods, recordKey),
    ...byKey('node', snapshot.nodes, recordKey),
    ...byKey('service', snapshot.services, recordKey),
    ...byKey('endpointSlice', snapshot.endpointSlices ?? [], recordKey),
    ...byKey('policy', snapshot.policies, recordKey),
  };
}

function byKey<K extends string, R>(kind: K, records: readonly R[], keyOf: (kind: K, record: R) => string) {
  return Object.fromEntries(records.map((record) => [`${kind}:${keyOf(kind, record)}`, record]));
}

/** What a store holds, in the same shape. */
export function held(store: RecordStore): Record<string, unknown> {
  return Object.fromEntries(
    recordKinds.flatMap((kind) =>
      [...store.keys(kind)].map((key) => [`${kind}:${key}`, store.get(kind, key)]),
    ),
  );
}

/** Waits until the source is live and holds the truth. */
export async function converges(source: ClusterSource, server: StandIn, timeout = 30_000): Promise<void> {
  await expect
    .poll(() => source.status().freshness, { timeout, interval: 10 })
    .toMatchObject({ state: 'live' });
  await expect.poll(() => held(source.store), { timeout, interval: 20 }).toEqual(truth(server));
}
