import { type Draft, draftTail, parseDraft, serializeDraft, withDraftTail } from '@bulkhead/policy-engine';

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

/** What was typed in a long draft since it was written as a whole. */
export function tailKey(cluster: string, id: string): string {
  return `${draftKey(cluster, id)}.tail`;
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
  if (!reading.ok) return 'unreadable';
  const whole = { ...reading.draft, id };
  const tail = read(storage, tailKey(cluster, id));
  if (storage === null || tail === null) return whole;
  const digest = digestOf(text);
  keptIn(storage).set(draftKey(cluster, id), { whole, digest, tail });
  return withDraftTail(whole, tail, digest);
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

/** A long draft as it was last written as a whole, and what was written of it since. */
interface Kept {
  readonly whole: Draft;
  readonly digest: string;
  readonly tail: string;
}

const kept = new WeakMap<KeyValue, Map<string, Kept>>();

function keptIn(storage: KeyValue): Map<string, Kept> {
  const known = kept.get(storage) ?? new Map<string, Kept>();
  kept.set(storage, known);
  return known;
}

/** Characters from which on a draft is written as a whole only now and then; each key would wait for it. */
const LONG = 20_000;
const LONGEST_TAIL = 10_000;

/** Writes at once: a keystroke that was shown is kept, whatever happens to the tab. */
export function saveDraft(storage: KeyValue | null, cluster: string, draft: Draft): StorageState {
  return write(storage, () => {
    if (storage !== null && !saveTail(storage, cluster, draft)) saveWhole(storage, cluster, draft);
  });
}

/** Writes what was typed since; not where that is much, or where what was written is no longer there or another tab's. */
function saveTail(storage: KeyValue, cluster: string, draft: Draft): boolean {
  const known = keptIn(storage).get(draftKey(cluster, draft.id));
  if (known === undefined || storage.getItem(tailKey(cluster, draft.id)) !== known.tail) return false;
  const tail = draftTail(known.whole, draft, known.digest);
  if (tail === undefined || tail.length > LONGEST_TAIL) return false;
  storage.setItem(tailKey(cluster, draft.id), tail);
  keptIn(storage).set(draftKey(cluster, draft.id), { ...known, tail });
  return true;
}

function saveWhole(storage: KeyValue, cluster: string, draft: Draft): void {
  const text = serializeDraft(draft);
  keptIn(storage).delete(draftKey(cluster, draft.id));
  storage.setItem(draftKey(cluster, draft.id), text);
  if (text.length < LONG) {
    storage.removeItem(tailKey(cluster, draft.id));
    return;
  }
  // A tail of what was there before is another one's by now: it names what it continues.
  const digest = digestOf(text);
  const tail = draftTail(draft, draft, digest) ?? '';
  storage.setItem(tailKey(cluster, draft.id), tail);
  keptIn(storage).set(draftKey(cluster, draft.id), { whole: draft, digest, tail });
}

/** A short name for a text (FNV-1a and its length), to tell it from others that were kept in the same place. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return `${text.length}-${(hash >>> 0).toString(36)}`;
}

export function saveIndex(storage: KeyValue | null, cluster: string, ids: readonly string[]): StorageState {
  return write(storage, () => storage?.setItem(indexKey(cluster), JSON.stringify(ids)));
}

export function forgetDraft(storage: KeyValue | null, cluster: string, id: string): void {
  write(storage, () => {
    storage?.removeItem(draftKey(cluster, id));
    storage?.removeItem(tailKey(cluster, id));
  });
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
