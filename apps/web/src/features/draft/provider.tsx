import {
  type Draft,
  type DraftItem,
  type DraftReview,
  type PolicyText,
  parseDraft,
  type ReadText,
  templateById,
  withText,
  withUnreadText,
} from '@bulkhead/policy-engine';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Navigate } from '../../app/contracts.ts';
import { useEngine, useSession } from '../../data/engine.ts';
import { useAnnounce, useNotify } from '../../shared/announce.tsx';
import { latestOnly } from './parts/latest-only.ts';
import { SuggestDialog } from './parts/loaded.ts';
import { usePaste } from './parts/paste.ts';
import {
  type DraftActions,
  type DraftAnswer,
  DraftAnswerContext,
  DraftContext,
  type DraftSession,
  type DraftTools,
  DraftToolsContext,
  type PairQuestion,
} from './session.ts';
import { isShareLink, readShareLink } from './share.ts';
import { draftStore, useDrafts } from './store/context.ts';
import { newId } from './store/id.ts';
import type { DraftEntry, DraftStore } from './store/store.ts';
import {
  type ApplyPayload,
  type ApplyResult,
  applyDraftRequest,
  clearDraftRequest,
  editDraftRequest,
  livePolicyRequest,
  reviewDraftRequest,
  showDraftRequest,
  templateContextRequest,
} from './worker/requests.ts';

interface DraftProviderProps {
  readonly cluster: string;
  /** `Route.draft` and the app's `navigate`. */
  readonly draft: string | null;
  readonly navigate: Navigate;
  readonly children: ReactNode;
}

const TYPING_PAUSE_MS = 800;

/** Keeps the drafts of a cluster and lays the one that is shown over the cluster, on every change of either. */
export function DraftProvider({ cluster, draft: shown, navigate, children }: DraftProviderProps): ReactNode {
  const engine = useEngine();
  const { revision, cluster: followed, status } = useSession();
  const policyKinds = status?.policyKinds?.join();
  const announce = useAnnounce();
  const store = draftStore(cluster);
  const { entries, storage } = useDrafts(store);
  const entry = store.entry(shown);
  const [answer, setAnswer] = useState<{ result: ApplyResult | null; failure: string | null }>({
    result: null,
    failure: null,
  });
  const [question, setQuestion] = useState<PairQuestion | null>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const ready = revision > 0 && followed === cluster;
  const draft = entry?.draft;
  const version = entry?.version ?? 0;

  const show = useMemo(
    () =>
      latestOnly(async (payload: ApplyPayload) => {
        // What of the draft can't be shown was said with its impact.
        await engine.call(showDraftRequest, payload).catch(() => undefined);
      }),
    [engine],
  );
  const apply = useMemo(
    () =>
      latestOnly(async (payload: ApplyPayload) => {
        try {
          const { result, apart } = await engine.drafts.ask(applyDraftRequest, payload);
          setAnswer({ result, failure: null });
          if (apart) show(payload);
        } catch (error) {
          setAnswer((old) => ({ ...old, failure: error instanceof Error ? error.message : String(error) }));
        }
      }),
    [engine, show],
  );
  // A new revision of the cluster, or other kinds that it serves, needs the draft laid over it anew.
  const over = `${revision} ${policyKinds}`;
  const exists = draft !== undefined;
  const laid = useRef<{ readonly draft: Draft; readonly over: string }>(undefined);
  useEffect(() => {
    if (!ready) return;
    const lay = (next: DraftEntry) => {
      if (laid.current?.draft === next.draft && laid.current.over === over) return;
      laid.current = { draft: next.draft, over };
      apply({ draft: next.draft, version: next.version });
    };
    const known = exists ? store.entry(shown) : undefined;
    if (known === undefined) {
      laid.current = undefined;
      setAnswer({ result: null, failure: null });
      void engine.call(clearDraftRequest, null).catch(() => undefined);
    } else {
      engine.drafts.start();
      lay(known);
    }
    // Not by way of what is rendered: the worker computes while the page draws the key.
    return store.subscribe(() => {
      const next = store.entry(shown);
      if (next !== undefined) lay(next);
    });
  }, [engine, apply, store, shown, exists, ready, over]);

  const result = answer.result?.draft === draft?.id ? answer.result : null;
  const { review, isFresh } = useReview(result, draft);
  const sentence = result?.impact.sentence ?? null;
  useEffect(() => {
    if (sentence === null) return;
    // Spoken when typing pauses, not at each letter.
    const timer = setTimeout(() => announce(sentence), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [sentence, announce]);

  // What the worker has read last: it knows what could be used of texts that are too long to be read here.
  const read = useRef(new Map<string, ReadText>());
  useEffect(() => {
    if (result === null || result.version !== version) return;
    for (const item of draft?.items ?? []) {
      if (item.type !== 'policies') continue;
      read.current.set(item.id, { item, broken: result.texts[item.id]?.broken ?? [] });
    }
  }, [result, draft, version]);

  const current = useRef(shown);
  current.current = entry === undefined ? null : shown;

  const actions = useMemo((): DraftActions => {
    const show = (id: string | null) => {
      current.current = id;
      navigate({ draft: id, ...(id === null ? {} : { drawer: true }) });
    };
    const create = (name?: string) => {
      const id = store.create(name ?? freshName(store));
      show(id);
      return id;
    };
    const target = () => current.current ?? create();
    const edit = (change: (draft: Draft) => Draft, label: string | null = null) => {
      const id = target();
      store.edit(id, change, label);
      clearTimeout(pause.current);
      pause.current = setTimeout(() => store.mark(id), TYPING_PAUSE_MS);
    };
    const add = (item: DraftItem) => {
      edit((old) => ({ ...old, items: [...old.items, item] }));
      navigate({ drawer: true });
    };
    return {
      show,
      create,
      adopt: (other) => show(store.adopt(other)),
      remove: (id) => {
        store.remove(id);
        if (current.current === id) show(store.get().entries.at(-1)?.draft.id ?? null);
      },
      restore: (removed) => show(store.restore(removed)),
      add,
      addText: (text) => add(changedText({ id: newId(), type: 'policies', text: '' }, text, undefined)),
      setText: (id, text, label = `text ${id}`) => {
        edit(
          (old) => ({
            ...old,
            items: old.items.map((item) =>
              item.id === id && item.type === 'policies'
                ? changedText(item, text, read.current.get(id))
                : item,
            ),
          }),
          label,
        );
      },
      replaceItem: (item, label = null) => {
        edit((old) => ({ ...old, items: old.items.map((one) => (one.id === item.id ? item : one)) }), label);
      },
      removeItem: (id) => edit((old) => ({ ...old, items: old.items.filter((item) => item.id !== id) })),
      open: (item) => {
        if (current.current !== null) store.openItem(current.current, item);
      },
      editPolicy: async (key) => {
        const policy = await engine.call(livePolicyRequest, { key });
        if (policy === null) return;
        const { yaml, key: _key, spec, ...ref } = policy;
        const known = store
          .entry(current.current)
          ?.draft.items.find((item) => item.type === 'policies' && sameRef(item.base, ref));
        if (known !== undefined) {
          store.openItem(target(), known.id);
          navigate({ drawer: true });
          return;
        }
        const { json } = plain(spec);
        add({ id: newId(), type: 'policies', text: yaml, base: { ...ref, spec: json } });
      },
      removePolicy: async (key) => {
        const policy = await engine.call(livePolicyRequest, { key });
        if (policy === null) return;
        const { yaml: _yaml, key: _key, spec, ...ref } = policy;
        const removed = store
          .entry(current.current)
          ?.draft.items.some((item) => item.type === 'remove-policy' && sameRef(item.policy, ref));
        if (removed !== true)
          add({ id: newId(), type: 'remove-policy', policy: ref, spec: plain(spec).json });
        else navigate({ drawer: true });
      },
      applyEdits: async (edits) => {
        const id = target();
        const before = store.entry(id)?.draft;
        if (before === undefined) return [];
        const {
          draft: after,
          item,
          problems,
        } = await engine.call(editDraftRequest, { draft: before, edits });
        store.edit(id, () => after, null);
        store.openItem(id, item);
        navigate({ drawer: true });
        return problems;
      },
      addTemplate: async (id, subject) => {
        const context = await engine.call(templateContextRequest, { subject });
        const text = templateById(id)?.build(context);
        if (text !== undefined) add(withText({ id: newId(), type: 'policies', text: '' }, text));
      },
      ask: setQuestion,
      undo: () => {
        if (current.current !== null) store.undo(current.current);
      },
      redo: () => {
        if (current.current !== null) store.redo(current.current);
      },
      mark: () => {
        if (current.current !== null) store.mark(current.current);
      },
    };
  }, [store, engine, navigate]);

  useSharedDraft(actions);
  useUndoKeys(actions);
  useLeaveWarning(storage !== 'ok' && entries.some(({ draft: { items } }) => items.length > 0));
  const dropping = usePaste(actions);

  const tools = useMemo((): DraftTools => ({ store, actions }), [store, actions]);
  const session = useMemo((): DraftSession => ({ ...tools, entries, entry }), [tools, entries, entry]);
  const told = useMemo(
    (): DraftAnswer => ({ result, review, reviewIsFresh: isFresh, failure: answer.failure }),
    [result, review, isFresh, answer.failure],
  );
  return (
    <DraftToolsContext value={tools}>
      <DraftContext value={session}>
        <DraftAnswerContext value={told}>{children}</DraftAnswerContext>
      </DraftContext>
      {dropping ? (
        <div className="draft-drop">Drop YAML, a folder of it, or a draft file to add it</div>
      ) : null}
      {question === null ? null : <SuggestDialog question={question} onClose={() => setQuestion(null)} />}
    </DraftToolsContext>
  );
}

/** Longer texts are read by the worker only: typing must not wait for it. */
const READ_AT_ONCE = 4_000;

function changedText(item: PolicyText, text: string, read: ReadText | undefined): PolicyText {
  return Math.max(text.length, item.text.length) > READ_AT_ONCE
    ? withUnreadText(item, text, read)
    : withText(item, text);
}

const REVIEW_PAUSE_MS = 350;

/** Asks for the second look when typing pauses; until it is there, that of the last version stays. */
function useReview(
  result: ApplyResult | null,
  draft: Draft | undefined,
): { readonly review: DraftReview | null; readonly isFresh: boolean } {
  const engine = useEngine();
  const [reviewed, setReviewed] = useState<{ readonly of: ApplyResult; readonly review: DraftReview } | null>(
    null,
  );
  useEffect(() => {
    if (result === null || draft === undefined) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      engine
        .call(reviewDraftRequest, { draft, version: result.version }, { signal: controller.signal })
        .then((answer) => {
          if (answer !== null) setReviewed({ of: result, review: answer.review });
        })
        .catch(() => undefined);
    }, REVIEW_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [engine, result, draft]);
  const own = reviewed !== null && reviewed.of.draft === draft?.id ? reviewed : null;
  return { review: own?.review ?? null, isFresh: own !== null && own.of === result };
}

function sameRef(
  a: { readonly kind: string; readonly namespace?: string; readonly name: string } | undefined,
  b: { readonly kind: string; readonly namespace?: string; readonly name: string },
): boolean {
  return a?.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

function freshName(store: DraftStore): string {
  const taken = new Set(store.get().entries.map(({ draft }) => draft.name));
  for (let count = 1; ; count += 1) {
    const name = `Draft ${count}`;
    if (!taken.has(name)) return name;
  }
}

/** A spec that came over the worker's channel, as the JSON it is. */
function plain(spec: unknown): { readonly json: Extract<DraftItem, { type: 'remove-policy' }>['spec'] } {
  return { json: JSON.parse(JSON.stringify(spec ?? {})) };
}

/** Takes over the draft in the page's fragment, once, and takes it out of the address. */
function useSharedDraft(actions: DraftActions): void {
  const notify = useNotify();
  const take = useCallback(async () => {
    const { hash } = window.location;
    if (!isShareLink(hash)) return;
    // Taken out before it is read: whoever else looks while it is being read must not take it a second time.
    const leave = (fragment: string) =>
      history.replaceState(history.state, '', window.location.pathname + window.location.search + fragment);
    leave('');
    const link = await readShareLink(hash).catch(() => undefined);
    if (link === undefined) {
      leave(hash);
      notify('A part of Bulkhead did not load, so the draft in this link was not read. Reload the page.');
      return;
    }
    const reading = link.state === 'draft' ? parseDraft(link.text) : undefined;
    if (reading === undefined || (!reading.ok && reading.code === 'not-json')) {
      notify(
        'The draft in this link can not be read: the link was cut on its way. Ask for it again, or for a file.',
      );
    } else if (!reading.ok) {
      notify(reading.message);
    } else {
      actions.adopt(reading.draft);
      notify(`The shared draft "${reading.draft.name}" is now one of your drafts.`);
    }
  }, [actions, notify]);
  useEffect(() => {
    void take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, [take]);
}

/** Undo and redo of the draft, wherever the focus is; fields and the editor have these keys themselves. */
function useUndoKeys(actions: DraftActions): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      const inDraft = target instanceof Element && target.closest('.draft') !== null;
      // A field outside the draft, or in a dialog, is not part of the draft.
      const own = inDraft ? '.cm-editor, dialog' : '.cm-editor, dialog, input, textarea, select';
      if (target instanceof Element && target.closest(own) !== null) return;
      const key = event.key.toLowerCase();
      if (key === 'z' && !event.shiftKey) actions.undo();
      else if (key === 'y' || key === 'z') actions.redo();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [actions]);
}

/** Lets the browser ask before the page goes, while there are drafts that could not be kept. */
function useLeaveWarning(wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [wanted]);
}
