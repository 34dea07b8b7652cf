import { buildCluster, clusterRole, type KubeObject } from '@bulkhead/kube-stand-in';
import {
  apply,
  applyAll,
  type ControlPlane,
  certificateUser,
  everywhere,
  findBinaries,
  policyDefinitions,
  readOnlyRole,
  startControlPlane,
  within,
  writeKubeconfig,
} from '@bulkhead/real-cluster';
import { shopPolicy, teams } from './fixtures/cluster.ts';
import { expect, test } from './fixtures/test.ts';

test.describe.configure({ mode: 'serial' });

let one: ControlPlane;
let other: ControlPlane;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  const binaries = findBinaries();
  [one, other] = [await startControlPlane(binaries), await startControlPlane(binaries)];
  const cilium = buildCluster({ engine: 'cilium' });
  cilium.deployment({ namespace: 'lab', name: 'probe' });
  const content: readonly (readonly [ControlPlane, readonly KubeObject[]])[] = [
    [one, teams(1_200)],
    [other, cilium.objects],
  ];
  for (const [plane, objects] of content)
    await applyAll(plane.admin, [
      ...(await policyDefinitions()),
      ...(await readOnlyRole('reader')),
      ...objects,
    ]);
});

test.afterAll(async () => {
  await Promise.all([one?.stop(), other?.stop()]);
});

const asReader = (name: string, plane: ControlPlane) => ({
  name,
  plane,
  user: certificateUser(plane.ca, 'reader'),
});

test('it is read, followed, lost, found again in the same tab, and left for another', async ({
  open,
  page,
  serve,
}) => {
  const kubeconfig = await writeKubeconfig([asReader('prod', one), asReader('dev', other)]);
  const app = await open(await serve(['--kubeconfig', kubeconfig]));
  await app.ready();
  await expect(app.freshness).toHaveText(/^live/);
  await expect(page.getByText('Part of this cluster may not be read')).toHaveCount(0);
  await app.ask('shop/web -> shop/db:5432');
  await expect(app.verdict).toContainText('Allowed');
  await apply(one.admin, shopPolicy(6432));
  await expect(app.verdict).toContainText('Denied');

  await one.apiServer.kill('SIGKILL');
  await expect(app.freshness).toHaveText(/^reconnecting for \d+ s/);
  await expect(app.verdict, 'the last state stays').toContainText('Denied');
  await one.compact();
  await one.up();
  await apply(one.admin, shopPolicy(5432));
  await expect(app.freshness).toHaveText(/^live/, { timeout: 120_000 });
  await expect(app.verdict).toContainText('Allowed');
  await expect(page.getByText('Part of this cluster may not be read')).toHaveCount(0);

  await page.getByRole('button', { name: 'Cluster', exact: true }).click();
  await page.getByRole('button', { name: 'dev' }).click();
  await app.ready();
  await expect(page).toHaveURL(/cluster=dev/);
  await expect(page.getByRole('button', { name: 'What enforces policies' })).toContainText('Cilium');
});

test('it stands still with its connections open, which is noticed in less than a minute', async ({
  open,
  serve,
}) => {
  const app = await open(await serve(['--kubeconfig', await writeKubeconfig([asReader('still', one)])]));
  await app.ready();
  await app.ask('shop/web -> shop/db:5432');
  await expect(app.freshness).toHaveText(/^live/);
  one.apiServer.freeze();
  await expect(app.freshness).toHaveText(/^reconnecting for \d+ s/, { timeout: 55_000 });
  await expect(app.freshness).toHaveText(/^stale for \d+/, { timeout: 90_000 });
  one.apiServer.thaw();
  await apply(one.admin, shopPolicy(6432));
  await expect(app.freshness).toHaveText(/^live/, { timeout: 120_000 });
  await expect(app.verdict).toContainText('Denied');
  await apply(one.admin, shopPolicy(5432));
  await expect(app.verdict).toContainText('Allowed');
});

test('someone allowed into two namespaces sees those, and the rest as hidden', async ({
  open,
  page,
  serve,
}) => {
  await applyAll(one.admin, [
    within('shop', 'sam', 'bulkhead-reader'),
    within('default', 'sam', 'bulkhead-reader'),
  ]);
  const context = { name: 'sam', plane: one, user: certificateUser(one.ca, 'sam'), namespace: 'shop' };
  const app = await open(
    await serve(['--kubeconfig', await writeKubeconfig([context]), '--namespace', 'default']),
  );
  await app.ready();
  await expect(page.getByText('Part of this cluster may not be read:')).toBeVisible();
  await page.getByText('What, and why').click();
  await expect(page.getByText(/User "sam" cannot list resource "namespaces"/)).toBeVisible();
  await expect((await app.list('Workloads')).getByText('(other namespaces)')).toBeVisible();
  // Policies of the whole cluster may say otherwise, and sam may not read them yet.
  await app.ask('shop/web -> shop/db:5432');
  await expect(app.verdict).toContainText('Unknown');
  await applyAll(one.admin, [
    clusterRole('cluster-policies', [
      { verbs: ['list', 'watch'], apiGroups: ['policy.networking.k8s.io'], resources: ['*'] },
    ]),
    everywhere('sam', 'cluster-policies'),
  ]);
  await expect(app.verdict).toContainText('Allowed', { timeout: 150_000 });
});

test('nobody in particular is told that nothing may be read', async ({ open, page, serve }) => {
  const context = { name: 'eve', plane: one, user: certificateUser(one.ca, 'eve') };
  await open(await serve(['--kubeconfig', await writeKubeconfig([context]), '--context', 'eve']));
  await expect(page.getByRole('heading', { name: /does not allow this user to read/ })).toBeVisible();
  await expect(page.getByText(/deploy\/rbac\.yaml/).first()).toBeVisible();
});
