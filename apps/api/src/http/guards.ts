import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { ApiProblem, sendProblem } from './problem.ts';
import type { Sessions } from './session.ts';

const MAX_BODY_BYTES = 16 * 1024;

/**
 * Refuses a request whose `Host` isn't one of this server's names. A page of another origin that made its own name
 * point here (DNS rebinding) has its own name in `Host`.
 * @param allowed lower case, with port
 */
export function checkHost(allowed: ReadonlySet<string>): RequestHandler {
  return (req, _res, next) => {
    if (!allowed.has((req.headers.host ?? '').toLowerCase())) {
      throw new ApiProblem('host-not-allowed', 421, {
        title: 'This server does not go by that name.',
        hint: 'Use the address that the server printed, or add the name with --allow-host.',
      });
    }
    next();
  };
}

/** Refuses what another site's page asks for: by `Origin`, and by `Sec-Fetch-Site` where there is no `Origin`. */
export function checkOrigin(allowedHosts: ReadonlySet<string>): RequestHandler {
  return (req, _res, next) => {
    const { origin } = req.headers;
    const site = req.headers['sec-fetch-site'];
    const foreignOrigin = origin !== undefined && !isOwnOrigin(origin, allowedHosts);
    const foreignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
    // A link on another site may open the app itself; SameSite=Strict keeps the cookie out of that request.
    const opensPage =
      req.headers['sec-fetch-mode'] === 'navigate' && req.headers['sec-fetch-dest'] === 'document';
    if (foreignOrigin || (foreignSite && !(opensPage && !req.path.startsWith('/api/')))) {
      throw new ApiProblem('origin-not-allowed', 403, {
        title: 'Pages of other sites may not use this server.',
        hint: 'Open the address that the server printed.',
      });
    }
    next();
  };
}

function isOwnOrigin(origin: string, allowedHosts: ReadonlySet<string>): boolean {
  const match = /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase());
  return match?.[1] !== undefined && allowedHosts.has(match[1]);
}

/**
 * The server only answers questions: GET and HEAD, without a body worth the name.
 * @param posts paths that may be posted to as well; who answers there limits the body
 */
export const readOnly =
  (posts: RegExp | undefined): RequestHandler =>
  (req, res, next) => {
    if (req.method === 'POST' && posts?.test(req.path) === true) {
      next();
      return;
    }
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('Connection', 'close');
      throw new ApiProblem('method-not-allowed', 405, {
        title: 'This server only answers GET and HEAD.',
        headers: { Allow: 'GET, HEAD' },
      });
    }
    const length = Number(req.headers['content-length'] ?? '0');
    if (!(length <= MAX_BODY_BYTES) || req.headers['transfer-encoding'] !== undefined) {
      res.setHeader('Connection', 'close');
      throw new ApiProblem('body-too-large', 413, {
        title: 'The request carries a body that nothing here reads.',
      });
    }
    next();
  };

export interface AuthOptions {
  /** `undefined`: whoever reaches the server may use it (behind a proxy that authenticates). */
  readonly sessions: Sessions | undefined;
  readonly limits: RateLimits;
}

/** Requests a minute, over all callers: behind loopback or a proxy they all have one address. */
export interface RateLimits {
  readonly requests: number;
  readonly refusals: number;
}

/** Refuses a request without this run's token or a session. Goes by the header or the cookie, never by the query. */
export function requireSession({ sessions, limits }: AuthOptions): RequestHandler[] {
  if (sessions === undefined) return [];
  const refusals = limiter(limits.refusals, 'Too many requests without a valid token.');
  const check: RequestHandler = (req, res, next) => {
    if (isAuthorized(req, sessions)) {
      next();
      return;
    }
    refusals(req, res, (error?: unknown) => {
      next(
        error ??
          new ApiProblem('token-required', 401, {
            title: 'This server needs the token it printed when it started.',
            hint: 'Open the link that the server printed, or send the token as "Authorization: Bearer …".',
            headers: { 'WWW-Authenticate': 'Bearer' },
          }),
      );
    });
  };
  return [check];
}

export function isAuthorized(req: Request, sessions: Sessions): boolean {
  const bearer = /^Bearer ([\w-]{1,200})$/i.exec(req.headers.authorization ?? '');
  if (bearer?.[1] !== undefined) return sessions.tokenIsValid(bearer[1]);
  return sessions.cookieIsValid(req.headers.cookie);
}

export function limiter(perMinute: number, title: string): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: () => 'all',
    handler: (req, res) => {
      sendProblem(
        req,
        res,
        new ApiProblem('too-many-requests', 429, {
          title,
          hint: 'Wait for the seconds that Retry-After names.',
        }),
      );
    },
  });
}
