import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from '@bulkhead/api';
import { createDirectoryReader, ManifestsError } from '@bulkhead/manifest-files';
import { compile } from '@bulkhead/policy-engine';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { Failure, messageOf, usageFailure } from '../failure.ts';
import { type Io, write } from '../io.ts';
import { printIssues } from '../output/issues.ts';
import { plain, plainLines } from '../terminal/plain.ts';
import { styleFor } from '../terminal/style.ts';
import { openBrowser } from './open-browser.ts';

export interface ServeOptions {
  readonly dir?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace: readonly string[];
  readonly demo?: boolean;
  readonly port: number;
  readonly host: string;
  readonly auth?: 'token' | 'trusted-proxy';
  readonly allowHost: readonly string[];
  readonly allowDryRun?: boolean;
  readonly open?: boolean;
  readonly logLevel: string;
}

/** What is served, in the words of the line that says so, and why where it isn't what was asked for. */
interface Served {
  readonly catalogue: Catalogue;
  readonly what: string;
  readonly note?: string;
}

/** `bulkhead serve`: runs until it is told to stop. */
export async function serve(options: ServeOptions, io: Io): Promise<ExitCode> {
  const given = [
    options.demo === true,
    options.dir !== undefined,
    options.context !== undefined || options.kubeconfig !== undefined,
  ];
  if (given.filter(Boolean).length > 1) {
    throw usageFailure(
      'Give one of --dir, --context and --demo: the web app switches between contexts itself.',
    );
  }
  const api = await import('@bulkhead/api');
  const served = await chooseSource(options, io);
  const webRoot = findWebApp();
  const server = await api
    .createServer({
      catalogue: served.catalogue,
      host: options.host,
      port: options.port,
      ...(options.auth === undefined ? {} : { auth: options.auth }),
      allowedHosts: options.allowHost,
      allowDryRun: options.allowDryRun === true,
      sessionKey: await api.loadSessionKey(join(stateDirectory(io.env), 'session-key')),
      logger: api.createLogger(logLevel(options.logLevel)),
      ...(webRoot === undefined ? {} : { webRoot }),
    })
    .catch((error: unknown) => {
      throw usageFailure(messageOf(error));
    });
  const style = styleFor(io.stdout, io.env);
  const lines = [
    ...(served.note === undefined ? [] : [plainLines(served.note)]),
    `Serving ${style.bold(plain(served.what))}.`,
    ...(options.port !== 0 && server.port !== options.port
      ? [`Port ${options.port} is taken; this is ${server.port}.`]
      : []),
    ...(webRoot === undefined ? ['The web app is not built (pnpm build); only the API is served.'] : []),
    '',
    `  ${style.cyan(server.link)}`,
    '',
    'Whoever has this link may look. Ctrl-C ends it.',
  ];
  await write(io.stdout, `${lines.join('\n')}\n`);
  const stopped = untilStopped(io.stop);
  const removePage =
    options.open === true ? await openBrowser(server.link).catch(() => undefined) : undefined;
  if (options.dir !== undefined) await printProblems(resolve(io.cwd, options.dir), io);
  await stopped;
  // A second Ctrl-C, while connections are closed, ends at once: the handlers are gone.
  await Promise.all([server.close(), removePage?.()]);
  return EXIT.ok;
}

async function chooseSource(options: ServeOptions, io: Io): Promise<Served> {
  const { demoCatalogue, directoryCatalogue } = await import('@bulkhead/api');
  if (options.demo === true) return { catalogue: demoCatalogue(), what: 'the demo' };
  if (options.dir !== undefined) {
    const path = resolve(io.cwd, options.dir);
    if (!existsSync(path)) {
      throw new Failure(`There is no ${options.dir}.`, {
        code: 'path-not-found',
        hint: 'Check the path; it is relative to where the command is started.',
      });
    }
    return { catalogue: directoryCatalogue(path), what: options.dir };
  }
  const { chooseCluster } = await import('../input/live.ts');
  const live = await chooseCluster(options, io);
  if (live.catalogue !== undefined) return { catalogue: live.catalogue, what: live.what };
  return {
    catalogue: demoCatalogue(),
    what: 'the demo',
    note: `${live.why}\nShowing a made-up cluster instead. Name yours with --context, or manifests with --dir.`,
  };
}

/** What is wrong with the manifests goes to the terminal too, where they are edited; the web app follows later changes. */
async function printProblems(path: string, io: Io): Promise<void> {
  try {
    const { snapshot, diagnostics } = await createDirectoryReader(path).read();
    await printIssues([...diagnostics, ...compile(snapshot).diagnostics], io);
  } catch (error) {
    // Whoever looks at the web app sees it there too, until the directory can be read.
    if (!(error instanceof ManifestsError)) throw error;
    await write(io.stderr, `${plainLines([error.message, error.hint ?? ''].join('\n').trimEnd())}\n`);
  }
}

/** The built web app: beside this package in the repository. */
function findWebApp(): string | undefined {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../../web/dist/client');
  return existsSync(join(root, 'index.html')) ? root : undefined;
}

/** Where small files that outlive a run are kept, after the XDG base directory specification. */
function stateDirectory(env: Io['env']): string {
  const base = env['XDG_STATE_HOME'];
  return join(base?.startsWith('/') ? base : join(homedir(), '.local', 'state'), 'bulkhead');
}

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

function logLevel(given: string): (typeof LOG_LEVELS)[number] {
  const level = LOG_LEVELS.find((candidate) => candidate === given);
  if (level === undefined)
    throw usageFailure(`There is no log level ${given}.`, `Use one of ${LOG_LEVELS.join(', ')}.`);
  return level;
}

function untilStopped(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    const stop = (): void => {
      signal?.removeEventListener('abort', stop);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      done();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted === true) stop();
  });
}
