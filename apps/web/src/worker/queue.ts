/**
 * How soon a request is to be served: first the answer to a key that was just pressed, then what people wait for, then what
 * surrounds it, and last what may come whenever there is nothing else to do.
 */
export type Urgency = 'immediate' | 'urgent' | 'normal' | 'idle';

interface Task {
  readonly urgency: Urgency;
  readonly run: () => Promise<void>;
}

/** Gives the event loop a turn, so that aborts and events of the stream get in between. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

const RANK: Readonly<Record<Urgency, number>> = { immediate: 0, urgent: 1, normal: 2, idle: 3 };

/**
 * Runs tasks one after the other, the more urgent first and otherwise in the order of arrival. Idle ones begin only when
 * nothing else waits, and what comes while they pause (`await turn()`) is served in between.
 */
export function createQueue(): (urgency: Urgency, run: () => Promise<void>) => void {
  const waiting: Task[] = [];
  let isServing = false;
  let isIdling = false;

  const take = (): Task | undefined => {
    let best = -1;
    for (const [index, task] of waiting.entries()) {
      if (task.urgency === 'idle' && isIdling) continue;
      const leader = waiting[best];
      if (leader === undefined || RANK[task.urgency] < RANK[leader.urgency]) best = index;
    }
    return best < 0 ? undefined : waiting.splice(best, 1)[0];
  };

  const serve = async () => {
    if (isServing) return;
    isServing = true;
    await turn();
    for (let task = take(); task !== undefined; task = take()) {
      if (task.urgency === 'idle') {
        isIdling = true;
        // Not waited for: it pauses now and then, and others go on meanwhile.
        void task.run().finally(() => {
          isIdling = false;
          void serve();
        });
      } else {
        await task.run();
      }
      await turn();
    }
    isServing = false;
  };

  return (urgency, run) => {
    waiting.push({ urgency, run });
    void serve();
  };
}
