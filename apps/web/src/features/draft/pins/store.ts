import { type CheckFile, checkFileText, type Invariant, parseCheckFile } from '@bulkhead/policy-engine';
import { useSyncExternalStore } from 'react';
import { browserStorage, type KeyValue } from '../store/storage.ts';

export type PinsOpened =
  | { readonly ok: true; readonly count: number }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The invariants that are pinned in a cluster, kept in the browser as the check file that CI reads. */
export interface PinStore {
  readonly get: () => readonly Invariant[];
  readonly subscribe: (listener: () => void) => () => void;
  readonly add: (invariant: Invariant) => void;
  readonly remove: (name: string) => void;
  /**
   * Takes over a check file: its invariants replace pins of the same name, its accepted findings are kept for when it is
   * saved again. Nothing is taken of a file with an error, since an invariant that was dropped would seem to hold.
   */
  readonly open: (name: string, text: string) => PinsOpened;
  /** As a check file. */
  readonly text: () => string;
}

export function createPinStore(cluster: string, storage: KeyValue | null): PinStore {
  const key = `bulkhead.invariants.${cluster}`;
  let file = read(storage, key);
  const listeners = new Set<() => void>();
  const set = (next: CheckFile) => {
    file = next;
    try {
      storage?.setItem(key, checkFileText(file));
    } catch {
      // Full or blocked: the pins last as long as the page.
    }
    for (const listener of listeners) listener();
  };
  return {
    get: () => file.invariants,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // A name stands for one invariant in reports, so pinning the same again changes nothing.
    add: (invariant) => {
      const { invariants } = file;
      if (!invariants.some(({ name }) => name === invariant.name))
        set({ ...file, invariants: [...invariants, invariant] });
    },
    remove: (name) =>
      set({ ...file, invariants: file.invariants.filter((invariant) => invariant.name !== name) }),
    open: (name, text) => {
      const { file: opened, diagnostics } = parseCheckFile(name, text);
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) {
        return {
          ok: false,
          problems: errors.map(({ message, source }) =>
            source?.line === undefined ? message : `Line ${source.line}: ${message}`,
          ),
        };
      }
      const names = new Set(opened.invariants.map((invariant) => invariant.name));
      set({
        version: 1,
        invariants: [
          ...file.invariants.filter((invariant) => !names.has(invariant.name)),
          ...opened.invariants.map(withoutSource),
        ],
        accept: [...file.accept, ...opened.accept.map(withoutSource)].filter(isFirst),
      });
      return { ok: true, count: opened.invariants.length };
    },
    text: () => checkFileText(file),
  };
}

const NOTHING: CheckFile = { version: 1, invariants: [], accept: [] };

function read(storage: KeyValue | null, key: string): CheckFile {
  try {
    const text = storage?.getItem(key) ?? null;
    if (text === null) return NOTHING;
    const { invariants, accept } = parseCheckFile(key, text).file;
    return { version: 1, invariants: invariants.map(withoutSource), accept: accept.map(withoutSource) };
  } catch {
    return NOTHING;
  }
}

/** Lines of a file that was opened once mean nothing later. */
function withoutSource<T extends { readonly source?: unknown }>({
  source: _source,
  ...rest
}: T): Omit<T, 'source'> {
  return rest;
}

function isFirst<T>(entry: T, index: number, all: readonly T[]): boolean {
  const text = JSON.stringify(entry);
  return all.findIndex((other) => JSON.stringify(other) === text) === index;
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
