import {
  type Cluster,
  type ConnectionSetId,
  connectionSetOf,
  type DirectionExplanation,
  type ExplanationPart,
  explainColumns,
  type IntervalSet,
  intervalSet,
  type RuleMatch,
} from '@bulkhead/policy-engine';
import { type AddressSpan, type GraphEnd, spansOf } from './ends.ts';
import { type ContractPorts, contractPorts } from './ports.ts';

export interface ContractPolicy {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly effect: 'allow' | 'deny' | 'pass';
  readonly rule?: string;
}

export interface ContractHalf {
  readonly verdict: 'allow' | 'deny' | 'unknown';
  /** Nothing decides; what nothing decides is allowed. */
  readonly default: boolean;
  readonly policies: readonly ContractPolicy[];
}

/** A node's id, or addresses in place where only some of a node's are meant. */
export type ContractEnd = string | { readonly type: 'ip'; readonly ranges: readonly AddressSpan[] };

export interface ContractExplanation {
  readonly source: ContractEnd;
  readonly target: ContractEnd;
  readonly ports: ContractPorts;
  readonly verdict: 'allow' | 'deny' | 'unknown';
  readonly egress: ContractHalf;
  readonly ingress: ContractHalf;
  /** What makes an `unknown` unknown. */
  readonly reasons?: readonly string[];
}

/** Explains every ordered pair of ends of which at least one is a workload, an end and itself left out. */
export function* explanations(
  cluster: Cluster,
  ends: readonly GraphEnd[],
): Generator<ContractExplanation, void> {
  for (const source of ends) {
    for (const target of ends) {
      if (source === target) continue;
      if (source.node.type !== 'workload' && target.node.type !== 'workload') continue;
      yield* explainPair(cluster, source, target);
    }
  }
}

function* explainPair(
  cluster: Cluster,
  source: GraphEnd,
  target: GraphEnd,
): Generator<ContractExplanation, void> {
  // Addresses of one end get the same answer, but maybe for other reasons; pods of a workload may get another answer.
  const outside = source.node.type === 'ip' ? source : target.node.type === 'ip' ? target : undefined;
  if (outside === undefined) {
    const entries = explainSets(cluster, source.columns, target.columns);
    for (const entry of entries) yield { source: source.node.id, target: target.node.id, ...entry };
    return;
  }
  const groups = new Map<string, { readonly entries: readonly Entry[]; readonly columns: number[] }>();
  for (const column of intervalSet.members(outside.columns)) {
    const own = intervalSet.interval(column, column);
    const entries =
      outside === source
        ? explainSets(cluster, own, target.columns)
        : explainSets(cluster, source.columns, own);
    const key = JSON.stringify(entries);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { entries, columns: [column] });
    else known.columns.push(column);
  }
  for (const { entries, columns } of groups.values()) {
    const end: ContractEnd =
      groups.size === 1
        ? outside.node.id
        : { type: 'ip', ranges: spansOf(cluster, intervalSet.fromSortedPoints(columns)) };
    for (const entry of entries) {
      yield outside === source
        ? { source: end, target: target.node.id, ...entry }
        : { source: source.node.id, target: end, ...entry };
    }
  }
}

type Entry = Omit<ContractExplanation, 'source' | 'target'>;

/** Explanations of all pairs of two sets of columns, equal ones merged. */
function explainSets(cluster: Cluster, sources: IntervalSet, targets: IntervalSet): Entry[] {
  const { space } = cluster.cells;
  const merged = new Map<string, { readonly part: ExplanationPart; ports: ConnectionSetId }>();
  for (const from of intervalSet.members(sources)) {
    for (const to of intervalSet.members(targets)) {
      for (const part of explainColumns(cluster, from, to).parts) {
        const ports = space.intersect(space.intern(connectionSetOf(part.connections)), space.transport);
        if (ports === space.none) continue;
        const key = JSON.stringify([part.verdict, halfOf(part.egress), halfOf(part.ingress), part.reasons]);
        const known = merged.get(key);
        if (known === undefined) merged.set(key, { part, ports });
        else known.ports = space.union(known.ports, ports);
      }
    }
  }
  return [...merged.values()].map(({ part, ports }) => ({
    ports: contractPorts(space, ports),
    verdict: verdictWord(part.verdict),
    egress: halfOf(part.egress),
    ingress: halfOf(part.ingress),
    ...(part.reasons.length === 0 ? {} : { reasons: part.reasons }),
  }));
}

function halfOf(half: DirectionExplanation): ContractHalf {
  return {
    verdict: verdictWord(half.verdict),
    default: half.byDefault,
    policies: decidingPolicies(half),
  };
}

/**
 * For an allowed port the policies that allow it; for a denied one the rule of an admin or baseline policy that denies it, or
 * else the NetworkPolicies that isolate the end. Rules that passed it on come before.
 */
export function decidingPolicies(half: DirectionExplanation): readonly ContractPolicy[] {
  const byRule = half.rules.map((rule) => ({
    ...policyOf(rule.origin.policy),
    effect: rule.action,
    rule: ruleText(rule),
  }));
  const isDecidedByRule = half.rules.some((rule) => rule.action !== 'pass');
  if (half.verdict !== 'denied' || isDecidedByRule) return byRule;
  return [...byRule, ...half.isolatedBy.map((key) => ({ ...policyOf(key), effect: 'deny' as const }))];
}

/** A rule's name, or `Ingress rule #1`. */
export function ruleText(rule: Pick<RuleMatch, 'origin'>): string {
  const { direction, rule: index, name } = rule.origin;
  const side = direction === 'ingress' ? 'Ingress' : 'Egress';
  return name === undefined || name === '' ? `${side} rule #${index + 1}` : `${side} rule ${name}`;
}

/** The parts of a policy key, `kind/namespace/name`. */
export function policyOf(key: string): {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
} {
  const [kind = '', namespace = '', ...name] = key.split('/');
  return { kind, ...(namespace === '' ? {} : { namespace }), name: name.join('/') };
}

function verdictWord(verdict: ExplanationPart['verdict']): 'allow' | 'deny' | 'unknown' {
  return verdict === 'allowed' ? 'allow' : verdict === 'denied' ? 'deny' : 'unknown';
}
