import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, pairCell } from '../compile/compile.ts';
import { forEachMember, union } from '../sets/interval-set.ts';
import { snapshots } from '../testing/arbitraries.ts';
import { fuzzing } from '../testing/fuzzing.ts';
import { closure } from './closure.ts';
import { cellSets, type Lens, lensOf } from './lens.ts';

/** The same, asking about every pair. */
function oneByOne(lens: Lens, from: number, direction: 'egress' | 'ingress'): number[] {
  const { universe, cells } = lens.after;
  const waiting = new Set<number>();
  forEachMember(union(universe.regions.classes, universe.regions.hidden), (column) => waiting.add(column));
  waiting.delete(from);
  const queue = [from];
  for (const own of queue) {
    for (const other of waiting) {
      const cell =
        direction === 'egress' ? pairCell(lens.after, own, other) : pairCell(lens.after, other, own);
      if (cellSets(lens, cell).allowed === cells.space.none) continue;
      waiting.delete(other);
      queue.push(other);
    }
  }
  return queue.slice(1).sort((a, b) => a - b);
}

describe('the closure of a column', () => {
  it('holds what a search over all pairs finds, in both directions', { timeout: 0 }, () => {
    fc.assert(
      fc.property(snapshots, fc.constantFrom('egress', 'ingress'), (snapshot, direction) => {
        const lens = lensOf(compile(snapshot));
        const { firstNode } = lens.after.universe;
        for (let column = 0; column < firstNode; column++) {
          expect(closure(lens, [column], direction)).toEqual(oneByOne(lens, column, direction));
        }
      }),
      fuzzing(300),
    );
  });
});
