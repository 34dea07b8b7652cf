import type { PolicyKey } from '@bulkhead/policy-engine';

/**
 * The seams between the shell and the features. Features import from here, from `shared`, `data` and `worker`; never from
 * one another. `app/App.tsx` composes them.
 */

/**
 * Anything that can be selected, in the form in which the engine's views name entities: `ns:<namespace>`,
 * `wl:<namespace>/<name>[<Kind>]`, `out:internet`, `out:cidr:<CIDR>`, `out:nodes`, `out:domain:<pattern>`.
 */
export type EntityId = string;

export type Selection =
  /** `also`: further entities in focus. */
  | { readonly type: 'entity'; readonly id: EntityId; readonly also?: readonly EntityId[] }
  /** An edge, or a question about a pair; `port` as typed: `5432`, `UDP/53`, `http`. */
  | { readonly type: 'pair'; readonly from: EntityId; readonly to: EntityId; readonly port?: string }
  /** `line` counts from 1 in the policy's text; the inspector scrolls to it and marks the edges it makes. */
  | { readonly type: 'policy'; readonly key: PolicyKey; readonly line?: number };

export type View = 'graph' | 'matrix' | 'table';
export type Rail = 'workloads' | 'policies' | 'findings' | 'invariants';
export type FocusDirection = 'both' | 'reaches' | 'reached-by';
export type TableTab = 'connections' | 'workloads' | 'policies';

/**
 * All state that a link restores. It lives in the URL's query (`app/route.ts` reads and writes it); drafts and
 * invariants live in the fragment, so that no link sends them to a server.
 */
export interface Route {
  readonly cluster: string | null;
  readonly view: View;
  readonly tab: TableTab;
  readonly rail: Rail | null;
  readonly selection: Selection | null;
  /** Namespaces in scope; empty: all. */
  readonly scope: readonly string[];
  /** Label selector as kubectl reads it: `app=web,tier!=db`. */
  readonly labels: string;
  /** Ports of interest: `TCP/8080`, `53`; empty: any. */
  readonly ports: readonly string[];
  readonly verdicts: readonly ('allowed' | 'unknown')[];
  readonly isolation: 'any' | 'isolated' | 'open' | 'unknown';
  readonly kinds: readonly string[];
  /** Focus: direction and hops from the selection. */
  readonly direction: FocusDirection;
  readonly hops: 1 | 'all';
  /** Namespaces whose expansion differs from the default for the cluster's size. */
  readonly toggled: readonly string[];
  readonly layout: 'flow' | 'grouped';
  /** Graph: what of it is seen, as the graph writes it; empty: all of it, fitted. */
  readonly at: string;
  /** Graph: what was moved by hand in this arrangement, as the graph writes it. */
  readonly moved: string;
  /**
   * Matrix: what stands along its rows and columns: `''` every namespace, `'*'` every workload, else the workloads of the
   * namespace of that name; null: namespaces by namespaces.
   */
  readonly drill: readonly [row: string, column: string] | null;
  /** Matrix: equal rows and columns together, or by name. */
  readonly order: 'similar' | 'name';
  /** Matrix: side of a cell in CSS pixels, or as large as fits; null: fits, but large enough for names where that is near. */
  readonly cell: number | 'fit' | null;
  /** Matrix: whether CIDR blocks are among the rows and columns; `auto`: where there are few. */
  readonly blocks: 'auto' | 'shown' | 'hidden';
  /** Table: the column that it is sorted by, with `-` before it where that is descending; empty: by its first. */
  readonly sort: string;
  /** Table: words that must occur in a row. */
  readonly find: string;
  /** Table: whether connections that no policy has a say on are listed one by one. */
  readonly listOpen: boolean;
  /** Id of the draft whose impact overlays the views; null: the cluster as it is. */
  readonly draft: string | null;
  /** Whether the views leave out all that the draft does not change. */
  readonly onlyChanges: boolean;
  /** Whether the draft drawer is open. */
  readonly drawer: boolean;
}

export type Navigate = (change: Partial<Route>, options?: { readonly replace?: boolean }) => void;

/**
 * The draft feature, as the shell composes it: `features/draft/index.ts` exports `DraftDrawer(props: DrawerProps)` and
 * `DraftBadge()`; `features/draft/worker.ts` exports `draftHandlers: readonly Handler[]` (see `worker/session.ts`).
 * Hooks at its disposal: `useRoute`, `navigate` (app/route.ts), `useEngine`, `useEngineQuery`, `useSession`
 * (data/engine.ts), `useAnnounce` (shared/announce.tsx).
 */

/** What the shell gives to the feature that fills the bottom drawer. */
export interface DrawerProps {
  readonly height: number;
  readonly onClose: () => void;
}

/** Speaks to screen readers through the shell's live region. */
export type Announce = (message: string) => void;
