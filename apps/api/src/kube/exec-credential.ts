import { spawn } from 'node:child_process';
import type { Clock } from '../clock.ts';
import { at, textAt } from '../json.ts';
import { KubeError } from './error.ts';
import { redact } from './redact.ts';

/** `users[].user.exec` of a kubeconfig, as far as it is used. */
export interface ExecConfig {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly apiVersion: string;
  readonly installHint?: string;
  /** Told to the plugin where the kubeconfig asks for it (`provideClusterInfo`). */
  readonly cluster?: Readonly<Record<string, unknown>>;
}

export interface ExecCredential {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Milliseconds since the epoch; absent: good until the server refuses it. */
  readonly expires?: number;
}

/** A person may have to sign in by a browser or a device code meanwhile. */
const PATIENCE_MS = 180_000;
const MAX_OUTPUT = 1024 * 1024;

export interface ExecOptions {
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly patienceMs?: number;
  /** What the plugin prints for the user while it runs (a device code, say), fit to be shown. */
  readonly onMessage?: (text: string) => void;
}

/**
 * Runs a credential plugin as client-go does (client.authentication.k8s.io): it learns by `KUBERNETES_EXEC_INFO` that
 * nobody can type, and prints an ExecCredential.
 * @throws {KubeError} `exec-plugin-failed` with what it printed, secrets removed
 */
export function runExecPlugin(config: ExecConfig, options: ExecOptions): Promise<ExecCredential> {
  const { clock, env, signal, patienceMs = PATIENCE_MS, onMessage } = options;
  const extra = Object.fromEntries(config.env.map(({ name, value }) => [name, value]));
  const info = {
    apiVersion: config.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(config.cluster === undefined ? {} : { cluster: config.cluster }) },
  };
  const secrets = secretValues({ ...env, ...extra });
  const failed = (title: string, said: string, hint: string) =>
    new KubeError({
      code: 'exec-plugin-failed',
      title,
      ...(redact(said, secrets) === '' ? {} : { detail: redact(said, secrets) }),
      hint,
    });
  const name = config.command;

  return new Promise((resolve, reject) => {
    const child = spawn(config.command, [...config.args], {
      env: { ...env, ...extra, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let out = '';
    let err = '';
    let timedOut = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (out.length < MAX_OUTPUT) out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (err.length < MAX_OUTPUT) err += text;
      onMessage?.(redact(err, secrets));
    });
    const kill = () => child.kill('SIGKILL');
    const cancelTimer = clock.after(patienceMs, () => {
      timedOut = true;
      kill();
    });
    signal?.addEventListener('abort', kill, { once: true });
    const finish = () => {
      cancelTimer();
      signal?.removeEventListener('abort', kill);
    };

    child.on('error', (error) => {
      finish();
      const missing = 'code' in error && error.code === 'ENOENT';
      const hint = config.installHint ?? `Install ${name}, or put its directory into PATH.`;
      reject(
        missing
          ? failed(`The kubeconfig signs in with "${name}", which is not installed here.`, '', hint)
          : failed(`"${name}", which signs in to the cluster, can not be run.`, error.message, hint),
      );
    });
    child.on('close', (code) => {
      finish();
      const hint = `Run kubectl get namespaces in a terminal, where ${name} can ask what it needs, then try again.`;
      if (timedOut) {
        reject(failed(`"${name}", which signs in to the cluster, did not finish in time.`, err, hint));
      } else if (code !== 0) {
        reject(
          failed(
            `"${name}", which signs in to the cluster, failed.`,
            err === '' ? `exit code ${code}` : err,
            hint,
          ),
        );
      } else {
        const credential = parseCredential(out);
        if (typeof credential === 'string') {
          reject(failed(`"${name}" printed no credential: ${credential}.`, err, hint));
        } else {
          resolve(credential);
        }
      }
    });
  });
}

/** @returns what is wrong, in words that hold nothing of the text */
function parseCredential(text: string): ExecCredential | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'its output is not JSON';
  }
  if (at(json, 'kind') !== 'ExecCredential') return 'its output is no ExecCredential';
  const token = textAt(json, 'status', 'token');
  const certificate = textAt(json, 'status', 'clientCertificateData');
  const key = textAt(json, 'status', 'clientKeyData');
  if (token === undefined && (certificate === undefined || key === undefined))
    return 'it holds no token or certificate';
  const expires = Date.parse(textAt(json, 'status', 'expirationTimestamp') ?? '');
  return {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
    ...(Number.isNaN(expires) ? {} : { expires }),
  };
}

function secretValues(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && /secret|token|passw|credential|api_?key|private/i.test(name) ? [value] : [],
  );
}
