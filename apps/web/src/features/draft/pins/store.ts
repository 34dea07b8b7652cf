import { checkFileText, type Invariant, parseCheckFile } from '@bulkhead/policy-engine';
import { useSyncExternalStore } from 'react';
import { browserStorage, type KeyValue } from '../store/storage.ts';

/** The invariants that are pinned in a cluster, kept in the browser as the check file that CI reads. */
export interface PinStore {
  readonly get: () => readonly Invariant[];
  readonly subscribe: (listener: () => void) => () => void;
  readonly add: (invariant: Invariant) => void;
  readonly remove: (name: string) => void;
  /** As a check file. */
  readonly text: () => string;
}

export function createPinStore(cluster: string, storage: KeyValue | null): PinStore {
  const key = `bulkhead.invariants.${cluster}`;
  let invariants = read(storage, key);
  const listeners = new Set<() => void>();
  const set = (next: readonly Invariant[]) => {
    invariants = next;
    try {
      storage?.setItem(key, fileText(next));
    } catch {
      // Full or blocked: the pins last as long as the page.
    }
    for (const listener of listeners) listener();
  };
  return {
    get: () => invariants,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // A name stands for one invariant in reports, so pinning the same again changes nothing.
    add: (invariant) => {
      if (!invariants.some(({ name }) => name === invariant.name)) set([...invariants, invariant]);
    },
    remove: (name) => set(invariants.filter((invariant) => invariant.name !== name)),
    text: () => fileText(invariants),
  };
}

function fileText(invariants: readonly Invariant[]): string {
  return checkFileText({ version: 1, invariants, accept: [] });
}

function read(storage: KeyValue | null, key: string): readonly Invariant[] {
  try {
    const text = storage?.getItem(key) ?? null;
    return text === null ? [] : parseCheckFile(key, text).file.invariants.map(withoutSource);
  } catch {
    return [];
  }
}

function withoutSource({ source: _source, ...invariant }: Invariant): Invariant {
  return invariant;
}

const stores = new Map<string, PinStore>();

export function pinStore(cluster: string): PinStore {
  const known = stores.get(cluster);
  if (known !== undefined) return known;
  const made = createPinStore(cluster, browserStorage());
  stores.set(cluster, made);
  return made;
}

export function usePins(store: PinStore): readonly Invariant[] {
  return useSyncExternalStore(store.subscribe, store.get);
}
