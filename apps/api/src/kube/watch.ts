import type { Cancel, Clock } from '../clock.ts';
import { at, textAt } from '../json.ts';
import type { KubeClient } from './client.ts';
import { KubeError, networkProblem, protocolProblem, statusProblem } from './error.ts';

export interface WatchEvent {
  readonly type: 'upsert' | 'delete';
  readonly object: unknown;
}

export interface WatchOptions {
  readonly client: KubeClient;
  readonly path: string;
  readonly accept: string;
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** After so long the server ends the watch, properly. */
  readonly timeoutSeconds: number;
  /**
   * A connection on which nothing came for so long, not even a bookmark, counts as dead. Where it was only quiet, the
   * next watch goes on from the same revision and nothing is lost.
   */
  readonly idleMs: number;
  /** The server has accepted the watch. */
  readonly onOpen: () => void;
  /** A change, with the revision after it; bookmarks come without an event. */
  readonly onProgress: (resourceVersion: string, event?: WatchEvent) => void;
}

/**
 * How a watch ended. `ended`: properly; go on from the last revision. `silent`: nothing came any more. `expired`: the
 * revision is gone, list again. `failed`: try again, from the last revision.
 */
export type WatchEnd =
  | { readonly how: 'ended' | 'silent' | 'expired' }
  | { readonly how: 'failed'; readonly error: KubeError };

const NEWLINE = 0x0a;
/** etcd holds objects of 1.5 MiB at most by default; JSON of the same is not ten times that. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** Watches until the watch ends, one way or another; never throws. */
export async function watch(options: WatchOptions): Promise<WatchEnd> {
  const { client, path, accept, signal, clock, idleMs, onOpen } = options;
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: options.resourceVersion,
    timeoutSeconds: String(options.timeoutSeconds),
  };
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener('abort', stop, { once: true });
  let silent = false;
  let cancelIdle: Cancel = () => undefined;
  const heard = () => {
    cancelIdle();
    cancelIdle = clock.after(idleMs, () => {
      silent = true;
      own.abort();
    });
  };
  try {
    const body = await client.getStream({ path, query, accept, signal: own.signal });
    heard();
    onOpen();
    const lines = createLineReader();
    for await (const chunk of body) {
      heard();
      if (!Buffer.isBuffer(chunk)) continue;
      for (const line of lines.push(chunk)) {
        const end = takeLine(line, options);
        if (end !== undefined) return end;
      }
    }
    return { how: 'ended' };
  } catch (error) {
    if (silent) return { how: 'silent' };
    if (error instanceof KubeError && error.status === 410) return { how: 'expired' };
    return {
      how: 'failed',
      error: error instanceof KubeError ? error : new KubeError(networkProblem(error)),
    };
  } finally {
    cancelIdle();
    signal.removeEventListener('abort', stop);
    own.abort();
  }
}

function takeLine(line: string, { onProgress }: WatchOptions): WatchEnd | undefined {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    // What the line said is not known, so nothing after it may be used: watch again from before it.
    return { how: 'failed', error: new KubeError(protocolProblem('A line of a watch is not JSON.')) };
  }
  const type = textAt(event, 'type');
  const object = at(event, 'object');
  if (type === 'ERROR') {
    const code = at(object, 'code');
    const status = typeof code === 'number' ? code : 500;
    if (status === 410 || causedBy(object, 'ResourceVersionTooLarge')) return { how: 'expired' };
    return {
      how: 'failed',
      error: new KubeError(statusProblem(status, textAt(object, 'message')), { status }),
    };
  }
  const resourceVersion = textAt(object, 'metadata', 'resourceVersion');
  if (resourceVersion === undefined) {
    return { how: 'failed', error: new KubeError(protocolProblem('An event of a watch has no revision.')) };
  }
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      onProgress(resourceVersion, { type: 'upsert', object });
      return undefined;
    case 'DELETED':
      onProgress(resourceVersion, { type: 'delete', object });
      return undefined;
    case 'BOOKMARK':
      onProgress(resourceVersion);
      return undefined;
    default:
      return {
        how: 'failed',
        error: new KubeError(protocolProblem('An event of a watch has an unknown type.')),
      };
  }
}

function causedBy(status: unknown, reason: string): boolean {
  const causes = at(status, 'details', 'causes');
  return Array.isArray(causes) && causes.some((cause) => textAt(cause, 'reason') === reason);
}

/** Splits bytes into lines; a character that is cut between two chunks stays whole. */
function createLineReader() {
  let parts: Buffer[] = [];
  let size = 0;
  return {
    *push(chunk: Buffer): Generator<string> {
      let from = 0;
      for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
        const line = Buffer.concat([...parts, chunk.subarray(from, to)]).toString('utf8');
        parts = [];
        size = 0;
        from = to + 1;
        if (line.trim() !== '') yield line;
      }
      if (from < chunk.length) {
        parts.push(chunk.subarray(from));
        size += chunk.length - from;
      }
      if (size > LONGEST_LINE) throw new KubeError(protocolProblem('A line of a watch has no end.'));
    },
  };
}
