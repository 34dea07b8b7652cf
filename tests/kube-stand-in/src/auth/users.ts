import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { stringsIn } from '../json.ts';

/** Who a request comes from, once authenticated. */
export interface UserInfo {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface UserOptions {
  readonly name: string;
  /** Besides `system:authenticated`, and besides the groups a service account's name implies. */
  readonly groups?: readonly string[];
  /** The bearer token; one is made up where none is given. */
  readonly token?: string;
}

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

interface KnownUser {
  readonly info: UserInfo;
  token: string;
}

/** The users the server knows and the credentials that prove them. */
export class UserDirectory {
  readonly #users = new Map<string, KnownUser>();
  readonly #byToken = new Map<string, KnownUser>();

  /** Adds the user, or changes the groups and token of one that is known. */
  add(options: UserOptions): UserInfo {
    const known = this.#users.get(options.name);
    if (known !== undefined) this.#byToken.delete(known.token);
    const user: KnownUser = {
      info: withImpliedGroups(options.name, options.groups ?? known?.info.groups ?? []),
      token: options.token ?? known?.token ?? newToken(),
    };
    this.#users.set(options.name, user);
    this.#byToken.set(user.token, user);
    return user.info;
  }

  has(name: string): boolean {
    return this.#users.has(name);
  }

  /** The user's bearer token; the user is added where unknown. */
  tokenOf(name: string): string {
    if (!this.#users.has(name)) this.add({ name });
    return this.#users.get(name)?.token ?? '';
  }

  groupsOf(name: string): readonly string[] {
    return this.#users.get(name)?.info.groups ?? [];
  }

  /** From now on the old token is answered 401. Returns the new one. */
  rotate(name: string): string {
    this.add({ name, token: newToken() });
    return this.tokenOf(name);
  }

  /**
   * The user a request's credentials prove, `undefined` for credentials that prove nobody (which is a 401), and
   * anonymous for none at all. A client certificate is read before a token, as kube-apiserver does.
   */
  authenticate(request: IncomingMessage): UserInfo | undefined {
    const fromCertificate = certificateUser(request);
    if (fromCertificate !== 'none' && fromCertificate !== 'untrusted') return fromCertificate;
    const header = request.headers.authorization;
    if (header === undefined) return fromCertificate === 'untrusted' ? undefined : ANONYMOUS;
    const token = /^Bearer +(\S+)\s*$/i.exec(header)?.[1];
    return token === undefined ? undefined : this.#byToken.get(token)?.info;
  }
}

function certificateUser(request: IncomingMessage): UserInfo | 'none' | 'untrusted' {
  const socket = request.socket;
  if (!(socket instanceof TLSSocket)) return 'none';
  const certificate = socket.getPeerCertificate();
  // Node answers an empty object where the client sent no certificate.
  if (certificate?.subject === undefined) return 'none';
  if (!socket.authorized) return 'untrusted';
  const subject: { CN?: string | string[]; O?: string | string[] } = certificate.subject;
  const name = oneOrMany(subject.CN).at(-1);
  return name === undefined ? 'untrusted' : withImpliedGroups(name, oneOrMany(subject.O));
}

function oneOrMany(value: string | string[] | undefined): string[] {
  return typeof value === 'string' ? [value] : stringsIn(value);
}

function withImpliedGroups(name: string, groups: readonly string[]): UserInfo {
  const all = new Set(groups);
  const serviceAccount = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name);
  if (serviceAccount !== null) {
    all.add('system:serviceaccounts');
    all.add(`system:serviceaccounts:${serviceAccount[1]}`);
  }
  all.add('system:authenticated');
  return { name, groups: [...all] };
}

function newToken(): string {
  return `stand-in-${randomBytes(16).toString('hex')}`;
}
