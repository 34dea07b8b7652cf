import { type ClusterSnapshot, compile, EMPTY_SNAPSHOT } from '@bulkhead/policy-engine';
import {
  EMPTY_STREAM,
  reduceStream,
  type StreamEvent,
  type StreamState,
  toSnapshot,
} from '@bulkhead/protocol';
import { type ClusterStream, followStream } from '../data/stream.ts';
import type { Relayed } from './draft-messages.ts';
import { type FromWorker, NO_SESSION, type SessionInfo, type ToWorker } from './messages.ts';
import { createQueue } from './queue.ts';
import { reuse } from './reuse.ts';
import type { EngineSession, Handler, Overlay } from './session.ts';
import { createTeller } from './telling.ts';

/** Changes that arrive within this time are compiled together. */
const SETTLE_MS = 120;
const PROGRESS_MS = 100;
/** The views follow a draft that is being typed in at the latest so long after the last key. */
const MOST_REST_MS = 400;

/** The worker's side: follows one cluster, keeps it compiled, and answers requests one after the other. */
export function createHost(handlers: readonly Handler[], post: (message: FromWorker) => void) {
  const byName = new Map(handlers.map((handler) => [handler.name, handler]));
  const aborted = new Set<number>();
  let info: SessionInfo = NO_SESSION;
  let stream: ClusterStream | undefined;
  let state: StreamState = EMPTY_STREAM;
  let snapshot: ClusterSnapshot = EMPTY_SNAPSHOT;
  let cluster = compile(EMPTY_SNAPSHOT);
  let overlay: Overlay | null = null;
  let shown: StreamState['current'];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let overlayTimer: ReturnType<typeof setTimeout> | undefined;
  /** What the views took to answer since they last heard of a draft. */
  let viewsTook = 0;
  let toldAt = 0;
  const enqueue = createQueue();
  const told = createTeller();
  /** To the worker for drafts, where there is one. */
  let relay: MessagePort | undefined;
  const pass = (message: Relayed) => relay?.postMessage(message);

  const tell = (change: Partial<SessionInfo>) => {
    info = { ...info, ...change };
    post({ type: 'session', info });
  };

  const adopt = () => {
    timer = undefined;
    const { current } = state;
    if (current === undefined || current === shown || (info.paused && info.revision > 0)) return;
    const start = performance.now();
    try {
      const next = reuse(snapshot, toSnapshot(current));
      if (info.revision > 0 && sameRelation(snapshot, next)) {
        // Readiness of endpoints, say: nothing that was answered needs to be asked again.
        shown = current;
        pass({ type: 'adopt', revision: info.revision });
        tell({ pending: 0, receiving: null, diagnostics: [...current.diagnostics, ...cluster.diagnostics] });
        return;
      }
      cluster = compile(next, { base: cluster });
      snapshot = next;
      shown = current;
      dropOverlay();
      pass({ type: 'adopt', revision: info.revision + 1 });
      tell({
        revision: info.revision + 1,
        receiving: null,
        pending: 0,
        overlay: null,
        diagnostics: [...current.diagnostics, ...cluster.diagnostics],
        arrivedAt: performance.timeOrigin + start,
        compileMs: performance.now() - start,
        failure: null,
      });
    } catch (error) {
      tell({ failure: error instanceof Error ? error.message : String(error) });
    }
  };

  const receive = (event: StreamEvent) => {
    state = reduceStream(state, event);
    pass({ type: 'event', event });
    if (state.resync) {
      state = EMPTY_STREAM;
      pass({ type: 'state', state: {} });
      stream?.reconnect();
      return;
    }
    switch (event.event) {
      case 'status':
        tell({ status: event.data, clockSkew: event.data.now - Date.now() });
        return;
      case 'begin':
      case 'records': {
        const { incoming } = state;
        if (incoming === undefined) return;
        // Each word about it makes the page draw; more than ten a second nobody reads.
        const now = performance.now();
        if (event.event === 'records' && now - toldAt < PROGRESS_MS) return;
        toldAt = now;
        const total = Object.values(incoming.totals).reduce((sum, count) => sum + count, 0);
        tell({ receiving: { received: incoming.received, total } });
        return;
      }
      case 'end':
        if (info.paused && info.revision > 0) tell({ receiving: null, pending: info.pending + 1 });
        else adopt();
        return;
      case 'delta':
        if (info.paused) tell({ pending: info.pending + event.data.changes.length });
        else timer ??= setTimeout(adopt, SETTLE_MS);
        return;
    }
  };

  const open = (id: string) => {
    stream?.stop();
    clearTimeout(timer);
    timer = undefined;
    state = EMPTY_STREAM;
    pass({ type: 'left' });
    shown = undefined;
    dropOverlay();
    snapshot = EMPTY_SNAPSHOT;
    cluster = compile(EMPTY_SNAPSHOT);
    tell({ ...NO_SESSION, cluster: id, paused: info.paused, connection: 'connecting' });
    stream = followStream({
      cluster: id,
      after: () => state.current,
      onEvent: receive,
      onState: (connection, problem) => tell({ connection, problem }),
    });
  };

  const dropOverlay = () => {
    clearTimeout(overlayTimer);
    overlay = null;
  };

  const tellOverlay = () => {
    viewsTook = 0;
    tell({ overlay: overlay === null ? null : { id: overlay.id, version: overlay.version } });
  };

  const session = (): EngineSession => ({
    revision: info.revision,
    snapshot,
    cluster,
    overlay,
    policyKinds: info.status?.policyKinds,
    setOverlay: (next) => {
      const isOther = next?.id !== overlay?.id;
      overlay = next;
      clearTimeout(overlayTimer);
      // The impact follows each key. What all views ask anew would stand in its way, so they wait for a rest that is in
      // proportion to what they cost: in a small cluster none that one could see.
      if (isOther) tellOverlay();
      else overlayTimer = setTimeout(tellOverlay, Math.min(MOST_REST_MS, 3 * viewsTook));
    },
  });

  const startRelay = (port: MessagePort) => {
    relay?.close();
    relay = port;
    const { current, status } = state;
    const rest = status === undefined ? {} : { status };
    if (shown !== undefined) {
      pass({ type: 'state', state: { current: shown, ...rest } });
      pass({ type: 'adopt', revision: info.revision });
    }
    // What came since is adopted there when it is here. A snapshot that is coming in is told again from its beginning.
    if (current !== undefined && current !== shown) pass({ type: 'state', state: { current, ...rest } });
    if (state.incoming !== undefined) stream?.reconnect();
  };

  const serve = async (id: number, name: string, payload: unknown) => {
    if (aborted.delete(id)) return;
    const handler = byName.get(name);
    const start = performance.now();
    try {
      if (handler === undefined) throw new Error(`nothing answers "${name}"`);
      const result = await handler.run(session(), payload);
      for (const part of told({ id, name: handler.byChanges ? name : undefined, result })) post(part);
    } catch (error) {
      post({ type: 'error', id, message: error instanceof Error ? error.message : String(error) });
    }
    if (handler?.urgency !== 'immediate') viewsTook += performance.now() - start;
  };

  return (message: ToWorker) => {
    switch (message.type) {
      case 'open':
        open(message.cluster);
        return;
      case 'pause':
        tell({ paused: message.paused });
        if (!message.paused) adopt();
        return;
      case 'retry':
        stream?.reconnect();
        return;
      case 'relay':
        startRelay(message.port);
        return;
      case 'ping':
        post({ type: 'pong' });
        return;
      case 'abort':
        aborted.add(message.id);
        return;
      case 'call':
        enqueue(byName.get(message.name)?.urgency ?? 'normal', () =>
          serve(message.id, message.name, message.payload),
        );
        return;
    }
  };
}

/** Whether two snapshots are the same in all that verdicts depend on. Only after `reuse`. */
function sameRelation(old: ClusterSnapshot, next: ClusterSnapshot): boolean {
  return (
    old.namespaces === next.namespaces &&
    old.pods === next.pods &&
    old.nodes === next.nodes &&
    old.services === next.services &&
    old.policies === next.policies &&
    old.hidden === next.hidden &&
    old.unreadPolicies === next.unreadPolicies
  );
}
