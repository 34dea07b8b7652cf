import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UserInfo } from '../auth/users.ts';
import type { Fault } from './faults.ts';
import type { RequestInfo, ResourceRequest } from './request-info.ts';
import type { LoggedRequest } from './request-log.ts';

/** One request being answered. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly faults: readonly Fault[];
  readonly entry: LoggedRequest;
}

export interface ResourceExchange extends Exchange {
  readonly info: ResourceRequest;
}
