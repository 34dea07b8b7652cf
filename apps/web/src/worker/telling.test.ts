import { expect, test } from 'vitest';
import { createHearer, createTeller, type Told } from './telling.ts';

/** What is heard of messages that go from one thread to the other. */
function lastHeard(hear: ReturnType<typeof createHearer>, messages: readonly Told[]): unknown {
  return messages.map((message) => hear(structuredClone(message))).at(-1);
}

test('answers arrive in full, whatever was asked in between and whoever still waits', () => {
  const tell = createTeller();
  const hear = createHearer();
  const answers = [
    { name: 'list', result: { rows: [1, 2, 3, 4], version: 1 } },
    { name: undefined, result: 'other' },
    { name: 'list', result: { rows: [1, 2, 3, 4], version: 2 } },
    { name: 'lines', result: undefined },
    { name: 'list', result: { rows: [1, 2], version: 3 } },
    { name: 'lines', result: ['a'] },
  ];
  for (const [id, { name, result }] of answers.entries()) {
    expect(lastHeard(hear, tell({ id, name, result }))).toEqual({ id, result });
  }
});

test('what an answer has in common with the last one is not sent', () => {
  const tell = createTeller();
  const rows = Array.from({ length: 1_000 }, (_, index) => ({ name: `row ${index}`, ports: 'all ports' }));
  tell({ id: 1, name: 'list', result: { rows, version: 1 } });
  const later = structuredClone({ rows, version: 2 });
  expect(JSON.stringify(tell({ id: 2, name: 'list', result: later })).length).toBeLessThan(200);
});

test('a long list comes in parts between which the page can draw, and is whole when it is answered', () => {
  const tell = createTeller();
  const hear = createHearer();
  const result = (count: number) => ({
    rows: Array.from({ length: count }, (_, index) => ({ name: `row ${index}` })),
    ends: ['a', 'b'],
    version: count,
  });
  for (const [id, name] of [undefined, 'list', 'list'].entries()) {
    const answer = result(4_500 + id);
    const messages = tell({ id, name, result: answer });
    // Nothing longer than a part, also where only what changed is told.
    const longest = Math.max(...messages.map((message) => JSON.stringify(message).length));
    expect(longest).toBeLessThan(25_000);
    expect(messages.slice(0, -1).map((message) => hear(structuredClone(message)))).not.toContainEqual(
      expect.anything(),
    );
    expect(lastHeard(hear, messages.slice(-1))).toEqual({ id, result: answer });
  }
});

test('parts of two answers that come at the same time do not mix', () => {
  const hear = createHearer();
  const [one, two] = [1, 2].map((id) => {
    const rows = Array.from({ length: 2_500 }, () => id);
    return { id, result: { rows }, messages: createTeller()({ id, name: undefined, result: { rows } }) };
  });
  if (one === undefined || two === undefined) throw new Error('there are two');
  const heard = one.messages.flatMap((message, index) =>
    [message, two.messages[index]].flatMap((part) => (part === undefined ? [] : [hear(part)])),
  );
  expect(heard.slice(-2)).toEqual([one, two].map(({ id, result }) => ({ id, result })));
});
