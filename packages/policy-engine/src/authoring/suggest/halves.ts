import { type Cluster, pairCell } from '../../compile/compile.ts';
import type { CellId } from '../../compile/verdict-cells.ts';
import type { Direction } from '../../ir/ir.ts';
import { type DirectionExplanation, explainColumns } from '../../queries/explain.ts';
import { rowGroups } from '../../queries/reachability.ts';
import { connectionPoint, connectionSetOf } from '../../sets/connection-set.ts';
import {
  forEachMember,
  has,
  type IntervalSet,
  intersect,
  isEmptySet,
  members,
} from '../../sets/interval-set.ts';
import { endColumns } from './ends.ts';
import type { SuggestQuestion, SuggestVerdict } from './model.ts';

/** How a connection stands, of every pod of one end with every pod of the other. */
export function verdictOf(cluster: Cluster, question: SuggestQuestion): SuggestVerdict {
  const from = endColumns(cluster, question.from);
  const to = endColumns(cluster, question.to);
  if (isEmptySet(from) || isEmptySet(to)) return 'no-such-end';
  const point = connectionPoint(question.protocol, question.port);
  const { cells } = cluster;
  const found = new Set<SuggestVerdict>();
  for (const cell of cellsBetween(cluster, from, to)) {
    const { allowed, possible } = cells.decision(cell);
    if (cells.space.has(allowed, point)) found.add('allowed');
    else found.add(cells.space.has(possible, point) ? 'unknown' : 'denied');
  }
  if (found.has('unknown')) return 'unknown';
  const [only = 'denied'] = found;
  return found.size > 1 ? 'mixed' : only;
}

/** The cells of all pairs of two sets of columns, each at least once; pods of one kind share their rows, so few are made. */
function cellsBetween(cluster: Cluster, from: IntervalSet, to: IntervalSet): ReadonlySet<CellId> {
  const { cells, universe } = cluster;
  const found = new Set<CellId>();
  const isHost = (column: number) => (universe.readingOf[column] ?? -1) >= 0;
  const hosts = [...members(from), ...members(to)].some(isHost);
  if (hosts) {
    forEachMember(from, (source) => {
      forEachMember(to, (target) => found.add(pairCell(cluster, source, target)));
    });
    return found;
  }
  const targets = rowGroups(cluster, 'ingress', to);
  for (const source of rowGroups(cluster, 'egress', from)) {
    for (const target of targets) {
      const entering = target.row.parts.filter(
        ({ columns }) => !isEmptySet(intersect(columns, source.columns)),
      );
      for (const { cell, columns } of source.row.parts) {
        if (isEmptySet(intersect(columns, target.columns))) continue;
        for (const part of entering) found.add(cells.both(cell, part.cell));
      }
    }
  }
  return found;
}

/** Pairs that are explained for one direction: each costs a trace. */
const MOST_EXPLAINED = 400;

/**
 * What a direction says about the asked connection: for one pod of each kind that policies tell apart at the subject's end,
 * with every pod of the other end, as far as these are not too many.
 */
export function halvesOf(
  cluster: Cluster,
  question: SuggestQuestion,
  direction: Direction,
): readonly DirectionExplanation[] {
  const { space } = cluster.cells;
  const point = connectionPoint(question.protocol, question.port);
  const apart = space.range(question.protocol, question.port, question.port);
  const isIngress = direction === 'ingress';
  const subjects = endColumns(cluster, isIngress ? question.to : question.from);
  const peers = members(endColumns(cluster, isIngress ? question.from : question.to));
  const groups = rowGroups(cluster, direction, subjects).slice(0, MOST_EXPLAINED);
  const each = Math.max(1, Math.floor(MOST_EXPLAINED / Math.max(1, groups.length)));
  const halves: DirectionExplanation[] = [];
  for (const { columns } of groups) {
    const subject = columns[0] ?? 0;
    for (const peer of peers.slice(0, each)) {
      const [source, target] = isIngress ? [peer, subject] : [subject, peer];
      const part = explainColumns(cluster, source, target, { apart }).parts.find(({ connections }) =>
        has(connectionSetOf(connections), point),
      );
      if (part !== undefined) halves.push(part[direction]);
    }
  }
  return halves;
}
