import { afterEach, describe, expect, it } from 'vitest';
import { createDraftHost } from './draft-host.ts';
import type { FromDraftWorker, Relayed } from './draft-messages.ts';
import { requestKind } from './request.ts';
import { answer } from './session.ts';

const namespacesRequest = requestKind<null, readonly string[]>('namespaces');

const { port1: here, port2: there } = new MessageChannel();
afterEach(() => here.close());

describe('the host of the worker for drafts', () => {
  it('answers about the state that is shown, and waits for it where it has not been told yet', async () => {
    const said: FromDraftWorker[] = [];
    const receive = createDraftHost(
      [
        answer(namespacesRequest, ({ snapshot, revision }) => [
          `revision ${revision}`,
          ...snapshot.namespaces.map(({ name }) => name),
        ]),
      ],
      (message) => said.push(message),
    );
    receive({ type: 'follow', port: there });
    const tell = (message: Relayed) => here.postMessage(message);
    const ask = (id: number, revision: number) =>
      receive({ type: 'call', id, name: namespacesRequest.name, payload: null, revision });
    const settled = () => new Promise((resolve) => setTimeout(resolve, 30));
    const state = (...names: readonly string[]): Relayed => ({
      type: 'state',
      state: {
        current: {
          epoch: 'e',
          revision: 1,
          namespace: new Map(names.map((name) => [name, { name, labels: {}, labelsKnown: true }])),
          pod: new Map(),
          node: new Map(),
          service: new Map(),
          endpointSlice: new Map(),
          policy: new Map(),
          hidden: [],
          unreadPolicies: [],
          diagnostics: [],
        },
      },
    });

    ask(1, 3);
    await settled();
    expect(said).toEqual([]);
    tell(state('a'));
    tell({ type: 'adopt', revision: 3 });
    // What came since is not shown yet.
    tell(state('a', 'b'));
    await settled();
    expect(said).toEqual([{ type: 'result', id: 1, result: ['revision 3', 'a'] }]);
    ask(2, 3);
    tell({ type: 'adopt', revision: 4 });
    await settled();
    ask(3, 4);
    await settled();
    expect(said.slice(1)).toEqual([
      { type: 'result', id: 2, result: ['revision 3', 'a'] },
      { type: 'result', id: 3, result: ['revision 4', 'a', 'b'] },
    ]);
    // Revisions of another cluster are counted anew.
    tell({ type: 'left' });
    await settled();
    ask(4, 1);
    await settled();
    expect(said).toHaveLength(3);
  });
});
