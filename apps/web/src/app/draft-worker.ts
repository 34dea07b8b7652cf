import { applyHandler } from '../features/draft/worker/apply.ts';
import { createDraftHost } from '../worker/draft-host.ts';
import type { FromDraftWorker, ToDraftWorker } from '../worker/draft-messages.ts';

/* The entry of the worker for drafts. */

const receive = createDraftHost([applyHandler], (message: FromDraftWorker) => {
  self.postMessage(message);
});

self.addEventListener('message', (event: MessageEvent<ToDraftWorker>) => receive(event.data));
