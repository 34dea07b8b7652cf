/**
 * Runs one task at a time; of what comes meanwhile only the last is run next. Typing faster than the answers come still
 * gets answers, each as new as can be. `run` must not reject.
 */
export function latestOnly<T>(run: (task: T) => Promise<void>): (task: T) => void {
  let waiting: { readonly task: T } | null = null;
  let isRunning = false;
  const serve = async () => {
    isRunning = true;
    while (waiting !== null) {
      const { task } = waiting;
      waiting = null;
      await run(task);
    }
    isRunning = false;
  };
  return (task) => {
    waiting = { task };
    if (!isRunning) void serve();
  };
}
