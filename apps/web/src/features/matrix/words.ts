import type { CellHalf, CellReason, MatrixOutcome, MatrixUnit } from '@bulkhead/policy-engine';
import { MARKS } from '../../shared/marks.tsx';
import { policyName } from '../../shared/names.ts';
import { formatCount } from '../../shared/ui.tsx';

/** `payments/db`, `payments`, `10.0.0.0/8`. */
export function unitName(unit: MatrixUnit): string {
  return unit.type === 'workload' ? `${unit.namespace}/${unit.label}` : unit.label;
}

/** The name, and what a draft does to the thing itself: `payments/db (not in the cluster yet)`. */
export function markedName(unit: MatrixUnit): string {
  return unit.mark === null ? unitName(unit) : `${unitName(unit)} (${MARKS[unit.mark].text})`;
}

const CHANGES = {
  opened: 'opened by the draft',
  closed: 'closed by the draft',
  widened: 'widened by the draft',
  narrowed: 'narrowed by the draft',
  rearranged: 'given other ports by the draft',
  uncertain: 'what is unknown changes with the draft',
} as const;

/** What a cell says: the verdict with its ports, and what a draft changes. */
export function outcomeText(outcome: MatrixOutcome): string {
  const said: string[] = [];
  switch (outcome.state) {
    case 'self':
      return 'a workload and itself';
    case 'void':
      return 'both outside of the cluster';
    case 'none':
      said.push('denied');
      break;
    case 'unknown':
      said.push(`unknown on ${outcome.unknown}`);
      break;
    case 'all':
      said.push(`allowed on ${outcome.ports}`);
      if (outcome.open) said.push('no policy has a say on either end');
      break;
    case 'some':
      said.push(`allowed on ${outcome.ports}${outcome.uniform ? '' : ' between some'}`);
      if (outcome.unknown !== '') said.push(`unknown on ${outcome.unknown}`);
      break;
  }
  if (outcome.impact !== null) said.push(CHANGES[outcome.impact]);
  if (outcome.impact !== null && outcome.impact !== 'uncertain') said.push(`before: ${outcome.before}`);
  if (outcome.opened !== '') said.push(`opens ${outcome.opened}`);
  if (outcome.closed !== '') said.push(`closes ${outcome.closed}`);
  return said.join('; ');
}

/** Source, destination and what the cell says, in one sentence. */
export function cellText(from: MatrixUnit, to: MatrixUnit, outcome: MatrixOutcome | undefined): string {
  const what = outcome === undefined ? 'not computed yet' : outcomeText(outcome);
  return `${markedName(from)} to ${markedName(to)}: ${what}`;
}

/** Why, in a few words; empty where there is nothing to add. */
export function reasonText(reason: CellReason | null | undefined): string {
  if (reason === null || reason === undefined) return '';
  const said: string[] = [];
  if (reason.of > 1) said.push(`${formatCount(reason.pairs)} of ${formatCount(reason.of)} pairs`);
  if (reason.egress !== null) said.push(`egress ${halfText(reason.egress)}`);
  if (reason.ingress !== null) said.push(`ingress ${halfText(reason.ingress)}`);
  return said.join(' · ');
}

const SPELLED_OUT = 2;

function halfText({ byDefault, verdict, policies }: CellHalf): string {
  if (byDefault) return 'not isolated';
  const names = policies.map((key) => policyName(key).name);
  if (names.length === 0) return verdict;
  const more = names.length > SPELLED_OUT ? ` and ${names.length - SPELLED_OUT} more` : '';
  const by = verdict === 'denied' ? 'denied by' : verdict === 'unknown' ? 'unknown:' : 'allowed by';
  return `${by} ${names.slice(0, SPELLED_OUT).join(', ')}${more}`;
}
