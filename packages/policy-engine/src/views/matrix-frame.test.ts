import { describe, expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import { parseManifests } from '../manifests/directory.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import { compileOverlay } from '../queries/diff.ts';
import { findEntity } from './entity.ts';
import { impactOf, NO_FILTER } from './graph.ts';
import { type Lens, lensOf } from './lens.ts';
import { cellReason } from './matrix-cell.ts';
import { createMatrix, type Matrix } from './matrix-frame.ts';
import { similarityOrder } from './matrix-order.ts';
import type { MatrixOutcome } from './matrix-outcomes.ts';
import { relationOf } from './relation.ts';

function snapshotOf(text: string): ClusterSnapshot {
  return parseManifests([{ path: 'all.yaml', text }]).snapshot;
}

function workload(namespace: string, name: string, kind = 'Deployment', host = false): string {
  return `apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {hostNetwork: ${host}, containers: [{name: c, image: i, ports: [{name: main, containerPort: 8080}]}]}
---
`;
}

const CLUSTER = `
${['shop', 'data', 'open'].map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: {team: ${name}}}\n---\n`).join('')}
${workload('shop', 'web')}${workload('shop', 'api')}${workload('shop', 'worker')}
${workload('data', 'db')}${workload('data', 'cache')}
${workload('open', 'one')}${workload('open', 'two')}${workload('open', 'agent', 'DaemonSet', true)}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: data}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{namespaceSelector: {matchLabels: {team: shop}}, podSelector: {matchLabels: {app: api}}}]
      ports: [{port: 5432}]
    - from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]
---
`;

const OPEN_DB = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: draft, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from: [{podSelector: {}}]
---
`;

function cellsOf(matrix: Matrix): Map<string, MatrixOutcome> {
  const { frame } = matrix;
  const { codes, outcomes } = matrix.band(0, frame.rows.classes, 0);
  const overlaps = new Map(frame.overlaps.map((entry) => [`${entry.row} ${entry.column}`, entry.code]));
  const found = new Map<string, MatrixOutcome>();
  for (const [row, from] of frame.rows.units.entries()) {
    for (const [column, to] of frame.columns.units.entries()) {
      const at =
        (frame.rows.classOf[row] ?? 0) * frame.columns.classes + (frame.columns.classOf[column] ?? 0);
      const code = overlaps.get(`${row} ${column}`) ?? codes[at] ?? 0;
      const outcome = outcomes[code];
      if (outcome !== undefined) found.set(`${from.id} > ${to.id}`, outcome);
    }
  }
  return found;
}

/** Every cell as a direct question about the two ends says it. */
function expectAgrees(lens: Lens, matrix: Matrix): void {
  const { space } = lens.after.cells;
  for (const [pair, outcome] of cellsOf(matrix)) {
    if (outcome.state === 'void' || outcome.state === 'self') continue;
    const [from = '', to = ''] = pair.split(' > ');
    const source = findEntity(lens, from);
    const target = findEntity(lens, to);
    if (source === null || target === null) throw new Error(`no such end: ${pair}`);
    const relation = relationOf(lens, source.group, target.group);
    const some = relation.some !== space.none;
    const state = some
      ? relation.every === lens.mask
        ? 'all'
        : 'some'
      : relation.unknown === space.none
        ? 'none'
        : 'unknown';
    expect([pair, outcome.state, outcome.impact]).toEqual([pair, state, impactOf(lens, relation)]);
  }
}

const LEVELS = [
  ['', ''],
  ['*', '*'],
  ['shop', ''],
  ['', 'data'],
  ['open', '*'],
] as const;

describe('the matrix', () => {
  it.each(LEVELS)('agrees with the relation of each pair at %j by %j', (rows, columns) => {
    const lens = lensOf(compile(snapshotOf(CLUSTER)));
    expectAgrees(lens, createMatrix(lens, { filter: NO_FILTER, blocks: 'auto', rows, columns }));
  });

  it.each(LEVELS)('says what a draft changes at %j by %j', (rows, columns) => {
    const snapshot = snapshotOf(CLUSTER);
    const policies = [...snapshot.policies, ...snapshotOf(OPEN_DB).policies];
    const overlay = compileOverlay(compile(snapshot), { ...snapshot, policies });
    if (overlay === undefined) throw new Error('the draft changes nothing but policies');
    const lens = lensOf(overlay.before, overlay.after);
    const matrix = createMatrix(lens, { filter: NO_FILTER, blocks: 'auto', rows, columns });
    expectAgrees(lens, matrix);
    if (rows === '*') {
      const cells = cellsOf(matrix);
      expect(cells.get('wl:data/cache[Deployment] > wl:data/db[Deployment]')?.impact).toBe(null);
      expect(cells.get('wl:shop/web[Deployment] > wl:data/db[Deployment]')?.state).toBe('none');
    }
  });

  it('looks only at the ports that are asked for', () => {
    const lens = lensOf(compile(snapshotOf(CLUSTER)), undefined, [{ protocol: 'TCP', from: 8080, to: 8080 }]);
    const cells = cellsOf(createMatrix(lens, { filter: NO_FILTER, blocks: 'auto', rows: '*', columns: '*' }));
    expect(cells.get('wl:shop/web[Deployment] > wl:shop/api[Deployment]')?.state).toBe('all');
    expect(cells.get('wl:shop/api[Deployment] > wl:data/db[Deployment]')?.state).toBe('none');
  });

  it('has no pair of a workload with itself, and none between two ends outside', () => {
    const lens = lensOf(compile(snapshotOf(CLUSTER)));
    const cells = cellsOf(createMatrix(lens, { filter: NO_FILTER, blocks: 'auto', rows: '*', columns: '*' }));
    expect(cells.get('wl:shop/web[Deployment] > wl:shop/web[Deployment]')?.state).toBe('self');
    expect(cells.get('out:internet > out:cidr:10.0.0.0/8')?.state).toBe('void');
  });

  it('leaves CIDR blocks out on request, and says how many there are', () => {
    const lens = lensOf(compile(snapshotOf(CLUSTER)));
    const { frame } = createMatrix(lens, { filter: NO_FILTER, blocks: 'hidden', rows: '', columns: '' });
    expect(frame.blocks).toEqual({ count: 2, shown: false });
    expect(frame.rows.units.map((unit) => unit.id)).toContain('out:internet');
    expect(frame.rows.units.map((unit) => unit.kind)).not.toContain('cidr');
  });

  it('says how much a filter hides', () => {
    const lens = lensOf(compile(snapshotOf(CLUSTER)));
    const filter = { ...NO_FILTER, scope: ['shop'] };
    const { frame } = createMatrix(lens, { filter, blocks: 'auto', rows: '', columns: '' });
    expect(frame.hidden).toEqual({ namespaces: 2, workloads: 5 });
  });

  it('gives units without a difference one class and puts them side by side', () => {
    const lens = lensOf(compile(snapshotOf(CLUSTER)));
    const { rows } = createMatrix(lens, { filter: NO_FILTER, blocks: 'auto', rows: '*', columns: '*' }).frame;
    const position = (id: string) => rows.similar.indexOf(rows.units.findIndex((unit) => unit.id === id));
    expect(Math.abs(position('wl:open/one[Deployment]') - position('wl:open/two[Deployment]'))).toBe(1);
    expect(rows.classes).toBeLessThan(rows.units.length);
  });

  it('keeps an order that was shown, and puts what is new beside its like', () => {
    const lens = lensOf(compile(snapshotOf(CLUSTER)));
    const options = { filter: NO_FILTER, blocks: 'auto', rows: '*', columns: '*' } as const;
    const shown = createMatrix(lens, options).frame;
    const ids = [...shown.rows.similar].map((index) => shown.rows.units[index]?.id ?? '').reverse();
    const kept = createMatrix(lens, { ...options, keep: { rows: ids.slice(1), columns: [] } }).frame;
    const order = [...kept.rows.similar].map((index) => kept.rows.units[index]?.id);
    expect(order.filter((id) => id !== ids[0])).toEqual(ids.slice(1));
    expect(new Set(order)).toEqual(new Set(ids));
  });
});

describe('the order by similarity', () => {
  it('puts equal rows together and alike ones close', () => {
    const rows = [
      [3, 3, 0, 0],
      [0, 0, 3, 3],
      [3, 3, 0, 0],
      [0, 0, 3, 0],
    ];
    expect(similarityOrder(rows)).toEqual([0, 2, 3, 1]);
  });

  it('holds every index once', () => {
    const rows = Array.from({ length: 50 }, (_, row) =>
      Array.from({ length: 40 }, (_, column) => (row * column) % 4),
    );
    expect(similarityOrder(rows).toSorted((a, b) => a - b)).toEqual(rows.map((_, index) => index));
  });
});

describe('the reason of a cell', () => {
  const lens = lensOf(compile(snapshotOf(CLUSTER)));

  it('names the policies that decide on each end', () => {
    expect(cellReason(lens, 'wl:shop/web[Deployment]', 'wl:shop/api[Deployment]')).toEqual({
      pairs: 1,
      of: 1,
      egress: { verdict: 'allowed', byDefault: true, policies: [] },
      ingress: { verdict: 'allowed', byDefault: false, policies: ['NetworkPolicy/shop/api'] },
    });
    const denied = cellReason(lens, 'wl:shop/web[Deployment]', 'wl:data/db[Deployment]');
    expect(denied?.ingress).toEqual({
      verdict: 'denied',
      byDefault: false,
      policies: ['NetworkPolicy/data/all'],
    });
  });

  it('counts pairs for namespaces, and knows what is not there', () => {
    expect(cellReason(lens, 'ns:open', 'ns:shop')).toMatchObject({ pairs: 6, of: 9, egress: null });
    expect(cellReason(lens, 'ns:gone', 'ns:shop')).toBe(null);
  });
});
