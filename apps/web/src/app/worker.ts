import { draftHandlers } from '../features/draft/worker/handlers.ts';
import { exploreHandlers } from '../worker/explore/handlers.ts';
import { createHost } from '../worker/host.ts';
import type { FromWorker, ToWorker } from '../worker/messages.ts';

/* The worker's entry: what the features answer, composed. */

const receive = createHost([...exploreHandlers, ...draftHandlers], (message: FromWorker) => {
  self.postMessage(message);
});

self.addEventListener('message', (event: MessageEvent<ToWorker>) => receive(event.data));
