import type { RunnerTask } from 'vitest';

/** The rows of the semantics that tests are named after (`K31: …`), as sorted numbers. */
export function rowsIn(tasks: readonly RunnerTask[], letter: 'K' | 'N'): readonly number[] {
  const numbers = new Set<number>();
  const visit = (task: RunnerTask): void => {
    const [, row] = new RegExp(`^${letter}(\\d\\d):`).exec(task.name) ?? [];
    if (row !== undefined) numbers.add(Number(row));
    if (task.type === 'suite') task.tasks.forEach(visit);
  };
  tasks.forEach(visit);
  return [...numbers].sort((left, right) => left - right);
}

export function rowsUpTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
