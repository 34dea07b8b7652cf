import type { CompiledPolicy } from '../compile/compile.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Action, Direction } from '../ir/ir.ts';
import type { PolicyKey } from '../model/records.ts';
import { forEachMember, type IntervalSet, unionAll } from '../sets/interval-set.ts';
import { workloadId } from './graph.ts';
import type { Lens } from './lens.ts';
import { outsidePeers } from './outside.ts';
import { policyText } from './policy-text.ts';
import { portSummary } from './ports.ts';

export interface PolicyRule {
  readonly path: string;
  readonly direction: Direction;
  readonly action: Action;
  readonly name: string | null;
  readonly line: number;
  readonly endLine: number;
  /** Ids of workloads and outside peers that its peers match; a rule for anyone matches all. */
  readonly peers: readonly string[];
  readonly peerCount: number;
  readonly anyone: boolean;
  readonly ports: string;
}

/** A policy with its text and what each of its lines does. */
export interface PolicyDetails {
  readonly key: PolicyKey;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly text: string;
  readonly firstLine: number;
  readonly file: string | null;
  /** Workloads it selects in at least one direction. */
  readonly subjects: readonly string[];
  readonly directions: readonly Direction[];
  readonly rules: readonly PolicyRule[];
  readonly diagnostics: readonly Diagnostic[];
}

const MAX_PEERS = 500;

/** `null` where there is no such policy. A policy of the overlay's state wins over the cluster's. */
export function policyDetails(lens: Lens, key: PolicyKey): PolicyDetails | null {
  const policy = lens.after.policies.get(key) ?? lens.before.policies.get(key);
  if (policy === undefined) return null;
  const text = policyText(policy.record);
  return {
    key,
    kind: policy.record.kind,
    namespace: policy.record.namespace ?? null,
    name: policy.record.name,
    text: text.text,
    firstLine: text.firstLine,
    file: text.file,
    subjects: subjectsOf(lens, policy),
    directions: [...new Set(policy.blocks.map((block) => block.direction))],
    rules: rulesOf(lens, policy),
    diagnostics: policy.diagnostics,
  };
}

/** Workloads that a policy selects, by id. */
export function subjectsOf(lens: Lens, policy: CompiledPolicy): readonly string[] {
  const { solver } = lens.after;
  const columns = unionAll(
    policy.blocks.flatMap((block) => {
      const { subject } = solver.resolved(solver.blockId(block));
      return [subject.sure, subject.maybe];
    }),
  );
  return workloadsIn(lens, columns);
}

/** Ids of the workloads that have one of these columns. */
export function workloadsIn(lens: Lens, columns: IntervalSet): readonly string[] {
  const { universe } = lens.after;
  const found = new Set<number>();
  forEachMember(columns, (column) => {
    const owner =
      column < universe.firstHidden ? column : universe.readingClasses[column - universe.firstReading];
    const workload = owner === undefined ? undefined : universe.classes[owner]?.workload;
    if (workload !== undefined) found.add(workload);
  });
  return [...found].sort((a, b) => a - b).map((index) => workloadId(universe.workloads[index]?.id ?? ''));
}

function rulesOf(lens: Lens, policy: CompiledPolicy): readonly PolicyRule[] {
  const { solver, cells } = lens.after;
  const text = policyText(policy.record);
  const outside = outsidePeers(lens);
  const rules: PolicyRule[] = [];
  for (const block of policy.blocks) {
    for (const resolved of solver.resolved(solver.blockId(block)).rules) {
      const { origin } = resolved.rule;
      const at = text.locate(origin.path);
      const columns = unionAll([resolved.peers.sure, resolved.peers.maybe]);
      const anyone = resolved.rule.peers.some((peer) => peer.type === 'any');
      const workloads = anyone ? [] : workloadsIn(lens, columns);
      const holds = new Set<number>();
      forEachMember(columns, (column) => holds.add(column));
      const others = anyone
        ? []
        : outside
            .filter((peer) => peer.group.members.flat().some((column) => holds.has(column)))
            .map((peer) => peer.node.id);
      const named = resolved.named.map((term) => term.name);
      const fixed =
        resolved.connections === cells.space.none ? '' : portSummary(cells.space, resolved.connections).label;
      rules.push({
        path: origin.path,
        direction: origin.direction,
        action: resolved.action,
        name: origin.name ?? null,
        line: at?.line ?? text.firstLine,
        endLine: at?.endLine ?? text.firstLine,
        peers: [...workloads, ...others].slice(0, MAX_PEERS),
        peerCount: workloads.length + others.length,
        anyone,
        ports: [fixed, ...named].filter((part) => part !== '').join(', '),
      });
    }
  }
  return rules;
}
