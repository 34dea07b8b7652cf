import { generateCluster, toKubernetesObjects } from '@bulkhead/cluster-generator';
import { type KubeObject, liveNetworkPolicy, livePod } from '@bulkhead/kube-stand-in';
import { beforeAll, describe, expect, it } from 'vitest';
import { permissionsUsed } from './audit.ts';
import { apply, applyAll, inParallel, remove } from './objects.ts';
import { manifest, policyDefinitions, readOnlyRole } from './roles.ts';
import { becomes, controlPlane, converges, follow, held, stopAfterEach } from './testing.ts';

const current = controlPlane();
stopAfterEach();

const PODS = Number(process.env['REAL_CLUSTER_PODS'] ?? 2_000);

const pod = (name: string, labels: Readonly<Record<string, string>> = { app: name }): KubeObject =>
  livePod({ namespace: 'churn', name, node: 'n', hostIp: '10.0.0.1', ips: ['10.99.0.7'], labels });

const policy = (name: string): KubeObject =>
  liveNetworkPolicy({ namespace: 'churn', name, spec: { podSelector: { matchLabels: { app: name } } } });

beforeAll(async () => {
  const { admin } = current();
  await applyAll(admin, [...(await readOnlyRole('reader')), ...(await policyDefinitions())]);
  const snapshot = generateCluster({
    pods: PODS,
    policies: Math.ceil(PODS / 10),
    namespaces: Math.ceil(PODS / 50) + 4,
    seed: 7,
  });
  const objects: readonly KubeObject[] = JSON.parse(JSON.stringify(toKubernetesObjects(snapshot)));
  await applyAll(admin, [...objects, pod('first')]);
});

/** Pods and policies that come, change and go while something else happens. */
async function disturb(round: string): Promise<void> {
  const { admin } = current();
  const names = Array.from({ length: 30 }, (_, index) => `${round}-${index}`);
  await inParallel(names, async (name) => {
    await apply(admin, pod(name));
    await apply(admin, pod(name, { app: name, tier: 'moved' }));
  });
  await inParallel(names.slice(0, 5), (name) => apply(admin, policy(name)));
  await inParallel(names.slice(0, 20), async (name) => {
    await remove(admin, pod(name));
  });
}

describe('a cluster of thousands of pods', () => {
  it('is read in pages by the read-only role, and is what a whole list says', async () => {
    const source = await follow(current());
    await converges(source, current());
    expect(source.store.totals().pod).toBeGreaterThanOrEqual(PODS);
    expect(source.status().hidden).toEqual([]);
    const lists = (await current().audit()).filter(({ uri }) => uri.startsWith('/api/v1/pods?limit=500'));
    expect(lists.length).toBeGreaterThanOrEqual(PODS / 500);
    expect(lists.slice(1).every(({ uri }) => uri.includes('continue='))).toBe(true);
  });

  it('is followed while it changes', async () => {
    const source = await follow(current());
    await converges(source, current());
    await disturb('live');
    await converges(source, current());
  });

  it('is read also when its server dies between two pages', async () => {
    const { apiServer, admin, compact, up } = current();
    const source = await follow(current(), { live: { timings: { pageSize: 10 } } });
    const listed = () => {
      const { freshness } = source.status();
      const pods =
        freshness.state === 'loading'
          ? freshness.progress.find(({ resource }) => resource === 'pods')
          : undefined;
      return pods?.items ?? 0;
    };
    await expect.poll(listed, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0);
    await apply(admin, pod('while-listing'));
    await compact();
    await apiServer.kill();
    await up();
    await converges(source, current());
  });
});

describe('a source comes through', () => {
  /** `seen`: whether watches end. Without its etcd a server keeps them open, and nothing can change. */
  const troubles: readonly (readonly [string, seen: boolean, () => Promise<void>])[] = [
    [
      'an API server that is killed and started again',
      true,
      async () => {
        await current().apiServer.kill('SIGKILL');
        await current().up();
      },
    ],
    [
      'an API server that ends in order, with its history compacted meanwhile',
      true,
      async () => {
        await disturb('before-compaction');
        await current().apiServer.kill('SIGTERM');
        await current().compact();
        await current().up();
      },
    ],
    [
      'an etcd that is killed and started again',
      false,
      async () => {
        await current().etcd.kill('SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        await current().up();
      },
    ],
    [
      'both killed at once',
      true,
      async () => {
        await Promise.all([current().apiServer.kill('SIGKILL'), current().etcd.kill('SIGKILL')]);
        await current().up();
      },
    ],
  ];
  it.each(troubles)('%s', async (_, seen, play) => {
    const source = await follow(current());
    await converges(source, current());
    const before = source.store.totals();
    let fewest = before.pod;
    source.store.subscribe(() => {
      fewest = Math.min(fewest, source.store.totals().pod);
    });
    const states = new Set<string>();
    source.subscribe(() => states.add(source.status().freshness.state));
    await play();
    const backAt = Date.now();
    await disturb(`after-${backAt}`);
    await converges(source, current());
    // Nothing that was shown vanishes because a server does.
    expect(fewest).toBeGreaterThanOrEqual(before.pod - 40);
    expect(states.has('reconnecting')).toBe(seen);
    expect(source.status().hidden).toEqual([]);
  });

  it('a server that stands still with all its connections open', async () => {
    const timings = { watchIdleMs: 8_000, answerMs: 4_000, discoveryMs: 5_000 };
    const source = await follow(current(), { live: { timings } });
    await converges(source, current());
    current().apiServer.freeze();
    await becomes(source, 'reconnecting', 30_000);
    current().apiServer.thaw();
    await disturb('thawed');
    await converges(source, current());
  });
});

it('a kind comes with its definition and goes with it', async () => {
  const { admin } = current();
  const [definition] = await manifest('tests/api-schemas/schemas/adminnetworkpolicies.yaml');
  if (definition === undefined) throw new Error('no definition');
  const source = await follow(current(), { live: { timings: { discoveryMs: 3_000 } } });
  await converges(source, current());
  await remove(admin, definition);
  const kinds = () => new Set(source.store.snapshot().policies.map(({ kind }) => kind));
  await expect.poll(kinds, { timeout: 120_000, interval: 500 }).not.toContain('AdminNetworkPolicy');
  await applyAll(admin, [definition]);
  await apply(admin, {
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'AdminNetworkPolicy',
    metadata: { name: 'again' },
    spec: { priority: 7, subject: { namespaces: {} } },
  });
  await expect.poll(kinds, { timeout: 120_000, interval: 500 }).toContain('AdminNetworkPolicy');
  await converges(source, current());
});

it('what changes no verdict is no news', async () => {
  const { admin } = current();
  const source = await follow(current());
  await converges(source, current());
  const revision = source.store.revision();
  const before = held(source);
  for (let beat = 0; beat < 50; beat += 1) {
    const condition = { type: 'Ready', status: 'True', lastProbeTime: null, message: `beat ${beat}` };
    await admin.call(
      'PATCH',
      '/api/v1/namespaces/churn/pods/first/status',
      { status: { conditions: [condition] } },
      'application/merge-patch+json',
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(source.store.revision()).toBe(revision);
  expect(held(source)).toEqual(before);
});

it('of all that, nothing asked for more than the role holds', async () => {
  const used = permissionsUsed((await current().audit()).filter(({ user }) => user === 'reader'));
  const rules = (await manifest('deploy/rbac.yaml')).flatMap(({ rules: own }) =>
    Array.isArray(own) ? own : [],
  );
  const allowed = new Set(
    rules.flatMap((rule) => {
      const text = JSON.stringify(rule);
      const { verbs, apiGroups, resources }: Record<'verbs' | 'apiGroups' | 'resources', string[]> =
        JSON.parse(text);
      return verbs.flatMap((verb) =>
        apiGroups.flatMap((group) =>
          resources.map((resource) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`),
        ),
      );
    }),
  );
  const discovery = /^get \/(version|apis(\/policy\.networking\.k8s\.io\/v1alpha[12])?)$/;
  const beyond = used.filter((one) => !allowed.has(one) && !discovery.test(one));
  // A server that has just started refuses for a moment, and the source asks what it may read where.
  expect(beyond.filter((one) => one !== 'create selfsubjectrulesreviews.authorization.k8s.io')).toEqual([]);
  expect(used).toContain('watch clusternetworkpolicies.policy.networking.k8s.io');
});
