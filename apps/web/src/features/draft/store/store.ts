import {
  type Draft,
  type DraftHistory,
  type DraftItem,
  draftHistory,
  parseDraft,
} from '@bulkhead/policy-engine';
import { newId } from './id.ts';
import {
  draftKey,
  forgetDraft,
  indexKey,
  type KeyValue,
  loadDraft,
  loadDrafts,
  readIndex,
  type StorageState,
  saveDraft,
  saveIndex,
  tailKey,
} from './storage.ts';

export interface DraftEntry {
  readonly draft: Draft;
  readonly history: DraftHistory;
  /** Rises with every change of the draft. */
  readonly version: number;
  /** The item shown in the editor. */
  readonly open: string | null;
}

export interface DraftState {
  readonly entries: readonly DraftEntry[];
  readonly storage: StorageState;
  readonly unreadable: number;
}

/** All drafts of one cluster: edits, undo, and keeping them. Every change is in storage before it returns. */
export interface DraftStore {
  readonly cluster: string;
  readonly get: () => DraftState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly entry: (id: string | null) => DraftEntry | undefined;
  /** Adds a draft and returns its id. */
  readonly create: (name: string, items?: readonly DraftItem[]) => string;
  /** Adds a copy of a draft under a new id, and returns that. */
  readonly adopt: (draft: Draft) => string;
  readonly remove: (id: string) => void;
  /** Takes back a removal: the draft under its own id, with its history. */
  readonly restore: (entry: DraftEntry) => string;
  /**
   * Changes a draft. Changes with the same `label` that follow one another are one step of undo, until `mark`;
   * null is a step of its own.
   */
  readonly edit: (id: string, change: (draft: Draft) => Draft, label?: string | null) => void;
  readonly mark: (id: string) => void;
  readonly undo: (id: string) => void;
  readonly redo: (id: string) => void;
  readonly openItem: (id: string, item: string | null) => void;
  /** Another tab wrote to storage. */
  readonly changedElsewhere: (key: string | null, value: string | null) => void;
}

export function createDraftStore(cluster: string, storage: KeyValue | null): DraftStore {
  const loaded = loadDrafts(storage, cluster);
  let state: DraftState = {
    entries: loaded.drafts.map((draft) => entryOf(draft)),
    storage: storage === null ? 'blocked' : 'ok',
    unreadable: loaded.unreadable,
  };
  const listeners = new Set<() => void>();
  const set = (next: Partial<DraftState>) => {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  };
  const find = (id: string | null) => state.entries.find(({ draft }) => draft.id === id);
  const replace = (id: string, change: (entry: DraftEntry) => DraftEntry) => {
    set({ entries: state.entries.map((entry) => (entry.draft.id === id ? change(entry) : entry)) });
  };
  const commit = (entry: DraftEntry, draft: Draft, history: DraftHistory) => {
    const open = itemToOpen(entry, draft);
    const kept = saveDraft(storage, cluster, draft);
    replace(entry.draft.id, () => ({ draft, history, version: entry.version + 1, open }));
    if (kept !== state.storage) set({ storage: kept });
  };
  const keep = (entries: readonly DraftEntry[], changed: readonly DraftEntry[]): StorageState => {
    // Another tab may have made drafts that this one hasn't heard of yet: the index is never written from memory alone.
    const own = entries.map(({ draft }) => draft.id);
    const others = readIndex(storage, cluster).filter((id) => find(id) === undefined && !own.includes(id));
    const kept = [
      ...changed.map(({ draft }) => saveDraft(storage, cluster, draft)),
      saveIndex(storage, cluster, [...others, ...own]),
    ];
    return kept.find((one) => one !== 'ok') ?? 'ok';
  };
  const add = (entry: DraftEntry) => {
    const entries = [...state.entries, entry];
    set({ entries, storage: keep(entries, [entry]) });
    return entry.draft.id;
  };
  /** The drafts that storage lists: what another tab made comes, what it removed goes. */
  const follow = () => {
    const entries = readIndex(storage, cluster).flatMap((id): readonly DraftEntry[] => {
      const known = find(id);
      if (known !== undefined) return [known];
      const draft = loadDraft(storage, cluster, id);
      return draft === undefined || draft === 'unreadable' ? [] : [entryOf(draft)];
    });
    // What could not be kept is not in the list either; it must not go for that.
    const unkept = state.storage === 'ok' ? [] : state.entries.filter((entry) => !entries.includes(entry));
    set({ entries: [...entries, ...unkept] });
  };

  return {
    cluster,
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    entry: find,
    create: (name, items = []) => add(entryOf({ id: newId(), name, items })),
    adopt: (draft) => add(entryOf({ ...draft, id: newId() })),
    remove: (id) => {
      const entries = state.entries.filter(({ draft }) => draft.id !== id);
      forgetDraft(storage, cluster, id);
      // There may be room now for what was not kept before.
      set({ storage: keep(entries, state.storage === 'ok' ? [] : entries), entries });
    },
    restore: add,
    edit: (id, change, label = null) => {
      const entry = find(id);
      if (entry === undefined) return;
      const draft = change(entry.draft);
      if (draft === entry.draft) return;
      commit(entry, draft, draftHistory.record(entry.history, entry.draft, draft, label));
    },
    mark: (id) => {
      const entry = find(id);
      if (entry === undefined) return;
      const history = draftHistory.mark(entry.history);
      if (history !== entry.history) replace(id, (current) => ({ ...current, history }));
    },
    undo: (id) => {
      const entry = find(id);
      const move = entry === undefined ? undefined : draftHistory.undo(entry.draft, entry.history);
      if (entry !== undefined && move !== undefined) commit(shown(entry, move), move.draft, move.history);
    },
    redo: (id) => {
      const entry = find(id);
      const move = entry === undefined ? undefined : draftHistory.redo(entry.draft, entry.history);
      if (entry !== undefined && move !== undefined) commit(shown(entry, move), move.draft, move.history);
    },
    openItem: (id, item) => replace(id, (entry) => ({ ...entry, open: item })),
    changedElsewhere: (key, value) => {
      if (key === null) {
        // All of it was cleared; what is here is all there is.
        set({ storage: keep(state.entries, state.entries) });
        return;
      }
      if (key === indexKey(cluster)) {
        follow();
        return;
      }
      const entry = state.entries.find(
        ({ draft: { id } }) => key === draftKey(cluster, id) || key === tailKey(cluster, id),
      );
      if (entry === undefined || value === null) return;
      const { id } = entry.draft;
      const read = key === tailKey(cluster, id) ? loadDraft(storage, cluster, id) : draftOf(value);
      if (read === undefined || read === 'unreadable') return;
      const draft = { ...read, id };
      const history = draftHistory.record(entry.history, entry.draft, draft, null);
      if (history === entry.history) return;
      const open = draft.items.some((item) => item.id === entry.open) ? entry.open : itemToOpen(entry, draft);
      replace(entry.draft.id, () => ({ draft, history, version: entry.version + 1, open }));
    },
  };
}

function draftOf(text: string): Draft | undefined {
  const reading = parseDraft(text);
  return reading.ok ? reading.draft : undefined;
}

function entryOf(draft: Draft): DraftEntry {
  return { draft, history: draftHistory.EMPTY_HISTORY, version: 1, open: draft.items[0]?.id ?? null };
}

/** Undo shows the item it changes. */
function shown(
  entry: DraftEntry,
  { patch }: { readonly patch: { items: readonly { id: string }[] } },
): DraftEntry {
  return { ...entry, open: patch.items[0]?.id ?? entry.open };
}

/** What was just added, else what is open, else what stands next to what went. */
function itemToOpen(entry: DraftEntry, draft: Draft): string | null {
  const added = draft.items.find(({ id }) => !entry.draft.items.some((old) => old.id === id));
  if (added !== undefined) return added.id;
  if (draft.items.some(({ id }) => id === entry.open)) return entry.open;
  const index = entry.draft.items.findIndex(({ id }) => id === entry.open);
  return (draft.items[Math.min(index, draft.items.length - 1)] ?? draft.items[0])?.id ?? null;
}
