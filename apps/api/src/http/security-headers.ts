import { randomBytes } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/**
 * The one style element that can't carry a nonce: Cytoscape puts it into the page with exactly this text.
 * SHA-256 of `.__________cytoscape_container { position: relative; }`.
 */
const CYTOSCAPE_STYLE = "'sha256-pgvDUBa4IjFA2yuSJ2cqcyxmNYJMborsd0ORcRv9vw8='";

/**
 * The headers that keep a page honest. Scripts and workers come from this server only; style elements need the nonce
 * of their response (styles set through the CSSOM don't); nothing may frame the app, and it may talk to nobody else.
 */
export function securityHeaders(): RequestHandler[] {
  const withNonce: RequestHandler = (_req, res, next) => {
    res.locals.cspNonce = randomBytes(16).toString('base64');
    next();
  };
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'", CYTOSCAPE_STYLE, (_req, res) => `'nonce-${cspNonce(res)}'`],
        'img-src': ["'self'", 'data:', 'blob:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'worker-src': ["'self'"],
        'manifest-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    // The server speaks plain HTTP on loopback; a proxy that ends TLS sets this for its own name.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  const permissions: RequestHandler = (_req, res, next) => {
    res.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    next();
  };
  return [withNonce, headers, permissions];
}

/** The nonce that the response's policy allows. */
export function cspNonce(res: Pick<Response, 'locals'> | object): string {
  const locals: unknown = 'locals' in res ? res.locals : undefined;
  if (typeof locals !== 'object' || locals === null || !('cspNonce' in locals)) return '';
  return String(locals.cspNonce);
}
