import { type ClusterSource, type LiveOptions, liveCatalogue } from '@bulkhead/api';
import type { JsonObject, KubeObject } from '@bulkhead/kube-stand-in';
import { type ClusterSnapshot, snapshotFromObjects } from '@bulkhead/policy-engine';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { findBinaries } from './binaries.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { certificateUser, writeKubeconfig } from './kubeconfig.ts';
import { listAll } from './objects.ts';

/** A control plane for all tests of a file. */
export function controlPlane(): () => ControlPlane {
  let plane: ControlPlane | undefined;
  beforeAll(async () => {
    plane = await startControlPlane(findBinaries());
  });
  afterAll(() => plane?.stop());
  return () => {
    if (plane === undefined) throw new Error('the control plane does not run yet');
    return plane;
  };
}

const running: ClusterSource[] = [];

/** Ends after each test what it followed. */
export function stopAfterEach(): void {
  afterEach(async () => {
    for (const source of running.splice(0)) await source.stop();
  });
}

export interface FollowOptions {
  /** The fields of a kubeconfig's user, or who signs in by certificate; `reader` by default. */
  readonly user?: JsonObject | string;
  readonly namespace?: string;
  readonly live?: LiveOptions;
}

/** The product's live source on a control plane, with its own timings where the test doesn't say otherwise. */
export async function follow(plane: ControlPlane, options: FollowOptions = {}): Promise<ClusterSource> {
  const { user: who = 'reader', namespace, live } = options;
  const user = typeof who === 'string' ? certificateUser(plane.ca, who) : who;
  const file = await writeKubeconfig([
    { name: 'real', plane, user, ...(namespace === undefined ? {} : { namespace }) },
  ]);
  const source = await (await liveCatalogue({ file, ...live })).open('real');
  if (source === undefined) throw new Error('the kubeconfig has no such context');
  running.push(source);
  source.start();
  return source;
}

const KINDS: readonly (readonly [string, string])[] = [
  ['v1', 'Namespace'],
  ['v1', 'Node'],
  ['v1', 'Service'],
  ['discovery.k8s.io/v1', 'EndpointSlice'],
  ['v1', 'Pod'],
  ['apps/v1', 'ReplicaSet'],
  ['batch/v1', 'Job'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
];

/** The cluster as one fresh, unpaged list of each kind by the superuser has it. */
export async function truth(plane: ControlPlane): Promise<unknown> {
  const lists = await Promise.all(
    KINDS.map(async ([apiVersion, kind]) => {
      const objects = await listAll(plane.admin, apiVersion, kind);
      return objects.map((object) => ({ object }));
    }),
  );
  const { snapshot } = snapshotFromObjects(lists.flat(), 'server');
  const pods = new Set(lists.flat().flatMap(({ object }) => (object.kind === 'Pod' ? [nameOf(object)] : [])));
  // A controller without pods stands for none in a live cluster.
  return inOrder({
    ...snapshot,
    pods: snapshot.pods.filter((pod) => pods.has(`${pod.namespace}/${pod.name}`)),
  });
}

function nameOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

export function held(source: ClusterSource): unknown {
  return inOrder(source.store.snapshot());
}

function inOrder({ namespaces, pods, nodes, services, endpointSlices, policies }: ClusterSnapshot): unknown {
  const sorted = (records: readonly object[] = []) => records.map((record) => canonical(record)).sort();
  return {
    namespaces: sorted(namespaces),
    pods: sorted(pods),
    nodes: sorted(nodes),
    services: sorted(services),
    endpointSlices: sorted(endpointSlices),
    policies: sorted(policies),
  };
}

/** The same text for the same record, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, child: unknown) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)))
      : child,
  );
}

/** Waits until the source is live and holds what the cluster holds. */
export async function converges(
  source: ClusterSource,
  plane: ControlPlane,
  timeout = 120_000,
): Promise<void> {
  await becomes(source, 'live', timeout);
  const expected = await truth(plane);
  await expect.poll(() => held(source), { timeout: 30_000, interval: 200 }).toEqual(expected);
}

export async function becomes(source: ClusterSource, state: string, timeout = 120_000): Promise<void> {
  await expect.poll(() => source.status().freshness, { timeout, interval: 50 }).toMatchObject({ state });
}
