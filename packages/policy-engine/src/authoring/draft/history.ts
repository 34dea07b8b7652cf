import { applyChanges, spanOf } from '../yaml/edit.ts';
import type { TextChange } from '../yaml/splice.ts';
import type { Draft, DraftItem, DraftItemId, PolicyText } from './model.ts';

/**
 * What turns one state of a draft into another, and back. Only what differs is held; of a text, only the span that
 * was typed.
 */
export interface DraftPatch {
  readonly name?: Swap<string>;
  readonly order?: Swap<readonly DraftItemId[]>;
  readonly items: readonly ItemPatch[];
}

interface Swap<T> {
  readonly before: T;
  readonly after: T;
}

type ItemPatch =
  | {
      readonly id: DraftItemId;
      readonly type: 'item';
      readonly before?: DraftItem;
      readonly after?: DraftItem;
    }
  | {
      readonly id: DraftItemId;
      readonly type: 'text';
      readonly at: number;
      readonly before: string;
      readonly after: string;
      /** The last good states of both sides, where they differ. */
      readonly good?: Swap<PolicyText['good']>;
    };

/** The patch from one state of a draft to a later one; `undefined` where nothing differs. */
export function diffDraft(before: Draft, after: Draft): DraftPatch | undefined {
  const old = new Map(before.items.map((item) => [item.id, item]));
  const now = new Map(after.items.map((item) => [item.id, item]));
  const items: ItemPatch[] = [];
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    const patch = diffItem(id, old.get(id), now.get(id));
    if (patch !== undefined) items.push(patch);
  }
  const oldOrder = before.items.map(({ id }) => id);
  const order = after.items.map(({ id }) => id);
  const moved = order.length !== oldOrder.length || order.some((id, index) => id !== oldOrder[index]);
  if (items.length === 0 && !moved && before.name === after.name) return undefined;
  return {
    ...(before.name === after.name ? {} : { name: { before: before.name, after: after.name } }),
    ...(moved ? { order: { before: oldOrder, after: order } } : {}),
    items,
  };
}

function diffItem(
  id: DraftItemId,
  before: DraftItem | undefined,
  after: DraftItem | undefined,
): ItemPatch | undefined {
  if (before === after) return undefined;
  if (before?.type === 'policies' && after?.type === 'policies' && before.base === after.base) {
    const [change] = spanOf(before.text, after.text);
    const sameGood = isSameList(before.good, after.good);
    if (change === undefined && sameGood) return undefined;
    return {
      id,
      type: 'text',
      at: change?.from ?? 0,
      before: change === undefined ? '' : before.text.slice(change.from, change.to),
      after: change?.insert ?? '',
      ...(sameGood ? {} : { good: { before: before.good, after: after.good } }),
    };
  }
  return {
    id,
    type: 'item',
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function isSameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a?.length === b?.length && a?.every((text, index) => text === b?.[index]) === true);
}

/** The patch that undoes `patch`. */
export function invertPatch(patch: DraftPatch): DraftPatch {
  return {
    ...(patch.name === undefined ? {} : { name: swapped(patch.name) }),
    ...(patch.order === undefined ? {} : { order: swapped(patch.order) }),
    items: patch.items.map((item): ItemPatch => {
      if (item.type === 'text') {
        const { good, before, after } = item;
        return {
          ...item,
          before: after,
          after: before,
          ...(good === undefined ? {} : { good: swapped(good) }),
        };
      }
      const { before, after, ...rest } = item;
      return {
        ...rest,
        ...(after === undefined ? {} : { before: after }),
        ...(before === undefined ? {} : { after: before }),
      };
    }),
  };
}

function swapped<T>({ before, after }: Swap<T>): Swap<T> {
  return { before: after, after: before };
}

/** Applies a patch to the state it was made from. Items the state doesn't have are left out. */
export function patchDraft(draft: Draft, patch: DraftPatch): Draft {
  const items = new Map(draft.items.map((item) => [item.id, item]));
  for (const change of patch.items) {
    if (change.type === 'item') {
      if (change.after === undefined) items.delete(change.id);
      else items.set(change.id, change.after);
      continue;
    }
    const item = items.get(change.id);
    if (item?.type !== 'policies') continue;
    const edit: TextChange = { from: change.at, to: change.at + change.before.length, insert: change.after };
    const { good, ...rest } = item;
    const newGood = change.good === undefined ? good : change.good.after;
    items.set(change.id, {
      ...rest,
      text: applyChanges(item.text, [edit]),
      ...(newGood === undefined ? {} : { good: newGood }),
    });
  }
  const order = patch.order?.after ?? draft.items.map(({ id }) => id);
  return {
    ...draft,
    name: patch.name?.after ?? draft.name,
    items: order.flatMap((id) => items.get(id) ?? []),
  };
}

/** Undo and redo of one draft: patches between marks. */
export interface DraftHistory {
  readonly undo: readonly HistoryStep[];
  readonly redo: readonly HistoryStep[];
}

interface HistoryStep {
  readonly patch: DraftPatch;
  /** Steps with the same label that follow one another without a mark become one (typing in one text). */
  readonly label: string | null;
}

export const EMPTY_HISTORY: DraftHistory = { undo: [], redo: [] };

/** How many steps are kept. */
const LIMIT = 500;

/**
 * Records the step from `before` to `after`. `label` joins it with the last step of the same label, so that a burst of
 * typing is one step; `null` stands alone.
 */
export function record(
  history: DraftHistory,
  before: Draft,
  after: Draft,
  label: string | null,
): DraftHistory {
  const last = history.undo.at(-1);
  if (label !== null && last?.label === label && history.redo.length === 0) {
    const start = patchDraft(before, invertPatch(last.patch));
    const joined = diffDraft(start, after);
    const rest = history.undo.slice(0, -1);
    return { undo: joined === undefined ? rest : [...rest, { patch: joined, label }], redo: [] };
  }
  const patch = diffDraft(before, after);
  if (patch === undefined) return history;
  return { undo: [...history.undo, { patch, label }].slice(-LIMIT), redo: [] };
}

/** Ends the current burst: the next step stands alone. */
export function mark(history: DraftHistory): DraftHistory {
  const last = history.undo.at(-1);
  if (last === undefined || last.label === null) return history;
  return { ...history, undo: [...history.undo.slice(0, -1), { ...last, label: null }] };
}

export interface HistoryMove {
  readonly draft: Draft;
  readonly history: DraftHistory;
  /** What was changed, for the view to show. */
  readonly patch: DraftPatch;
}

export function undo(draft: Draft, history: DraftHistory): HistoryMove | undefined {
  const step = history.undo.at(-1);
  if (step === undefined) return undefined;
  const patch = invertPatch(step.patch);
  return {
    draft: patchDraft(draft, patch),
    history: { undo: history.undo.slice(0, -1), redo: [...history.redo, { ...step, label: null }] },
    patch,
  };
}

export function redo(draft: Draft, history: DraftHistory): HistoryMove | undefined {
  const step = history.redo.at(-1);
  if (step === undefined) return undefined;
  return {
    draft: patchDraft(draft, step.patch),
    history: { undo: [...history.undo, step], redo: history.redo.slice(0, -1) },
    patch: step.patch,
  };
}
