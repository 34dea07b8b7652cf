import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { parseDocument } from 'yaml';
import { at, isObject, type JsonObject, listAt, textAt } from '../json.ts';
import { KubeError } from './error.ts';

/** One entry each of `contexts`, `clusters` and `users`, as written, paths made absolute. */
interface Named {
  readonly name: string;
  readonly body: JsonObject;
}

export interface ContextSummary {
  readonly name: string;
  /** Name of its cluster's entry. */
  readonly cluster?: string;
  readonly namespace?: string;
}

/** What a kubeconfig says, from one file or several merged as kubectl merges them. */
export interface Kubeconfig {
  /** The files that were read. */
  readonly files: readonly string[];
  readonly contexts: readonly ContextSummary[];
  readonly current?: string;
  /** @throws {KubeError} when the context is missing or points to nothing */
  entry(context: string): KubeconfigEntry;
}

/** All that one context needs. */
export interface KubeconfigEntry {
  readonly context: ContextSummary;
  readonly cluster: JsonObject;
  readonly user: JsonObject;
}

export interface KubeconfigOptions {
  /** As `--kubeconfig`: this file only. */
  readonly file?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly home?: string;
}

const MAX_ALIASES = 100;
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The context's name when the only configuration is the pod that this runs in. */
export const IN_CLUSTER = 'in-cluster';

/**
 * Reads the kubeconfig that kubectl would: the given file, else those of `KUBECONFIG`, else `~/.kube/config`, else the
 * service account of the pod this runs in. Of two entries with one name the first counts.
 * @throws {KubeError} `kubeconfig-invalid` when there is none, or one can't be read
 */
export async function loadKubeconfig(options: KubeconfigOptions = {}): Promise<Kubeconfig> {
  const { file, env = process.env, home = homedir() } = options;
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((name) => name !== '');
  const fallback = join(home, '.kube', 'config');
  // kubectl ignores files of KUBECONFIG that don't exist, but not the one it was told to use.
  const files =
    file !== undefined
      ? [file]
      : (listed.length > 0 ? listed : [fallback]).filter((name) => existsSync(name));
  if (files.length === 0) {
    const inCluster = await inClusterConfig(env);
    if (inCluster !== undefined) return inCluster;
    throw new KubeError({
      code: 'kubeconfig-invalid',
      title: 'There is no kubeconfig.',
      detail:
        listed.length > 0
          ? `None of the files in KUBECONFIG exists: ${listed.join(', ')}`
          : `${fallback} does not exist.`,
      hint: 'Name one with --kubeconfig, or show the demo (--demo) or a directory of manifests (--dir).',
    });
  }
  const documents = await Promise.all(files.map(readOne));
  return merge(files, documents);
}

async function readOne(file: string): Promise<JsonObject> {
  const invalid = (detail: string) =>
    new KubeError({
      code: 'kubeconfig-invalid',
      title: 'The kubeconfig can not be read.',
      detail: `${file}: ${detail}`,
      hint: 'Check it with: kubectl config view.',
    });
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw invalid(error instanceof Error && 'code' in error ? String(error.code) : 'unreadable');
  }
  const document = parseDocument(text, { prettyErrors: false });
  const problem = document.errors[0];
  // The parser's own message may quote the line, which may hold a token.
  if (problem !== undefined) {
    const line = text.slice(0, problem.pos[0]).split('\n').length;
    throw invalid(`line ${line} is not valid YAML (${problem.code}).`);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    throw invalid('it uses too many YAML aliases.');
  }
  if (value === null || value === undefined) return {};
  if (!isObject(value)) throw invalid('it is not a mapping.');
  return absolutePaths(value, dirname(file));
}

const PATH_FIELDS: Readonly<Record<string, readonly string[]>> = {
  cluster: ['certificate-authority'],
  user: ['client-certificate', 'client-key', 'tokenFile'],
};

/** Paths in a kubeconfig are relative to it; so is a plugin's command, if it has a slash. */
function absolutePaths(config: JsonObject, directory: string): JsonObject {
  const resolve = (path: string) => (isAbsolute(path) ? path : join(directory, path));
  const fix = (list: string, kind: 'cluster' | 'user') =>
    listAt(config, list).map((entry) => {
      const body = at(entry, kind);
      if (!isObject(entry) || !isObject(body)) return entry;
      const fixed: Record<string, unknown> = { ...body };
      for (const field of PATH_FIELDS[kind] ?? []) {
        const path = textAt(body, field);
        if (path !== undefined) fixed[field] = resolve(path);
      }
      const command = textAt(body, 'exec', 'command');
      if (command !== undefined && /[/\\]/.test(command) && isObject(body.exec)) {
        fixed.exec = { ...body.exec, command: resolve(command) };
      }
      return { ...entry, [kind]: fixed };
    });
  return { ...config, clusters: fix('clusters', 'cluster'), users: fix('users', 'user') };
}

function merge(files: readonly string[], documents: readonly JsonObject[]): Kubeconfig {
  const collect = (list: string, kind: string): Map<string, Named> => {
    const found = new Map<string, Named>();
    for (const document of documents) {
      for (const entry of listAt(document, list)) {
        const name = textAt(entry, 'name');
        const body = at(entry, kind);
        if (name !== undefined && !found.has(name))
          found.set(name, { name, body: isObject(body) ? body : {} });
      }
    }
    return found;
  };
  const contexts = collect('contexts', 'context');
  const clusters = collect('clusters', 'cluster');
  const users = collect('users', 'user');
  const current = documents
    .map((document) => textAt(document, 'current-context'))
    .find((name) => name !== undefined);
  const summary = ({ name, body }: Named): ContextSummary => {
    const namespace = textAt(body, 'namespace');
    const cluster = textAt(body, 'cluster');
    return {
      name,
      ...(cluster === undefined ? {} : { cluster }),
      ...(namespace === undefined ? {} : { namespace }),
    };
  };
  return {
    files,
    contexts: [...contexts.values()].map(summary),
    ...(current === undefined ? {} : { current }),
    entry(name) {
      const context = contexts.get(name);
      if (context === undefined) throw missingContext(name, [...contexts.keys()]);
      const clusterName = textAt(context.body, 'cluster') ?? '';
      const userName = textAt(context.body, 'user');
      const cluster = clusters.get(clusterName);
      const user = userName === undefined ? { body: {} } : users.get(userName);
      if (cluster === undefined || user === undefined) {
        const what = cluster === undefined ? `cluster "${clusterName}"` : `user "${userName}"`;
        throw new KubeError({
          code: 'kubeconfig-invalid',
          title: `The context "${name}" points to a ${what} that the kubeconfig does not have.`,
          hint: 'Check it with: kubectl config view.',
        });
      }
      return { context: summary(context), cluster: cluster.body, user: user.body };
    },
  };
}

function missingContext(name: string, known: readonly string[]): KubeError {
  return new KubeError({
    code: 'context-not-found',
    title: `The kubeconfig has no context "${name}".`,
    detail: known.length === 0 ? 'It has no contexts at all.' : `It has: ${known.slice(0, 20).join(', ')}`,
    hint: 'Choose one with --context, or set one with: kubectl config use-context.',
  });
}

async function inClusterConfig(env: NodeJS.ProcessEnv): Promise<Kubeconfig | undefined> {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT ?? '443';
  const tokenFile = join(SERVICE_ACCOUNT, 'token');
  if (host === undefined || host === '' || !existsSync(tokenFile)) return undefined;
  const namespace = await readFile(join(SERVICE_ACCOUNT, 'namespace'), 'utf8').catch(() => '');
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return merge(
    [],
    [
      {
        contexts: [
          {
            name: IN_CLUSTER,
            context: {
              cluster: IN_CLUSTER,
              user: IN_CLUSTER,
              ...(namespace === '' ? {} : { namespace: namespace.trim() }),
            },
          },
        ],
        clusters: [
          { name: IN_CLUSTER, cluster: { server, 'certificate-authority': join(SERVICE_ACCOUNT, 'ca.crt') } },
        ],
        users: [{ name: IN_CLUSTER, user: { tokenFile } }],
        'current-context': IN_CLUSTER,
      },
    ],
  );
}
