import type { ImpactRow } from '@bulkhead/policy-engine';
import { describe, expect, it } from 'vitest';
import { groupRows } from './group.ts';

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

describe('groupRows', () => {
  it('folds what differs in one end only, the way that makes fewer groups', () => {
    const into = ['a/1', 'a/2', 'b/3', 'c/4', 'c/5'].map((from) => row('closed', from, 'x/db'));
    const groups = groupRows([...into, row('opened', 'a/1', 'y/api')]);
    expect(groups.map(({ rows, shared }) => [rows.length, shared])).toEqual([
      [5, { end: 'to', others: 'a/1, a/2 and 3 more' }],
      [1, null],
    ]);
    const out = ['a/1', 'a/2', 'a/3', 'a/4'].map((to) => row('closed', 'x/job', to));
    const [only] = groupRows(out);
    expect(only?.shared).toEqual({ end: 'from', others: '4 in a' });
  });

  it('folds workloads that change among their own pods in the same way', () => {
    const own = ['a/1', 'a/2', 'a/3', 'a/4'].map((end) => row('closed', end, end));
    const groups = groupRows([row('closed', 'a/1', 'a/2'), ...own]);
    expect(groups.map(({ rows, shared }) => [rows.length, shared])).toEqual([
      [1, null],
      [4, { end: 'own', others: '4 in a' }],
    ]);
  });

  it('leaves few rows alone', () => {
    expect(groupRows([row('closed', 'a/1', 'x/db'), row('closed', 'a/2', 'x/db')])).toHaveLength(2);
  });
});
