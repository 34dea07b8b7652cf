import { createServer as createHttpServer } from 'node:http';
import compression from 'compression';
import express, { type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { type Clock, systemClock } from './clock.ts';
import {
  checkHost,
  checkOrigin,
  isAuthorized,
  limiter,
  type RateLimits,
  readOnly,
  requireSession,
} from './http/guards.ts';
import { createLogger, requestLog } from './http/logging.ts';
import { ApiProblem, noSuchEndpoint, problemHandler } from './http/problem.ts';
import { apiRoutes, type HttpTimings } from './http/routes.ts';
import { securityHeaders } from './http/security-headers.ts';
import { createSessions, newToken, type Sessions } from './http/session.ts';
import type { SseChannel } from './http/sse.ts';
import { webApp } from './http/web-app.ts';
import { closer, listen } from './listen.ts';
import { createPool } from './sources/pool.ts';
import type { Catalogue } from './sources/source.ts';

/**
 * `token`: a token in the link, a cookie after that. `trusted-proxy`: none here; only for a server that nothing but an
 * authenticating proxy can reach.
 */
export type AuthMode = 'token' | 'trusted-proxy';

export interface ServerOptions {
  readonly catalogue: Catalogue;
  /** Default `127.0.0.1`. Anything that isn't loopback needs `auth` said explicitly. */
  readonly host?: string;
  /** Default 0, any free port. A port that is taken is followed by the next ones; see `listen`. */
  readonly port?: number;
  readonly auth?: AuthMode;
  /** Default: random. At least 32 characters of `A-Z a-z 0-9 _ -`. */
  readonly token?: string;
  /** Signs session cookies; default: random, so that sessions end with the process. See `loadSessionKey`. */
  readonly sessionKey?: Uint8Array;
  /** More names (`name` or `name:port`) that the server answers to, beside loopback's and `host`. */
  readonly allowedHosts?: readonly string[];
  /** The built web app's directory; without it only the API is served. */
  readonly webRoot?: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly timings?: Partial<HttpTimings>;
  readonly limits?: Partial<RateLimits>;
  readonly maxStreams?: number;
  /** Whether policies may be sent to the API server for validation by a dry run; default: no. Sources must allow it too. */
  readonly allowDryRun?: boolean;
  readonly lingerMs?: number;
}

export interface RunningServer {
  /** Without the token: `http://127.0.0.1:4680/`. */
  readonly url: string;
  /** With the token, to be opened once; the same as `url` where there is none. */
  readonly link: string;
  /** Empty for `trusted-proxy`. */
  readonly token: string;
  readonly port: number;
  /** Ends streams, watches and connections; resolves when nothing is left running. Safe to call twice. */
  close(): Promise<void>;
}

const DEFAULT_TIMINGS: HttpTimings = {
  readyMs: 25_000,
  heartbeatMs: 15_000,
  stallMs: 30_000,
  retryMs: 1_000,
};
const DEFAULT_LIMITS: RateLimits = { requests: 1_200, refusals: 60 };
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Starts the server.
 * @throws {Error} with a message for the user when the options would expose the cluster, or no port is free
 */
export async function createServer(options: ServerOptions): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1';
  const auth = checkExposure(host, options);
  const token = auth === 'trusted-proxy' ? '' : checkToken(options.token ?? newToken());
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? createLogger();
  const pool = createPool({ catalogue: options.catalogue, clock, lingerMs: options.lingerMs ?? 30_000 });
  const streams = new Set<SseChannel>();
  let closing = false;

  // The guards know the port, which is only known once the server listens.
  let handler: RequestHandler = (_req, res) => {
    res.status(503).end();
  };
  const outer = express();
  outer.disable('x-powered-by');
  outer.use((req, res, next) => handler(req, res, next));
  const server = createHttpServer(
    {
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 5_000,
      maxHeaderSize: 16 * 1024,
      insecureHTTPParser: false,
    },
    outer,
  );
  server.maxConnections = 512;
  const closeServer = closer(server);
  const port = await listen(server, host, options.port ?? 0);

  const sessions =
    auth === 'token'
      ? createSessions({
          token,
          key: options.sessionKey ?? Buffer.from(newToken()),
          port,
          now: () => clock.now(),
        })
      : undefined;
  handler = buildApp({
    hosts: allowedHosts(host, port, options.allowedHosts ?? []),
    sessions,
    logger,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    isClosing: () => closing,
    webRoot: options.webRoot,
    dryRun: options.allowDryRun === true,
    api: apiRoutes({
      catalogue: options.catalogue,
      pool,
      clock,
      timings: { ...DEFAULT_TIMINGS, ...options.timings },
      maxStreams: options.maxStreams ?? 64,
      streams,
    }),
  });

  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
  let closed: Promise<void> | undefined;
  const close = async () => {
    closing = true;
    for (const stream of streams) stream.end();
    await Promise.all([closeServer(), pool.close()]);
  };
  return {
    url,
    link: token === '' ? url : `${url}?token=${token}`,
    token,
    port,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

interface AppParts {
  readonly hosts: ReadonlySet<string>;
  readonly sessions: Sessions | undefined;
  readonly logger: Logger;
  readonly limits: RateLimits;
  readonly isClosing: () => boolean;
  readonly webRoot: string | undefined;
  readonly dryRun: boolean;
  readonly api: RequestHandler;
}

/** The one thing that is posted: policies to be validated. */
const DRY_RUN_PATH = /^\/api\/v1\/clusters\/[^/]+\/dry-run$/;

function buildApp(parts: AppParts): RequestHandler {
  const { hosts, sessions, logger, limits, isClosing, webRoot, dryRun, api } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.use(requestLog(logger));
  app.use(securityHeaders());

  // Probes come by address and tell nothing, so they stand before the guards.
  app.get('/livez', (_req, res) => {
    res.json({ status: 'ok' });
  });
  app.get('/readyz', (_req, res) => {
    res.status(isClosing() ? 503 : 200).json({ status: isClosing() ? 'shutting-down' : 'ok' });
  });

  app.use(checkHost(hosts), checkOrigin(hosts), readOnly(dryRun ? DRY_RUN_PATH : undefined));
  app.use((_req, res, next) => {
    if (isClosing()) {
      res.setHeader('Connection', 'close');
      throw new ApiProblem('shutting-down', 503, { title: 'The server is shutting down.' });
    }
    next();
  });
  if (sessions !== undefined) app.use(startSession(sessions, limits));
  app.use(
    '/api/v1',
    limiter(limits.requests, 'Too many requests.'),
    requireSession({ sessions, limits }),
    compression({
      filter: (req, res) =>
        !/event-stream/.test(String(res.getHeader('Content-Type'))) && compression.filter(req, res),
    }),
    api,
  );
  if (webRoot !== undefined) app.use(webApp(webRoot));
  app.use(noSuchEndpoint);
  app.use(problemHandler(logger));
  return app;
}

/** Turns the printed link into a session: sets the cookie and goes on to the same address without the token. */
function startSession(sessions: Sessions, limits: RateLimits): RequestHandler {
  const refusals = limiter(limits.refusals, 'Too many requests without a valid token.');
  return (req, res, next) => {
    const { token, ...rest } = req.query;
    if (token === undefined || req.path.startsWith('/api/')) {
      next();
      return;
    }
    const target = new URLSearchParams(
      Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ).toString();
    const goOn = () => {
      res.setHeader('Cache-Control', 'no-store');
      res.redirect(303, `${ownPath(req.path)}${target === '' ? '' : `?${target}`}`);
    };
    if (typeof token === 'string' && sessions.tokenIsValid(token)) {
      res.setHeader('Set-Cookie', sessions.newCookie({ secure: req.secure }));
      goOn();
    } else if (isAuthorized(req, sessions)) {
      // An old link in a browser that already has a session.
      goOn();
    } else {
      // The page opens and says what to do; it gets nothing from the API.
      refusals(req, res, (error?: unknown) => (error === undefined ? goOn() : next(error)));
    }
  };
}

/** A path that begins with two slashes (or what browsers take for such) would lead to another host. */
function ownPath(path: string): string {
  return `/${path.replace(/^[/\\]+/, '')}`;
}

function checkExposure(host: string, options: ServerOptions): AuthMode {
  if (!LOOPBACK.has(host)) {
    if (options.auth === undefined) {
      throw new Error(
        `Listening on ${host} lets other machines in. Say how they are to be told apart: --auth token, or --auth trusted-proxy.`,
      );
    }
    if ((options.allowedHosts ?? []).length === 0 && (host === '0.0.0.0' || host === '::')) {
      throw new Error(
        'Listening on all addresses needs the name the server is to be reached by: --allow-host NAME.',
      );
    }
  }
  return options.auth ?? 'token';
}

function checkToken(token: string): string {
  if (!/^[\w-]{32,200}$/.test(token)) {
    throw new Error('The token must have at least 32 characters, of A-Z, a-z, 0-9, "_" and "-".');
  }
  return token;
}

function allowedHosts(host: string, port: number, more: readonly string[]): ReadonlySet<string> {
  const own = host.includes(':') ? `[${host}]` : host;
  const names = LOOPBACK.has(host) ? ['127.0.0.1', 'localhost', '[::1]'] : [own];
  const given = more.flatMap((name) => (/:\d+$/.test(name) ? [name] : [name, `${name}:${port}`]));
  return new Set([...names.map((name) => `${name}:${port}`), ...given].map((name) => name.toLowerCase()));
}
