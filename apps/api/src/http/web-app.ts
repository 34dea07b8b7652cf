import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import express, { type RequestHandler } from 'express';
import { ApiProblem } from './problem.ts';
import { cspNonce } from './security-headers.ts';

const YEAR_MS = 365 * 24 * 3600 * 1000;

/**
 * Serves the built web app: its files by name, and its page for every path that the app routes itself.
 * @param root the directory with `index.html`
 */
export function webApp(root: string): RequestHandler[] {
  const files = express.static(root, {
    index: false,
    redirect: false,
    dotfiles: 'deny',
    setHeaders: (res, path) => {
      // Vite puts a hash of the content into the names of everything under assets/.
      const hashed = path.startsWith(join(root, 'assets'));
      res.setHeader('Cache-Control', hashed ? `public, max-age=${YEAR_MS / 1000}, immutable` : 'no-cache');
    },
  });

  const page: RequestHandler = async (req, res, next) => {
    if (
      req.path.startsWith('/api/') ||
      req.path.startsWith('/assets/') ||
      (extname(req.path) !== '' && req.path !== '/index.html')
    ) {
      next();
      return;
    }
    const html = await readFile(join(root, 'index.html'), 'utf8').catch(() => undefined);
    if (html === undefined) {
      throw new ApiProblem('not-found', 404, {
        title: 'The web app is not built.',
        hint: 'Run "npm start", which builds it, or "pnpm build".',
      });
    }
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    // The page holds the nonce of this response's policy, so it must not be used with another's.
    res.setHeader('Cache-Control', 'no-store');
    res.end(withNonce(html, cspNonce(res)));
  };
  return [
    // Not by its name either: a page without a nonce would be a page without an editor.
    (req, res, next) => (req.path === '/index.html' ? page(req, res, next) : files(req, res, next)),
    page,
  ];
}

/** Where the app finds the nonce for style elements that its libraries make: `<meta property="csp-nonce">`. */
function withNonce(html: string, nonce: string): string {
  return html.replace('<head>', () => `<head>\n    <meta property="csp-nonce" nonce="${nonce}" />`);
}
