import { createDirectoryReader } from '@bulkhead/manifest-files';
import type { ClusterStatus, Enforcement, Freshness, SourceKind } from '@bulkhead/protocol';
import { type FSWatcher, watch as watchFiles } from 'chokidar';
import type { Cancel, Clock } from '../../clock.ts';
import { enforcementOfManifests } from '../../enforcement/manifests.ts';
import { createEmitter } from '../../signal.ts';
import type { ClusterSource } from '../source.ts';
import { createStore } from '../store.ts';
import { directoryProblem } from './problem.ts';

export interface DirectorySourceOptions {
  readonly id: string;
  readonly kind: Extract<SourceKind, 'directory' | 'demo'>;
  readonly path: string;
  readonly clock: Clock;
  /** Whether to read again when files change. */
  readonly watch: boolean;
  /** Changes that come this close together are read together. */
  readonly settleMs?: number;
  /** How often to look for a directory that is missing, or one that can't be watched. */
  readonly pollMs?: number;
}

/** A directory of manifests, read anew when its files change. */
export function createDirectorySource(options: DirectorySourceOptions): ClusterSource {
  const { id, kind, path, clock, settleMs = 100, pollMs = 2_000 } = options;
  const store = createStore();
  const changed = createEmitter<void>();
  const reader = createDirectoryReader(path);
  let freshness: Freshness = { state: 'connecting', since: clock.now() };
  let lastChange: number | undefined;
  let enforcement: Enforcement = { determination: 'assumed', engines: [], warnings: [] };
  let stopped = false;
  let watcher: FSWatcher | undefined;
  let watched: ReadonlyMap<string, string> = new Map();
  let polling = false;
  let cancelTimer: Cancel = () => undefined;
  let reading: Promise<void> | undefined;
  let again = false;

  const enter = (next: Freshness) => {
    if (stopped) return;
    freshness = next;
    changed.emit();
  };

  const readOnce = async () => {
    const since = clock.now();
    try {
      const result = await reader.read((items, remaining) => {
        if (store.ready()) return;
        enter({ state: 'loading', since, progress: [{ resource: 'files', items, remaining, done: false }] });
      });
      if (stopped) return;
      if (store.replace(result.snapshot, result.diagnostics)) {
        lastChange = clock.now();
        enforcement = enforcementOfManifests(result.snapshot, clock.now());
      }
      if (freshness.state !== 'live') enter({ state: 'live', since: clock.now() });
      store.markReady();
      follow(result.directories.size === 0 ? new Map([[path, 'file']]) : result.directories);
    } catch (error) {
      const problem = directoryProblem(error);
      const retryAt = clock.now() + pollMs;
      enter(
        store.ready()
          ? { state: 'stale', since: freshness.since, resources: ['files'], problem, retryAt }
          : { state: 'failed', since: freshness.since, problem, retryAt },
      );
      if (store.ready()) follow(new Map());
      later(pollMs);
    }
  };

  /** One reading at a time; what changes meanwhile is read by another one after it. */
  const read = async () => {
    if (reading !== undefined) {
      again = true;
      return;
    }
    do {
      again = false;
      reading = readOnce();
      await reading;
      reading = undefined;
    } while (again && !stopped);
  };

  const later = (ms: number) => {
    if (!options.watch || stopped) return;
    cancelTimer();
    cancelTimer = clock.after(ms, () => void read());
  };

  /**
   * Watches the directories that were read, each by itself: following links here too could go in circles. Events only
   * say that something changed; what changed is seen by reading.
   */
  const follow = (directories: ReadonlyMap<string, string>) => {
    if (!options.watch || stopped) return;
    if (watcher === undefined) {
      watcher = watchFiles([], { depth: 0, ignoreInitial: true, persistent: false });
      watcher.on('all', () => later(settleMs));
      // Out of watches, most likely; looking from time to time needs none.
      watcher.on('error', () => {
        polling = true;
        later(pollMs);
      });
    }
    const added = [...directories].filter(([path, identity]) => watched.get(path) !== identity);
    const removed = [...watched].filter(([path, identity]) => directories.get(path) !== identity);
    if (removed.length > 0) watcher.unwatch(removed.map(([path]) => path));
    if (added.length > 0) watcher.add(added.map(([path]) => path));
    watched = directories;
    // What changed between the reading and the watch is seen by another reading.
    if (added.length > 0) later(settleMs);
    else if (polling) later(pollMs);
  };

  return {
    store,
    start: () => void read(),
    async stop() {
      stopped = true;
      cancelTimer();
      await watcher?.close();
      await reading;
    },
    status: (): ClusterStatus => ({
      cluster: id,
      source: kind,
      freshness,
      hidden: [],
      enforcement,
      ...(lastChange === undefined ? {} : { lastChange }),
      now: clock.now(),
    }),
    subscribe: (listener) => changed.subscribe(listener),
  };
}
