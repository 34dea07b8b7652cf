import type { Urgency } from './queue.ts';

/**
 * A kind of question that the page asks the worker: its name on the wire and the types of its payload and result.
 * Declared once, used by both ends: `client.call(kind, payload)` in the page, `answer(kind, fn)` in the worker.
 */
export interface RequestKind<Payload, Result> {
  readonly name: string;
  readonly urgency: Urgency;
  /**
   * Whether an answer is told by what differs from the last one: for large answers that an edit hardly changes. What the
   * handler answered once must not be changed in place.
   */
  readonly byChanges: boolean;
  /** Only carries the types; never set. */
  readonly types?: { readonly payload: Payload; readonly result: Result };
}

/** @param urgency `normal` unless said; an `idle` handler should pause now and then (`turn` of `worker/queue.ts`) */
export function requestKind<Payload, Result>(
  name: string,
  urgency: Urgency = 'normal',
  { byChanges = false }: { readonly byChanges?: boolean } = {},
): RequestKind<Payload, Result> {
  return { name, urgency, byChanges };
}
