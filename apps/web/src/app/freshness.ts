import type { ClusterStatus } from '@bulkhead/protocol';
import type { SessionInfo } from '../worker/messages.ts';

export interface FreshnessText {
  readonly tone: 'live' | 'wait' | 'bad' | 'paused';
  readonly text: string;
  readonly detail: string;
}

/** How long ago, in the largest unit that fits: `just now`, `12 s ago`, `3 min ago`, `2 h ago`. */
export function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 3) return 'just now';
  if (seconds < 90) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}

/** How long something has lasted, in the largest unit that fits: `12 s`, `3 min`, `2 h`. */
export function lasting(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/**
 * A server says something at least every 15 seconds. What wasn't heard of for longer than this, in a tab that slept, say,
 * is live no more, whatever it said last.
 */
const HEARD_MS = 25_000;

/** What the header says about how current the picture is. `now` is the browser's clock. */
export function freshnessText(session: SessionInfo, now: number): FreshnessText {
  if (session.paused) {
    const waiting = session.pending === 0 ? 'no change since' : `${session.pending} changes wait`;
    return { tone: 'paused', text: 'paused', detail: waiting };
  }
  const { status } = session;
  if (session.connection === 'lost') {
    return {
      tone: 'bad',
      text: status === null ? 'disconnected' : `disconnected for ${lasting(now - heardAt(session, status))}`,
      detail: session.problem?.title ?? 'The server does not answer; trying again.',
    };
  }
  if (status === null) return { tone: 'wait', text: 'connecting', detail: '' };
  const silence = now - heardAt(session, status);
  if (session.connection === 'connecting' || silence > HEARD_MS) {
    return {
      tone: 'wait',
      text: `reconnecting for ${lasting(silence)}`,
      detail: `The server was last heard of ${ago(silence)}.`,
    };
  }
  return sourceFreshness(status, now + session.clockSkew);
}

/** When the last status came, by the browser's clock. */
function heardAt({ clockSkew }: SessionInfo, status: ClusterStatus): number {
  return status.now - clockSkew;
}

function sourceFreshness(status: ClusterStatus, now: number): FreshnessText {
  const { freshness } = status;
  switch (freshness.state) {
    case 'connecting':
      return { tone: 'wait', text: 'connecting', detail: 'Waiting for the cluster to answer.' };
    case 'loading': {
      const items = freshness.progress.reduce((sum, entry) => sum + entry.items, 0);
      return { tone: 'wait', text: 'loading', detail: `${items} objects so far` };
    }
    case 'live': {
      const word = status.source === 'live' ? 'live' : status.source === 'demo' ? 'demo' : 'watching';
      if (status.source === 'demo') return { tone: 'live', text: word, detail: 'The embedded demo.' };
      const since = status.lastChange ?? freshness.since;
      return {
        tone: 'live',
        text: `${word}, ${ago(now - since)}`,
        detail: `Last change ${ago(now - since)}`,
      };
    }
    case 'reconnecting':
      return {
        tone: 'wait',
        text: `reconnecting for ${lasting(now - freshness.since)}`,
        detail: `What is shown was true ${ago(now - freshness.since)}. ${freshness.problem?.title ?? ''}`,
      };
    case 'stale':
      return {
        tone: 'bad',
        text: `stale for ${lasting(now - freshness.since)}`,
        detail: `What is shown should no longer be relied on. ${freshness.problem?.title ?? ''}`,
      };
    case 'failed':
      return { tone: 'bad', text: 'failed', detail: freshness.problem.title };
  }
}
