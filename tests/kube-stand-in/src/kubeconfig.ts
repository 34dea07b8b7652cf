import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { UserDirectory } from './auth/users.ts';
import { EXEC_PLUGIN_SOURCE, type ExecBehaviour } from './exec-plugin.ts';
import type { JsonObject } from './json.ts';
import type { CertificateAuthority } from './tls.ts';

/** How a context's user proves who they are. `user` is added to the server where it is unknown. */
export type KubeconfigAuth =
  | { readonly by: 'token'; readonly user: string }
  /** A token in a file, whose path is `tokenFile`. */
  | { readonly by: 'token-file'; readonly user: string }
  | {
      readonly by: 'client-certificate';
      readonly user: string;
      readonly groups?: readonly string[];
      /** Files beside the kubeconfig instead of data inside it. */
      readonly files?: boolean;
      /** Not valid any more. */
      readonly expired?: boolean;
      /** Signed by someone this server does not trust. */
      readonly untrusted?: boolean;
    }
  | { readonly by: 'exec'; readonly user: string; readonly behaviour?: ExecBehaviour }
  /** A token the server never gave out. */
  | { readonly by: 'wrong-token' }
  | { readonly by: 'nothing' };

export interface KubeconfigContext {
  readonly name: string;
  readonly auth?: KubeconfigAuth;
  /**
   * `stand-in` by default. `wrong-ca`: the same server, trusted by another authority. `unreachable`: a port nobody
   * listens on. `skip-verify`: no authority, `insecure-skip-tls-verify`.
   */
  readonly cluster?: 'stand-in' | 'wrong-ca' | 'unreachable' | 'skip-verify';
  readonly namespace?: string;
  readonly proxyUrl?: string;
}

export interface KubeconfigOptions {
  /** By default one context, `stand-in`, whose user `admin` may do everything. */
  readonly contexts?: readonly KubeconfigContext[];
  /** The first context by default; an empty string for none. */
  readonly currentContext?: string;
}

export interface KubeconfigSource {
  readonly url: string;
  readonly ca: CertificateAuthority;
  readonly otherCa: CertificateAuthority;
  readonly users: UserDirectory;
  /** Where tokens, certificates and the exec plugin are written. */
  readonly directory: string;
}

/** A kubeconfig as YAML. Files that it points to are written to the stand-in's own temporary directory. */
export async function kubeconfigYaml(
  source: KubeconfigSource,
  options: KubeconfigOptions = {},
): Promise<string> {
  const contexts = options.contexts ?? [{ name: 'stand-in' }];
  const users: JsonObject[] = [];
  const clusters: JsonObject[] = [];
  for (const context of contexts) {
    clusters.push({ name: context.name, cluster: clusterEntry(source, context) });
    users.push({
      name: context.name,
      user: await userEntry(source, context.auth ?? { by: 'token', user: 'admin' }),
    });
  }
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    'current-context': options.currentContext ?? contexts[0]?.name ?? '',
    clusters,
    users,
    contexts: contexts.map((context) => ({
      name: context.name,
      context: {
        cluster: context.name,
        user: context.name,
        ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
      },
    })),
  });
}

function clusterEntry(source: KubeconfigSource, context: KubeconfigContext): JsonObject {
  const which = context.cluster ?? 'stand-in';
  const ca = which === 'wrong-ca' ? source.otherCa : source.ca;
  return {
    // Port 1 is reserved and nothing on a test machine listens there.
    server: which === 'unreachable' ? 'https://127.0.0.1:1' : source.url,
    ...(which === 'skip-verify'
      ? { 'insecure-skip-tls-verify': true }
      : { 'certificate-authority-data': base64(ca.certPem) }),
    ...(context.proxyUrl === undefined ? {} : { 'proxy-url': context.proxyUrl }),
  };
}

async function userEntry(source: KubeconfigSource, auth: KubeconfigAuth): Promise<JsonObject> {
  switch (auth.by) {
    case 'nothing':
      return {};
    case 'wrong-token':
      return { token: 'nobody-was-given-this-token' };
    case 'token':
      return { token: source.users.tokenOf(auth.user) };
    case 'token-file':
      return { tokenFile: await writeToken(source, auth.user) };
    case 'client-certificate':
      return clientCertificate(source, auth);
    case 'exec':
      if (auth.behaviour === 'client-certificate') {
        await clientCertificate(source, { by: 'client-certificate', user: auth.user, files: true });
      }
      return { exec: await execEntry(source, auth.user, auth.behaviour ?? 'token') };
  }
}

/** Where a user's token is, or will be, kept for `tokenFile` and the exec plugin. */
export function tokenPath(directory: string, user: string): string {
  return join(directory, `${fileName(user)}.token`);
}

async function writeToken(source: KubeconfigSource, user: string): Promise<string> {
  const path = tokenPath(source.directory, user);
  await mkdir(source.directory, { recursive: true });
  await writeFile(path, source.users.tokenOf(user), { mode: 0o600 });
  return path;
}

async function clientCertificate(
  source: KubeconfigSource,
  auth: Extract<KubeconfigAuth, { by: 'client-certificate' }>,
): Promise<JsonObject> {
  const day = 24 * 60 * 60 * 1000;
  const issuer = auth.untrusted === true ? source.otherCa : source.ca;
  const issued = issuer.issueClient({
    user: auth.user,
    groups:
      auth.groups ?? source.users.groupsOf(auth.user).filter((group) => group !== 'system:authenticated'),
    ...(auth.expired === true
      ? { validity: { from: new Date(Date.now() - 2 * day), to: new Date(Date.now() - day) } }
      : {}),
  });
  if (auth.files !== true) {
    return { 'client-certificate-data': base64(issued.certPem), 'client-key-data': base64(issued.keyPem) };
  }
  const base = join(source.directory, fileName(auth.user));
  await mkdir(source.directory, { recursive: true });
  await writeFile(`${base}.crt`, issued.certPem);
  await writeFile(`${base}.key`, issued.keyPem, { mode: 0o600 });
  return { 'client-certificate': `${base}.crt`, 'client-key': `${base}.key` };
}

async function execEntry(
  source: KubeconfigSource,
  user: string,
  behaviour: ExecBehaviour,
): Promise<JsonObject> {
  const tokenFile = await writeToken(source, user);
  const script = join(source.directory, 'exec-plugin.cjs');
  await writeFile(script, EXEC_PLUGIN_SOURCE);
  const entry = {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    provideClusterInfo: false,
    installHint: 'stand-in-login is part of the tests and needs no installation.',
  };
  if (behaviour === 'missing')
    return { ...entry, command: join(source.directory, 'no-such-plugin'), args: [] };
  const runs = join(source.directory, `${fileName(user)}.runs`);
  return {
    ...entry,
    command: process.execPath,
    args: [script, behaviour, tokenFile, runs],
    env: [{ name: 'STAND_IN_LOGIN', value: 'exec' }],
  };
}

function fileName(user: string): string {
  return user.replace(/[^A-Za-z0-9._-]/g, '_');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
