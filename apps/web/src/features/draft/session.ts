import {
  type Draft,
  type DraftItem,
  type DraftReview,
  objectName,
  type PolicyEdit,
  type TemplateSelection,
} from '@bulkhead/policy-engine';
import { createContext, useContext } from 'react';
import type { EntityId } from '../../app/contracts.ts';
import type { DraftEntry, DraftStore } from './store/store.ts';
import type { ApplyResult } from './worker/requests.ts';

/** What stays the same while drafts are edited. */
export interface DraftTools {
  readonly store: DraftStore;
  readonly actions: DraftActions;
}

/** The drafts, and the one that is shown. */
export interface DraftSession extends DraftTools {
  readonly entries: readonly DraftEntry[];
  readonly entry: DraftEntry | undefined;
}

/** What the draft that is shown does. */
export interface DraftAnswer {
  /** The last answer of the worker for this draft; may be older than the draft while it computes. */
  readonly result: ApplyResult | null;
  /** The second look, made when typing pauses; null before the first. */
  readonly review: DraftReview | null;
  /** Whether `review` is of the same version as `result`; positions in it are wrong otherwise. */
  readonly reviewIsFresh: boolean;
  readonly failure: string | null;
}

/** What can be done to drafts, from anywhere in the app. Each makes a draft first where none is shown. */
export interface DraftActions {
  readonly show: (id: string | null) => void;
  readonly create: (name?: string) => string;
  readonly adopt: (draft: Draft) => void;
  readonly remove: (id: string) => void;
  /** Takes back a removal. */
  readonly restore: (entry: DraftEntry) => void;
  readonly add: (item: DraftItem) => void;
  readonly addText: (text: string) => void;
  readonly setText: (item: string, text: string, label?: string | null) => void;
  readonly replaceItem: (item: DraftItem, label?: string | null) => void;
  readonly removeItem: (item: string) => void;
  readonly open: (item: string | null) => void;
  /** Opens a live policy for editing, or the edit of it that is already in the draft. */
  readonly editPolicy: (key: string) => Promise<void>;
  readonly removePolicy: (key: string) => Promise<void>;
  /** Puts edits of policies into the draft's texts; says what could not be done. */
  readonly applyEdits: (edits: readonly PolicyEdit[]) => Promise<readonly string[]>;
  /** Adds a template, filled for a selection. */
  readonly addTemplate: (id: string, subject: TemplateSelection) => Promise<void>;
  /** Asks how to allow or close what one entity may send to another. */
  readonly ask: (question: PairQuestion | null) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly mark: () => void;
}

/** A question about a pair of entities, either still to be chosen; `port` as typed: `5432`, `UDP/53`. */
export interface PairQuestion {
  readonly from?: EntityId;
  readonly to?: EntityId;
  readonly port?: string;
  readonly want: 'allow' | 'close';
}

/* Three, by how often they change: what only acts on drafts is not rendered at each key, and what shows them not twice. */
export const DraftToolsContext = createContext<DraftTools | null>(null);
export const DraftContext = createContext<DraftSession | null>(null);
export const DraftAnswerContext = createContext<DraftAnswer | null>(null);

/** What can be done to drafts; never renders again. Only below `DraftProvider`. */
export function useDraftTools(): DraftTools {
  return required(useContext(DraftToolsContext));
}

/** The drafts; renders again at each edit. Only below `DraftProvider`. */
export function useDraft(): DraftSession {
  return required(useContext(DraftContext));
}

/** What the draft does; renders again when that is known. Only below `DraftProvider`. */
export function useDraftAnswer(): DraftAnswer {
  return required(useContext(DraftAnswerContext));
}

function required<T>(value: T | null): T {
  if (value === null) throw new Error('drafts need a DraftProvider above them');
  return value;
}

/** A file name for a draft: safe, short, and recognisable. */
export function draftFileName(draft: Draft, extension: string): string {
  return `${objectName(draft.name)}.${extension}`;
}
