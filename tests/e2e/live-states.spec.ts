import { mkdtemp } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  adminPolicyDefinitions,
  aksNode,
  buildCluster,
  EXEC_SECRET,
  liveAdminPolicy,
  role,
  roleBinding,
} from '@bulkhead/kube-stand-in';
import type { Page } from '@playwright/test';
import { App } from './fixtures/app.ts';
import { shopPolicy, teams } from './fixtures/cluster.ts';
import { expect, test } from './fixtures/test.ts';

/** What the app says about a live cluster's state, walked through as a person meets it. */

const READ = ['get', 'list', 'watch'];
const LOST =
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|status of 503/;

const enforcementMenu = (page: Page) => page.getByRole('button', { name: 'What enforces policies' });

test('a cluster that stays away is reconnecting for a while that is said, and then stale, loudly', async ({
  live,
  open,
  page,
  serve,
}) => {
  test.setTimeout(240_000);
  const { cluster, args } = await live({ seed: teams() });
  const app = await open(await serve(args));
  await app.ready();
  await expect(app.freshness).toHaveText(/^live/);
  await cluster.down();
  await expect(app.freshness).toHaveText(/^reconnecting for \d+ s$/);
  await expect(app.freshness).toHaveText(/^stale for \d+ (s|min)/, { timeout: 120_000 });
  await expect(page.getByRole('alert')).toContainText('What is shown should no longer be relied on.');
  await cluster.up();
  await expect(app.freshness).toHaveText(/^live/, { timeout: 60_000 });
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a server that is started again goes on in the same tab, with what has changed meanwhile', async ({
  guard,
  live,
  open,
  page,
  serve,
}) => {
  guard.expects(LOST);
  const { cluster, args } = await live({ seed: teams() });
  const env = { XDG_STATE_HOME: await mkdtemp(join(tmpdir(), 'bulkhead-e2e-state-')) };
  const first = await serve(args, { env });
  const app = await open(first);
  await app.ready();
  await app.ask('shop/web -> shop/db:5432');
  await expect(app.verdict).toContainText('Allowed');
  await page.evaluate(() => Reflect.set(window, 'notReloaded', true));
  await first.stop();
  await expect(app.freshness).toHaveText(/^disconnected for \d+ s/);
  await expect(page.getByRole('alert')).toContainText('What is shown may be out of date.');
  cluster.apply(shopPolicy(6432));
  await serve([...args, '--port', new URL(first.url).port], { env });
  await expect(app.freshness).toHaveText(/^live/, { timeout: 60_000 });
  await expect(app.verdict).toContainText('Denied');
  expect(await page.evaluate(() => Reflect.get(window, 'notReloaded'))).toBe(true);
});

test('a tab that slept shows the cluster as it is when it wakes', async ({ live, open, page, serve }) => {
  const { cluster, args } = await live({ seed: teams() });
  const app = await open(await serve(args));
  await app.ready();
  await app.ask('shop/web -> shop/db:5432');
  await expect(app.verdict).toContainText('Allowed');
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  cluster.apply(shopPolicy(6432));
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await expect(app.verdict).toContainText('Denied');
  await expect(app.freshness).toHaveText(/^live/);
});

test('a connection that is dead without knowing it is not live, and is made anew', async ({
  guard,
  live,
  page,
  serve,
}) => {
  test.setTimeout(180_000);
  guard.expects(LOST);
  const { cluster, args } = await live({ seed: teams() });
  const wire = await startWire();
  const server = await serve([...args, '--allow-host', `127.0.0.1:${wire.port}`]);
  wire.leadTo(Number(new URL(server.url).port));
  const own = (link: string) => link.replace(/:\d+\//, `:${wire.port}/`);
  const app = new App(page, own(server.url));
  await page.goto(own(server.link));
  await app.ready();
  await app.ask('shop/web -> shop/db:5432');
  await expect(app.freshness).toHaveText(/^live/);
  wire.hold();
  cluster.apply(shopPolicy(6432));
  await expect(app.freshness).toHaveText(/^reconnecting for \d+ s/, { timeout: 45_000 });
  await expect(app.verdict).toContainText('Allowed');
  await expect(app.freshness).toHaveText(/^live/, { timeout: 60_000 });
  await expect(app.verdict).toContainText('Denied');
  await wire.stop();
});

test('each cluster keeps the view one had of it', async ({ live, open, page, serve }) => {
  const one = await live({ seed: teams() });
  const other = await live({ seed: buildCluster({ engine: 'cilium' }).objects });
  const files = [
    await one.cluster.writeKubeconfig({ contexts: [{ name: 'prod' }] }),
    await other.cluster.writeKubeconfig({ contexts: [{ name: 'dev' }] }),
  ];
  const app = await open(
    await serve([], { env: { KUBECONFIG: files.join(delimiter) } }),
    'ns=shop&view=table',
  );
  const clusters = page.getByRole('button', { name: 'Cluster', exact: true });
  await expect(clusters).toContainText('prod');
  await expect(page).toHaveURL(/ns=shop/);
  await expect(enforcementMenu(page)).toContainText('Calico');
  await clusters.click();
  await page.getByRole('button', { name: 'dev' }).click();
  await app.ready();
  await expect(page).toHaveURL(/cluster=dev/);
  await expect(page).not.toHaveURL(/ns=shop/);
  await expect(enforcementMenu(page)).toContainText('Cilium');
  await page
    .getByRole('radio', { name: 'Matrix' })
    .or(page.getByRole('button', { name: 'Matrix' }))
    .first()
    .click();
  await expect(page).toHaveURL(/view=matrix/);
  await clusters.click();
  await page.getByRole('button', { name: 'prod' }).click();
  await expect(page).toHaveURL(/view=table/);
  await expect(page).toHaveURL(/ns=shop/);
  await clusters.click();
  await page.getByRole('button', { name: 'dev' }).click();
  await expect(page).toHaveURL(/view=matrix/);
});

test('what a sign-in plugin says when it fails is shown, without the secret in it', async ({
  live,
  open,
  page,
  serve,
}) => {
  const { args } = await live(
    { seed: teams() },
    { name: 'login', auth: { by: 'exec', user: 'admin', behaviour: 'fails' } },
  );
  const bodies: string[] = [];
  page.on('response', (response) => {
    if (/\/(status|clusters)$/.test(response.url()))
      void response.text().then(
        (text) => bodies.push(text),
        () => undefined,
      );
  });
  const server = await serve(args);
  await open(server);
  await expect(page.getByText(/AADSTS700082: The refresh token has expired due to inactivity/)).toBeVisible();
  const secret = EXEC_SECRET.slice(0, 20);
  expect(await page.content()).not.toContain(secret);
  expect(bodies.join()).not.toContain(secret);
  expect(server.output()).not.toContain(secret);
});

test('someone allowed into two namespaces sees those, and all others as one that is hidden', async ({
  live,
  open,
  page,
  serve,
}) => {
  const cluster = [
    ...teams(),
    ...['shop', 'default'].flatMap((namespace) => [
      role(namespace, 'reader', [
        { verbs: READ, apiGroups: [''], resources: ['pods', 'services'] },
        { verbs: READ, apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'] },
      ]),
      roleBinding(namespace, 'sam', { kind: 'Role', name: 'reader' }, ['sam']),
    ]),
  ];
  const { args } = await live(
    { seed: cluster, users: [{ name: 'sam' }] },
    { name: 'sam', auth: { by: 'token', user: 'sam' }, namespace: 'shop' },
  );
  const app = await open(await serve([...args, '--namespace', 'default']));
  await app.ready();
  const notice = page.getByText('Part of this cluster may not be read:');
  await expect(notice).toBeVisible();
  await expect(page.getByText(/There may be namespaces that are not known here/)).toBeVisible();
  await page.getByText('What, and why').click();
  await expect(page.getByText(/User "sam" cannot list resource "namespaces"/)).toBeVisible();
  const workloads = await app.list('Workloads');
  await expect(workloads.getByText('(other namespaces)')).toBeVisible();
  await app.ask('shop/web -> shop/db:5432');
  await expect(app.verdict).toContainText('Allowed');
});

test('the engine is named with its evidence and how sure that is', async ({ live, open, page, serve }) => {
  const { args } = await live({ seed: teams() });
  const app = await open(await serve(args));
  await app.ready();
  await enforcementMenu(page).click();
  const menu = page.getByRole('group', { name: 'What enforces policies' });
  await expect(menu).toContainText('Calico');
  await expect(menu).toContainText('certain');
  await expect(menu).toContainText('calico-node');
});

test('policies that nothing enforces, and engines that fight, are said loudly', async ({
  live,
  open,
  page,
  serve,
}) => {
  const cluster = buildCluster({ engine: 'none' });
  cluster.networkPolicy({ namespace: 'default', name: 'deny', spec: { podSelector: {} } });
  cluster.deployment({ namespace: 'default', name: 'web' });
  const { cluster: server, args } = await live({ seed: cluster.objects });
  const app = await open(await serve(args));
  await app.ready();
  await expect(enforcementMenu(page)).toContainText('Nothing enforces');
  await expect(page.locator('.notice.error')).toContainText(/nothing|no engine|enforce/i);
  for (const engine of ['calico', 'azure'] as const) server.seed(buildCluster({ engine }).objects);
  await expect(enforcementMenu(page)).toContainText(' and ');
  await expect(page.locator('.notice.error').first()).toContainText(/two|both|more than one|conflict/i);
});

test('an engine past its end of life is said with the date, and each kind that it does not know', async ({
  live,
  open,
  page,
  serve,
}) => {
  const cluster = buildCluster({ engine: 'azure' });
  const windows = { name: 'akswin000000', internalIp: '10.224.0.200', podCidr: '10.244.200.0/24' };
  cluster.add(aksNode({ ...windows, engine: 'azure', os: 'windows' }));
  const subject = { namespaces: {} };
  const { args } = await live({
    seed: [
      ...adminPolicyDefinitions.v1alpha1,
      ...adminPolicyDefinitions.v1alpha2,
      ...cluster.objects,
      liveAdminPolicy('AdminNetworkPolicy', 'one', { priority: 1, subject }),
      liveAdminPolicy('ClusterNetworkPolicy', 'two', { tier: 'Admin', priority: 1, subject }),
    ],
  });
  const app = await open(await serve(args));
  await app.ready();
  await expect(enforcementMenu(page)).toContainText('Azure Network Policy Manager');
  const loud = page.locator('.notice.error');
  await expect(loud.getByText(/for Windows nodes was retired on 2026-09-30/)).toBeVisible();
  await expect(loud.getByText(/does not implement AdminNetworkPolicy/)).toBeVisible();
  await expect(loud.getByText(/does not implement ClusterNetworkPolicy/)).toBeVisible();
});

/** A wire between a browser and a server that can be cut without either noticing. */
async function startWire() {
  let target = 0;
  const pairs = new Set<readonly [Socket, Socket]>();
  const held = new Set<readonly [Socket, Socket]>();
  const server = createServer((browser) => {
    const upstream = connect(target, '127.0.0.1');
    const pair = [browser, upstream] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      held.delete(pair);
      browser.destroy();
      upstream.destroy();
    };
    for (const [from, to] of [pair, [upstream, browser] as const]) {
      from.on('data', (chunk) => {
        if (!held.has(pair)) to.write(chunk);
      });
      from.on('error', end);
      from.on('close', end);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    leadTo: (port: number) => {
      target = port;
    },
    /** Nothing comes through the connections there are any more, and nobody is told; new ones are well. */
    hold: () => {
      for (const pair of pairs) held.add(pair);
    },
    stop: async () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
