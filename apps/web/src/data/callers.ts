import type { FromDraftWorker } from '../worker/draft-messages.ts';
import type { createHearer } from '../worker/telling.ts';

/** Who waits for a worker's answer. */
export interface Caller {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Hands what a worker says of a call to who waits for it, once it is whole; to nobody where nobody waits any more. */
export function answerCaller(
  waiting: Map<number, Caller>,
  message: FromDraftWorker,
  heard: ReturnType<typeof createHearer>,
): void {
  // Heard in any case: the next answer is told by what differs from this one.
  const answer = message.type === 'error' ? message : heard(message);
  if (answer === undefined) return;
  const caller = waiting.get(answer.id);
  waiting.delete(answer.id);
  if ('message' in answer) caller?.reject(new Error(answer.message));
  else caller?.resolve(answer.result);
}
