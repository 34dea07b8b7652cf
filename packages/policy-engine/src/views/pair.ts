import type { Cluster } from '../compile/compile.ts';
import { podsOfColumn } from '../compile/universe.ts';
import type { Direction } from '../ir/ir.ts';
import type { PolicyKey, TransportProtocol } from '../model/records.ts';
import { type DirectionExplanation, type ExplanationPart, explainColumns } from '../queries/explain.ts';
import type { NearMissCause, PeerMismatch, UnknownReason } from '../queries/trace.ts';
import type { Verdict } from '../queries/verdict.ts';
import type { ConnectionList, PortRange } from '../sets/connection-set.ts';
import { type Entity, type EntityType, findEntity, workloadEntity } from './entity.ts';
import { impactOf } from './graph.ts';
import type { EdgeImpact, PortSummary } from './graph-model.ts';
import { workloadMember } from './group.ts';
import type { Lens } from './lens.ts';
import { policyText } from './policy-text.ts';
import { portLabel, portSummary } from './ports.ts';
import { isDrawn, type Relation, relationInside, relationOf } from './relation.ts';

/** A rule with the lines of the text it stands in. */
export interface RuleRef {
  readonly policy: PolicyKey;
  readonly path: string;
  readonly action: 'allow' | 'deny' | 'pass';
  readonly certain: boolean;
  readonly file: string | null;
  readonly line: number;
  readonly endLine: number;
  /** The lines themselves. */
  readonly lines: readonly string[];
}

export interface NearMissRef extends RuleRef {
  readonly failed: readonly NearMissCause[];
  readonly mismatches: readonly PeerMismatch[];
}

/** What one end says: the source about where it may send, the destination about whom it lets in. */
export interface HalfVerdict {
  readonly direction: Direction;
  readonly verdict: Verdict;
  /** Allowed because no policy has a say. */
  readonly byDefault: boolean;
  /** `false`: policies don't apply to this end. */
  readonly policed: boolean;
  readonly rules: readonly RuleRef[];
  readonly isolatedBy: readonly PolicyKey[];
  readonly nearMisses: readonly NearMissRef[];
  readonly reasons: readonly UnknownReason[];
}

/** Ports that get the same verdict for the same reasons. */
export interface PairPart {
  readonly ports: string;
  readonly ranges: readonly PortRange[];
  /** ICMP and other protocols without ports alone. */
  readonly otherOnly: boolean;
  readonly verdict: Verdict;
  readonly egress: HalfVerdict;
  readonly ingress: HalfVerdict;
  readonly reasons: readonly UnknownReason[];
}

export interface PairEnd {
  readonly id: string;
  readonly type: EntityType;
  readonly label: string;
  readonly kind: string;
  readonly namespace: string | null;
}

export interface PairMember {
  readonly from: PairEnd;
  readonly to: PairEnd;
  readonly ports: PortSummary;
  readonly verdict: Verdict;
  readonly impact: EdgeImpact | null;
}

export interface PairDetails {
  readonly from: PairEnd;
  readonly to: PairEnd;
  /** What was asked for, if anything, as understood; `problem`: it names no port of the destination. */
  readonly port: { readonly label: string; readonly verdict: Verdict; readonly before: Verdict } | null;
  readonly problem: string | null;
  readonly allowed: PortSummary;
  readonly before: PortSummary;
  readonly unknown: PortSummary;
  readonly impact: EdgeImpact | null;
  readonly opened: PortSummary | null;
  readonly closed: PortSummary | null;
  /** One pod of each end; empty for namespaces. Parts with the port that was asked for come first. */
  readonly parts: readonly PairPart[];
  /** Parts of further pods of these workloads that are treated otherwise, since their labels differ. */
  readonly variants: number;
  /** For namespaces: their workloads' pairs that have a connection, or a change within a workload, at most 300. */
  readonly members: readonly PairMember[];
  readonly memberCount: number;
  readonly pairs: number;
  readonly of: number;
}

const MAX_MEMBERS = 300;
const MAX_VARIANTS = 12;

/**
 * Everything about who may send what from one entity to another, with the rules that decide.
 * @param port `8080`, `TCP/8080`, `udp/53`, a port's name, or nothing
 * @returns null where one of the ends does not exist (any more)
 */
export function pairDetails(lens: Lens, fromId: string, toId: string, port?: string): PairDetails | null {
  const from = findEntity(lens, fromId);
  const to = findEntity(lens, toId);
  if (from === null || to === null) return null;
  const { space } = lens.after.cells;
  const relation = relationBetween(lens, from, to);
  const single = from.type !== 'namespace' && to.type !== 'namespace';
  const asked = port === undefined || port === '' ? null : readPort(lens.after, to, port);
  const wanted = asked !== null && 'range' in asked ? asked.range : null;
  const explained = single ? explainPair(lens.after, from, to, wanted) : { parts: [], variants: 0 };
  const parts =
    wanted === null
      ? explained.parts
      : explained.parts.toSorted((a, b) => Number(covers(b, wanted)) - Number(covers(a, wanted)));
  const members = single ? [] : pairMembers(lens, from, to);
  const { change } = relation;
  return {
    from: endOf(from),
    to: endOf(to),
    port: wanted === null ? null : portVerdict(lens, from, to, wanted),
    problem: asked !== null && 'problem' in asked ? asked.problem : null,
    allowed: portSummary(space, relation.some),
    before: portSummary(space, relation.someBefore),
    unknown: portSummary(space, relation.unknown),
    impact: impactOf(lens, relation),
    opened: change === null || change.opened === space.none ? null : portSummary(space, change.opened),
    closed: change === null || change.closed === space.none ? null : portSummary(space, change.closed),
    parts,
    variants: explained.variants,
    members: members.slice(0, MAX_MEMBERS),
    memberCount: members.length,
    pairs: relation.allowedPairs,
    of: relation.of,
  };
}

function relationBetween(lens: Lens, from: Entity, to: Entity): Relation {
  return from.id === to.id ? relationInside(lens, from.group) : relationOf(lens, from.group, to.group);
}

function endOf({ id, type, label, kind, namespace }: Entity): PairEnd {
  return { id, type, label, kind, namespace };
}

/** Reads what was asked for: a number, a protocol and a number, or the name that the destination gives to a port. */
export function readPort(
  cluster: Cluster,
  to: Entity,
  text: string,
): { readonly range: PortRange } | { readonly problem: string } {
  const match = /^(?:(tcp|udp|sctp)[/ ])?(\d{1,5})$/i.exec(text.trim());
  if (match?.[2] !== undefined) {
    const number = Number(match[2]);
    if (number < 1 || number > 65_535) return { problem: `${number} is no port: ports are 1 to 65535` };
    const name = (match[1] ?? 'tcp').toUpperCase();
    const protocol: TransportProtocol = name === 'UDP' ? 'UDP' : name === 'SCTP' ? 'SCTP' : 'TCP';
    return { range: { protocol, from: number, to: number } };
  }
  for (const column of to.group.members.flat()) {
    const ports = cluster.universe.namedPorts[cluster.universe.classes[column]?.namedPorts ?? -1] ?? [];
    const found = ports.find((entry) => entry.name === text);
    if (found !== undefined) return { range: { protocol: found.protocol, from: found.port, to: found.port } };
  }
  return { problem: `${to.label} declares no port named "${text}"` };
}

function portVerdict(lens: Lens, from: Entity, to: Entity, range: PortRange) {
  const { space } = lens.after.cells;
  const own: Lens = { ...lens, mask: space.range(range.protocol, range.from, range.to) };
  const verdictIn = (cluster: Cluster): Verdict => {
    const relation = relationBetween({ ...own, before: cluster, after: cluster }, from, to);
    return relation.some !== space.none ? 'allowed' : relation.unknown !== space.none ? 'unknown' : 'denied';
  };
  return {
    label: `${range.protocol} ${range.from}`,
    verdict: verdictIn(lens.after),
    before: lens.before === lens.after ? verdictIn(lens.after) : verdictIn(lens.before),
  };
}

function covers(part: PairPart, range: PortRange): boolean {
  return part.ranges.some(
    (own) => own.protocol === range.protocol && own.from <= range.from && own.to >= range.to,
  );
}

function explainPair(cluster: Cluster, from: Entity, to: Entity, wanted: PortRange | null) {
  const options =
    wanted === null ? {} : { apart: cluster.cells.space.range(wanted.protocol, wanted.from, wanted.to) };
  const seen = new Map<string, readonly PairPart[]>();
  for (const source of from.group.members.flat()) {
    for (const target of to.group.members.flat()) {
      if (seen.size >= MAX_VARIANTS) break;
      if (source === target && podsOfColumn(cluster.universe, source) < 2) continue;
      const parts = explainColumns(cluster, source, target, options).parts.map((part) =>
        partOf(cluster, part),
      );
      const key = JSON.stringify(parts);
      if (!seen.has(key)) seen.set(key, parts);
    }
  }
  const [first = []] = seen.values();
  const order = { allowed: 0, unknown: 1, denied: 2 } as const;
  return {
    parts: first.toSorted(
      (a, b) => Number(a.otherOnly) - Number(b.otherOnly) || order[a.verdict] - order[b.verdict],
    ),
    variants: Math.max(0, seen.size - 1),
  };
}

function partOf(cluster: Cluster, part: ExplanationPart): PairPart {
  const { ports, other } = part.connections;
  return {
    ports: listLabel(part.connections),
    ranges: ports,
    otherOnly: ports.length === 0 && other,
    verdict: part.verdict,
    egress: halfOf(cluster, part.egress),
    ingress: halfOf(cluster, part.ingress),
    reasons: part.reasons,
  };
}

/** `every other port` is what people call the long list that isolation leaves over. */
function listLabel({ ports, other }: ConnectionList): string {
  const whole = (['TCP', 'UDP', 'SCTP'] as const).every((protocol) =>
    ports.some((range) => range.protocol === protocol && range.from === 1 && range.to === 65_535),
  );
  if (whole) return 'all ports';
  const count = ports.reduce((sum, range) => sum + range.to - range.from + 1, 0);
  return count > 65_535 ? 'all other ports' : portLabel(ports, false, other);
}

function halfOf(cluster: Cluster, half: DirectionExplanation): HalfVerdict {
  return {
    direction: half.direction,
    verdict: half.verdict,
    byDefault: half.byDefault,
    policed: half.policed,
    rules: half.rules.map((rule) => ({
      ...ruleRef(cluster, rule.origin.policy, rule.origin.path),
      action: rule.action,
      certain: rule.certain,
    })),
    isolatedBy: half.isolatedBy,
    nearMisses: half.nearMisses.slice(0, 4).map((miss) => ({
      ...ruleRef(cluster, miss.origin.policy, miss.origin.path),
      action: 'allow',
      certain: true,
      failed: miss.failed,
      mismatches: [...new Set(miss.peers.map((peer) => peer.because))],
    })),
    reasons: half.reasons,
  };
}

const MAX_LINES = 24;

function ruleRef(cluster: Cluster, key: PolicyKey, path: string) {
  const record = cluster.policies.get(key)?.record;
  if (record === undefined) return { policy: key, path, file: null, line: 1, endLine: 1, lines: [] };
  const text = policyText(record);
  const at = text.locate(path);
  const line = at?.line ?? text.firstLine;
  const endLine = at?.endLine ?? line;
  const lines = text.text
    .split('\n')
    .slice(line - text.firstLine, Math.min(endLine - text.firstLine + 1, line - text.firstLine + MAX_LINES));
  return { policy: key, path, file: text.file, line, endLine, lines };
}

function pairMembers(lens: Lens, from: Entity, to: Entity): readonly PairMember[] {
  const { space } = lens.after.cells;
  const members: PairMember[] = [];
  for (const source of membersOf(lens, from)) {
    for (const target of membersOf(lens, to)) {
      const isWithin = source.id === target.id;
      const relation = relationBetween(lens, source, target);
      if (isWithin && relation.change === null) continue;
      if (!isDrawn(relation) && relation.allowedPairs + relation.unknownPairs === 0) continue;
      const allowed = relation.some !== space.none;
      members.push({
        from: endOf(source),
        to: endOf(target),
        ports: portSummary(space, allowed ? relation.some : relation.unknown),
        verdict: allowed ? 'allowed' : relation.unknown !== space.none ? 'unknown' : 'denied',
        impact: impactOf(lens, relation),
      });
    }
  }
  return members;
}

function membersOf(lens: Lens, entity: Entity): readonly Entity[] {
  if (entity.type !== 'namespace') return [entity];
  const { universe } = lens.after;
  const entry = universe.namespaces[entity.index];
  const members: Entity[] = [];
  for (let index = entry?.firstWorkload ?? 0; index <= (entry?.lastWorkload ?? -1); index++) {
    const member = workloadEntity(lens, index);
    if (member !== null && workloadMember(universe, index).length > 0) members.push(member);
  }
  return members;
}
