import {
  IMPACT_KINDS,
  type Impact,
  type ImpactRow,
  type OwnPodsChange,
  type PortSummary,
} from '@bulkhead/policy-engine';

function count(pairs: number, one: string): string {
  return `${new Intl.NumberFormat('en').format(pairs)} ${one}${pairs === 1 ? '' : 's'}`;
}

/** ` into shop/db`, ` out of shop`, or nothing: what all rows of some kinds have in common. */
function common(rows: readonly ImpactRow[]): string {
  for (const [side, word] of [
    ['to', ' into '],
    ['from', ' out of '],
  ] as const) {
    const ids = new Set(rows.map((row) => row[side].id));
    const [first] = rows;
    if (ids.size === 1 && first !== undefined) {
      const { type, namespace, label } = first[side];
      return word + (type === 'workload' ? `${namespace}/${label}` : label);
    }
    const namespaces = new Set(rows.map((row) => row[side].namespace));
    const [namespace] = namespaces;
    if (namespaces.size === 1 && namespace !== undefined) return `${word}${namespace}`;
  }
  return '';
}

function hasPorts({ all, ranges }: PortSummary): boolean {
  return all || ranges.length > 0;
}

/** What changes among the pods of one workload, by how it changes: a workload counts where most is at stake. */
function ownPodsParts(changes: readonly OwnPodsChange[]): readonly string[] {
  const closed = changes.filter((change) => hasPorts(change.closed));
  const opened = changes.filter((change) => hasPorts(change.opened) && !hasPorts(change.closed));
  const unsure = changes.length - closed.length - opened.length;
  const among = (amount: number) => `among the pods of ${count(amount, 'workload')}`;
  return [
    ...(closed.length > 0 ? [`closes ports ${among(closed.length)}`] : []),
    ...(opened.length > 0 ? [`opens ports ${among(opened.length)}`] : []),
    ...(unsure > 0 ? [`leaves ports ${among(unsure)} uncertain`] : []),
  ];
}

/**
 * The impact in one sentence: `Closes 41 connections into payments, opens none, cuts DNS for 3 workloads.` A connection is
 * a pair of workloads or outside peers.
 */
export function impactSentence(impact: Impact): string {
  const { pairs, rows, ownPods, dnsCut } = impact;
  const total = IMPACT_KINDS.reduce((sum, kind) => sum + pairs[kind], 0);
  if (total === 0 && ownPods.length === 0) return 'Changes no connection.';
  const of = (...kinds: readonly ImpactRow['kind'][]) => rows.filter((row) => kinds.includes(row.kind));
  const parts: string[] = [];
  if (pairs.closed > 0) parts.push(`closes ${count(pairs.closed, 'connection')}${common(of('closed'))}`);
  if (pairs.narrowed > 0) parts.push(`narrows ${pairs.narrowed}${common(of('narrowed'))}`);
  if (pairs.rearranged > 0) {
    parts.push(`changes the ports of ${pairs.rearranged}${common(of('rearranged'))}`);
  }
  if (pairs.opened > 0) parts.push(`opens ${count(pairs.opened, 'connection')}${common(of('opened'))}`);
  if (pairs.widened > 0) parts.push(`widens ${pairs.widened}${common(of('widened'))}`);
  if (total > 0 && pairs.opened + pairs.widened + pairs.rearranged === 0) parts.push('opens none');
  if (pairs.uncertain > 0) parts.push(`leaves ${pairs.uncertain} uncertain`);
  parts.push(...ownPodsParts(ownPods));
  if (dnsCut.length > 0) parts.push(`cuts DNS for ${count(dnsCut.length, 'workload')}`);
  const text = parts.join(', ');
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;
}
