import type { PolicyKey } from '../model/records.ts';
import { traceDirection } from '../queries/trace.ts';
import type { ConnectionSetId } from '../sets/connection-set.ts';
import { impactOf, namespaceId, shownNamespaces, type WorkloadFilter, workloadId } from './graph.ts';
import type { EdgeImpact, PortSummary } from './graph-model.ts';
import { type Group, groupOf, workloadMember } from './group.ts';
import type { Lens } from './lens.ts';
import { outsidePeers } from './outside.ts';
import { portSummary } from './ports.ts';
import { type Relation, relationOf } from './relation.ts';

export interface ConnectionEnd {
  readonly id: string;
  readonly label: string;
  readonly namespace: string;
  readonly kind: string;
}

/** One connection: what one end may send to another. */
export interface Connection {
  readonly from: ConnectionEnd;
  readonly to: ConnectionEnd;
  readonly ports: PortSummary;
  readonly verdict: 'allowed' | 'unknown' | 'denied';
  readonly impact: EdgeImpact | null;
  readonly opened: PortSummary | null;
  readonly closed: PortSummary | null;
  /** Pairs of workloads that it stands for; 1 between workloads. */
  readonly pairs: number;
  readonly of: number;
}

export interface ConnectionList {
  /** Ends are workloads and outside peers; or namespaces, where a list of workloads would be too long. */
  readonly level: 'workload' | 'namespace';
  readonly connections: readonly Connection[];
}

/** Lists with more connections than this are given by namespace. */
const MAX_CONNECTIONS = 120_000;
/** So are those for which more pairs than this would have to be looked at. */
const MAX_COMPARED = 2_000_000;

interface End {
  readonly end: ConnectionEnd;
  readonly group: Group;
}

/**
 * Every connection that is allowed, unknown, or changed by the draft, open ones included: what a graph leaves out for
 * clarity is in this list.
 */
export function connectionList(
  lens: Lens,
  filter: WorkloadFilter,
  verdicts: readonly string[],
): ConnectionList {
  const shown = shownNamespaces(lens, filter, new Set());
  const peers = outsidePeers(lens).map(
    ({ node, group }): End => ({
      end: { id: node.id, label: node.label, namespace: '', kind: 'outside' },
      group,
    }),
  );
  const namespaces = shown.map(
    (entry): End => ({
      end: { id: namespaceId(entry.name), label: entry.name, namespace: entry.name, kind: 'Namespace' },
      group: entry.group,
    }),
  );
  let expected = 0;
  let compared = 0;
  for (const source of namespaces) {
    for (const target of namespaces) {
      compared += source.group.members.length * target.group.members.length;
    }
  }
  for (const source of compared > MAX_COMPARED ? [] : namespaces) {
    for (const target of namespaces) {
      const relation = relationOf(lens, source.group, target.group);
      expected += relation.allowedPairs + relation.unknownPairs;
    }
  }
  const { universe } = lens.after;
  const level = compared > MAX_COMPARED || expected > MAX_CONNECTIONS ? 'namespace' : 'workload';
  const ends =
    level === 'namespace'
      ? namespaces
      : shown.flatMap((entry) =>
          entry.workloads.map((index): End => {
            const workload = universe.workloads[index];
            const id = workloadId(workload?.id ?? '');
            return {
              end: { id, label: workload?.name ?? '', namespace: entry.name, kind: workload?.kind ?? '' },
              group: groupOf(lens, id, [workloadMember(universe, index)]),
            };
          }),
        );
  const connections: Connection[] = [];
  const add = (from: End, to: End): void => {
    const relation = relationOf(lens, from.group, to.group);
    const connection = toConnection(lens, from.end, to.end, relation);
    if (connection === null) return;
    if (connection.impact === null && !verdicts.includes(connection.verdict)) return;
    connections.push(connection);
  };
  for (const from of ends) {
    for (const to of ends) {
      if (from !== to || level === 'namespace') add(from, to);
    }
    for (const peer of peers) {
      add(from, peer);
      add(peer, from);
    }
  }
  return { level, connections };
}

function toConnection(
  lens: Lens,
  from: ConnectionEnd,
  to: ConnectionEnd,
  relation: Relation,
): Connection | null {
  const { space } = lens.after.cells;
  const impact = impactOf(lens, relation);
  const verdict =
    relation.some !== space.none ? 'allowed' : relation.unknown !== space.none ? 'unknown' : 'denied';
  if (verdict === 'denied' && impact === null) return null;
  const summary = (id: ConnectionSetId | undefined) =>
    id === undefined || id === space.none ? null : portSummary(space, id);
  return {
    from,
    to,
    ports: portSummary(space, verdict === 'unknown' ? relation.unknown : relation.some),
    verdict,
    impact,
    opened: summary(relation.change?.opened),
    closed: summary(relation.change?.closed),
    pairs: relation.allowedPairs + relation.unknownPairs,
    of: relation.of,
  };
}

/**
 * The policies that decide about a pair of ends: those with a rule that lets something through or denies it, else those
 * that isolate. For one pod of each end; for namespaces nothing.
 */
export function decidingPolicies(
  lens: Lens,
  from: readonly number[],
  to: readonly number[],
): readonly PolicyKey[] {
  const [source] = from;
  const [target] = to;
  if (source === undefined || target === undefined) return [];
  const found = new Set<PolicyKey>();
  for (const [direction, subject, peer] of [
    ['egress', source, target],
    ['ingress', target, source],
  ] as const) {
    for (const trace of traceDirection(lens.after, direction, subject, peer)) {
      if (trace.verdict === 'denied') continue;
      for (const rule of trace.rules) found.add(rule.origin.policy);
    }
  }
  return [...found];
}
