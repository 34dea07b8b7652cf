import { describe, expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import { parseManifests } from '../manifests/directory.ts';
import { NO_FILTER } from './graph.ts';
import { lensOf } from './lens.ts';
import { type ConnectionPlan, connectionTable, openGroups } from './table-connections.ts';
import { policyTable } from './table-policies.ts';
import { codeOf, growingRelation, tableRelation } from './table-relation.ts';
import { parseSearch } from './table-search.ts';
import { reachTable } from './table-workloads.ts';

function workload(namespace: string, name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: c, image: i}]}
---
`;
}

const CLUSTER = `
${workload('shop', 'web')}${workload('shop', 'api')}${workload('data', 'db')}${workload('data', 'cache')}
${workload('open', 'one')}${workload('open', 'two')}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: 8080}, {port: 443}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: data}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}]
      ports: [{port: 5432}]
`;

const lens = lensOf(compile(parseManifests([{ path: 'all.yaml', text: CLUSTER }]).snapshot));
const relation = tableRelation(lens, NO_FILTER);
const PLAN: ConnectionPlan = {
  verdicts: ['allowed', 'unknown'],
  find: '',
  sort: 'from',
  descending: false,
  listOpen: true,
};

function listed(plan: Partial<ConnectionPlan>): readonly string[] {
  const table = connectionTable(lens, relation, { ...PLAN, ...plan });
  const rows = table.rows(0, 1_000);
  expect(rows).toHaveLength(table.count);
  return rows.map((row) => `${row.from.label} > ${row.to.label}`);
}

/** Every pair that connects, found one by one. */
function expected(): string[] {
  const pairs: string[] = [];
  for (const [a, from] of relation.units.entries()) {
    for (const [b, to] of relation.units.entries()) {
      const state = relation.outcomes[codeOf(relation, a, b)]?.state ?? 'none';
      if (a !== b && ['all', 'some', 'unknown'].includes(state))
        pairs.push(`${from.unit.label} > ${to.unit.label}`);
    }
  }
  return pairs;
}

describe('the table of connections', () => {
  it('has a row for each pair that connects, in order of source and destination', () => {
    const rows = listed({});
    expect(rows).toEqual(expected());
    expect(rows).toContain('web > api');
    expect(rows).not.toContain('cache > db');
  });

  it('has any stretch of rows without those before it', () => {
    for (const sort of ['from', 'to', 'ports', 'verdict', 'change', 'policies'] as const) {
      for (const descending of [false, true]) {
        const table = connectionTable(lens, relation, { ...PLAN, sort, descending });
        const all = table.rows(0, table.count);
        expect(new Set(all.map((row) => `${row.from.id} ${row.to.id}`)).size).toBe(table.count);
        expect(table.rows(7, 5)).toEqual(all.slice(7, 12));
        expect(table.rows(table.count - 2, 10)).toEqual(all.slice(-2));
      }
    }
  });

  it('sorts by destination and by ports', () => {
    expect(listed({ sort: 'to' }).toSorted()).toEqual(expected().toSorted());
    const ports = connectionTable(lens, relation, { ...PLAN, sort: 'ports', descending: true }).rows(0, 3);
    expect(ports.map((row) => row.outcome.ports)).toEqual(['TCP 5432', 'TCP 5432', 'TCP 5432']);
  });

  it('sorts by the names of what decides, both ways, with what nothing decides last', () => {
    const named = (descending: boolean) => {
      const table = connectionTable(lens, relation, {
        ...PLAN,
        sort: 'policies',
        descending,
        listOpen: true,
      });
      return table
        .rows(0, table.count)
        .map(({ policies }) => policies.map((key) => key.split('/').at(-1)).join(' '));
    };
    const ascending = named(false);
    const decided = ascending.filter((names) => names !== '');
    expect(new Set(decided).size).toBeGreaterThan(1);
    expect(ascending).toEqual([...decided.toSorted(), ...ascending.filter((names) => names === '')]);
    expect(named(true).filter((names) => names !== '')).toEqual(decided.toSorted().toReversed());
    expect(
      named(true)
        .slice(decided.length)
        .every((names) => names === ''),
    ).toBe(true);
  });

  it('finds words anywhere in a row, and by its ends with an arrow', () => {
    expect(listed({ find: 'shop data/db 5432' })).toEqual(['api > db', 'web > db']);
    expect(listed({ find: 'web -> api' })).toEqual(['web > api']);
    expect(listed({ find: 'nothing-like-this' })).toEqual([]);
    expect(listed({ find: 'open/one two', sort: 'to' })).toEqual(['two > one', 'one > two']);
  });

  it('tells what no policy has a say on as groups, and lists it on request', () => {
    const rows = listed({ listOpen: false });
    const groups = openGroups(relation);
    expect(groups).toContainEqual({
      from: 'workloads',
      to: 'workloads',
      sources: 4,
      destinations: 3,
      pairs: 9,
    });
    expect(rows).not.toContain('one > two');
    expect(rows.length + groups.reduce((sum, group) => sum + group.pairs, 0)).toBe(expected().length);
  });

  it('names the policies that decide', () => {
    const [row] = connectionTable(lens, relation, { ...PLAN, find: 'web -> api' }).rows(0, 1);
    expect(row).toMatchObject({ verdict: 'allowed', policies: ['NetworkPolicy/shop/api'] });
  });
});

describe('a relation that grows', () => {
  it('has the first rows of the whole, and more and more of them', () => {
    const counts: number[] = [];
    for (const find of ['', 'api', 'one -> two']) {
      const plan = { ...PLAN, find };
      const whole = connectionTable(lens, relation, plan);
      for (const known of growingRelation(lens, NO_FILTER)) {
        const table = connectionTable(lens, known, plan);
        expect(table.rows(0, 1_000)).toEqual(whole.rows(0, table.count));
        counts.push(table.count);
      }
      expect(counts.at(-1)).toBe(whole.count);
    }
    expect(new Set(counts).size).toBeGreaterThan(5);
  });
});

describe('the words that are searched for', () => {
  it('are split at an arrow', () => {
    expect(parseSearch(' Web  api→DB')).toEqual({
      source: ['web', 'api'],
      destination: ['db'],
      anywhere: [],
    });
    expect(parseSearch('web 80')).toEqual({ source: [], destination: [], anywhere: ['web', '80'] });
  });
});

describe('the table of workloads', () => {
  it('counts who reaches a workload and whom it reaches', () => {
    const rows = new Map(reachTable(lens, relation).map((row) => [row.name, row]));
    expect(rows.get('db')).toMatchObject({
      ingress: 'isolated',
      egress: 'isolated',
      reachedBy: 2,
      reaches: 0,
    });
    expect(rows.get('api')).toMatchObject({ reachedBy: 1, egress: 'open' });
    expect(rows.get('one')).toMatchObject({ reachedBy: 3, reaches: 2 });
    expect(rows.get('one')?.toOutside.internet).toBe('all ports');
    expect(rows.get('db')?.fromOutside).toEqual({ internet: null, others: 0 });
  });
});

describe('the table of policies', () => {
  it('says what each selects and allows', () => {
    const [all, api] = policyTable(lens);
    expect(all).toMatchObject({
      name: 'all',
      subjects: 2,
      subjectNames: ['data/cache', 'data/db'],
      egress: [],
    });
    expect(api?.egress).toBe(null);
    expect(api?.ingress).toEqual([
      {
        direction: 'ingress',
        action: 'allow',
        anyone: false,
        workloads: 1,
        namespaces: 1,
        outside: false,
        ports: 'TCP 443, 8080',
      },
    ]);
  });
});
