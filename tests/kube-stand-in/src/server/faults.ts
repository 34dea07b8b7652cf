import type { JsonValue } from '../json.ts';
import type { LoggedRequest } from './request-log.ts';

/** Which requests a fault is played on; every field given must agree. */
export interface FaultMatch {
  /** RBAC's verb. */
  readonly verb?: string;
  /** Plural; empty matches paths that are no resource, such as discovery. */
  readonly resource?: string;
  readonly group?: string;
  readonly namespace?: string;
  readonly user?: string;
  /** Anything else, by what was logged of the request. */
  readonly where?: (request: LoggedRequest) => boolean;
}

/** What goes wrong. Times are real milliseconds. */
export type Fault =
  /** An answer of this status in place of the real one. Without a body: what kube-apiserver sends with that status. */
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly retryAfterSeconds?: number;
      readonly message?: string;
      readonly body?: JsonValue;
    }
  /** Any bytes: a captive portal's page, a proxy's error. */
  | { readonly kind: 'raw'; readonly code: number; readonly contentType: string; readonly body: string }
  /** TCP reset before any answer. */
  | { readonly kind: 'reset' }
  /** The request is taken and never answered. */
  | { readonly kind: 'hang' }
  /** The answer starts this much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection is destroyed in the middle of the body. */
  | { readonly kind: 'cut'; readonly afterBytes?: number; readonly afterEvents?: number }
  /** The body stops in the middle without the connection closing; on a watch, no bookmark comes either. */
  | { readonly kind: 'silent'; readonly afterBytes?: number; readonly afterEvents?: number }
  /** The body comes in pieces of this size, one per interval. */
  | { readonly kind: 'trickle'; readonly bytes: number; readonly everyMs: number }
  /** A watch line that is no JSON, after so many events. The stream goes on. */
  | { readonly kind: 'malformed-line'; readonly afterEvents?: number; readonly line?: string }
  /** An ERROR event in the stream, after so many events, and the end of it. 410 where no code is given. */
  | {
      readonly kind: 'error-event';
      readonly afterEvents?: number;
      readonly code?: number;
      readonly message?: string;
    }
  /** A watch that the server ends properly, after so many events. */
  | { readonly kind: 'end'; readonly afterEvents?: number }
  /** A body that ends properly and is only the first part of the JSON. */
  | { readonly kind: 'truncated'; readonly keepBytes: number }
  /** The right body under another media type. */
  | { readonly kind: 'content-type'; readonly contentType: string }
  /** A list as it was so many revisions ago, as a lagging server would answer. */
  | { readonly kind: 'stale'; readonly revisions: number };

export interface FaultRule extends FaultMatch {
  readonly fault: Fault;
  /** How many matching requests it is played on; 1 by default, `Infinity` until cleared. */
  readonly times?: number;
  /** How many matching requests pass unharmed first. */
  readonly skip?: number;
}

interface Armed {
  readonly rule: FaultRule;
  left: number;
  skip: number;
}

/** The faults that are armed. Each request takes those that match it, in the order they were added. */
export class FaultScript {
  #armed: Armed[] = [];

  /** Arms a fault. Returns a function that disarms it. */
  add(rule: FaultRule): () => void {
    const armed: Armed = { rule, left: rule.times ?? 1, skip: rule.skip ?? 0 };
    this.#armed.push(armed);
    return () => {
      this.#armed = this.#armed.filter((one) => one !== armed);
    };
  }

  clear(): void {
    this.#armed = [];
  }

  /** How many faults are still to be played; `Infinity` while one of them has no end. */
  get pending(): number {
    return this.#armed.reduce((sum, armed) => sum + armed.left, 0);
  }

  take(request: LoggedRequest): readonly Fault[] {
    const taken: Fault[] = [];
    for (const armed of this.#armed) {
      if (!matches(armed.rule, request)) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.left -= 1;
      taken.push(armed.rule.fault);
    }
    this.#armed = this.#armed.filter((armed) => armed.left > 0);
    return taken;
  }
}

export function matches(match: FaultMatch, request: LoggedRequest): boolean {
  return (
    (match.verb === undefined || match.verb === request.verb) &&
    (match.resource === undefined || match.resource === request.resource) &&
    (match.group === undefined || match.group === request.group) &&
    (match.namespace === undefined || match.namespace === request.namespace) &&
    (match.user === undefined || match.user === request.user) &&
    (match.where === undefined || match.where(request))
  );
}

/** The one fault of a kind among those played on a request. */
export function faultOf<K extends Fault['kind']>(
  faults: readonly Fault[],
  kind: K,
): Extract<Fault, { kind: K }> | undefined {
  return faults.find((fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind);
}
