import { liveNamespace, livePod } from '@bulkhead/kube-stand-in';
import { SHOP_ONLY, shopPolicy, teams } from './fixtures/cluster.ts';
import { expect, test } from './fixtures/test.ts';

const newPod = (namespace: string, name: string) =>
  livePod({ namespace, name, node: 'n', hostIp: '10.0.0.1', ips: ['10.99.0.7'], labels: { app: name } });

test('a live cluster is read in pages and followed without a reload', async ({ live, open, page, serve }) => {
  const { cluster, args } = await live({ seed: teams(1200) });
  const app = await open(await serve(args));
  expect(await app.ready()).toMatchObject({ namespaces: 7 });
  await expect(page.getByRole('button', { name: 'Cluster', exact: true })).toContainText('Live cluster');
  await expect(app.freshness).toHaveText(/^live/);
  const lists = cluster.log.matching({ verb: 'list', resource: 'pods' });
  expect(lists.length, 'more pods than a page holds').toBeGreaterThan(2);
  expect(lists.every(({ query }) => query['limit'] !== undefined)).toBe(true);
  expect(lists.some(({ query }) => query['continue'] !== undefined)).toBe(true);

  await app.ask('shop/web -> shop/db:5432');
  await expect(app.verdict).toContainText('Allowed');
  cluster.apply(shopPolicy(6432));
  await expect(app.verdict).toContainText('Denied');
  cluster.apply(liveNamespace('later'));
  cluster.apply(newPod('later', 'newcomer'));
  await app.goTo('later/newcomer');
  cluster.remove(newPod('later', 'newcomer'));
  await expect(app.inspector).toContainText('is not in this cluster');
  cluster.log.assertReadOnly();
});

test('what may not be read is drawn as hidden, and verdicts that depend on it are unknown', async ({
  live,
  open,
  page,
  serve,
}) => {
  const { args } = await live(
    { seed: [...teams(), ...SHOP_ONLY], users: [{ name: 'sam' }] },
    { name: 'sam', auth: { by: 'token', user: 'sam' } },
  );
  const app = await open(await serve(args));
  await app.ready();
  const notice = page.getByText('Part of this cluster may not be read:');
  await expect(notice).toBeVisible();
  await expect(page.getByText(/What depends on it is shown as unknown/)).toBeVisible();
  // What may be read is decided as ever.
  await app.ask('shop/web -> shop/db:5432');
  await expect(app.verdict).toContainText('Allowed');
  const workloads = await app.list('Workloads');
  await expect(workloads.getByRole('listitem').filter({ hasText: /^bank/ })).toContainText('not readable');
  // What may not be is neither allowed nor denied.
  await app.ask('shop/web -> bank');
  await expect(app.verdict).toContainText('Unknown');
  await expect(app.verdict).not.toContainText('Denied');
  await expect(app.verdict).not.toContainText('Allowed');
});

test('policies that may not be read leave every verdict unknown', async ({ live, open, page, serve }) => {
  const { cluster, args } = await live({ seed: teams() });
  cluster.faults.add({
    resource: 'networkpolicies',
    times: Number.POSITIVE_INFINITY,
    fault: { kind: 'status', code: 403 },
  });
  const app = await open(await serve(args));
  await app.ready();
  await expect(page.getByText('Part of this cluster may not be read:')).toBeVisible();
  await app.ask('shop/web -> shop/db:5432');
  await expect(app.verdict).toContainText('Unknown');
  await expect(app.inspector).toContainText('Policies that could decide this may not be read.');
});

test('a cluster that forgets its history is listed again', async ({ live, open, serve }) => {
  const { cluster, args } = await live({ seed: teams() });
  const app = await open(await serve(args));
  await app.ready();
  await app.ask('shop/web -> shop/db:5432');
  await expect(app.verdict).toContainText('Allowed');
  await expect.poll(() => cluster.watches.count({ resource: 'networkpolicies' })).toBe(1);
  const before = cluster.log.matching({ verb: 'list', resource: 'networkpolicies' }).length;
  cluster.compact();
  cluster.watches.expire();
  cluster.apply(shopPolicy(6432));
  await expect(app.verdict).toContainText('Denied');
  const after = cluster.log.matching({ verb: 'list', resource: 'networkpolicies' }).length;
  expect(after, 'a 410 leads to a new list').toBeGreaterThan(before);
  await expect(app.freshness).toHaveText(/^live/);
});

test('a cluster that dies while one looks is said to reconnect, keeps its picture, and recovers', async ({
  live,
  open,
  serve,
}) => {
  const { cluster, args } = await live({ seed: teams() });
  const app = await open(await serve(args));
  await app.ready();
  await app.ask('shop/web -> shop/db:5432');
  await cluster.down();
  await expect(app.freshness).toHaveText(/^reconnecting for /);
  await expect(app.freshness).toHaveAttribute('title', /What is shown was true .* ago/);
  await expect(app.verdict, 'the last state stays').toContainText('Allowed');
  cluster.apply(shopPolicy(6432));
  await cluster.up();
  await expect(app.freshness).toHaveText(/^live/, { timeout: 60_000 });
  await expect(app.verdict).toContainText('Denied');
});

test('a current context that is down falls back to the demo, and says why', async ({
  live,
  open,
  page,
  serve,
}) => {
  const { cluster } = await live({ seed: [] });
  const kubeconfig = await cluster.writeKubeconfig({ contexts: [{ name: 'prod' }] });
  await cluster.down();
  const server = await serve([], { env: { KUBECONFIG: kubeconfig } });
  expect(server.output()).toMatch(/The cluster of context prod does not answer: .*refuses connections/);
  expect(server.output()).toContain('Showing a made-up cluster instead.');
  expect(server.output()).toContain('Serving the demo.');
  const app = await open(server);
  expect((await app.ready()).workloads).toBeGreaterThanOrEqual(40);
  await expect(page.getByRole('button', { name: 'Cluster', exact: true })).toContainText('Demo');
});

test('a current context that answers is served without being named', async ({ live, open, page, serve }) => {
  const { cluster } = await live({ seed: teams() });
  const kubeconfig = await cluster.writeKubeconfig({ contexts: [{ name: 'prod' }] });
  const server = await serve([], { env: { KUBECONFIG: kubeconfig } });
  expect(server.output()).toContain('Serving context prod.');
  const app = await open(server);
  await app.ready();
  await expect(page.getByRole('button', { name: 'Cluster', exact: true })).toContainText('prod');
});

test('a credential that is refused is said plainly, with what to do', async ({ live, open, page, serve }) => {
  const { args } = await live({ seed: teams() }, { name: 'stale', auth: { by: 'wrong-token' } });
  await open(await serve(args));
  await expect(
    page.getByRole('heading', {
      name: 'The cluster does not accept the credential: it is missing, wrong or expired.',
    }),
  ).toBeVisible();
  await expect(page.getByText(/Sign in again/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
});

test('a certificate that has expired is said plainly', async ({ live, open, page, serve }) => {
  const { args } = await live(
    { seed: teams() },
    {
      name: 'old',
      auth: { by: 'client-certificate', user: 'ann', groups: ['system:masters'], expired: true },
    },
  );
  await open(await serve(args));
  await expect(page.getByRole('heading', { name: /credential|certificate/ })).toBeVisible();
});

test('a slow cluster shows how far it is, and then itself', async ({ live, open, page, serve }) => {
  const { cluster, args } = await live({ seed: teams(1200) });
  const release = cluster.faults.add({
    verb: 'list',
    resource: 'pods',
    skip: 1,
    times: Number.POSITIVE_INFINITY,
    fault: { kind: 'delay', ms: 4_000 },
  });
  const app = await open(await serve(args));
  await expect(page.getByRole('heading', { name: 'Reading the cluster' })).toBeVisible();
  await expect(page.getByText(/^pods: [\d,]+ of about [\d,]+$/)).toBeVisible();
  await expect(app.freshness).toHaveText('loading');
  release();
  expect(await app.ready()).toMatchObject({ namespaces: 7 });
});
