import { readFile } from 'node:fs/promises';
import {
  adminPolicyDefinitions,
  buildCluster,
  clusterRole,
  clusterRoleBinding,
  createRandom,
  type KubeObject,
  liveAdminPolicy,
  policyRule,
  type Random,
  role,
  roleBinding,
  type StandIn,
} from '@bulkhead/kube-stand-in';
import { describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { cleanUpAfterEach, converges, follow, held, standIn, truth } from '../../testing/live.ts';
import type { ClusterSource } from '../source.ts';

cleanUpAfterEach();

const READ = ['get', 'list', 'watch'];
const everything = [
  { verbs: READ, apiGroups: [''], resources: ['pods', 'services'] },
  { verbs: READ, apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'] },
  { verbs: READ, apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
  { verbs: READ, apiGroups: ['apps'], resources: ['replicasets', 'daemonsets'] },
  { verbs: READ, apiGroups: ['batch'], resources: ['jobs'] },
];

const seeded = () => {
  const cluster = buildCluster();
  for (const name of ['shop', 'blog', 'bank']) {
    cluster.namespace(name, { team: name });
    cluster.deployment({ namespace: name, name: 'web', replicas: 3 });
    cluster.networkPolicy({ namespace: name, name: 'deny', spec: { podSelector: {} } });
  }
  return standIn({ seed: cluster.objects, users: [{ name: 'sam' }] });
};

const asSam = (server: StandIn, namespace?: string, namespaces: readonly string[] = []) =>
  follow(server, {
    context: {
      name: 'sam',
      auth: { by: 'token', user: 'sam' },
      ...(namespace === undefined ? {} : { namespace }),
    },
    namespaces,
  });

const grant = (server: StandIn, ...objects: readonly KubeObject[]) => server.seed(objects);

const inNamespaces = (namespaces: readonly string[]) =>
  namespaces.flatMap((namespace) => [
    role(namespace, 'reader', everything),
    roleBinding(namespace, 'sam', { kind: 'Role', name: 'reader' }, ['sam']),
  ]);

const state = { timeout: 15_000, interval: 10 };

describe('someone who may read two namespaces', () => {
  it('sees those, and the others as hidden, when namespaces may be listed', async () => {
    const server = await seeded();
    grant(
      server,
      ...inNamespaces(['shop', 'blog']),
      clusterRole('see-namespaces', [{ verbs: READ, apiGroups: [''], resources: ['namespaces'] }]),
      clusterRoleBinding('sam', 'see-namespaces', ['sam']),
    );
    const source = await asSam(server);
    await expect.poll(() => source.status().freshness.state, state).toBe('live');
    const { pods, policies, namespaces, hidden } = source.store.snapshot();
    expect(new Set(pods.map(({ namespace }) => namespace))).toEqual(new Set(['shop', 'blog']));
    expect(pods.every(({ workload }) => workload.kind === 'Deployment')).toBe(true);
    expect(policies.map(({ namespace }) => namespace).sort()).toEqual(['blog', 'shop']);
    const flags = Object.fromEntries(namespaces.map(({ name, hidden: flag }) => [name, flag === true]));
    expect(flags).toMatchObject({ shop: false, blog: false, bank: true, 'kube-system': true });
    const others = ['bank', 'default', 'kube-node-lease', 'kube-public', 'kube-system'];
    expect(hidden).toContainEqual({ resource: 'pods', namespaces: others, reason: expect.any(String) });
    expect(hidden).toContainEqual({ resource: 'nodes', reason: expect.stringContaining('cannot list') });
    expect(source.status().hidden).toEqual(hidden);
  });

  it('sees the one of its context and those it names, when namespaces may not be listed', async () => {
    const server = await seeded();
    grant(server, ...inNamespaces(['shop', 'blog']));
    const source = await asSam(server, 'shop', ['blog', 'bank']);
    await expect.poll(() => source.status().freshness.state, state).toBe('live');
    await expect
      .poll(
        () =>
          source.store
            .snapshot()
            .namespaces.map(({ name, labelsKnown, hidden }) => [name, labelsKnown, hidden])
            .sort(([a], [b]) => String(a).localeCompare(String(b))),
        state,
      )
      .toEqual([
        // Whatever else there is, of which nothing is known.
        ['(other namespaces)', false, true],
        ['bank', false, true],
        ['blog', false, undefined],
        ['shop', false, undefined],
      ]);
    const { pods, hidden } = source.store.snapshot();
    expect(new Set(pods.map(({ namespace }) => namespace))).toEqual(new Set(['shop', 'blog']));
    expect(hidden).toContainEqual({ resource: 'namespaces', reason: expect.stringContaining('cannot list') });
  });

  it('does not take pods of namespaces that it may not list for free of policies', async () => {
    const server = await seeded();
    grant(
      server,
      ...inNamespaces(['shop']),
      clusterRole('pods', [{ verbs: READ, apiGroups: [''], resources: ['pods'] }]),
      clusterRoleBinding('sam', 'pods', ['sam']),
    );
    const source = await asSam(server, 'shop');
    await expect.poll(() => source.status().freshness.state, state).toBe('live');
    const policiesHidden = () =>
      source.status().hidden.find(({ resource }) => resource.startsWith('networkpolicies'))?.namespaces;
    expect(policiesHidden()).toEqual(['bank', 'blog', 'kube-system']);
    // All pods are seen, so there is nobody else.
    expect(source.store.get('namespace', '(other namespaces)')).toBeUndefined();
    const [, , pod] = buildCluster().deployment({ namespace: 'later', name: 'web', replicas: 1 });
    if (pod === undefined) throw new Error('nothing built');
    server.apply(pod);
    await expect.poll(policiesHidden, state).toContain('later');
  });

  it('knows the labels of a namespace that it may get', async () => {
    const server = await seeded();
    grant(
      server,
      role('shop', 'reader', [...everything, { verbs: ['get'], apiGroups: [''], resources: ['namespaces'] }]),
      roleBinding('shop', 'sam', { kind: 'Role', name: 'reader' }, ['sam']),
    );
    const source = await asSam(server, 'shop');
    await expect
      .poll(() => source.store.get('namespace', 'shop'), state)
      .toMatchObject({ labelsKnown: true, labels: { team: 'shop' } });
  });

  it('sees more once it may, and less once it may not, without a restart', async () => {
    const server = await seeded();
    grant(server, ...inNamespaces(['shop']));
    const source = await asSam(server, 'shop', ['blog']);
    const namespaces = () =>
      [...new Set(source.store.snapshot().pods.map(({ namespace }) => namespace))].sort();
    await expect.poll(namespaces, state).toEqual(['shop']);
    grant(
      server,
      clusterRole('all', [
        ...everything,
        { verbs: READ, apiGroups: [''], resources: ['namespaces', 'nodes'] },
      ]),
      clusterRoleBinding('all', 'all', ['sam']),
    );
    await expect.poll(namespaces, { timeout: 30_000 }).toEqual(['bank', 'blog', 'kube-system', 'shop']);
    await expect.poll(() => source.status().hidden, state).toEqual([]);
    server.remove({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'all' },
    });
    server.watches.cut();
    await expect.poll(namespaces, { timeout: 30_000 }).toEqual(['shop']);
  });
});

describe('someone whose rights change all the time', () => {
  const NAMES = ['shop', 'blog', 'bank'];
  const LEVELS = ['nowhere', 'in one namespace', 'in two', 'everywhere'];

  /** Roles and bindings for each group of resources on its own, at a level each. */
  const rights = (random: Random): readonly KubeObject[] => {
    const groups = [...everything, { verbs: READ, apiGroups: [''], resources: ['namespaces', 'nodes'] }];
    return groups.flatMap((rule, index) => {
      const level = random.below(LEVELS.length);
      if (level === LEVELS.indexOf('everywhere'))
        return [
          clusterRole(`group-${index}`, [rule]),
          clusterRoleBinding(`group-${index}`, `group-${index}`, ['sam']),
        ];
      return NAMES.slice(0, level).flatMap((namespace) => [
        role(namespace, `group-${index}`, [rule]),
        roleBinding(namespace, `group-${index}`, { kind: 'Role', name: `group-${index}` }, ['sam']),
      ]);
    });
  };

  it.each([10, 13, 16, 24])('ends up knowing what it would know from a new start (seed %i)', async (seed) => {
    const random = createRandom(seed);
    const server = await seeded();
    let given = rights(random);
    grant(server, ...given);
    const source = await asSam(server, 'shop', ['blog']);
    for (let turn = 0; turn < 6; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, random.below(250)));
      for (const { apiVersion, kind, metadata } of given) server.remove({ apiVersion, kind, metadata });
      given = rights(random);
      grant(server, ...given);
      // A real server asks for rights when a watch begins, not while it lasts.
      if (random.below(2) === 0) server.watches.cut();
    }
    server.watches.cut();
    const fresh = await asSam(server, 'shop', ['blog']);
    await expect.poll(() => fresh.status().freshness.state, state).toMatch(/live|failed/);
    const known = (one: ClusterSource) => ({
      records: held(one.store),
      hidden: [...one.status().hidden].sort((a, b) => (a.resource < b.resource ? -1 : 1)),
      state: one.status().freshness.state,
    });
    await vi.waitFor(() => expect(known(source)).toEqual(known(fresh)), state);
  });
});

describe('someone who may read some kinds only', () => {
  it('sees pods without policies, which are marked as hidden', async () => {
    const server = await seeded();
    grant(
      server,
      clusterRole('pods', [{ verbs: READ, apiGroups: [''], resources: ['pods', 'namespaces'] }]),
      clusterRoleBinding('sam', 'pods', ['sam']),
    );
    const source = await asSam(server);
    await expect.poll(() => source.status().freshness.state, state).toBe('live');
    const { pods, policies, hidden, namespaces } = source.store.snapshot();
    expect([pods.length > 0, policies.length]).toEqual([true, 0]);
    expect(hidden).toContainEqual({
      resource: 'networkpolicies.networking.k8s.io',
      reason: expect.stringContaining('cannot list resource "networkpolicies"'),
    });
    expect(namespaces.some(({ hidden: flag }) => flag === true)).toBe(false);
    // Without ReplicaSets, the label that Deployments set still names them.
    expect(pods.find(({ namespace }) => namespace === 'shop')?.workload).toEqual({
      kind: 'Deployment',
      name: 'web',
    });
  });

  it('is told plainly when nothing may be read, and sees it once it may', async () => {
    const server = await seeded();
    const source = await asSam(server, 'shop');
    await expect
      .poll(() => source.status().freshness, state)
      .toMatchObject({
        state: 'failed',
        problem: { code: 'forbidden', hint: expect.stringContaining('deploy/rbac.yaml') },
      });
    expect(source.store.ready()).toBe(false);
    grant(server, ...inNamespaces(['shop']));
    await expect.poll(() => source.status().freshness.state, { timeout: 30_000 }).toBe('live');
  });
});

describe('deploy/rbac.yaml', () => {
  const manifest = async () => {
    const text = await readFile(new URL('../../../../../deploy/rbac.yaml', import.meta.url), 'utf8');
    return parseAllDocuments(text).map((document): KubeObject => document.toJS());
  };

  const rulesOf = (objects: readonly KubeObject[]) =>
    objects
      .flatMap(({ rules }) => (Array.isArray(rules) ? rules : []))
      .flatMap((rule) =>
        typeof rule === 'object' && rule !== null && !Array.isArray(rule) ? [policyRule(rule)] : [],
      );

  /** Everything that makes the source ask for something: custom kinds, both engines' options, faults, all modes. */
  const exercised = async (server: StandIn) => {
    server.seed([...adminPolicyDefinitions.v1alpha1, ...adminPolicyDefinitions.v1alpha2]);
    server.apply(
      liveAdminPolicy('AdminNetworkPolicy', 'admin', { priority: 1, subject: { namespaces: {} } }),
    );
    const wide = await asSam(server);
    await converges(wide, server);
    expect(wide.status().hidden).toEqual([]);
    server.watches.cut();
    await converges(wide, server);
    server.compact();
    server.watches.expire();
    await converges(wide, server);
    const used = () => server.log.permissionsUsed();
    await expect.poll(used, state).toContain('watch clusternetworkpolicies.policy.networking.k8s.io');
    await expect.poll(used, state).toContain('watch adminnetworkpolicies.policy.networking.k8s.io');
    await expect
      .poll(() => server.log.matching({ resource: 'configmaps' }).length, state)
      .toBeGreaterThanOrEqual(2);
    await wide.stop();
  };

  const twoEngines = async () => {
    const cluster = buildCluster({ engine: 'azure' });
    cluster.daemonSet({ namespace: 'kube-system', name: 'cilium', labels: { 'k8s-app': 'cilium' } });
    cluster.networkPolicy({ namespace: 'default', name: 'deny', spec: { podSelector: {} } });
    return standIn({ seed: cluster.objects, users: [{ name: 'sam' }] });
  };

  it('is enough for everything, and nothing beyond it is asked for', async () => {
    const server = await twoEngines();
    const objects = await manifest();
    server.seed(objects);
    server.seed([
      clusterRoleBinding('sam', 'bulkhead-reader', ['sam']),
      roleBinding('kube-system', 'sam', { kind: 'Role', name: 'bulkhead-reader' }, ['sam']),
    ]);
    await exercised(server);
    const rules = rulesOf(objects);
    server.log.assertWithin(rules);
    server.log.assertReadOnly();
    expect(server.log.matching({ status: 403 })).toEqual([]);
    expect(truth(server)).not.toEqual({});
  });

  it('has nothing that is never asked for', async () => {
    const server = await twoEngines();
    server.seed(await manifest());
    server.seed([
      clusterRoleBinding('sam', 'bulkhead-reader', ['sam']),
      roleBinding('kube-system', 'sam', { kind: 'Role', name: 'bulkhead-reader' }, ['sam']),
    ]);
    await exercised(server);
    // The way of someone who may not list namespaces.
    server.remove({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'sam' },
    });
    server.seed([roleBinding('default', 'sam', { kind: 'ClusterRole', name: 'bulkhead-reader' }, ['sam'])]);
    const narrow = await asSam(server, 'default');
    await expect.poll(() => narrow.store.get('namespace', 'default')?.labelsKnown, state).toBe(true);
    const granted = rulesOf(await manifest());
    const permissions = granted.flatMap(({ verbs, apiGroups, resources }) =>
      verbs.flatMap((verb) =>
        resources.map((resource) => `${verb} ${resource}${apiGroups[0] === '' ? '' : `.${apiGroups[0]}`}`),
      ),
    );
    const asked = server.log
      .permissionsUsed()
      .filter((permission) => !permission.startsWith('create selfsubject'));
    expect(asked).toEqual([...new Set(permissions)].sort());
    server.log.assertReadOnly();
  });
});
