import type { CompiledPolicy } from '../compile/compile.ts';
import type { Direction } from '../ir/ir.ts';
import type { PolicyKey } from '../model/records.ts';
import { forEachMember, unionAll } from '../sets/interval-set.ts';
import type { Lens } from './lens.ts';
import { subjectsOf } from './policy.ts';
import { portSummary } from './ports.ts';
import { namespaceOfColumn } from './specific.ts';

/** What a rule says, in short. */
export interface RuleSummary {
  readonly direction: Direction;
  readonly action: 'allow' | 'deny' | 'pass';
  readonly anyone: boolean;
  /** Workloads that its peers match, of how many namespaces; and whether they match something outside of the cluster. */
  readonly workloads: number;
  readonly namespaces: number;
  readonly outside: boolean;
  readonly ports: string;
}

export interface PolicyRow {
  readonly key: PolicyKey;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  /** Workloads it selects: how many, and the names of the first few. */
  readonly subjects: number;
  readonly subjectNames: readonly string[];
  /** `null`: it doesn't speak about this direction; none: it denies everything there that no other policy allows. */
  readonly ingress: readonly RuleSummary[] | null;
  readonly egress: readonly RuleSummary[] | null;
}

const NAMES = 3;

/** Each policy with what it selects and what it allows. */
export function policyTable(lens: Lens): readonly PolicyRow[] {
  const owner = namespaceOfColumn(lens.after);
  const rows = [...lens.after.policies.values()].map((policy) => rowOf(lens, policy, owner));
  return rows.sort((a, b) => compare(a.namespace ?? '', b.namespace ?? '') || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function rowOf(lens: Lens, policy: CompiledPolicy, owner: Int32Array): PolicyRow {
  const { record } = policy;
  const subjects = subjectsOf(lens, policy);
  const rules = (direction: Direction): readonly RuleSummary[] | null => {
    const blocks = policy.blocks.filter((block) => block.direction === direction);
    if (blocks.length === 0) return null;
    const { solver } = lens.after;
    return blocks.flatMap((block) =>
      solver.resolved(solver.blockId(block)).rules.map((resolved): RuleSummary => {
        const { cells, universe } = lens.after;
        const anyone = resolved.rule.peers.some((peer) => peer.type === 'any');
        const workloads = new Set<number>();
        const namespaces = new Set<number>();
        let outside = anyone;
        if (!anyone) {
          forEachMember(unionAll([resolved.peers.sure, resolved.peers.maybe]), (column) => {
            const own =
              column < universe.firstHidden
                ? column
                : universe.readingClasses[column - universe.firstReading];
            const workload = own === undefined ? undefined : universe.classes[own]?.workload;
            if (workload !== undefined) workloads.add(workload);
            const namespace = owner[column] ?? -1;
            if (namespace >= 0) namespaces.add(namespace);
            else outside = true;
          });
        }
        const fixed =
          resolved.connections === cells.space.none
            ? ''
            : portSummary(cells.space, resolved.connections).label;
        return {
          direction,
          action: resolved.action,
          anyone,
          workloads: workloads.size,
          namespaces: namespaces.size,
          outside,
          ports: [fixed, ...resolved.named.map((term) => term.name)].filter((part) => part !== '').join(', '),
        };
      }),
    );
  };
  return {
    key: policy.key,
    kind: record.kind,
    namespace: record.namespace ?? null,
    name: record.name,
    subjects: subjects.length,
    subjectNames: subjects.slice(0, NAMES).map((id) => id.slice(3).replace(/\[[^\]]*\]$/, '')),
    ingress: rules('ingress'),
    egress: rules('egress'),
  };
}
