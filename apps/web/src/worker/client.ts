import type { RequestKind } from './request.ts';

/** The page's end of the worker. */
export interface EngineClient {
  /**
   * Asks the worker. Rejects with an `AbortError` when `signal` fires before the answer, and with an `Error` carrying
   * the handler's message when it throws. Requests are served by their urgency and then in the order of arrival; aborted
   * ones that were not yet begun are skipped.
   */
  call<Payload, Result>(
    kind: RequestKind<Payload, Result>,
    payload: Payload,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Result>;
}
