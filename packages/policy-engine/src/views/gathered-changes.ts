import type { Relation } from './relation.ts';

/** An edge before it is put into words. */
export interface Drawn {
  readonly from: string;
  readonly to: string;
  readonly relation: Relation;
  /** Where it stands for several that a draft changes in the same way; `relation` is what each of them has. */
  readonly gathered: Gathered | null;
}

interface Gathered {
  /** Tells edges between the same two nodes apart. */
  readonly index: number;
  /** Pairs that it stands for. */
  readonly pairs: number;
}

/** Up to so many edges that a draft changes can be told apart. */
const MOST_CHANGED = 60;
/** Fewer than this between two namespaces are drawn one by one. */
const WORTH_GATHERING = 3;

/**
 * Where a draft changes more edges than can be told apart, those of workloads that change in the same way between two
 * namespaces are one edge between their boxes; within a namespace, one from the box to itself. The others stay as they are.
 * @param sameness equal for edges that say the same, null for those that a draft doesn't change
 * @param boxOf the node of the namespace that a workload's node belongs to; other nodes are their own
 */
export function gatherChanges(
  drawn: readonly Drawn[],
  sameness: (relation: Relation) => string | null,
  boxOf: (node: string) => string,
): readonly Drawn[] {
  const sets = new Map<string, { readonly from: string; readonly to: string; readonly members: Drawn[] }>();
  let changed = 0;
  for (const edge of drawn) {
    const same = sameness(edge.relation);
    if (same === null) continue;
    changed++;
    const [from, to] = [boxOf(edge.from), boxOf(edge.to)];
    if (from === edge.from && to === edge.to) continue;
    const key = `${from}>${to} ${same}`;
    const set = sets.get(key);
    if (set === undefined) sets.set(key, { from, to, members: [edge] });
    else set.members.push(edge);
  }
  if (changed <= MOST_CHANGED) return drawn;
  const left = new Set(drawn);
  const gathered: Drawn[] = [];
  for (const { from, to, members } of sets.values()) {
    const [first] = members;
    if (first === undefined || members.length < WORTH_GATHERING) continue;
    let pairs = 0;
    for (const member of members) {
      left.delete(member);
      pairs += member.relation.change?.pairs ?? 0;
    }
    gathered.push({ from, to, relation: first.relation, gathered: { index: gathered.length, pairs } });
  }
  return [...left, ...gathered];
}
