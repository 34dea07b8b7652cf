import { type Cluster, type ClusterSnapshot, compile, EMPTY_SNAPSHOT } from '@bulkhead/policy-engine';
import { EMPTY_STREAM, reduceStream, type StreamState, toSnapshot } from '@bulkhead/protocol';
import type { FromDraftWorker, Relayed, ToDraftWorker } from './draft-messages.ts';
import { reuse } from './reuse.ts';
import type { EngineSession, Handler } from './session.ts';
import { createTeller } from './telling.ts';

type Call = Extract<ToDraftWorker, { type: 'call' }>;

/**
 * The side of the worker for drafts: has the same state of the cluster as the worker that follows it, and does nothing but
 * answer what must not wait for a view. What comes after the first state is compiled when it is asked for.
 */
export function createDraftHost(handlers: readonly Handler[], post: (message: FromDraftWorker) => void) {
  const byName = new Map(handlers.map((handler) => [handler.name, handler]));
  let stream: StreamState = EMPTY_STREAM;
  let adopted: { readonly revision: number; readonly current: StreamState['current'] } | undefined;
  let compiled: { readonly revision: number; readonly snapshot: ClusterSnapshot; readonly cluster: Cluster } =
    {
      revision: 0,
      snapshot: EMPTY_SNAPSHOT,
      cluster: compile(EMPTY_SNAPSHOT),
    };
  let early: Call[] = [];
  const told = createTeller();

  const session = (): EngineSession => {
    if (adopted?.current !== undefined && adopted.revision !== compiled.revision) {
      const snapshot = reuse(compiled.snapshot, toSnapshot(adopted.current));
      compiled = {
        revision: adopted.revision,
        snapshot,
        cluster: compile(snapshot, { base: compiled.cluster }),
      };
    }
    return {
      ...compiled,
      overlay: null,
      policyKinds: stream.status?.policyKinds,
      setOverlay: () => undefined,
    };
  };

  const serve = async ({ id, name, payload }: Call) => {
    try {
      const handler = byName.get(name);
      if (handler === undefined) throw new Error(`nothing answers "${name}"`);
      const result = await handler.run(session(), payload);
      for (const part of told({ id, name: handler.byChanges ? name : undefined, result })) post(part);
    } catch (error) {
      post({ type: 'error', id, message: error instanceof Error ? error.message : String(error) });
    }
  };

  const hear = (message: Relayed) => {
    switch (message.type) {
      case 'left':
        stream = EMPTY_STREAM;
        adopted = undefined;
        return;
      case 'state':
        stream = { ...EMPTY_STREAM, ...message.state };
        return;
      case 'event':
        stream = reduceStream(stream, message.event);
        return;
      case 'adopt': {
        adopted = { revision: message.revision, current: stream.current };
        const due = early;
        early = [];
        for (const call of due) answer(call);
        // Before the first key, while whoever opened the drafts still looks around.
        if (compiled.revision === 0) setTimeout(session, 0);
        return;
      }
    }
  };

  const answer = (call: Call) => {
    if (adopted === undefined || adopted.revision < call.revision) early.push(call);
    else void serve(call);
  };

  return (message: ToDraftWorker) => {
    if (message.type === 'call') {
      answer(message);
      return;
    }
    message.port.onmessage = (event: MessageEvent<Relayed>) => hear(event.data);
  };
}
