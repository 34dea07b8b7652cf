import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usageFailure } from '../failure.ts';
import type { Io } from '../io.ts';
import { startProgress } from '../terminal/progress.ts';
import { parseRevisionPath, readRevision } from './git.ts';
import { readManifests, readStdin } from './manifests.ts';
import { overlaySnapshot } from './overlay.ts';
import type { LoadedState, SourceOptions } from './source.ts';

/**
 * Reads what the source options of a command name: manifests, a live cluster, the manifests laid over the cluster, or the
 * demo.
 * @throws {Failure}
 */
export async function loadSource(options: SourceOptions, io: Io): Promise<LoadedState> {
  if (options.demo === true) {
    if (options.dir !== undefined || options.context !== undefined) {
      throw usageFailure('--demo stands alone: leave out --dir and --context.');
    }
    return readDemo(io);
  }
  const live =
    options.context !== undefined || (options.dir === undefined && options.kubeconfig !== undefined);
  if (options.dir === undefined && !live) {
    throw usageFailure(
      'Say where the cluster comes from: --dir PATH, --context NAME, or --demo.',
      'For example: --dir . for the manifests below this directory.',
    );
  }
  const cluster = live ? await readLive(options.context, options, io) : undefined;
  const manifests = options.dir === undefined ? undefined : await readPath(options.dir, options, io);
  if (cluster === undefined || manifests === undefined) return cluster ?? manifests ?? readDemo(io);
  return overlaid(cluster, manifests);
}

/** Reads one end of a diff: `context:NAME`, `demo`, or what `--dir` takes. */
export async function loadState(spec: string, options: SourceOptions, io: Io): Promise<LoadedState> {
  if (spec === 'demo' && !(await exists(resolve(io.cwd, spec)))) return readDemo(io);
  if (spec.startsWith('context:')) return readLive(spec.slice('context:'.length), options, io);
  return readPath(spec, options, io);
}

export function overlaid(cluster: LoadedState, manifests: LoadedState): LoadedState {
  return {
    snapshot: overlaySnapshot(cluster.snapshot, manifests.snapshot),
    // A directory of policies alone is what an overlay is for.
    diagnostics: [
      ...cluster.diagnostics,
      ...manifests.diagnostics.filter((diagnostic) => diagnostic.code !== 'no-workloads'),
    ],
    title: `${manifests.title} over ${cluster.title}`,
  };
}

export async function readPath(path: string, options: SourceOptions, io: Io): Promise<LoadedState> {
  if (path === '-') return readStdin(io);
  if (path === '')
    throw usageFailure('The path is empty.', 'Give the directory that holds the manifests; . for this one.');
  const progress = startProgress(io, `Reading ${path} …`);
  const onFile = (count: number): void => progress.update(`Reading ${path} … ${count} files`);
  try {
    const revision = (await exists(resolve(io.cwd, path))) ? undefined : parseRevisionPath(path);
    if (revision !== undefined) return await readRevision(revision, io, { render: options.render, onFile });
    return await readManifests(path, io, { render: options.render, onFile });
  } finally {
    progress.done();
  }
}

/** The embedded demo's manifests, a part of the API package. */
export async function readDemo(io: Io): Promise<LoadedState> {
  const root = demoDirectory();
  const options = { render: false, onFile: () => undefined, name: (below: string) => `demo/${below}` };
  const state = await readManifests(root, io, options);
  return { ...state, title: 'the demo' };
}

export function demoDirectory(): string {
  return resolve(dirname(fileURLToPath(import.meta.resolve('@bulkhead/api'))), '../demo');
}

async function readLive(context: string | undefined, options: SourceOptions, io: Io): Promise<LoadedState> {
  const { readLiveCluster } = await import('./live.ts');
  return readLiveCluster(
    {
      ...(context === undefined ? {} : { context }),
      ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    },
    io,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
