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

/** What the header says about how current the picture is. `now` is the browser's clock. */
export function freshnessText(session: SessionInfo, now: number): FreshnessText {
  if (session.paused) {
    const waiting = session.pending === 0 ? 'no change since' : `${session.pending} changes wait`;
    return { tone: 'paused', text: 'paused', detail: waiting };
  }
  if (session.connection === 'lost') {
    return {
      tone: 'bad',
      text: 'disconnected',
      detail: session.problem?.title ?? 'The server does not answer; trying again.',
    };
  }
  const { status } = session;
  if (status === null) return { tone: 'wait', text: 'connecting', detail: '' };
  return sourceFreshness(status, now + session.clockSkew);
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
        text: 'reconnecting',
        detail: `What is shown was true ${ago(now - freshness.since)}. ${freshness.problem?.title ?? ''}`,
      };
    case 'stale':
      return {
        tone: 'bad',
        text: `stale, ${ago(now - freshness.since)}`,
        detail: `What is shown should no longer be relied on. ${freshness.problem?.title ?? ''}`,
      };
    case 'failed':
      return { tone: 'bad', text: 'failed', detail: freshness.problem.title };
  }
}
