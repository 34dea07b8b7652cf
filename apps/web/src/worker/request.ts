/**
 * A kind of question that the page asks the worker: its name on the wire and the types of its payload and result.
 * Declared once, used by both ends: `client.call(kind, payload)` in the page, `answer(kind, fn)` in the worker.
 */
export interface RequestKind<Payload, Result> {
  readonly name: string;
  /** Only carries the types; never set. */
  readonly types?: { readonly payload: Payload; readonly result: Result };
}

export function requestKind<Payload, Result>(name: string): RequestKind<Payload, Result> {
  return { name };
}
