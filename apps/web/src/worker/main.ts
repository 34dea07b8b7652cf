import { draftHandlers } from '../features/draft/worker/handlers.ts';
import { exploreHandlers } from './explore/handlers.ts';
import { createHost } from './host.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const receive = createHost([...exploreHandlers, ...draftHandlers], (message: FromWorker) => {
  self.postMessage(message);
});

self.addEventListener('message', (event: MessageEvent<ToWorker>) => receive(event.data));
