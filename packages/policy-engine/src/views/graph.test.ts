import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import { parseManifests } from '../manifests/directory.ts';
import type { ClusterSnapshot } from '../model/records.ts';
import { compileOverlay } from '../queries/diff.ts';
import { snapshots } from '../testing/arbitraries.ts';
import { fuzzing } from '../testing/fuzzing.ts';
import { entityDetails, findEntity } from './entity.ts';
import { focusView } from './focus.ts';
import { type GraphOptions, graphView, NO_FILTER } from './graph.ts';
import type { GraphView } from './graph-model.ts';
import { type Lens, lensOf, universalOf } from './lens.ts';
import { pathView } from './path.ts';
import { relationOf } from './relation.ts';

function workload(namespace: string, name: string, kind = 'Deployment'): string {
  return `apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
---
`;
}

function policy(namespace: string, name: string, spec: string): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---
`;
}

function snapshotOf(text: string): ClusterSnapshot {
  return parseManifests([{ path: 'all.yaml', text }]).snapshot;
}

const SHOP = ['web', 'api', 'worker', 'cron'].map((name) => workload('shop', name)).join('');
const DATA = workload('data', 'db', 'StatefulSet') + workload('data', 'cache');
const DB_FROM_API = policy(
  'data',
  'db-from-api',
  '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, podSelector: {matchLabels: {app: api}}}], ports: [{port: 5432}]}]}',
);
const all: Omit<GraphOptions, 'expanded'> = { filter: NO_FILTER, verdicts: ['allowed', 'unknown'] };

function view(text: string, expanded: readonly string[], options: Partial<GraphOptions> = {}): GraphView {
  return graphView(lensOf(compile(snapshotOf(text))), { ...all, expanded, ...options });
}

function edges(graph: GraphView): readonly string[] {
  return graph.edges.map((edge) => {
    const count = edge.of === 1 ? '' : ` ${edge.pairs}/${edge.of}`;
    return `${edge.from} > ${edge.to}: ${edge.ports.label}${count}${edge.impact === null ? '' : ` ${edge.impact}`}`;
  });
}

const DB = 'wl:data/db[StatefulSet]';
const API = 'wl:shop/api[Deployment]';

describe('the graph', () => {
  it('draws what a policy says, not what nothing isolates', () => {
    const graph = view(SHOP + DATA + DB_FROM_API, ['shop', 'data']);
    expect(edges(graph)).toEqual([`${API} > ${DB}: TCP 5432`]);
    expect(graph.hidden.openPairs).toBeGreaterThan(0);
  });

  it('gives a collapsed namespace one edge with its count', () => {
    expect(edges(view(SHOP + DATA + DB_FROM_API, []))).toEqual(['ns:shop > ns:data: TCP 5432 1/8']);
    expect(edges(view(SHOP + DATA + DB_FROM_API, ['data']))).toEqual([`ns:shop > ${DB}: TCP 5432 1/4`]);
    expect(edges(view(SHOP + DATA + DB_FROM_API, ['shop']))).toEqual([`${API} > ns:data: TCP 5432 1/2`]);
  });

  it('draws one edge from a namespace of which all workloads get the same', () => {
    const fromShop = policy(
      'data',
      'db-from-shop',
      '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}], ports: [{port: 5432}]}]}',
    );
    expect(edges(view(SHOP + DATA + fromShop, ['shop', 'data']))).toEqual([`ns:shop > ${DB}: TCP 5432 4/4`]);
  });

  it('says in the box what all of a namespace may send to each other', () => {
    const inside = policy(
      'shop',
      'inside',
      '{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 8080}]}]}',
    );
    const graph = view(SHOP + DATA + inside, ['shop', 'data']);
    expect(edges(graph)).toEqual([]);
    const box = graph.namespaces.find(({ name }) => name === 'shop');
    expect(box?.internal).toMatchObject({ pairs: 12, of: 12, opened: 0, closed: 0 });
    expect(box?.internal?.uniform?.label).toBe('TCP 8080');
  });

  it('shows a port that is open to everyone on the workload, not as edges from all', () => {
    const open = policy(
      'data',
      'db-from-all',
      '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 5432}]}]}',
    );
    const graph = view(SHOP + DATA + open, ['shop', 'data']);
    expect(edges(graph)).toEqual([]);
    const db = graph.workloads.find(({ id }) => id === DB);
    expect(db).toMatchObject({ ingress: 'isolated', egress: 'open', pods: 2, kind: 'StatefulSet' });
    expect(db?.ingressFromAll?.label).toBe('TCP 5432');
  });

  it('draws the internet and CIDR blocks where a policy lets them in, the narrower only where it differs', () => {
    const world = policy(
      'shop',
      'web',
      '{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.9.0.0/16]}}], ports: [{port: 443}]}]}',
    );
    const office = policy(
      'shop',
      'office',
      '{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 22}]}]}',
    );
    expect(edges(view(SHOP + world, ['shop']))).toEqual(['out:internet > wl:shop/web[Deployment]: TCP 443']);
    expect(edges(view(SHOP + world + office, ['shop'])).toSorted()).toEqual([
      'out:cidr:192.0.2.0/24 > wl:shop/web[Deployment]: TCP 22, 443',
      'out:internet > wl:shop/web[Deployment]: TCP 443',
    ]);
  });

  it('gives what goes out a node of its own', () => {
    const out = policy(
      'shop',
      'out',
      '{podSelector: {matchLabels: {app: cron}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.53/32}}], ports: [{port: 53, protocol: UDP}]}]}',
    );
    const graph = view(SHOP + out, ['shop']);
    expect(edges(graph)).toEqual(['wl:shop/cron[Deployment] > out:cidr:192.0.2.53/32@to: UDP 53']);
    expect(graph.outside.map(({ id }) => id)).toEqual(['out:cidr:192.0.2.53/32@to']);
  });

  it('leaves out and counts what filters exclude', () => {
    const text = SHOP + DATA + DB_FROM_API;
    const scoped = view(text, [], { filter: { ...NO_FILTER, scope: ['shop'] } });
    expect(scoped.namespaces.map(({ name }) => name)).toEqual(['shop']);
    expect(scoped.hidden).toMatchObject({ namespaces: 1, workloads: 2 });
    const kinds = view(text, ['data'], { filter: { ...NO_FILTER, kinds: ['StatefulSet'] } });
    expect(kinds.workloads.map(({ id }) => id)).toEqual([DB]);
    const labels = view(text, ['shop'], {
      filter: { ...NO_FILTER, labels: [{ key: 'app', operator: 'In', values: ['api', 'web'] }] },
    });
    expect(labels.workloads.map(({ name }) => name).toSorted()).toEqual(['api', 'web']);
    expect(labels.hidden.workloads).toBe(4);
    const unknown = view(text, ['shop', 'data'], { verdicts: ['unknown'] });
    expect(edges(unknown)).toEqual([]);
    expect(unknown.hidden.edges).toBe(1);
  });

  it('keeps only edges on the ports of interest', () => {
    const cluster = compile(snapshotOf(SHOP + DATA + DB_FROM_API));
    const on = (port: number) =>
      edges(
        graphView(lensOf(cluster, cluster, [{ protocol: 'TCP', from: port, to: port }]), {
          ...all,
          expanded: ['shop', 'data'],
        }),
      );
    expect(on(5432)).toEqual([`${API} > ${DB}: TCP 5432`]);
    expect(on(80)).toEqual([]);
  });
});

describe('the graph of a draft', () => {
  it('says of what is neither opened nor closed for certain that what is unknown changes', () => {
    // Only the manifests of its pods are there, so nobody knows the namespace's labels.
    const snapshot = snapshotOf(DATA + workload('elsewhere', 'api'));
    const unseen = snapshot.namespaces.map((one) =>
      one.name === 'elsewhere' ? { ...one, labelsKnown: false } : one,
    );
    const cluster = compile({ ...snapshot, namespaces: unseen });
    const drafted = (text: string): readonly string[] => {
      const { policies } = snapshotOf(DATA + text);
      const overlay = compileOverlay(cluster, { ...cluster.snapshot, policies });
      if (overlay === undefined) throw new Error('only policies differ');
      const graph = graphView(lensOf(overlay.before, overlay.after), { ...all, expanded: [], verdicts: [] });
      return graph.edges
        .filter(({ from }) => from === 'ns:elsewhere')
        .map(({ impact, uncertain, closed }) => `${impact} ${uncertain?.label} ${closed?.label}`);
    };
    const from = (team: string) => `from: [{namespaceSelector: {matchLabels: {team: ${team}}}}]`;
    const ingress = (rules: string) => policy('data', 'all', `{podSelector: {}, ingress: [${rules}]}`);
    // Allowed on every port before: what is left can't be told on any port, or on one, and the rest is closed.
    expect(drafted(ingress(`{${from('a')}}`))).toEqual(['uncertain all ports undefined']);
    expect(drafted(ingress(`{${from('a')}, ports: [{port: 80}]}`))).toEqual([
      'narrowed undefined TCP 1–79, 81–65535 · UDP all · SCTP all',
    ]);
    expect(drafted(ingress(''))).toEqual(['closed undefined all ports']);
  });

  it('marks what opens, closes, widens and narrows', () => {
    const before = snapshotOf(SHOP + DATA + DB_FROM_API);
    const cluster = compile(before);
    const drafted = (text: string): Lens => {
      const policies = snapshotOf(SHOP + DATA + text).policies;
      const overlay = compileOverlay(cluster, { ...before, policies });
      if (overlay === undefined) throw new Error('only policies differ');
      return lensOf(overlay.before, overlay.after);
    };
    const changed = (text: string, expanded = ['shop', 'data']) =>
      edges(graphView(drafted(text), { ...all, expanded })).filter((line) => /(ed)$/.test(line));
    const rule = (ports: string, app: string) =>
      policy(
        'data',
        'db-from-api',
        `{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, podSelector: {matchLabels: {app: ${app}}}}], ports: [${ports}]}]}`,
      );
    expect(changed(rule('{port: 5432}, {port: 9187}', 'api'))).toEqual([
      `${API} > ${DB}: TCP 5432, 9187 widened`,
    ]);
    expect(changed(rule('{port: 5432}', 'web'))).toEqual([
      `${API} > ${DB}: none closed`,
      `wl:shop/web[Deployment] > ${DB}: TCP 5432 opened`,
    ]);
    // Without the policy everyone may reach the database, so it opens to each that could not, among its own pods as well.
    expect(changed('').map((line) => line.replace(/: .* /, ' '))).toEqual([
      `wl:data/cache[Deployment] > ${DB} opened`,
      `${DB} > ${DB} opened`,
      `${API} > ${DB} widened`,
      `wl:shop/cron[Deployment] > ${DB} opened`,
      `wl:shop/web[Deployment] > ${DB} opened`,
      `wl:shop/worker[Deployment] > ${DB} opened`,
      `out:internet > ${DB} opened`,
    ]);
    // What changes inside of a collapsed box is an edge from it to itself.
    const boxes = graphView(drafted(''), { ...all, expanded: [] });
    expect(edges(boxes).map((line) => line.replace(/: .* /, ' '))).toContain('ns:data > ns:data opened');
    expect(boxes.namespaces.find(({ name }) => name === 'data')?.internal).toMatchObject({
      opened: 2,
      closed: 0,
    });
  });
});

describe('the graph of a draft that changes much', () => {
  const OPEN = Array.from({ length: 12 }, (_, index) => `w${index}`);
  const names = ['a', 'b'];
  const before = snapshotOf(
    names.flatMap((name) => OPEN.map((app) => workload(name, app))).join('') +
      policy('b', 'w0', '{podSelector: {matchLabels: {app: w0}}, ingress: [{from: [{podSelector: {}}]}]}'),
  );
  const cluster = compile(before);
  const drafted = (text: string) => {
    const policies = [...before.policies, ...snapshotOf(text).policies];
    const overlay = compileOverlay(cluster, { ...before, policies });
    if (overlay === undefined) throw new Error('only policies differ');
    return graphView(lensOf(overlay.before, overlay.after), { ...all, expanded: names });
  };
  const told = (graph: GraphView) =>
    graph.edges
      .filter(({ impact, from }) => impact !== null && !from.startsWith('out:'))
      .map(({ id, impact, changed, of }) => `${id} ${impact} ${changed}/${of}`);
  const web = (app: string) =>
    policy(
      'b',
      `only-${app}`,
      `{podSelector: {matchLabels: {app: ${app}}}, ingress: [{ports: [{port: 80}]}]}`,
    );

  it('draws each change while they can be told apart', () => {
    const changes = told(drafted(web('w3') + web('w5')));
    expect(changes).toHaveLength(2 * (12 + 12));
    expect(changes).toContain('wl:a/w7[Deployment]>wl:b/w5[Deployment] narrowed 1/1');
  });

  it('gathers those that say the same between two namespaces, and says how many pairs they are', () => {
    const deny = policy('b', 'deny', '{podSelector: {}, policyTypes: [Ingress]}');
    // What only the namespace may reach already closes to nobody else.
    expect(told(drafted(deny))).toEqual(['ns:b>ns:b>0 closed 132/132', 'ns:a>ns:b>1 closed 132/144']);
    expect(told(drafted(web('w1') + web('w2') + web('w3') + deny))).toEqual([
      'ns:b>ns:b>0 closed 96/132',
      'ns:b>ns:b>1 narrowed 36/132',
      'ns:a>ns:b>2 closed 96/144',
      'ns:a>ns:b>3 narrowed 36/144',
    ]);
  });
});

describe('what a graph says of any cluster', () => {
  const options: GraphOptions = { ...all, expanded: [] };

  it('is true: each edge is allowed or unknown, and no pair beyond what is open to all lacks its edge', {
    timeout: 0,
  }, () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const lens = lensOf(compile(snapshot));
        const { universe, cells } = lens.after;
        const { space } = cells;
        const graph = graphView(lens, options);
        const drawn = new Map(graph.edges.map((edge) => [edge.id, edge]));
        for (const { record: from } of universe.namespaces) {
          for (const { record: to } of universe.namespaces) {
            if (from.name === to.name) continue;
            const [source, target] = [findEntity(lens, `ns:${from.name}`), findEntity(lens, `ns:${to.name}`)];
            if (source === null || target === null) throw new Error('every namespace is an entity');
            const relation = relationOf(lens, source.group, target.group);
            const edge = drawn.get(`ns:${from.name}>ns:${to.name}`);
            expect(edge !== undefined, `${from.name} > ${to.name}`).toBe(relation.drawnPairs > 0);
            if (edge === undefined) continue;
            expect(edge.pairs).toBeGreaterThan(0);
            expect(edge.pairs).toBeLessThanOrEqual(edge.of);
            if (edge.verdict === 'allowed') expect(relation.some).not.toBe(space.none);
          }
        }
        for (let column = 0; column < universe.firstHidden; column++) {
          const { allowed, possible } = universalOf(lens.after, 'ingress', column);
          expect(space.subtract(allowed, possible)).toBe(space.none);
        }
      }),
      fuzzing(150),
    );
  });

  it('agrees with the inspector on what an entity reaches, and with the path on whether there is one', {
    timeout: 0,
  }, () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const lens = lensOf(compile(snapshot));
        const [first] = lens.after.universe.workloads.filter((entry) => entry.last >= entry.first);
        if (first === undefined) return;
        const id = `wl:${first.id}`;
        const details = entityDetails(lens, id);
        if (details === null) throw new Error('the workload exists');
        const drawn = new Set(graphView(lens, options).edges.map((edge) => edge.id));
        const near = focusView(lens, options, { ids: [id], direction: 'both', hops: 1 }, drawn);
        expect(near.reaches).toBe(details.egress.reach.workloads + details.egress.reach.unknown);
        expect(near.reachedBy).toBe(details.ingress.reach.workloads + details.ingress.reach.unknown);
        for (const row of details.egress.reach.namespaces.flatMap(({ rows }) => rows)) {
          const hops = pathView(lens, id, row.id)?.hops.length ?? 0;
          if (row.verdict === 'allowed') expect(hops, row.id).toBe(1);
          else expect(hops, row.id).not.toBe(1);
        }
      }),
      fuzzing(150),
    );
  });
});

describe('focus', () => {
  const CLOSED =
    '{podSelector: {matchLabels: {app: d}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]}';
  /** Each of these namespaces has four workloads, of which one takes nothing from elsewhere. */
  const around = (count: number) => {
    const names = Array.from({ length: count }, (_, index) => `n${index}`);
    const text = names.map(
      (name) =>
        `${['a', 'b', 'c', 'd'].map((app) => workload(name, app)).join('')}${policy(name, 'd', CLOSED)}`,
    );
    const lens = lensOf(compile(snapshotOf(`${workload('hub', 'web')}${text.join('')}`)));
    const options = { ...all, expanded: ['hub', ...names] };
    const focus = { ids: ['wl:hub/web[Deployment]'], direction: 'reaches', hops: 1 } as const;
    return focusView(lens, options, focus, new Set());
  };

  it('draws an edge to each workload while they can be told apart', () => {
    const few = around(60);
    expect(few.extra).toHaveLength(3 * 60);
    expect(few.extra.map(({ to }) => to)).toContain('wl:n7/a[Deployment]');
    expect(few.extra.map(({ to }) => to)).not.toContain('wl:n7/d[Deployment]');
  });

  it('draws one edge to each namespace where they are too many, and lights the same workloads', () => {
    const many = around(70);
    expect(many.extra).toHaveLength(70);
    expect(many.extra.find(({ to }) => to === 'ns:n7')).toMatchObject({ pairs: 3, of: 4 });
    expect(many.reaches).toBe(3 * 70);
    expect(many.nodes).toContain('wl:n7/a[Deployment]');
    expect(many.nodes).not.toContain('wl:n7/d[Deployment]');
  });
});
