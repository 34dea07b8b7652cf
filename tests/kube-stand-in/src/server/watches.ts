import type { JsonObject, KubeObject } from '../json.ts';
import { expired, type FieldError, invalid, notAcceptable, StatusError } from '../status.ts';
import type { ResourceType } from '../store/catalogue.ts';
import type { Change } from '../store/collection.ts';
import type { ObjectStore } from '../store/store.ts';
import type { ResourceExchange } from './exchange.ts';
import { type FaultMatch, matches } from './faults.ts';
import { parseResourceVersion, selection, tooLarge, wholeNumber } from './lists.ts';
import { MEDIA_TYPES, negotiate } from './negotiate.ts';
import { partialMetadata, wholeObject } from './transform.ts';
import { WatchStream } from './watch-stream.ts';

export interface WatchSettings {
  /** How often an open watch that allows bookmarks gets one. */
  readonly bookmarkIntervalMs: number;
  /** How long a watch lasts that names no `timeoutSeconds`. */
  readonly watchTimeoutMs: number;
  /** Whether `sendInitialEvents` is served (the WatchList feature); if not it is a 422. */
  readonly watchList: boolean;
  /** Where a watch from a forgotten revision is told so: in the stream (as now) or by the HTTP status (as long ago). */
  readonly expiredWatch: 'event' | 'status';
}

/** A watch gets one more bookmark this long before its end (apiserver `cacheWatcher.nextBookmarkTime`). */
const LAST_BOOKMARK_MS = 2_000;

interface OpenWatch {
  readonly stream: WatchStream;
  readonly bookmarks: boolean;
  sendBookmark(): void;
}

/** The watches that are open, and what a test can do to them from outside. */
export class Watches {
  readonly #open = new Set<OpenWatch>();
  readonly #settings: WatchSettings;

  constructor(settings: WatchSettings) {
    this.#settings = settings;
  }

  count(match: FaultMatch = {}): number {
    return this.#matching(match).length;
  }

  /** A bookmark to each watch that allows them, as the interval would bring. */
  bookmark(match: FaultMatch = {}): void {
    for (const watch of this.#matching(match)) if (watch.bookmarks) watch.sendBookmark();
  }

  /** Ends watches properly, as at their timeout. */
  end(match: FaultMatch = {}): void {
    for (const watch of this.#matching(match)) watch.stream.end();
  }

  /** 410 in the stream, and its end. */
  expire(match: FaultMatch = {}): void {
    for (const watch of this.#matching(match))
      watch.stream.fail(expired('The resourceVersion for the provided watch is too old.'));
  }

  /** Destroys the connections in the middle of the body. */
  cut(match: FaultMatch = {}): void {
    for (const watch of this.#matching(match)) watch.stream.cut();
  }

  /** Silence without an end, as behind a firewall that dropped its state. */
  freeze(match: FaultMatch = {}): void {
    for (const watch of this.#matching(match)) watch.stream.freeze();
  }

  #matching(match: FaultMatch): readonly OpenWatch[] {
    return [...this.#open].filter((watch) => matches(match, watch.stream.request));
  }

  /** GET on a collection with `watch`. */
  start(exchange: ResourceExchange, store: ObjectStore, type: ResourceType): void {
    const { query, info } = exchange;
    this.#checkOptions(query);
    const form = negotiate(exchange.request.headers.accept, {
      group: 'meta.k8s.io',
      version: 'v1',
      kinds: ['PartialObjectMetadata', 'PartialObjectMetadataList'],
    });
    if (form.yaml) throw new StatusError(notAcceptable(MEDIA_TYPES));
    const test = selection(query, type);
    const prefix = info.namespace === '' ? '' : `${info.namespace}/`;
    const wanted = parseResourceVersion(query.get('resourceVersion') ?? '');
    const sendInitial = query.has('sendInitialEvents') && query.get('sendInitialEvents') !== 'false';
    const newest = store.revision;
    if (sendInitial && wanted !== undefined && wanted > newest) throw tooLarge(wanted, newest);
    const fromNow = sendInitial || query.get('sendInitialEvents') === 'false';
    const resumes = wanted !== undefined && wanted > 0 && !fromNow;
    const floor = store.watchFloor(type);
    const forgotten =
      resumes && wanted < floor ? expired(`too old resource version: ${wanted} (${floor})`) : undefined;
    if (forgotten !== undefined && this.#settings.expiredWatch === 'status') throw new StatusError(forgotten);

    const apiVersion = info.group === '' ? info.version : `${info.group}/${info.version}`;
    const shape = (object: KubeObject): JsonObject =>
      form.as === '' ? wholeObject(object, apiVersion) : partialMetadata(object);
    const bookmarks = isTrue(query.get('allowWatchBookmarks'));
    const cleanUp: (() => void)[] = [];
    const stream = new WatchStream(exchange, () => {
      for (const step of cleanUp) step();
      this.#open.delete(watch);
    });

    let seen = resumes ? wanted : newest;
    const sendBookmark = (annotations?: Record<string, string>) => {
      // A client ahead of this server (which lost its state) is not called back by a bookmark.
      if (store.revision < seen) return;
      seen = store.revision;
      stream.send('BOOKMARK', bookmarkOf(type, apiVersion, form.as, seen, annotations));
    };
    const watch: OpenWatch = { stream, bookmarks, sendBookmark: () => sendBookmark() };
    if (stream.closed) return;
    this.#open.add(watch);
    if (form.as === 'PartialObjectMetadataList') {
      // Agreed to, but an event can't be put so: the stream ends without one.
      stream.end();
      return;
    }

    if (forgotten !== undefined) {
      stream.fail(forgotten);
      return;
    }
    const relay = (change: Change): void => {
      if (change.revision <= seen) return;
      seen = change.revision;
      if (!change.key.startsWith(prefix)) return;
      const event = eventFor(change, test);
      if (event !== undefined) stream.send(event.type, shape(event.object));
    };
    const stopListening = store.listen(type, relay, () => stream.end());
    cleanUp.push(stopListening);

    if (resumes) {
      for (const change of store.changesAfter(type, wanted)) relay(change);
    } else if (sendInitial || !fromNow) {
      for (const object of store.itemsAt(type, newest)) {
        const inside = prefix === '' || object.metadata.namespace === info.namespace;
        if (inside && test(object)) stream.send('ADDED', shape(object));
      }
      if (sendInitial && bookmarks) sendBookmark({ 'k8s.io/initial-events-end': 'true' });
    }

    const seconds = wholeNumber(query.get('timeoutSeconds'));
    const lifetime = seconds !== undefined && seconds > 0 ? seconds * 1000 : this.#settings.watchTimeoutMs;
    const timeout = setTimeout(() => stream.end(), lifetime);
    // The last bookmark makes the resumption cheap.
    const last = setTimeout(() => bookmarks && sendBookmark(), Math.max(0, lifetime - LAST_BOOKMARK_MS));
    const interval = setInterval(() => bookmarks && sendBookmark(), this.#settings.bookmarkIntervalMs);
    last.unref();
    timeout.unref();
    interval.unref();
    cleanUp.push(
      () => clearTimeout(timeout),
      () => clearTimeout(last),
      () => clearInterval(interval),
    );
    if (stream.closed) for (const step of cleanUp) step();
  }

  /** apimachinery `ValidateListOptions` for a watch. */
  #checkOptions(query: URLSearchParams): void {
    const errors: FieldError[] = [];
    const match = query.get('resourceVersionMatch') ?? '';
    const forbid = (field: string, message: string) =>
      errors.push({ type: 'Forbidden', field, message: `Forbidden: ${message}` });
    if (query.has('sendInitialEvents')) {
      if (match !== 'NotOlderThan') {
        forbid(
          'resourceVersionMatch',
          'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
        );
      }
      if (!this.#settings.watchList) {
        forbid(
          'sendInitialEvents',
          'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
        );
      }
    } else if (match !== '') {
      forbid(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
    }
    if (match !== '' && match !== 'NotOlderThan') {
      errors.push({
        type: 'NotSupported',
        field: 'resourceVersionMatch',
        message: `Unsupported value: "${match}": supported values: "NotOlderThan"`,
      });
    }
    if (errors.length > 0) throw new StatusError(invalid('ListOptions', 'meta.k8s.io', '', errors));
  }
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}

/**
 * What a change is to a watch with a selector: an object that starts to match is added, one that stops is deleted
 * (with its last matching state), as the watch cache's `convertToWatchEvent` has it.
 */
function eventFor(
  change: Change,
  test: (object: KubeObject) => boolean,
): { readonly type: Change['type']; readonly object: KubeObject } | undefined {
  const before = change.previous !== undefined && test(change.previous);
  const after = change.type !== 'DELETED' && test(change.object);
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', object: change.object };
  if (!before || change.previous === undefined) return undefined;
  const { previous } = change;
  const metadata = { ...previous.metadata, resourceVersion: String(change.revision) };
  return { type: 'DELETED', object: { ...previous, metadata } };
}

/** What the Go types of these kinds can't leave out, as a bookmark shows it. */
const EMPTY_FIELDS: Readonly<Record<string, JsonObject>> = {
  Namespace: { spec: {}, status: {} },
  Pod: { spec: { containers: null }, status: {} },
  Service: { spec: {}, status: { loadBalancer: {} } },
  NetworkPolicy: { spec: { podSelector: {} } },
  EndpointSlice: { addressType: '', endpoints: null, ports: null },
};

function bookmarkOf(
  type: ResourceType,
  apiVersion: string,
  as: string,
  revision: number,
  annotations: Record<string, string> | undefined,
): JsonObject {
  const metadata: JsonObject = {
    resourceVersion: String(revision),
    ...(annotations === undefined ? {} : { annotations }),
  };
  if (as !== '') return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
  const empty = EMPTY_FIELDS[type.kind] ?? (type.custom ? {} : { spec: {}, status: {} });
  return { kind: type.kind, apiVersion, metadata, ...empty };
}
