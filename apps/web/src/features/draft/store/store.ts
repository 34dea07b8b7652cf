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
  type KeyValue,
  loadDrafts,
  type StorageState,
  saveDraft,
  saveIndex,
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
  const add = (draft: Draft) => {
    const entries = [...state.entries, entryOf(draft)];
    const kept = [
      saveDraft(storage, cluster, draft),
      saveIndex(
        storage,
        cluster,
        entries.map((entry) => entry.draft.id),
      ),
    ];
    set({ entries, storage: kept.find((one) => one !== 'ok') ?? 'ok' });
    return draft.id;
  };

  return {
    cluster,
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    entry: find,
    create: (name, items = []) => add({ id: newId(), name, items }),
    adopt: (draft) => add({ ...draft, id: newId() }),
    remove: (id) => {
      const entries = state.entries.filter(({ draft }) => draft.id !== id);
      saveIndex(
        storage,
        cluster,
        entries.map(({ draft }) => draft.id),
      );
      forgetDraft(storage, cluster, id);
      set({ entries });
    },
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
      const entry = state.entries.find(({ draft }) => key === draftKey(cluster, draft.id));
      if (entry === undefined || value === null) return;
      const reading = parseDraft(value);
      if (!reading.ok) return;
      const draft = { ...reading.draft, id: entry.draft.id };
      const history = draftHistory.record(entry.history, entry.draft, draft, null);
      if (history !== entry.history) {
        replace(entry.draft.id, () => ({ ...entry, draft, history, version: entry.version + 1 }));
      }
    },
  };
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
