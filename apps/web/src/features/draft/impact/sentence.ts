import { IMPACT_KINDS, type Impact, type ImpactRow, type ImpactTally } from '@bulkhead/policy-engine';

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

/** What changes among the pods of one workload, by how it changes. */
function ownPodsParts(pairs: ImpactTally): readonly string[] {
  const part = (amount: number, verb: string, after = '') =>
    amount > 0 ? [`${verb} ports among the pods of ${count(amount, 'workload')}${after}`] : [];
  return [
    ...part(pairs.closed + pairs.narrowed, 'closes'),
    ...part(pairs.rearranged, 'changes'),
    ...part(pairs.opened + pairs.widened, 'opens'),
    ...part(pairs.uncertain, 'leaves', ' uncertain'),
  ];
}

/**
 * The impact in one sentence: `Closes 41 connections into payments, opens none, cuts DNS for 3 workloads.` A connection is
 * a pair of workloads or outside peers; what changes among the pods of one workload is said apart.
 */
export function impactSentence(impact: Impact): string {
  const { pairs, rows, ownPods, dnsCut } = impact;
  const sum = (tally: ImpactTally) => IMPACT_KINDS.reduce((all, kind) => all + tally[kind], 0);
  const total = sum(pairs);
  if (total + sum(ownPods.pairs) === 0) return 'Changes no connection.';
  const of = (kind: ImpactRow['kind']) => rows.filter((row) => row.kind === kind);
  const part = (verb: string, kind: ImpactRow['kind']) =>
    pairs[kind] > 0 ? [`${verb} ${count(pairs[kind], 'connection')}${common(of(kind))}`] : [];
  const parts = [
    ...part('closes', 'closed'),
    ...part('narrows', 'narrowed'),
    ...part('changes the ports of', 'rearranged'),
    ...part('opens', 'opened'),
    ...part('widens', 'widened'),
  ];
  if (total > 0 && pairs.opened + pairs.widened + pairs.rearranged === 0) parts.push('opens none');
  if (pairs.uncertain > 0) parts.push(`leaves ${count(pairs.uncertain, 'connection')} uncertain`);
  parts.push(...ownPodsParts(ownPods.pairs));
  if (dnsCut.length > 0) parts.push(`cuts DNS for ${count(dnsCut.length, 'workload')}`);
  const text = parts.join(', ');
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;
}
