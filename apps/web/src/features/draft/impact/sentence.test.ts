import { type Impact, type ImpactRow, type ImpactTally, NO_IMPACT } from '@bulkhead/policy-engine';
import { describe, expect, it } from 'vitest';
import { impactSentence } from './sentence.ts';

const ports = { label: 'all ports', all: true, ranges: [], other: false };
function row(kind: ImpactRow['kind'], from: string, to: string): ImpactRow {
  const end = (id: string): ImpactRow['from'] => {
    const [namespace = '', label = ''] = id.split('/');
    return { id, type: 'workload', namespace, label, kind: 'Deployment' };
  };
  return {
    kind,
    from: end(from),
    to: end(to),
    before: ports,
    after: ports,
    opened: ports,
    closed: ports,
    unknown: ports,
    pairs: 1,
  };
}

const impact = (change: Partial<Impact>): Impact => ({ ...NO_IMPACT, ...change });

describe('impactSentence', () => {
  it('says what closes and opens, where, and whether DNS is cut', () => {
    expect(impactSentence(NO_IMPACT)).toBe('Changes no connection.');
    expect(
      impactSentence(
        impact({
          pairs: { ...NO_IMPACT.pairs, closed: 41 },
          rows: [row('closed', 'a/x', 'payments/db'), row('closed', 'b/x', 'payments/api')],
          dnsCut: ['a/x', 'b/y', 'c/z'],
        }),
      ),
    ).toBe('Closes 41 connections into payments, opens none, cuts DNS for 3 workloads.');
    expect(
      impactSentence(
        impact({
          pairs: { ...NO_IMPACT.pairs, opened: 1, narrowed: 2 },
          rows: [
            row('opened', 'a/x', 'payments/db'),
            row('narrowed', 'a/x', 'b/y'),
            row('narrowed', 'a/x', 'c/y'),
          ],
        }),
      ),
    ).toBe('Narrows 2 connections out of a/x, opens 1 connection into payments/db.');
  });

  it('tells what changes among the pods of one workload', () => {
    const own = (pairs: Partial<ImpactTally>) =>
      impactSentence(impact({ ownPods: { ...NO_IMPACT.ownPods, pairs: { ...NO_IMPACT.pairs, ...pairs } } }));
    expect(own({ closed: 1 })).toBe('Closes ports among the pods of 1 workload.');
    expect(own({ opened: 1, widened: 1, uncertain: 1 })).toBe(
      'Opens ports among the pods of 2 workloads, leaves ports among the pods of 1 workload uncertain.',
    );
  });

  it('does not call a connection wider that loses ports as well', () => {
    expect(
      impactSentence(
        impact({
          pairs: { ...NO_IMPACT.pairs, rearranged: 4 },
          rows: [row('rearranged', 'a/x', 'shop/api')],
        }),
      ),
    ).toBe('Changes the ports of 4 connections into shop/api.');
  });
});
