import { type PolicyRule, ruleAllows } from '../auth/rbac.ts';
import type { RequestInfo } from './request-info.ts';

/** One request as the server saw it. The last fields fill in as it is answered. */
export interface LoggedRequest {
  /** 1 for the first request. */
  readonly sequence: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly userAgent: string;
  readonly accept: string;
  /** `system:anonymous` without credentials, empty for credentials that prove nobody. */
  readonly user: string;
  readonly info: RequestInfo;
  /** RBAC's verb; the HTTP method in lower case for a non-resource path. */
  readonly verb: string;
  readonly group: string;
  /** Plural, with the subresource after a slash; empty for a non-resource path. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** `undefined` until headers are sent, and for good where the connection was cut before. */
  status: number | undefined;
  /** The fault that was played on it. */
  fault: string | undefined;
  /** Watch events sent, bookmarks and errors included. */
  events: number;
  /** The response has ended or its connection is gone. */
  ended: boolean;
}

const READ_VERBS = new Set(['get', 'list', 'watch']);
const SELF_REVIEWS = new Set([
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authentication.k8s.io/selfsubjectreviews',
]);

/** Every request since the start (or the last `clear`), with the questions tests ask of it. */
export class RequestLog {
  readonly #limit: number;
  #entries: LoggedRequest[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Adds an entry, dropping the oldest beyond the limit. */
  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
    if (this.#entries.length > this.#limit * 2) this.#entries = this.#entries.slice(-this.#limit);
  }

  clear(): void {
    this.#entries = [];
  }

  matching(
    match: Partial<
      Pick<LoggedRequest, 'verb' | 'resource' | 'namespace' | 'name' | 'user' | 'group' | 'status'>
    >,
  ) {
    return this.#entries.filter(
      (entry) =>
        (match.verb === undefined || entry.verb === match.verb) &&
        (match.resource === undefined || entry.resource === match.resource) &&
        (match.namespace === undefined || entry.namespace === match.namespace) &&
        (match.name === undefined || entry.name === match.name) &&
        (match.user === undefined || entry.user === match.user) &&
        (match.group === undefined || entry.group === match.group) &&
        (match.status === undefined || entry.status === match.status),
    );
  }

  /** Requests that are neither get, list or watch nor a question about the asker's own access. */
  writes(): readonly LoggedRequest[] {
    return this.#entries.filter((entry) => !isReadOnly(entry));
  }

  /** Throws, naming the offenders, unless every request only read or asked about the asker's own access. */
  assertReadOnly(): void {
    const writes = this.writes();
    if (writes.length === 0) return;
    throw new Error(`the client did more than read:\n${writes.map(describe).join('\n')}`);
  }

  /** Throws, naming the offenders, unless each resource request is covered by one of the rules of a role. */
  assertWithin(rules: readonly PolicyRule[]): void {
    const beyond = this.#entries.filter(
      (entry) =>
        entry.info.isResource && !isSelfReview(entry) && !rules.some((rule) => ruleAllows(rule, entry.info)),
    );
    if (beyond.length === 0) return;
    throw new Error(`the client asked for more than the role grants:\n${beyond.map(describe).join('\n')}`);
  }

  /** `list pods`, `watch networkpolicies.networking.k8s.io`, … each once, sorted. */
  permissionsUsed(): readonly string[] {
    const used = new Set<string>();
    for (const entry of this.#entries) {
      if (!entry.info.isResource) continue;
      used.add(`${entry.verb} ${entry.group === '' ? entry.resource : `${entry.resource}.${entry.group}`}`);
    }
    return [...used].sort();
  }
}

function isSelfReview(entry: LoggedRequest): boolean {
  return entry.verb === 'create' && SELF_REVIEWS.has(`${entry.group}/${entry.resource}`);
}

function isReadOnly(entry: LoggedRequest): boolean {
  return isSelfReview(entry) || READ_VERBS.has(entry.verb);
}

function describe(entry: LoggedRequest): string {
  const query = new URLSearchParams(entry.query).toString();
  return `  ${entry.method} ${entry.path}${query === '' ? '' : `?${query}`} (${entry.verb}) by ${entry.user || 'nobody'}`;
}
