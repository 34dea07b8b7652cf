import type { MatrixFrame, MatrixOutcome, MatrixUnit } from '@bulkhead/policy-engine';
import { expect, test } from 'vitest';
import { MatrixCells, PENDING } from './store.ts';

const units = ['a', 'b', 'c', 'd'].map(
  (name): MatrixUnit => ({
    id: `ns:${name}`,
    type: 'namespace',
    label: name,
    kind: 'Namespace',
    namespace: name,
    mark: null,
  }),
);
const axis = (classOf: readonly number[], similar: readonly number[]): MatrixFrame['rows'] => ({
  units,
  classOf: Int32Array.from(classOf),
  classes: Math.max(...classOf) + 1,
  similar: Int32Array.from(similar),
});
const frame: MatrixFrame = {
  rows: axis([0, 1, 0, 1], [3, 1, 0, 2]),
  columns: axis([0, 0, 1, 2], [2, 0, 3, 1]),
  overlaps: [
    { row: 0, column: 0, code: 2 },
    { row: 3, column: 3, code: 2 },
    { row: 3, column: 1, code: 1 },
  ],
  hidden: { namespaces: 0, workloads: 0 },
  totals: { namespaces: 4, workloads: 4 },
  blocks: { count: 0, shown: true },
};
const OUTCOME: MatrixOutcome = {
  state: 'none',
  ports: '',
  unknown: '',
  uniform: true,
  open: false,
  impact: null,
  before: '',
  opened: '',
  closed: '',
};

test('a stretch of a row has the code of each of its cells, in the order in which they are shown', () => {
  for (const order of ['similar', 'name'] as const) {
    const cells = new MatrixCells(frame, 1, order);
    // The second class of rows has not arrived yet.
    cells.add({
      first: 0,
      count: 1,
      codes: Uint32Array.of(0, 1, 2),
      outcomes: [OUTCOME, { ...OUTCOME, state: 'all' }, { ...OUTCOME, state: 'self' }],
      knownOutcomes: 0,
    });
    const stretches = [
      [0, 3],
      [1, 2],
      [3, 3],
    ] as const;
    for (let row = 0; row < 4; row++) {
      for (const [first, last] of stretches) {
        const out = new Int32Array(last - first + 1);
        cells.fill(row, first, last, out);
        expect([...out]).toEqual(
          Array.from({ length: out.length }, (_, index) => cells.code(row, first + index)),
        );
      }
    }
    expect(cells.missing).toBe(1);
    expect(cells.code(cells.rowOf('ns:b'), 0)).toBe(PENDING);
    expect(cells.outcome(cells.rowOf('ns:a'), cells.columnOf('ns:a'))?.state).toBe('self');
    expect(cells.outcome(cells.rowOf('ns:d'), cells.columnOf('ns:b'))?.state).toBe('all');
    expect(cells.outcome(cells.rowOf('ns:c'), cells.columnOf('ns:d'))?.state).toBe('self');
  }
});
