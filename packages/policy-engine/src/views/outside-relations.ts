import { cellAt } from '../compile/rows.ts';
import type { Group } from './group.ts';
import type { Lens } from './lens.ts';
import type { OutsidePeer } from './outside.ts';
import { type Relation, relationOf } from './relation.ts';

/**
 * Relations of a group with every outside peer, in the order of the peers. Few rows tell many peers apart, so peers that
 * all rows of a group treat alike share one relation.
 * @returns a function of a group and whether it is the source
 */
export function outsideRelations(
  lens: Lens,
  peers: readonly OutsidePeer[],
): (group: Group, outward: boolean) => readonly Relation[] {
  const columns = peers.map((peer) => onlyColumn(lens, peer));
  const alike = { egress: new Map<number, Int32Array>(), ingress: new Map<number, Int32Array>() };

  /** Equal numbers for peers in whose columns the rows, before and after, have the same cells. */
  const classesByRow = (direction: 'egress' | 'ingress', column: number): Int32Array => {
    const was = lens.before.rowIds[direction][column] ?? 0;
    const is = lens.after.rowIds[direction][column] ?? 0;
    const key = was * 67_108_864 + is;
    let classes = alike[direction].get(key);
    if (classes === undefined) {
      const before = lens.before.solver.row(was);
      const after = lens.after.solver.row(is);
      const numbers = new Map<number, number>();
      classes = Int32Array.from(columns, (peer) => {
        if (peer < 0) return -1;
        const cells = cellAt(before, peer) * 67_108_864 + cellAt(after, peer);
        return numberOf(numbers, cells);
      });
      alike[direction].set(key, classes);
    }
    return classes;
  };

  return (group, outward) => {
    const direction = outward ? 'egress' : 'ingress';
    const { readingOf } = lens.after.universe;
    const rows = new Set<Int32Array>();
    for (const member of group.members) {
      for (const column of member) {
        rows.add(classesByRow(direction, column));
        const reading = readingOf[column] ?? -1;
        if (reading >= 0) rows.add(classesByRow(direction, reading));
      }
    }
    let classes: Int32Array | undefined;
    for (const row of rows) classes = classes === undefined ? row : refined(classes, row);
    const shared: (Relation | undefined)[] = [];
    return peers.map((peer, index) => {
      const own = columns[index] === -1 ? -1 : (classes?.[index] ?? -1);
      const known = own < 0 ? undefined : shared[own];
      if (known !== undefined) return known;
      const relation = outward ? relationOf(lens, group, peer.group) : relationOf(lens, peer.group, group);
      if (own >= 0) shared[own] = relation;
      return relation;
    });
  };
}

/** The column of a peer that is one column, which no policy selects; -1 for others. */
function onlyColumn(lens: Lens, { group }: OutsidePeer): number {
  const [column, ...more] = group.members.flat();
  if (column === undefined || more.length > 0) return -1;
  const selected = [lens.before, lens.after].some(
    ({ solver, rowIds }) =>
      solver.inputsOf(rowIds.ingress[column] ?? 0).length > 0 ||
      solver.inputsOf(rowIds.egress[column] ?? 0).length > 0,
  );
  return selected ? -1 : column;
}

function refined(a: Int32Array, b: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return a.map((own, index) => (own < 0 ? -1 : numberOf(numbers, own * 67_108_864 + (b[index] ?? 0))));
}

function numberOf(numbers: Map<number, number>, key: number): number {
  let number = numbers.get(key);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(key, number);
  }
  return number;
}
