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

test('what is long comes in parts between which the page can draw, and is whole when it is answered', () => {
  const tell = createTeller();
  const hear = createHearer();
  const named = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `row ${index}` }));
  const result = (count: number) => ({
    rows: named(count),
    view: { nodes: named(count), few: [{ deep: named(count) }], totals: { of: count } },
    places: Object.fromEntries(named(count).map(({ name }, index) => [name, { x: index }])),
    ends: ['a', 'b'],
    version: count,
  });
  for (const [id, name] of [undefined, 'list', 'list'].entries()) {
    const answer = result(4_500 + id);
    const before = structuredClone(answer);
    const messages = tell({ id, name, result: answer });
    expect(answer).toEqual(before);
    // Nothing longer than a part, also where only what changed is told.
    const longest = Math.max(...messages.map((message) => JSON.stringify(message).length));
    expect(longest).toBeLessThan(30_000);
    expect(messages.slice(0, -1).map((message) => hear(structuredClone(message)))).not.toContainEqual(
      expect.anything(),
    );
    expect(lastHeard(hear, messages.slice(-1))).toEqual({ id, result: answer });
  }
});

test('what changes in most of a long answer comes in parts as well', () => {
  const tell = createTeller();
  const hear = createHearer();
  const result = (version: number) => ({
    places: Object.fromEntries(
      Array.from({ length: 4_500 }, (_, at) => [`n${at}`, { x: at * version, y: 0 }]),
    ),
    list: Array.from({ length: 4_500 }, (_, at) => ({ at, shown: at % 3 === 0 ? version : 0 })),
  });
  lastHeard(hear, tell({ id: 0, name: 'graph', result: result(1) }));
  const messages = tell({ id: 1, name: 'graph', result: result(2) });
  expect(Math.max(...messages.map((message) => JSON.stringify(message).length))).toBeLessThan(90_000);
  expect(lastHeard(hear, messages)).toEqual({ id: 1, result: result(2) });
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
