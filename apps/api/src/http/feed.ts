import {
  formatEventId,
  type RecordKind,
  type RecordsData,
  type Revision,
  recordKinds,
  type StreamEvent,
} from '@bulkhead/protocol';
import type { Clock } from '../clock.ts';
import type { ClusterSource } from '../sources/source.ts';
import type { RecordStore } from '../sources/store.ts';
import type { SseChannel } from './sse.ts';

export interface FeedOptions {
  readonly source: ClusterSource;
  readonly channel: Pick<SseChannel, 'send' | 'signal'>;
  /** The state the client says it has. */
  readonly resumeFrom?: Revision | undefined;
  readonly clock: Clock;
  /** A status goes out at least this often, so that a client can tell a quiet stream from a dead one. */
  readonly heartbeatMs: number;
}

/** Few enough that progress is visible and no event is large, many enough that it compresses well. */
const RECORDS_PER_EVENT = 500;

/**
 * Feeds one client until its channel ends: a snapshot or what it missed, then each change.
 *
 * The client's place in the store's log is all that is kept for it. One that reads slowly gets fewer, larger deltas;
 * one that falls behind the log gets a new snapshot.
 */
export async function feed(options: FeedOptions): Promise<void> {
  const { source, channel, resumeFrom, clock, heartbeatMs } = options;
  const { store } = source;
  const bell = createBell(clock);
  let statusDue = true;
  const subscriptions = [
    source.subscribe(() => {
      statusDue = true;
      bell.ring();
    }),
    store.subscribe(bell.ring),
  ];
  channel.signal.addEventListener('abort', bell.ring, { once: true });

  const send = (events: readonly StreamEvent[]) => channel.send(events.map(withId));
  let position = resumeFrom?.epoch === store.epoch ? resumeFrom.revision : undefined;
  try {
    while (!channel.signal.aborted) {
      if (statusDue) {
        statusDue = false;
        await send([{ event: 'status', data: source.status() }]);
      } else if (!store.ready() || position === store.revision()) {
        if ((await bell.wait(heartbeatMs)) === 'timeout') statusDue = true;
      } else {
        const delta = position === undefined ? undefined : store.since(position);
        if (delta === undefined) {
          position = await sendSnapshot(store, send);
        } else {
          position = delta.revision;
          await send([{ event: 'delta', data: delta }]);
        }
      }
    }
  } finally {
    for (const unsubscribe of subscriptions) unsubscribe();
    channel.signal.removeEventListener('abort', bell.ring);
  }
}

/** @returns the revision that was sent; changes that came meanwhile are in the store's log */
async function sendSnapshot(
  store: RecordStore,
  send: (events: readonly StreamEvent[]) => Promise<boolean>,
): Promise<number> {
  const at = { epoch: store.epoch, revision: store.revision() };
  // Taken together, before the first wait: everything below belongs to one revision.
  const begin: StreamEvent = { event: 'begin', data: { ...at, totals: store.totals() } };
  const lists = recordKinds.map((kind) => chunks(store, kind));
  const end: StreamEvent = {
    event: 'end',
    data: { ...at, ...store.notes() },
  };
  let open = await send([begin]);
  for (const list of lists) {
    for (const data of list) {
      if (!open) return at.revision;
      open = await send([{ event: 'records', data }]);
    }
  }
  if (open) await send([end]);
  return at.revision;
}

function chunks(store: RecordStore, kind: RecordKind): readonly RecordsData[] {
  switch (kind) {
    case 'namespace':
      return slices(store.records(kind)).map((upserts) => ({ kind, upserts }));
    case 'pod':
      return slices(store.records(kind)).map((upserts) => ({ kind, upserts }));
    case 'node':
      return slices(store.records(kind)).map((upserts) => ({ kind, upserts }));
    case 'service':
      return slices(store.records(kind)).map((upserts) => ({ kind, upserts }));
    case 'endpointSlice':
      return slices(store.records(kind)).map((upserts) => ({ kind, upserts }));
    case 'policy':
      return slices(store.records(kind)).map((upserts) => ({ kind, upserts }));
  }
}

function slices<R>(records: Iterable<R>): R[][] {
  const all = [...records];
  const result: R[][] = [];
  for (let i = 0; i < all.length; i += RECORDS_PER_EVENT) result.push(all.slice(i, i + RECORDS_PER_EVENT));
  return result;
}

/** Only events after which a client's state is whole carry an id. */
function withId(event: StreamEvent) {
  return event.event === 'end' || event.event === 'delta'
    ? { ...event, id: formatEventId(event.data) }
    : event;
}

/** Something to wait on; a ring before the wait is not lost. */
function createBell(clock: Clock) {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: (ms: number) =>
      new Promise<'rung' | 'timeout'>((resolve) => {
        const settle = (why: 'rung' | 'timeout') => {
          cancel();
          wake = undefined;
          rung = false;
          resolve(why);
        };
        const cancel = clock.after(ms, () => settle('timeout'));
        wake = () => settle('rung');
        if (rung) wake();
      }),
  };
}
