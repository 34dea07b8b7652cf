import {
  apiPaths,
  formatEventId,
  parseStreamEvent,
  type Revision,
  type StreamEvent,
  streamEventNames,
} from '@bulkhead/protocol';
import type { ConnectionProblem } from '../worker/messages.ts';

export interface StreamOptions {
  readonly cluster: string;
  /** The state to go on from; `undefined`: from the beginning. */
  readonly after: () => Revision | undefined;
  readonly onEvent: (event: StreamEvent) => void;
  readonly onState: (state: 'connecting' | 'open' | 'lost', problem: ConnectionProblem | null) => void;
}

export interface ClusterStream {
  /** Connects anew from the last whole state, at once. */
  reconnect(): void;
  stop(): void;
}

const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;
/** The server sends a status at least every 15 s; a stream that is silent for longer is dead without knowing it. */
const SILENCE_MS = 35_000;
const LOOK_MS = 3_000;

/**
 * Follows a cluster's stream until it is stopped: reconnects with growing delays, resumes where it was, and notices streams
 * that are silent for too long. Runs in a worker or a page.
 */
export function followStream(options: StreamOptions): ClusterStream {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let heardAt = 0;
  let failures = 0;
  let open = false;
  let stopped = false;

  const close = () => {
    source?.close();
    source = undefined;
    clearTimeout(retry);
  };
  const lose = async (problem?: ConnectionProblem) => {
    close();
    if (stopped) return;
    const delay = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 10_000;
    failures++;
    retry = setTimeout(connect, delay);
    open = false;
    options.onState('lost', problem ?? null);
    if (problem !== undefined) return;
    const found = await diagnose(options.cluster);
    // The next attempt may have been quicker than the answer.
    if (!stopped && !open) options.onState('lost', found);
  };
  const listen = () => {
    heardAt = Date.now();
  };
  // By the wall clock: while a machine sleeps timers stand still, and so does their time.
  const watch = setInterval(() => {
    if (source !== undefined && Date.now() - heardAt > SILENCE_MS) void lose();
  }, LOOK_MS);
  const connect = () => {
    close();
    if (stopped) return;
    if (failures === 0) options.onState('connecting', null);
    const at = options.after();
    source = new EventSource(
      apiPaths.stream(options.cluster, at === undefined ? undefined : formatEventId(at)),
    );
    source.onopen = () => {
      open = true;
      failures = 0;
      listen();
      options.onState('open', null);
    };
    // The browser's own retry starts over with an event id that may be older than our state, so ours is used.
    source.onerror = () => void lose();
    for (const name of streamEventNames) {
      source.addEventListener(name, (message) => {
        listen();
        const event = parseStreamEvent(name, String(message.data));
        if ('problem' in event) void lose(unreadable(event.problem));
        else options.onEvent(event);
      });
    }
    listen();
  };
  connect();
  return {
    reconnect: () => {
      failures = 0;
      connect();
    },
    stop: () => {
      stopped = true;
      clearInterval(watch);
      close();
    },
  };
}

function unreadable(problem: string): ConnectionProblem {
  return {
    kind: 'unreadable',
    title: 'The server sent something that this page can not read.',
    hint: `Reload the page: it may be of another version than the server (${problem}).`,
  };
}

/** `EventSource` doesn't say why it failed; a plain request to the same server does. */
async function diagnose(cluster: string): Promise<ConnectionProblem | null> {
  try {
    const response = await fetch(apiPaths.status(cluster), { signal: AbortSignal.timeout(5_000) });
    if (response.ok) return null;
    if (response.status === 401) {
      return {
        kind: 'not-authorised',
        title: 'Your session has ended.',
        hint: 'Open the link that the server printed when it started.',
      };
    }
    if (response.status === 404) {
      return {
        kind: 'not-found',
        title: `The server has no cluster "${cluster}".`,
        hint: 'Choose another one in the header.',
      };
    }
    return {
      kind: 'refused',
      title: `The server answered with status ${response.status}.`,
      hint: 'Look at the terminal in which it runs.',
    };
  } catch {
    return {
      kind: 'unreachable',
      title: 'The Bulkhead server does not answer.',
      hint: 'Check that it still runs in its terminal; this page connects again by itself.',
    };
  }
}
