import { expect, test } from 'vitest';
import { createHearer, createTeller } from './telling.ts';

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
    expect(hear(structuredClone(tell({ id, name, result })))).toEqual(result);
  }
});

test('what an answer has in common with the last one is not sent', () => {
  const tell = createTeller();
  const rows = Array.from({ length: 1_000 }, (_, index) => ({ name: `row ${index}`, ports: 'all ports' }));
  tell({ id: 1, name: 'list', result: { rows, version: 1 } });
  const later = structuredClone({ rows, version: 2 });
  expect(JSON.stringify(tell({ id: 2, name: 'list', result: later })).length).toBeLessThan(200);
});
