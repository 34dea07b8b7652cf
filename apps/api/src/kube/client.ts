import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../clock.ts';
import { at, isObject, listAt, textAt } from '../json.ts';
import { createCredentials, libraryConfig } from './credentials.ts';
import { KubeError, networkProblem, protocolProblem, statusProblem, timeoutProblem } from './error.ts';
import type { KubeconfigEntry } from './kubeconfig.ts';
import { proxyFromEnvironment } from './proxy.ts';

export interface KubeRequest {
  /** Begins with `/`, without the query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: string;
  /** Until the first byte of the answer, where less than the client's own patience is right. */
  readonly answerMs?: number;
  readonly signal: AbortSignal;
}

/** The questions that a caller may ask about itself; creating one changes nothing in the cluster. */
export type SelfReview = 'selfsubjectaccessreviews' | 'selfsubjectrulesreviews';

/**
 * A cluster's API, as one user of one kubeconfig context, for reading. There is no other way from this program to a
 * cluster, and it has no method that could change one: what `dryRun` sends is validated and thrown away.
 */
export interface KubeClient {
  /** The whole answer, as JSON. @throws {KubeError} */
  getJson(request: KubeRequest): Promise<unknown>;
  /** An answer that goes on; `body` ends or fails when the connection does. @throws {KubeError} */
  getStream(request: KubeRequest): Promise<Readable>;
  /** @throws {KubeError} */
  review(kind: SelfReview, spec: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>;
  /**
   * Has the API server go through all it does to apply an object, but for keeping it.
   * @param path of the object, without a query
   * @param text YAML or JSON, as the server is to read it
   * @throws {KubeError} with what the server has against it
   */
  dryRun(path: string, text: string, signal: AbortSignal): Promise<void>;
  /** Ends connections that are kept open for the next request. */
  close(): void;
}

export interface ClientTimings {
  /** Until the first byte of an answer. */
  readonly answerMs: number;
  /** Between two bytes of one. */
  readonly idleMs: number;
  /** For the whole of one that isn't a stream. */
  readonly totalMs: number;
}

export interface ClientOptions {
  readonly clock: Clock;
  readonly env?: NodeJS.ProcessEnv;
  readonly timings?: Partial<ClientTimings>;
  /** What a sign-in plugin prints while it runs. */
  readonly onMessage?: (text: string) => void;
}

/**
 * A server-side apply of which nothing is kept. Servers that know applying know `dryRun` as well: it is older.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run
 */
const DRY_RUN = { fieldManager: 'bulkhead', fieldValidation: 'Strict', force: 'true', dryRun: 'All' };

type Method = 'GET' | 'POST' | 'PATCH';

/** Nothing leaves this program that could change a cluster, whatever the code above this line is made to do. */
function refuseWrites(method: Method, url: URL): void {
  const isReview = /\/apis\/authorization\.k8s\.io\/v1\/selfsubject(?:access|rules)reviews$/.test(
    url.pathname,
  );
  const isDryRun = url.searchParams.getAll('dryRun').join() === 'All';
  if (method === 'GET' || (method === 'POST' && isReview) || (method === 'PATCH' && isDryRun)) return;
  throw new TypeError(`${method} ${url.pathname} could change the cluster`);
}

const DEFAULT_TIMINGS: ClientTimings = { answerMs: 30_000, idleMs: 30_000, totalMs: 120_000 };
const MAX_ERROR_BODY = 64 * 1024;
const MAX_JSON_BODY = 512 * 1024 * 1024;
const USER_AGENT = 'bulkhead (read-only)';

/** @throws {KubeError} when the kubeconfig's entry can't be used */
export function createClient(entry: KubeconfigEntry, options: ClientOptions): KubeClient {
  const { clock, env = process.env, onMessage } = options;
  const timings = { ...DEFAULT_TIMINGS, ...options.timings };
  const base = serverUrl(entry);
  const config = new KubeConfig();
  config.loadFromString(libraryConfig(entry, proxyFromEnvironment(base, env)));
  const users = config.getUsers();
  const closed = new AbortController();
  const credentials = createCredentials(entry, {
    clock,
    env,
    signal: closed.signal,
    ...(onMessage === undefined ? {} : { onMessage }),
  });
  const agents = createAgents(textAt(entry.cluster, 'proxy-url') ?? proxyFromEnvironment(base, env));

  const impersonation = impersonationHeaders(entry);
  const authorize = async (): Promise<RequestOptions> => {
    const credential = await credentials.current();
    config.users = users.map((user) => ({ ...user, ...credential }));
    const found: RequestOptions = { headers: {} };
    try {
      await config.applyToHTTPSOptions(found);
    } catch (error) {
      throw new KubeError(networkProblem(error));
    }
    // A request that comes after the end would make an agent anew, and with it a connection that nobody closes.
    if (closed.signal.aborted) throw new KubeError(networkProblem(closed.signal.reason));
    return agents.reuse(found);
  };

  const exchange = async (
    method: Method,
    { path, query = {}, accept = 'application/json', answerMs = timings.answerMs, signal }: KubeRequest,
    gzip: boolean,
    body?: { readonly type: string; readonly text: string },
  ): Promise<IncomingMessage> => {
    const url = new URL(base.href.replace(/\/$/, '') + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    refuseWrites(method, url);
    const attempt = async () => {
      const auth = await authorize();
      return await send(url, auth, {
        method,
        headers: {
          ...auth.headers,
          ...impersonation,
          accept,
          'user-agent': USER_AGENT,
          ...(gzip ? { 'accept-encoding': 'gzip' } : {}),
          ...(body === undefined
            ? {}
            : { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) }),
        },
        body: body?.text,
        signal,
        clock,
        answerMs: Math.min(answerMs, timings.answerMs),
      });
    };
    const attemptAgain = async (error: unknown) => {
      if (error instanceof StaleConnection) return await attempt();
      throw error;
    };
    let response = await attempt().catch(attemptAgain).catch(staleIsBroken);
    if (response.statusCode === 401) {
      // Tokens expire earlier than they say when keys rotate; a new one costs one more request.
      response.resume();
      credentials.invalidate();
      response = await attempt().catch(attemptAgain).catch(staleIsBroken);
    }
    if (response.statusCode === 200 || response.statusCode === 201) return response;
    throw await refusal(response, clock, timings);
  };

  const json = async (response: IncomingMessage): Promise<unknown> => {
    const type = response.headers['content-type'] ?? '';
    const text = await readText(response, MAX_JSON_BODY, clock, timings);
    if (!/^application\/json\b/.test(type)) {
      throw new KubeError(
        protocolProblem(`It sent ${type === '' ? 'no content type' : type} instead of JSON.`),
      );
    }
    try {
      return JSON.parse(text);
    } catch {
      throw new KubeError(protocolProblem('It sent JSON that is malformed or cut short.'));
    }
  };

  return {
    getJson: async (request) => json(await exchange('GET', request, true)),
    getStream: (request) => exchange('GET', request, false),
    review: async (kind, spec, signal) => {
      const path = `/apis/authorization.k8s.io/v1/${kind}`;
      const type = kind === 'selfsubjectaccessreviews' ? 'SelfSubjectAccessReview' : 'SelfSubjectRulesReview';
      const body = JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: type, spec });
      return json(await exchange('POST', { path, signal }, false, { type: 'application/json', text: body }));
    },
    dryRun: async (path, text, signal) => {
      await json(
        await exchange('PATCH', { path, query: DRY_RUN, signal }, false, {
          type: 'application/apply-patch+yaml',
          text,
        }),
      );
    },
    close() {
      closed.abort();
      agents.close();
    },
  };
}

/** `as` is the library's; it does not know the groups, the uid and the rest that kubectl sends with it. */
function impersonationHeaders({ user }: KubeconfigEntry): Record<string, string | string[]> {
  if (textAt(user, 'as') === undefined) return {};
  const texts = (list: readonly unknown[]) => list.filter((item) => typeof item === 'string');
  const groups = texts(listAt(user, 'as-groups'));
  const uid = textAt(user, 'as-uid');
  const extra = at(user, 'as-user-extra');
  return {
    ...(groups.length === 0 ? {} : { 'impersonate-group': groups }),
    ...(uid === undefined ? {} : { 'impersonate-uid': uid }),
    ...Object.fromEntries(
      Object.entries(isObject(extra) ? extra : {}).map(([key, value]) => [
        `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
        Array.isArray(value) ? texts(value) : [],
      ]),
    ),
  };
}

function serverUrl(entry: KubeconfigEntry): URL {
  const server = textAt(entry.cluster, 'server');
  const url = server !== undefined && URL.canParse(server) ? new URL(server) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new KubeError({
    code: 'kubeconfig-invalid',
    title: `The context "${entry.context.name}" has no usable server address.`,
    hint: 'Check it with: kubectl config view.',
  });
}

/**
 * The library makes a new agent for each request, which would mean a new connection and a new TLS handshake; one is
 * kept as long as what it was made from stays the same.
 */
function createAgents(proxy: string | undefined) {
  let kept: { readonly from: string; readonly agent: RequestOptions['agent'] } | undefined;
  const destroy = () => {
    if (typeof kept?.agent === 'object') kept.agent.destroy();
    kept = undefined;
  };
  return {
    reuse(options: RequestOptions): RequestOptions {
      const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, auth, headers } = options;
      const from = JSON.stringify(
        [ca, cert, key, pfx, passphrase, rejectUnauthorized, servername].map(String),
      );
      if (kept?.from !== from) {
        destroy();
        // The library's own agent knows its way through a proxy; without one, connections are kept open.
        const tls = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
        const defined = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
        const direct = () =>
          new Agent({ ...defined, keepAlive: true, keepAliveMsecs: 30_000, scheduling: 'lifo' });
        kept = { from, agent: proxy === undefined ? direct() : options.agent };
      }
      return {
        ...(auth === undefined ? {} : { auth }),
        ...(headers === undefined ? {} : { headers }),
        ...(kept.agent === undefined ? {} : { agent: kept.agent }),
      };
    },
    close: destroy,
  };
}

/** A connection that was kept open turned out to be closed; the request has not been seen by anyone. */
class StaleConnection extends Error {}

interface SendOptions {
  readonly method: Method;
  readonly headers: NonNullable<RequestOptions['headers']>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly answerMs: number;
}

function send(url: URL, auth: RequestOptions, options: SendOptions): Promise<IncomingMessage> {
  const { method, headers, body, signal, clock, answerMs } = options;
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const { agent, ...rest } = auth;
    const init = { ...rest, method, headers, signal };
    const request: ClientRequest = secure
      ? httpsRequest(url, agent === undefined ? init : { ...init, agent })
      : httpRequest(url, init);
    const cancel = clock.after(answerMs, () => {
      request.destroy(
        new KubeError(timeoutProblem(`Nothing came within ${Math.round(answerMs / 1000)} seconds.`)),
      );
    });
    request.on('socket', (socket) => socket.setKeepAlive(true, 30_000));
    request.on('response', (response) => {
      cancel();
      resolve(response);
    });
    request.on('error', (error) => {
      cancel();
      const stale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
      reject(
        error instanceof KubeError
          ? error
          : stale
            ? new StaleConnection()
            : new KubeError(networkProblem(error)),
      );
    });
    request.end(body);
  });
}

/** Reads an answer to its end, within all limits. */
async function readText(
  response: IncomingMessage,
  limit: number,
  clock: Clock,
  { idleMs, totalMs }: ClientTimings,
): Promise<string> {
  let late: KubeError | undefined;
  const giveUp = (what: string) => () => {
    late = new KubeError(timeoutProblem(what));
    response.destroy(late);
  };
  const cancelTotal = clock.after(totalMs, giveUp('The answer came too slowly.'));
  let cancelIdle = clock.after(idleMs, giveUp('The answer stopped in the middle.'));
  const body = response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response;
  // A pipe doesn't pass on the failure of its source.
  if (body !== response) response.on('error', (error) => body.destroy(error));
  if (body !== response) response.on('close', () => response.complete || body.destroy(new Error('aborted')));
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) continue;
      cancelIdle();
      cancelIdle = clock.after(idleMs, giveUp('The answer stopped in the middle.'));
      size += chunk.length;
      if (size > limit) {
        response.destroy();
        throw new KubeError(protocolProblem(`An answer is larger than ${limit} bytes.`));
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof KubeError) throw error;
    throw late ?? new KubeError(networkProblem(error));
  } finally {
    cancelTotal();
    cancelIdle();
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws {KubeError} */
function staleIsBroken(error: unknown): never {
  if (!(error instanceof StaleConnection)) throw error;
  throw new KubeError({ code: 'unreachable', title: 'The connection to the API server was cut.' });
}

async function refusal(response: IncomingMessage, clock: Clock, timings: ClientTimings): Promise<KubeError> {
  const status = response.statusCode ?? 0;
  const text = await readText(response, MAX_ERROR_BODY, clock, timings).catch(() => '');
  const retryAfterMs = retryAfter(response.headers['retry-after'], clock.now());
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const isStatus = isObject(body) && body.kind === 'Status';
  // A refusal that isn't Kubernetes' own comes from something in between; its pages aren't worth showing.
  const message = isStatus ? textAt(body, 'message') : undefined;
  const explained = isStatus || status >= 500 || status === 404 || status === 429 || status === 401;
  const problem = explained ? statusProblem(status, message) : undefined;
  return new KubeError(
    problem ?? protocolProblem(`It answered with status ${status}, which no API server explains.`),
    {
      ...(explained ? { status } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
}

/** `Retry-After` in milliseconds: seconds, or a date. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header.trim()) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
