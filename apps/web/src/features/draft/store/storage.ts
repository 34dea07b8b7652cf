import { type Draft, parseDraft, serializeDraft } from '@bulkhead/policy-engine';

/** What of `Storage` is used; tests pass their own. */
export type KeyValue = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Whether drafts outlive the page. `full`: the browser's quota; `blocked`: storage is turned off. */
export type StorageState = 'ok' | 'full' | 'blocked';

const PREFIX = 'bulkhead.draft';

export function indexKey(cluster: string): string {
  return `${PREFIX}s.${cluster}`;
}

export function draftKey(cluster: string, id: string): string {
  return `${PREFIX}.${cluster}.${id}`;
}

export interface StoredDrafts {
  readonly drafts: readonly Draft[];
  /** Entries that were there and could not be read; they are left in storage. */
  readonly unreadable: number;
}

/** All drafts of a cluster in the order in which they were made. Never throws. */
export function loadDrafts(storage: KeyValue | null, cluster: string): StoredDrafts {
  const drafts: Draft[] = [];
  let unreadable = 0;
  for (const id of readIndex(storage, cluster)) {
    const draft = loadDraft(storage, cluster, id);
    if (draft === 'unreadable') unreadable += 1;
    else if (draft !== undefined) drafts.push(draft);
  }
  return { drafts, unreadable };
}

/** One draft; undefined where there is none of that id. Never throws. */
export function loadDraft(
  storage: KeyValue | null,
  cluster: string,
  id: string,
): Draft | 'unreadable' | undefined {
  const text = read(storage, draftKey(cluster, id));
  if (text === null) return undefined;
  const reading = parseDraft(text);
  return reading.ok ? { ...reading.draft, id } : 'unreadable';
}

/** Ids of the drafts that are kept, in the order in which they were made. Never throws. */
export function readIndex(storage: KeyValue | null, cluster: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(read(storage, indexKey(cluster)) ?? '[]');
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

function read(storage: KeyValue | null, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

/** Writes at once: a keystroke that was shown is kept, whatever happens to the tab. */
export function saveDraft(storage: KeyValue | null, cluster: string, draft: Draft): StorageState {
  return write(storage, () => storage?.setItem(draftKey(cluster, draft.id), serializeDraft(draft)));
}

export function saveIndex(storage: KeyValue | null, cluster: string, ids: readonly string[]): StorageState {
  return write(storage, () => storage?.setItem(indexKey(cluster), JSON.stringify(ids)));
}

export function forgetDraft(storage: KeyValue | null, cluster: string, id: string): void {
  write(storage, () => storage?.removeItem(draftKey(cluster, id)));
}

function write(storage: KeyValue | null, run: () => void): StorageState {
  if (storage === null) return 'blocked';
  try {
    run();
    return 'ok';
  } catch (error) {
    return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'blocked';
  }
}

/** The browser's storage, or null where it is turned off. */
export function browserStorage(): KeyValue | null {
  try {
    const { localStorage } = globalThis;
    localStorage.getItem(PREFIX);
    return localStorage;
  } catch {
    return null;
  }
}
