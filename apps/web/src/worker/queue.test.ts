import { expect, test, vi } from 'vitest';
import { createQueue, turn, type Urgency } from './queue.ts';

function recorded() {
  const log: string[] = [];
  const queue = createQueue();
  const push = (name: string, urgency: Urgency, pauses = 0) => {
    queue(urgency, async () => {
      log.push(`${name} begins`);
      for (let pause = 0; pause < pauses; pause++) await turn();
      log.push(`${name} ends`);
    });
  };
  return { log, queue, push };
}

test('the more urgent is served first, and equals in the order in which they came', async () => {
  const { log, push } = recorded();
  push('lists', 'normal');
  push('findings', 'idle');
  push('graph', 'urgent');
  push('rail', 'normal');
  push('impact', 'immediate');
  await vi.waitFor(() => expect(log).toHaveLength(10));
  expect(log.filter((line) => line.endsWith('begins'))).toEqual([
    'impact begins',
    'graph begins',
    'lists begins',
    'rail begins',
    'findings begins',
  ]);
});

test('tasks that are not idle never run at the same time', async () => {
  const { log, push } = recorded();
  push('one', 'normal', 3);
  push('two', 'urgent', 3);
  push('three', 'normal', 1);
  await vi.waitFor(() => expect(log).toHaveLength(6));
  for (let index = 0; index < log.length; index += 2) {
    expect(log[index + 1]).toBe(log[index]?.replace('begins', 'ends'));
  }
});

test('what comes while an idle task pauses is served before that ends', async () => {
  const { log, queue, push } = recorded();
  queue('idle', async () => {
    log.push('findings begins');
    while (!log.includes('click ends')) await turn();
    log.push('findings ends');
  });
  await vi.waitFor(() => expect(log).toEqual(['findings begins']));
  push('click', 'urgent');
  await vi.waitFor(() => expect(log).toHaveLength(4));
  expect(log).toEqual(['findings begins', 'click begins', 'click ends', 'findings ends']);
});

test('idle tasks run one after the other', async () => {
  const { log, push } = recorded();
  push('one', 'idle', 3);
  push('two', 'idle', 1);
  await vi.waitFor(() => expect(log).toHaveLength(4));
  expect(log).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
});
