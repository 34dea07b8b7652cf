import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authorize, refusal } from '../auth/rbac.ts';
import type { UserDirectory, UserInfo } from '../auth/users.ts';
import type { JsonValue } from '../json.ts';
import {
  badRequest,
  failure,
  forbidden,
  forbiddenPath,
  internalError,
  methodNotAllowed,
  notFound,
  type Status,
  StatusError,
  serviceUnavailable,
  tooLargeResourceVersion,
  unauthorized,
} from '../status.ts';
import type { ResourceType } from '../store/catalogue.ts';
import type { ObjectStore } from '../store/store.ts';
import { discover, type ServerVersion } from './discovery.ts';
import type { Exchange, ResourceExchange } from './exchange.ts';
import { type Fault, type FaultScript, faultOf } from './faults.ts';
import { type ListSettings, list } from './lists.ts';
import { negotiate } from './negotiate.ts';
import { pause, sendJson, sendStatus, sendText } from './reply.ts';
import { requestInfo } from './request-info.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { answerReview, type ReviewSettings } from './reviews.ts';
import { partialMetadata, table, wholeObject } from './transform.ts';
import type { Watches } from './watches.ts';
import { dryRun } from './writes.ts';

export interface HandlerContext {
  readonly store: () => ObjectStore;
  readonly users: UserDirectory;
  readonly faults: FaultScript;
  readonly log: RequestLog;
  readonly watches: Watches;
  readonly version: ServerVersion;
  readonly anonymousAuth: boolean;
  readonly authorization: 'rbac' | 'always-allow';
  readonly lists: ListSettings;
  readonly reviews: ReviewSettings;
}

/** Larger bodies are refused with 413, as the real server does at 3 MiB. */
const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

const NOBODY: UserInfo = { name: '', groups: [] };

/** The whole chain of one request: log, faults, authentication, authorization, then what it asks for. */
export function createHandler(context: HandlerContext) {
  let sequence = 0;

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'https://stand-in');
    const info = requestInfo(request.method ?? 'GET', url.pathname, url.searchParams);
    const user = context.users.authenticate(request);
    sequence += 1;
    const entry: LoggedRequest = {
      sequence,
      method: request.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      userAgent: request.headers['user-agent'] ?? '',
      accept: request.headers.accept ?? '',
      user: user?.name ?? '',
      info,
      verb: info.verb,
      group: info.isResource ? info.group : '',
      resource: !info.isResource
        ? ''
        : info.subresource
          ? `${info.resource}/${info.subresource}`
          : info.resource,
      namespace: info.isResource ? info.namespace : '',
      name: info.isResource ? info.name : '',
      status: undefined,
      fault: undefined,
      events: 0,
      ended: false,
    };
    context.log.add(entry);
    const faults = context.faults.take(entry);
    if (faults.length > 0) entry.fault = faults.map((fault) => fault.kind).join('+');
    response.on('close', () => {
      entry.ended = true;
    });
    response.setHeader('Audit-Id', randomUUID());
    response.setHeader('Cache-Control', 'no-cache, private');
    const exchange: Exchange = {
      request,
      response,
      query: url.searchParams,
      info,
      user: user ?? NOBODY,
      faults,
      entry,
    };

    const delay = faultOf(faults, 'delay');
    if (delay !== undefined) await pause(delay.ms);
    if (await playInstead(exchange, faults)) return;
    try {
      if (user === undefined) throw new StatusError(unauthorized());
      if (user.name === 'system:anonymous' && !context.anonymousAuth) throw new StatusError(unauthorized());
      authorizeOrThrow(context, exchange);
      if (info.isResource) await handleResource(context, { ...exchange, info });
      else if (!(await discover(exchange, context.store(), context.version))) await notServed(exchange);
    } catch (error) {
      const status =
        error instanceof StatusError
          ? error
          : new StatusError(internalError(error instanceof Error ? error.message : String(error)));
      if (!response.headersSent) await sendStatus(exchange, status);
      else response.destroy();
    }
  };
}

function authorizeOrThrow(context: HandlerContext, exchange: Exchange): void {
  if (context.authorization === 'always-allow') return;
  const { info, user } = exchange;
  const decision = authorize(context.store(), user, info);
  if (decision.allowed) return;
  const status = info.isResource
    ? forbidden(
        { group: info.group, resource: info.resource, name: info.name },
        refusal(user, info, decision.reason),
      )
    : forbiddenPath(user.name, info.verb, info.path);
  throw new StatusError(status, { 'X-Content-Type-Options': 'nosniff' });
}

async function handleResource(context: HandlerContext, exchange: ResourceExchange): Promise<void> {
  const { info, request } = exchange;
  const body = request.method === 'GET' || request.method === 'HEAD' ? undefined : await readBody(request);
  if (
    info.verb === 'create' &&
    (await answerReview(exchange, context.store(), () => parseJson(body), context.reviews))
  )
    return;
  const type = context.store().typeOf(info.group, info.version, info.resource);
  if (type === undefined) return noSuchResource(exchange, context.store());
  // A namespaced kind is read across namespaces, but a cluster-scoped one isn't found inside one.
  if (!type.namespaced && info.namespace !== '' && info.resource !== 'namespaces') return notServed(exchange);
  switch (info.verb) {
    case 'list':
      return list(exchange, context.store(), type, context.lists);
    case 'watch':
      return context.watches.start(exchange, context.store(), type);
    case 'get':
      if (isCollectionPath(info.path, info.resource)) {
        // A list that a field selector narrows to one name is authorized like a get but stays a list.
        return exchange.query.has('watch')
          ? context.watches.start(exchange, context.store(), type)
          : list(exchange, context.store(), type, context.lists);
      }
      return get(exchange, context.store(), type);
    default:
      if (await dryRun(exchange, context.store(), type, body)) return;
      throw new StatusError(methodNotAllowed());
  }
}

function isCollectionPath(path: string, resource: string): boolean {
  return (
    path
      .split('/')
      .filter((part) => part !== '')
      .at(-1) === resource
  );
}

async function get(exchange: ResourceExchange, store: ObjectStore, type: ResourceType): Promise<void> {
  const { info } = exchange;
  if (info.subresource !== '' && info.subresource !== 'status') return notServed(exchange);
  const form = negotiate(exchange.request.headers.accept, {
    group: 'meta.k8s.io',
    version: 'v1',
    kinds: ['Table', 'PartialObjectMetadata'],
  });
  const object = store.get(type, info.namespace, info.name);
  if (object === undefined) throw new StatusError(notFound(info));
  const apiVersion = info.group === '' ? info.version : `${info.group}/${info.version}`;
  const shaped =
    form.as === 'Table'
      ? table([object], {})
      : form.as === 'PartialObjectMetadata'
        ? partialMetadata(object)
        : wholeObject(object, apiVersion);
  await sendJson(exchange, shaped, { yaml: form.yaml });
}

/** A group of the server's own answers for its resources; one that definitions made leaves it to the router. */
async function noSuchResource(exchange: ResourceExchange, store: ObjectStore): Promise<void> {
  const { group, version } = exchange.info;
  const own = store
    .types()
    .some((type) => !type.custom && type.group === group && type.versions.includes(version));
  if (!own) return notServed(exchange);
  const message = 'the server could not find the requested resource';
  throw new StatusError(failure(404, 'NotFound', message, {}));
}

/** What the server's router says to a path nothing is registered under. */
async function notServed(exchange: Exchange): Promise<void> {
  await sendText(exchange, 404, '404 page not found\n');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += buffer.length;
    if (bytes > BODY_LIMIT_BYTES) {
      throw new StatusError(
        failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT_BYTES}`),
      );
    }
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(body: string | undefined): JsonValue | undefined {
  if (body === undefined || body === '') return undefined;
  try {
    const value: JsonValue = JSON.parse(body);
    return value;
  } catch (error) {
    throw new StatusError(badRequest(error instanceof Error ? error.message : 'invalid JSON'));
  }
}

/** Plays a fault that takes the place of the answer. `false`: none of them does. */
async function playInstead(exchange: Exchange, faults: readonly Fault[]): Promise<boolean> {
  for (const fault of faults) {
    switch (fault.kind) {
      case 'reset':
        exchange.request.socket.resetAndDestroy();
        return true;
      case 'hang':
        return true;
      case 'raw':
        await sendText(exchange, fault.code, fault.body, { 'Content-Type': fault.contentType });
        return true;
      case 'status':
        await playStatus(exchange, fault);
        return true;
      default:
        break;
    }
  }
  return false;
}

async function playStatus(exchange: Exchange, fault: Extract<Fault, { kind: 'status' }>): Promise<void> {
  const headers: Record<string, string> =
    fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) };
  if (fault.body !== undefined) {
    await sendJson(exchange, fault.body, { status: fault.code, headers });
  } else if (fault.code === 429 && fault.message === undefined) {
    // Priority and fairness refuses before the REST layer, in plain text.
    await sendText(exchange, 429, 'Too many requests, please try again later.\n', {
      'Retry-After': '1',
      ...headers,
    });
  } else {
    await sendStatus(exchange, new StatusError(defaultStatus(fault.code, fault.message), headers));
  }
}

function defaultStatus(code: number, message: string | undefined): Status {
  switch (code) {
    case 401:
      return unauthorized();
    case 410:
      return failure(410, 'Expired', message ?? 'The resourceVersion for the provided list is too old.');
    case 429:
      return failure(429, 'TooManyRequests', message ?? 'storage is (re)initializing', {
        retryAfterSeconds: 1,
      });
    case 500:
      return internalError(message ?? 'etcdserver: leader changed');
    case 503:
      return serviceUnavailable(message ?? 'the server is currently unable to handle the request');
    case 504:
      return message === undefined ? tooLargeResourceVersion(2, 1) : failure(504, 'Timeout', message);
    default:
      return failure(
        code,
        'Unknown',
        message ?? 'an error on the server has prevented the request from succeeding',
      );
  }
}
