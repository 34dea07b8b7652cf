import { type Cluster, compile } from '@bulkhead/policy-engine';
import type { RecordStore } from '../sources/store.ts';

const compiled = new WeakMap<RecordStore, { readonly revision: number; readonly cluster: Cluster }>();

/** The store's state, compiled; once for each revision that is asked about, from the one before where that helps. */
export function compiledCluster(store: RecordStore): Cluster {
  const revision = store.revision();
  const known = compiled.get(store);
  if (known?.revision === revision) return known.cluster;
  const cluster = compile(store.snapshot(), known === undefined ? {} : { base: known.cluster });
  compiled.set(store, { revision, cluster });
  return cluster;
}
