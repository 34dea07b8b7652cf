/* What the engine's worker answers for drafting. */
export { draftHandlers } from './worker/handlers.ts';
