import { describe, expect, it } from 'vitest';
import { type Cluster, compile } from '../compile/compile.ts';
import { workloadColumns } from '../compile/universe.ts';
import { parseManifests } from '../manifests/directory.ts';
import type { ClusterSnapshot, PolicyKey } from '../model/records.ts';
import { connectionText } from '../sets/connection-set.ts';
import { contribution } from './contribution.ts';
import { coverage } from './coverage.ts';
import { changedRectangles, compileOverlay } from './diff.ts';
import { edges } from './edges.ts';
import { explainColumns } from './explain.ts';
import { exposure } from './exposure.ts';
import { labelGrouping, namespaceGrouping, podsIn } from './groupings.ts';
import { findPath, neighbours, reach } from './neighbours.ts';
import { addressGroups, workloadGrouping } from './reachability.ts';

const BASE = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: v1
kind: Namespace
metadata: {name: data, labels: {team: data}}
---
${workload('shop', 'web')}
---
${workload('shop', 'api')}
---
${workload('data', 'db')}
`;

const API_ONLY_FROM_WEB = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: 8080}]
`;

const DB_ONLY_FROM_API = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {team: shop}}
          podSelector: {matchLabels: {app: api}}
      ports: [{port: 5432}]
`;

function workload(namespace: string, name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: main, image: example, ports: [{name: http, containerPort: 8080}]}]}`;
}

function snapshotOf(...texts: string[]): ClusterSnapshot {
  const { snapshot, diagnostics } = parseManifests([{ path: 'all.yaml', text: texts.join('\n---\n') }]);
  expect(diagnostics.filter((item) => item.severity === 'error')).toEqual([]);
  return snapshot;
}

function clusterOf(...texts: string[]): Cluster {
  return compile(snapshotOf(...texts));
}

function columnOf(cluster: Cluster, id: string): number {
  const workloadEntry = cluster.universe.workloads.find((entry) => entry.id === `${id}[Deployment]`);
  expect(workloadEntry, id).toBeDefined();
  return workloadEntry?.first ?? -1;
}

function edgeTexts(cluster: Cluster): string[] {
  const { space } = cluster.cells;
  return edges(cluster, workloadGrouping(cluster.universe))
    .map((edge) => `${edge.source} -> ${edge.target}: ${connectionText(space.list(edge.some))}`)
    .map((text) => text.replaceAll('[Deployment]', ''))
    .sort();
}

describe('edges', () => {
  it('are all pairs where no policy is, and only what rules allow where one is', () => {
    expect(edgeTexts(clusterOf(BASE))).toHaveLength(6);
    expect(edgeTexts(clusterOf(BASE, API_ONLY_FROM_WEB, DB_ONLY_FROM_API))).toEqual([
      'shop/api -> data/db: TCP 5432',
      'shop/api -> shop/web: all',
      'shop/web -> shop/api: TCP 8080',
    ]);
  });

  it('say that a workload is partial where only some of its pods are reached', () => {
    const pods = ['v1', 'v2']
      .map(
        (version) => `
apiVersion: v1
kind: Pod
metadata:
  name: cache-${version}
  namespace: shop
  labels: {app: cache, version: ${version}}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: cache, uid: u, controller: true}]
spec: {containers: [{name: main, image: example}]}`,
      )
      .join('\n---\n');
    const onlyV1 = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: v1, namespace: shop}
spec:
  podSelector: {matchLabels: {version: v1}}
`;
    const cluster = clusterOf(BASE, pods, onlyV1);
    const edge = edges(cluster, workloadGrouping(cluster.universe)).find(
      (entry) => entry.source === 'shop/web[Deployment]' && entry.target === 'shop/cache[ReplicaSet]',
    );
    expect(edge?.every).toBe(cluster.cells.space.none);
    expect(edge?.some).toBe(cluster.cells.space.all);
  });
});

describe('address groups', () => {
  it('bring together blocks that no policy treats differently', () => {
    const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
    - to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {ipBlock: {cidr: 10.1.0.0/16}}]
`;
    const cluster = clusterOf(BASE, policy);
    // 10.0.0.0/8 is whole again, the rest of IPv4 is one group, IPv6 another.
    expect(addressGroups(cluster)).toHaveLength(3);
  });
});

describe('the diff of a draft', () => {
  it('names exactly what opens and closes, per port', () => {
    const before = clusterOf(BASE, API_ONLY_FROM_WEB);
    const changed = snapshotOf(BASE, API_ONLY_FROM_WEB.replace('8080', '9090'));
    const overlay = compileOverlay(before, { ...before.snapshot, policies: changed.policies });
    expect(overlay).toBeDefined();
    if (overlay === undefined) return;
    const { space } = overlay.before.cells;
    const changes = changedRectangles(overlay.before, overlay.after);
    expect(changes).toHaveLength(1);
    const [change] = changes;
    const text = (cell: number): string =>
      connectionText(space.list(overlay.before.cells.decision(cell as never).allowed));
    expect(text(change?.before as number)).toBe('TCP 8080');
    expect(text(change?.after as number)).toBe('TCP 9090');
    expect(change?.sources).toEqual(workloadColumns(overlay.before.universe, 2));
  });

  it('is empty for a draft that changes nothing', () => {
    const before = clusterOf(BASE, API_ONLY_FROM_WEB);
    const overlay = compileOverlay(before, {
      ...before.snapshot,
      policies: [...snapshotOf(BASE, API_ONLY_FROM_WEB).policies],
    });
    expect(overlay && changedRectangles(overlay.before, overlay.after)).toEqual([]);
  });

  it('cuts the address space anew where a draft names a new CIDR', () => {
    const before = clusterOf(BASE);
    const policy = API_ONLY_FROM_WEB.replace(
      '{podSelector: {matchLabels: {app: web}}}',
      '{ipBlock: {cidr: 192.0.2.0/24}}',
    );
    const overlay = compileOverlay(before, {
      ...before.snapshot,
      policies: snapshotOf(BASE, policy).policies,
    });
    expect(overlay?.before.universe).toBe(overlay?.after.universe);
    const changes = overlay === undefined ? [] : changedRectangles(overlay.before, overlay.after);
    expect(changes.length).toBeGreaterThan(0);
  });
});

describe('an explanation', () => {
  it('names the rule that allows, and for a denial who isolates and what came close', () => {
    const cluster = clusterOf(BASE, API_ONLY_FROM_WEB, DB_ONLY_FROM_API);
    const parts = explainColumns(cluster, columnOf(cluster, 'shop/web'), columnOf(cluster, 'shop/api')).parts;
    const allowed = parts.find((part) => part.verdict === 'allowed');
    expect(connectionText(allowed?.connections ?? { ports: [], other: false })).toBe('TCP 8080');
    expect(allowed?.ingress.rules.map((rule) => rule.origin.path)).toEqual(['spec.ingress[0]']);
    expect(allowed?.egress.byDefault).toBe(true);
    const denied = parts.find((part) => part.verdict === 'denied');
    expect(denied?.ingress.isolatedBy).toEqual(['NetworkPolicy/shop/api']);
    expect(denied?.ingress.nearMisses[0]?.failed).toEqual(['port']);

    const fromDb = explainColumns(cluster, columnOf(cluster, 'data/db'), columnOf(cluster, 'shop/api'));
    const both = fromDb.parts.find((part) =>
      part.connections.ports.some((range) => range.from <= 8080 && range.to >= 8080),
    );
    expect(both?.egress.isolatedBy).toEqual(['NetworkPolicy/data/db']);
    expect(both?.ingress.nearMisses[0]?.peers).toEqual([{ index: 0, because: 'namespace' }]);
  });

  it.each([
    ['TCP', 8081, ['port']],
    ['UDP', 8080, ['protocol']],
    ['SCTP', 9999, ['port']],
  ] as const)('says of %s %i what exactly did not fit', (protocol, port, failed) => {
    const cluster = clusterOf(BASE, API_ONLY_FROM_WEB, DB_ONLY_FROM_API);
    const { parts } = explainColumns(cluster, columnOf(cluster, 'shop/web'), columnOf(cluster, 'shop/api'), {
      apart: cluster.cells.space.range(protocol, port, port),
    });
    const asked = parts.find(({ connections }) =>
      connections.ports.some(
        (range) => range.protocol === protocol && range.from <= port && range.to >= port,
      ),
    );
    expect(asked?.verdict).toBe('denied');
    expect(asked?.ingress.nearMisses[0]?.failed).toEqual(failed);
  });
});

describe('near misses', () => {
  it('blame only the peer where a named port would fit', () => {
    const named = API_ONLY_FROM_WEB.replace('port: 8080', 'port: http');
    const cluster = clusterOf(BASE, named);
    const { parts } = explainColumns(cluster, columnOf(cluster, 'data/db'), columnOf(cluster, 'shop/api'));
    const denied = parts.find((part) => part.verdict === 'denied');
    expect(denied?.ingress.nearMisses.map((miss) => miss.failed)).toEqual([['peer']]);
  });
});

describe('neighbours, reach and paths', () => {
  it('follow connections hop by hop in either direction', () => {
    const locked = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
`;
    const cluster = clusterOf(BASE, locked, API_ONLY_FROM_WEB, DB_ONLY_FROM_API);
    const web = workloadColumns(cluster.universe, 2);
    const db = workloadColumns(cluster.universe, 0);
    expect(cluster.universe.workloads.map((entry) => entry.name)).toEqual(['db', 'api', 'web']);
    expect(findPath(cluster, web, db)).toEqual([web[0], cluster.universe.workloads[1]?.first, db[0]]);
    expect(findPath(cluster, db, web)).toBeUndefined();
    const hops = reach(cluster, 'ingress', db).hops;
    expect(hops).toHaveLength(3);
    const onlyFromApi = neighbours(cluster, 'ingress', db[0] ?? -1);
    expect(onlyFromApi).toHaveLength(1);
    expect(onlyFromApi[0]?.columns).toEqual(workloadColumns(cluster.universe, 1));
    const none = reach(cluster, 'ingress', db, { connections: cluster.cells.space.range('TCP', 80, 80) });
    expect(none.all).toEqual([]);
  });
});

describe('coverage and exposure', () => {
  it('count isolated workloads per direction', () => {
    const { totals } = coverage(clusterOf(BASE, API_ONLY_FROM_WEB, DB_ONLY_FROM_API));
    expect(totals.ingress).toEqual({ isolated: 2, partial: 0, open: 1, unknown: 0 });
    expect(totals.egress).toEqual({ isolated: 1, partial: 0, open: 2, unknown: 0 });
  });

  it('list peers that may exist, by the selectors that would let them in', () => {
    const policy = DB_ONLY_FROM_API.replace('team: shop', 'team: ops');
    const cluster = clusterOf(BASE, policy);
    const ingress = exposure(cluster, 'ingress', columnOf(cluster, 'data/db'));
    expect(ingress.protected).toBe(true);
    expect(connectionText(ingress.entireCluster.connections)).toBe('none');
    expect(ingress.peers).toHaveLength(1);
    expect(connectionText(ingress.peers[0]?.connections ?? { ports: [], other: false })).toBe('TCP 5432');
    const open = exposure(cluster, 'egress', columnOf(cluster, 'shop/web'));
    expect(open).toMatchObject({ protected: false, peers: [] });
    expect(connectionText(open.entireCluster.connections)).toBe('all');
  });
});

describe('groupings and contributions', () => {
  it('aggregate by namespace and by label', () => {
    const cluster = clusterOf(BASE, API_ONLY_FROM_WEB, DB_ONLY_FROM_API);
    const byNamespace = edges(cluster, namespaceGrouping(cluster.universe));
    expect(byNamespace.map((edge) => `${edge.source} -> ${edge.target}`)).toEqual(['shop -> data']);
    // Only api may, so the edge between the namespaces holds for some pods and not for every one.
    expect(byNamespace[0]?.every).toBe(cluster.cells.space.none);
    const byLabel = edges(cluster, labelGrouping(cluster.universe, 'app'));
    expect(byLabel.map((edge) => `${edge.source} -> ${edge.target}`).sort()).toEqual([
      'api -> db',
      'api -> web',
      'web -> api',
    ]);
    expect(podsIn(cluster.universe, workloadColumns(cluster.universe, 0))).toHaveLength(1);
  });

  it('say what a rule alone is responsible for', () => {
    const cluster = clusterOf(BASE, API_ONLY_FROM_WEB);
    const key = [...cluster.policies.keys()][0] as PolicyKey;
    const own = contribution(cluster, key, 'spec.ingress[0]');
    expect(own).toHaveLength(1);
    expect(own?.[0]?.sources).toEqual(workloadColumns(cluster.universe, 2));
    expect(contribution(cluster, 'NetworkPolicy/shop/none-such' as PolicyKey)).toBeUndefined();
  });
});

describe('policies of kinds that no dialect reads', () => {
  it('make everything unknown that they may select, and nothing else', () => {
    const snapshot = {
      ...snapshotOf(BASE),
      unreadPolicies: [
        { apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy', namespace: 'data', name: 'x' },
        { apiVersion: 'projectcalico.org/v3', kind: 'StagedGlobalNetworkPolicy', name: 'y' },
      ],
    };
    const cluster = compile(snapshot);
    const parts = (from: string, to: string): string[] =>
      explainColumns(cluster, columnOf(cluster, from), columnOf(cluster, to)).parts.map(
        (part) => `${part.verdict} ${part.reasons.join()}`,
      );
    expect(parts('shop/web', 'data/db')).toEqual(['unknown policies-unread']);
    expect(parts('shop/web', 'shop/api')).toEqual(['allowed ']);
  });
});
