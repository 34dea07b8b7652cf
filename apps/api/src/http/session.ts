import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/*
 * Who may use the server. The token is in the printed link; the link is exchanged for a cookie that scripts can't
 * read, so that the token doesn't stay in the address bar, the history or a Referer.
 *
 * The cookie is signed with a key that may outlive the process (`loadSessionKey`): a browser tab survives a restart of
 * the server, while the token is new each time.
 */

export interface Sessions {
  /** Compares in constant time. */
  tokenIsValid(candidate: string): boolean;
  cookieName: string;
  /** The value of `Set-Cookie` for a new session. */
  newCookie(options: { readonly secure: boolean }): string;
  /** Whether a `Cookie` header carries a session of this server that has not expired. */
  cookieIsValid(header: string | undefined): boolean;
}

export interface SessionOptions {
  readonly token: string;
  readonly key: Uint8Array;
  /** Cookies aren't separated by port; two servers on one host must not overwrite each other's. */
  readonly port: number;
  readonly now: () => number;
}

const LIFETIME_SECONDS = 7 * 24 * 3600;

/** 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function createSessions({ token, key, port, now }: SessionOptions): Sessions {
  const cookieName = `bulkhead-session-${port}`;
  const sign = (payload: string) =>
    createHmac('sha256', key).update(`${cookieName}=${payload}`).digest('base64url');
  return {
    cookieName,
    tokenIsValid: (candidate) => sameSecret(candidate, token),
    newCookie({ secure }) {
      const expires = Math.floor(now() / 1000) + LIFETIME_SECONDS;
      const payload = `${expires}.${randomBytes(12).toString('base64url')}`;
      const attributes = [`Max-Age=${LIFETIME_SECONDS}`, 'Path=/', 'HttpOnly', 'SameSite=Strict'];
      return [`${cookieName}=${payload}.${sign(payload)}`, ...attributes, ...(secure ? ['Secure'] : [])].join(
        '; ',
      );
    },
    cookieIsValid(header) {
      return cookies(header, cookieName).some((value) => {
        const match = /^((\d{1,12})\.[\w-]{16})\.([\w-]{43})$/.exec(value);
        if (match?.[1] === undefined || match[3] === undefined) return false;
        return sameSecret(match[3], sign(match[1])) && Number(match[2]) * 1000 > now();
      });
    },
  };
}

/** Digests have one length, so the comparison doesn't tell how long the secret is. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function cookies(header: string | undefined, name: string): string[] {
  return (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
}
