import type { Draft } from '@bulkhead/policy-engine';
import { describe, expect, it } from 'vitest';
import type { KeyValue } from './storage.ts';
import { createDraftStore } from './store.ts';

function memory(): KeyValue & { readonly map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

/** What a page finds that is opened now. */
function memoryOf({ map }: { readonly map: ReadonlyMap<string, string> }): KeyValue {
  const storage = memory();
  for (const [key, value] of map) storage.setItem(key, value);
  return storage;
}

const withText = (text: string) => (draft: Draft) => ({
  ...draft,
  items: [{ id: 'a', type: 'policies' as const, text }],
});

describe('the draft store', () => {
  it('keeps every change across reloads, per cluster', () => {
    const storage = memory();
    const store = createDraftStore('one', storage);
    const id = store.create('First');
    store.edit(id, withText('x'), 'typing');
    store.edit(id, withText('xy'), 'typing');
    const again = createDraftStore('one', storage);
    expect(again.entry(id)?.draft).toEqual({
      id,
      name: 'First',
      items: [{ id: 'a', type: 'policies', text: 'xy' }],
    });
    expect(createDraftStore('two', storage).get().entries).toEqual([]);
    store.remove(id);
    expect([...storage.map.values()]).toEqual(['[]']);
  });

  it('keeps each key in a long draft by what was typed, not by writing all of it again', () => {
    const storage = memory();
    let written = 0;
    const counting: KeyValue = {
      ...storage,
      setItem: (key, value) => {
        written += value.length;
        storage.setItem(key, value);
      },
    };
    const store = createDraftStore('c', counting);
    const id = store.create('D');
    const long = 'a: 1\n'.repeat(60_000);
    const typed = (text: string, good?: readonly string[]) => {
      store.edit(
        id,
        (draft) => ({
          ...draft,
          items: [{ id: 'a', type: 'policies', text, ...(good === undefined ? {} : { good }) }],
        }),
        'typing',
      );
      const [item] = createDraftStore('c', memoryOf(storage)).entry(id)?.draft.items ?? [];
      expect(item).toEqual({ id: 'a', type: 'policies', text, ...(good === undefined ? {} : { good }) });
    };
    typed(long);
    written = 0;
    let text = long;
    for (const key of 'b: [x\n😀') {
      const at = 150_000;
      const before = text;
      text = text.slice(0, at) + key + text.slice(at);
      typed(text, [before]);
    }
    expect(written).toBeLessThan(10_000);
    store.undo(id);
    expect(createDraftStore('c', memoryOf(storage)).entry(id)?.draft.items).toEqual([]);
    store.redo(id);
    typed(text);

    // Whatever became of what was written: what is on the page is what is kept next.
    for (const key of storage.map.keys()) if (key.includes(id)) storage.map.delete(key);
    typed(`x${text}`);
    storage.map.set(
      `bulkhead.draft.c.${id}.tail`,
      '{"kept":"another","edits":[{"index":0,"text":[[0,9,"no"]]}]}',
    );
    typed(`xy${text}`);
    const other = createDraftStore('c', storage);
    other.edit(id, withText(`o${long}`));
    typed(`xyz${text}`);
    store.remove(id);
    expect([...storage.map.values()]).toEqual(['[]']);
  });

  it('undoes a burst of typing as one step and keeps what undo made', () => {
    const storage = memory();
    const store = createDraftStore('c', storage);
    const id = store.create('D');
    store.edit(id, withText('a'), 'typing');
    store.edit(id, withText('ab'), 'typing');
    store.mark(id);
    store.edit(id, withText('abc'), 'typing');
    store.undo(id);
    expect(store.entry(id)?.draft.items[0]).toMatchObject({ text: 'ab' });
    store.undo(id);
    expect(store.entry(id)?.draft.items).toEqual([]);
    store.redo(id);
    expect(createDraftStore('c', storage).entry(id)?.draft.items[0]).toMatchObject({ text: 'ab' });
  });

  it('opens what was added and what is next to what was removed', () => {
    const store = createDraftStore('c', memory());
    const id = store.create('D');
    const items = ['a', 'b', 'c'].map((item) => ({ id: item, type: 'policies' as const, text: item }));
    for (let count = 1; count <= 3; count += 1)
      store.edit(id, (draft) => ({ ...draft, items: items.slice(0, count) }));
    expect(store.entry(id)?.open).toBe('c');
    store.openItem(id, 'b');
    store.edit(id, (draft) => ({ ...draft, items: draft.items.filter((item) => item.id !== 'b') }));
    expect(store.entry(id)?.open).toBe('c');
  });

  it('works without storage, says so, and leaves what it can not read', () => {
    const store = createDraftStore('c', null);
    store.edit(store.create('D'), withText('x'));
    expect(store.get()).toMatchObject({ storage: 'blocked', unreadable: 0 });
    const storage = memory();
    storage.setItem('bulkhead.drafts.c', '["q"]');
    storage.setItem('bulkhead.draft.c.q', '{"format":"bulkhead-draft","version":99}');
    expect(createDraftStore('c', storage).get()).toMatchObject({ entries: [], unreadable: 1 });
    expect(storage.map.has('bulkhead.draft.c.q')).toBe(true);
  });

  it('takes over what another tab wrote', () => {
    const store = createDraftStore('c', memory());
    const id = store.create('D');
    const text = JSON.stringify({ format: 'bulkhead-draft', version: 2, id, name: 'E', items: [] });
    store.changedElsewhere(`bulkhead.draft.c.${id}`, text);
    expect(store.entry(id)?.draft.name).toBe('E');
    store.undo(id);
    expect(store.entry(id)?.draft.name).toBe('D');
  });

  it('takes over what another tab typed in a long draft, and types on in it', () => {
    const storage = memory();
    const here = createDraftStore('c', storage);
    const id = here.create('D');
    const long = 'a: 1\n'.repeat(10_000);
    here.edit(id, withText(long));
    const there = createDraftStore('c', storage);
    const textIn = (store: typeof here) => store.entry(id)?.draft.items[0];
    const tell = (store: typeof here) =>
      store.changedElsewhere(`bulkhead.draft.c.${id}.tail`, storage.getItem(`bulkhead.draft.c.${id}.tail`));
    here.edit(id, withText(`${long}b`));
    tell(there);
    expect(textIn(there)).toMatchObject({ text: `${long}b` });
    there.edit(id, withText(`c${long}b`));
    tell(here);
    here.edit(id, withText(`c${long}bd`));
    tell(there);
    for (const store of [here, there, createDraftStore('c', storage)])
      expect(textIn(store)).toMatchObject({ text: `c${long}bd` });
  });

  it('shares its drafts with other tabs: what one makes or deletes, the other does not undo by writing', () => {
    const storage = memory();
    const here = createDraftStore('c', storage);
    const there = createDraftStore('c', storage);
    const told = (store: typeof here) => store.changedElsewhere('bulkhead.drafts.c', null);
    const mine = here.create('Mine');
    // Before the news of it has come.
    const theirs = there.create('Theirs');
    told(here);
    told(there);
    const names = (store: typeof here) => store.get().entries.map(({ draft }) => draft.name);
    expect(names(here)).toEqual(['Mine', 'Theirs']);
    expect(names(there)).toEqual(['Mine', 'Theirs']);
    there.remove(mine);
    told(here);
    expect(names(here)).toEqual(['Theirs']);
    here.edit(theirs, withText('x'));
    expect(createDraftStore('c', storage).get().entries).toHaveLength(1);
  });

  it('takes back a removal, history included', () => {
    const storage = memory();
    const store = createDraftStore('c', storage);
    const id = store.create('D');
    store.edit(id, withText('x'));
    const entry = store.entry(id);
    store.remove(id);
    if (entry !== undefined) store.restore(entry);
    expect(createDraftStore('c', storage).entry(id)?.draft.items).toHaveLength(1);
    store.undo(id);
    expect(store.entry(id)?.draft.items).toEqual([]);
  });

  it('keeps what is on the page when the quota is reached or the storage is cleared', () => {
    const storage = memory();
    let full = false;
    const limited: KeyValue = {
      ...storage,
      setItem: (key, value) => {
        if (full) throw new DOMException('no room', 'QuotaExceededError');
        storage.setItem(key, value);
      },
    };
    const store = createDraftStore('c', limited);
    const first = store.create('First');
    full = true;
    store.edit(first, withText('more'));
    const second = store.create('Second');
    expect(store.get()).toMatchObject({ storage: 'full' });
    store.changedElsewhere('bulkhead.drafts.c', null);
    expect(store.entry(second)).toBeDefined();
    expect(store.entry(first)?.draft.items).toHaveLength(1);
    full = false;
    storage.map.clear();
    store.changedElsewhere(null, null);
    expect(store.get().storage).toBe('ok');
    expect(createDraftStore('c', storage).get().entries).toHaveLength(2);
  });
});
