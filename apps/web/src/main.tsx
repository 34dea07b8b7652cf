import { notifyManager, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { startDraftEngine } from './data/draft-engine.ts';
import { EngineProvider } from './data/engine.ts';
import { startEngine } from './data/start-engine.ts';
import { AnnounceProvider } from './shared/announce.tsx';
import './shared/styles/tokens.css';
import './shared/styles/base.css';
import './shared/styles/controls.css';
import './shared/styles/shell.css';
import './shared/styles/lists.css';
import './features/graph/graph.css';
import './features/matrix/matrix.css';
import './features/palette/palette.css';
import './features/table/table.css';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
const queries = new QueryClient();
// An answer is shown with the next frame; by default it waits for a timer first.
notifyManager.setScheduler(queueMicrotask);
const main = startEngine(() => new Worker(new URL('./app/worker.ts', import.meta.url), { type: 'module' }));
const drafts = startDraftEngine(
  main,
  () => new Worker(new URL('./app/draft-worker.ts', import.meta.url), { type: 'module' }),
);
const engine = { ...main, drafts };
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <EngineProvider value={engine}>
        <AnnounceProvider>
          <App />
        </AnnounceProvider>
      </EngineProvider>
    </QueryClientProvider>
  </StrictMode>,
);
