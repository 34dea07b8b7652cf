import { useSyncExternalStore } from 'react';
import { browserStorage } from './storage.ts';
import { createDraftStore, type DraftState, type DraftStore } from './store.ts';

const stores = new Map<string, DraftStore>();

/** The store of a cluster's drafts; one per cluster and page. */
export function draftStore(cluster: string): DraftStore {
  let store = stores.get(cluster);
  if (store === undefined) {
    const made = createDraftStore(cluster, browserStorage());
    stores.set(cluster, made);
    window.addEventListener('storage', (event) => made.changedElsewhere(event.key, event.newValue));
    store = made;
  }
  return store;
}

/** Renders again when any of the store's drafts changes. */
export function useDrafts(store: DraftStore): DraftState {
  return useSyncExternalStore(store.subscribe, store.get);
}
