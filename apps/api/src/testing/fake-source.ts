import type { ClusterSnapshot, PodRecord } from '@bulkhead/policy-engine';
import type { ClusterStatus, Freshness } from '@bulkhead/protocol';
import { createEmitter } from '../signal.ts';
import type { Catalogue, ClusterSource } from '../sources/source.ts';
import { createStore, type StoreOptions } from '../sources/store.ts';

export interface FakeSource extends ClusterSource {
  setFreshness(freshness: Freshness): void;
  readonly calls: { started: number; stopped: number };
  listeners(): number;
}

/** A source that the test plays the part of. */
export function fakeSource(snapshot?: ClusterSnapshot, options: StoreOptions = {}): FakeSource {
  const store = createStore(options);
  const changed = createEmitter<void>();
  const calls = { started: 0, stopped: 0 };
  let freshness: Freshness = { state: 'connecting', since: 0 };
  if (snapshot !== undefined) {
    store.replace(snapshot, []);
    store.markReady();
    freshness = { state: 'live', since: 0 };
  }
  return {
    store,
    calls,
    start: () => {
      calls.started++;
    },
    stop: async () => {
      calls.stopped++;
    },
    status: (): ClusterStatus => ({
      cluster: 'fake',
      source: 'live',
      freshness,
      hidden: store.notes().hidden,
      enforcement: { determination: 'undetermined', engines: [], warnings: [] },
      now: 0,
    }),
    subscribe: (listener) => changed.subscribe(listener),
    setFreshness(next) {
      freshness = next;
      changed.emit();
    },
    listeners: () => changed.size(),
  };
}

export function fakeCatalogue(sources: Readonly<Record<string, ClusterSource>>): Catalogue {
  return {
    list: async () =>
      Object.keys(sources).map((id, index) => ({
        id,
        name: id,
        kind: 'live' as const,
        current: index === 0,
      })),
    open: async (id) => (Object.hasOwn(sources, id) ? sources[id] : undefined),
  };
}

export function podNamed(name: string, more: Partial<PodRecord> = {}): PodRecord {
  return {
    namespace: 'shop',
    name,
    labels: { app: 'web' },
    workload: { kind: 'Deployment', name: 'web' },
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    ips: ['10.0.0.1'],
    hostNetwork: false,
    state: 'running',
    replicas: 1,
    ...more,
  };
}

export function snapshotOf(pods: readonly PodRecord[]): ClusterSnapshot {
  return {
    namespaces: [{ name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' }, labelsKnown: true }],
    pods,
    nodes: [],
    services: [],
    policies: [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        namespace: 'shop',
        name: 'deny',
        spec: { podSelector: {} },
      },
    ],
    hidden: [],
  };
}
