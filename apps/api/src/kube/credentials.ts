import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { at, listAt, textAt } from '../json.ts';
import { KubeError, networkProblem } from './error.ts';
import { type ExecConfig, type ExecCredential, runExecPlugin } from './exec-credential.ts';
import type { KubeconfigEntry } from './kubeconfig.ts';

/**
 * The parts of a user that change while a program runs. The client library runs an exec plugin whose credential has no
 * expiry for every request, doesn't tell it that nobody can type, has no time limit for it and doesn't know
 * `tokenFile`; so these two are done here, and everything else is the library's.
 */
export interface Credentials {
  /** What is good now, to be laid over the library's user. @throws {KubeError} */
  current(): Promise<UserCredential>;
  /** Forgets what the server has refused. */
  invalidate(): void;
}

/** In the words of the library's `User`; certificate and key in base64. */
export interface UserCredential {
  readonly token?: string;
  readonly certData?: string;
  readonly keyData?: string;
}

export interface CredentialOptions {
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onMessage?: (text: string) => void;
}

/** As client-go does: a rotated file is noticed within a minute. */
const TOKEN_FILE_AGE_MS = 60_000;
/** A plugin that failed, or whose fresh credential was refused, isn't run again at once by each of many requests. */
const RERUN_MS = 10_000;
/** A credential isn't used in its last seconds, since the request takes time too. */
const EXPIRY_MARGIN_MS = 5_000;

export function createCredentials(entry: KubeconfigEntry, options: CredentialOptions): Credentials {
  const exec = execConfig(entry);
  if (exec !== undefined) return execCredentials(exec, options);
  const tokenFile = textAt(entry.user, 'tokenFile');
  // kubectl prefers the file, which rotates, to the token it was made with.
  if (tokenFile !== undefined) return fileCredentials(tokenFile, options);
  return { current: async () => ({}), invalidate: () => undefined };
}

function execCredentials(config: ExecConfig, options: CredentialOptions): Credentials {
  const { clock } = options;
  let known: Promise<ExecCredential> | undefined;
  let expires = Number.POSITIVE_INFINITY;
  let obtained = Number.NEGATIVE_INFINITY;
  let failure: { readonly at: number; readonly error: unknown } | undefined;
  const run = () => {
    const running = runExecPlugin(config, options);
    known = running;
    running.then(
      (credential) => {
        expires = credential.expires ?? Number.POSITIVE_INFINITY;
        obtained = clock.now();
        failure = undefined;
      },
      (error: unknown) => {
        failure = { at: clock.now(), error };
        if (known === running) known = undefined;
      },
    );
    return running;
  };
  return {
    async current() {
      if (expires - EXPIRY_MARGIN_MS <= clock.now()) {
        known = undefined;
        expires = Number.POSITIVE_INFINITY;
      }
      if (known === undefined && failure !== undefined && clock.now() - failure.at < RERUN_MS)
        throw failure.error;
      const { token, certificate, key } = await (known ?? run());
      const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
      return {
        ...(token === undefined ? {} : { token }),
        ...(certificate === undefined || key === undefined
          ? {}
          : { certData: base64(certificate), keyData: base64(key) }),
      };
    },
    invalidate() {
      if (clock.now() - obtained < RERUN_MS) return;
      known = undefined;
      expires = Number.POSITIVE_INFINITY;
    },
  };
}

function fileCredentials(file: string, { clock }: CredentialOptions): Credentials {
  let readAt = Number.NEGATIVE_INFINITY;
  let token = '';
  return {
    async current() {
      if (clock.now() - readAt < TOKEN_FILE_AGE_MS) return { token };
      try {
        token = (await readFile(file, 'utf8')).trim();
        readAt = clock.now();
        return { token };
      } catch (error) {
        throw new KubeError(networkProblem(error));
      }
    },
    invalidate() {
      readAt = Number.NEGATIVE_INFINITY;
    },
  };
}

function execConfig(entry: KubeconfigEntry): ExecConfig | undefined {
  const exec = at(entry.user, 'exec');
  const command = textAt(exec, 'command');
  if (command === undefined) return undefined;
  const installHint = textAt(exec, 'installHint')?.trim();
  return {
    command,
    args: listAt(exec, 'args').map(String),
    env: listAt(exec, 'env').map((variable) => ({
      name: textAt(variable, 'name') ?? '',
      value: textAt(variable, 'value') ?? '',
    })),
    apiVersion: textAt(exec, 'apiVersion') ?? 'client.authentication.k8s.io/v1',
    ...(installHint === undefined ? {} : { installHint }),
    ...(at(exec, 'provideClusterInfo') === true ? { cluster: clusterInfo(entry) } : {}),
  };
}

/** What client-go tells a plugin about the cluster: no path of this machine, and no credential. */
function clusterInfo({ cluster }: KubeconfigEntry): Readonly<Record<string, unknown>> {
  const fields = [
    'server',
    'tls-server-name',
    'insecure-skip-tls-verify',
    'certificate-authority-data',
    'proxy-url',
  ];
  const config = listAt(cluster, 'extensions').find(
    (extension) => textAt(extension, 'name') === 'client.authentication.k8s.io/exec',
  );
  return {
    ...Object.fromEntries(
      fields.flatMap((field) => (at(cluster, field) === undefined ? [] : [[field, at(cluster, field)]])),
    ),
    ...(config === undefined ? {} : { config: at(config, 'extension') }),
  };
}

/** The entry without what is done here, as the library reads it. */
export function libraryConfig(entry: KubeconfigEntry, proxy: string | undefined): string {
  const { exec: _exec, tokenFile: _tokenFile, ...user } = entry.user;
  const server = textAt(entry.cluster, 'server') ?? '';
  const cluster: Record<string, unknown> = { ...entry.cluster };
  const ownUser: Record<string, unknown> = { ...user };
  // Data beside a file: the data counts to kubectl, the file to the library.
  if (textAt(cluster, 'certificate-authority-data') !== undefined) delete cluster['certificate-authority'];
  if (textAt(ownUser, 'client-certificate-data') !== undefined) delete ownUser['client-certificate'];
  if (textAt(ownUser, 'client-key-data') !== undefined) delete ownUser['client-key'];
  if (textAt(cluster, 'proxy-url') === undefined && proxy !== undefined) cluster['proxy-url'] = proxy;
  // The library refuses plain HTTP without this; kubectl doesn't, and there is no certificate to verify.
  if (server.startsWith('http:')) cluster['insecure-skip-tls-verify'] = true;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'user', user: ownUser }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  });
}
