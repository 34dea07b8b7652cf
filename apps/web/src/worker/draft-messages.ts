import type { StreamEvent, StreamState } from '@bulkhead/protocol';
import type { Told } from './telling.ts';

/** What the worker that follows the cluster tells the one for drafts, over a port between the two. */
export type Relayed =
  /** Another cluster is followed from now on. */
  | { readonly type: 'left' }
  | { readonly type: 'state'; readonly state: Pick<StreamState, 'current' | 'status'> }
  | { readonly type: 'event'; readonly event: StreamEvent }
  /** The state as it is now is the one that is shown, under this revision. */
  | { readonly type: 'adopt'; readonly revision: number };

/** What the page sends to the worker for drafts. */
export type ToDraftWorker =
  | { readonly type: 'follow'; readonly port: MessagePort }
  | {
      readonly type: 'call';
      readonly id: number;
      readonly name: string;
      readonly payload: unknown;
      /** Answers are about this revision or a later one: the call waits until it has been relayed. */
      readonly revision: number;
    };

/** What the worker for drafts sends to the page. */
export type FromDraftWorker =
  | Told
  | { readonly type: 'error'; readonly id: number; readonly message: string };
