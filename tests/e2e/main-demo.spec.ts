import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { liveNamespace, startStandIn } from '@bulkhead/kube-stand-in';
import { applied, dryRun, parseYaml } from './fixtures/exported.ts';
import { betweenWorkloads, diffDirectories, listedImpact } from './fixtures/impact.ts';
import { REPOSITORY } from './fixtures/server.ts';
import { expect, test } from './fixtures/test.ts';

const DEMO = join(REPOSITORY, 'apps', 'api', 'demo');
const INVENTORY = 'apps/shop/network-policies/20-inventory.yaml';

test('the demo opens as a graph of namespaces and workloads with their ports', async ({ demo }) => {
  await expect(demo.page).toHaveTitle(/Bulkhead/);
  expect(new URL(demo.page.url()).search, 'the token leaves the address').not.toContain('token');
  await expect(demo.freshness).toHaveText('demo');
  const counts = await demo.counts();
  expect(counts.namespaces).toBeGreaterThanOrEqual(8);
  expect(counts.workloads).toBeGreaterThanOrEqual(40);
  expect(counts.edges).toBeGreaterThan(40);
  const { texts } = await demo.picture();
  for (const text of ['shop · 10 workloads', 'payments · 5 workloads', 'inventory ×2', 'Internet'])
    expect(texts).toContain(text);
  // Ports as edges carry them: one, several, a range, two protocols.
  for (const ports of ['TCP 8443', 'TCP 80, 443', 'TCP 4317–4318', 'TCP 5868 · SCTP 3868'])
    expect(texts).toContain(ports);
});

test('a workload is found by search and shows what reaches it and what it reaches', async ({ demo }) => {
  const { inspector, page } = demo;
  await page.keyboard.press('/');
  await page.getByRole('combobox', { name: /^Find anything/ }).fill('inventory');
  await page.getByRole('option', { name: 'shop/inventory Deployment' }).click();
  await expect(inspector.getByRole('heading', { name: 'inventory' })).toBeVisible();
  await expect(inspector).toContainText('Ingress isolated');
  await expect(inspector).toContainText('Egress open');

  await inspector.getByRole('tab', { name: /^Reached by/ }).click();
  for (const source of ['cart', 'catalog', 'checkout', 'mobile-bff', 'storefront'])
    await expect(
      inspector.getByRole('button', { name: new RegExp(`allowed ${source} TCP 8080$`) }),
    ).toBeVisible();
  await expect(inspector.getByRole('button', { name: /allowed search/ })).toHaveCount(0);

  await inspector.getByRole('tab', { name: /^Reaches/ }).click();
  await expect(inspector).toContainText('No policy isolates its egress');
  await expect(page.getByTestId('focus-counts')).toHaveText(/^reaches \d+ · reached by 5$/);

  await inspector.getByRole('tab', { name: /^Policies/ }).click();
  for (const policy of ['default-deny-ingress', 'inventory-from-apps', 'inventory-from-storefront'])
    await expect(inspector.getByRole('button', { name: `shop/${policy}` })).toBeVisible();
});

test('the graph is walked by keyboard and clicked by pointer', async ({ demo }) => {
  const { graph, page, spoken, inspector } = demo;
  await demo.goTo('shop/inventory');
  await page.keyboard.press('Escape');
  await expect(inspector).toBeHidden();
  await graph.focus();
  // From wherever the walk begins, arrows lead from node to node, and each is named.
  await page.keyboard.press('ArrowRight');
  await expect(spoken).toHaveText(/^(Namespace|Deployment|StatefulSet|Internet)/);
  const first = await spoken.textContent();
  await page.keyboard.press('ArrowRight');
  await expect(spoken).not.toHaveText(first ?? '');
  const second = /^(?:Namespace ([^:]+):|\S+ (\S+) in)/.exec((await spoken.textContent()) ?? '');
  const name = second?.[1] ?? second?.[2];
  if (name === undefined) throw new Error('the walk came to nothing in the cluster');
  await page.keyboard.press('Enter');
  await expect(inspector.getByRole('heading', { name, exact: true })).toBeVisible();

  // Zoomed to one node it stands in the middle of the picture, where the pointer finds it.
  await demo.goTo('shop/inventory');
  await graph.focus();
  await page.keyboard.press('s');
  await inspector.getByRole('tab', { name: /^Policies/ }).click();
  await inspector.getByRole('button', { name: 'shop/inventory-from-apps' }).click();
  await expect(inspector.getByRole('heading', { name: 'inventory-from-apps', exact: true })).toBeVisible();
  const box = await graph.boundingBox();
  if (box === null) throw new Error('the graph has no place on the screen');
  await graph.click({ position: { x: box.width / 2, y: box.height / 2 } });
  await expect(inspector.getByRole('heading', { name: 'inventory', exact: true })).toBeVisible();
});

test('an edge shows its verdict with policies, rules and lines in both directions', async ({ demo }) => {
  const { graph, page, inspector } = demo;
  await demo.goTo('payments/payment-api');
  await graph.focus();
  // Brackets step through the edges of what is selected.
  const pair = inspector.getByText('Connection', { exact: true });
  await page.keyboard.press(']');
  await expect(pair).toBeVisible();

  await demo.ask('shop/checkout -> payments/payment-api:8443');
  await expect(demo.verdict).toContainText('Allowed');
  await expect(demo.verdict).toContainText('on TCP 8443');
  const egress = demo.half('Egress of checkout');
  await expect(egress).toContainText('No policy isolates the egress of checkout, so sending is allowed.');
  const ingress = demo.half('Ingress of payment-api');
  await expect(ingress.getByRole('button', { name: 'payments/payment-api-from-checkout' })).toBeVisible();
  const where = ingress.getByText(/^apps\/payments\/network-policies\.yaml:\d+$/);
  const line = Number(/:(\d+)$/.exec((await where.textContent()) ?? '')?.[1]);
  const file = (await readFile(join(DEMO, 'apps/payments/network-policies.yaml'), 'utf8')).split('\n');
  expect(file[line - 1]?.trim(), 'the line that is named is where the rule begins').toBe('- from:');
  await expect(ingress.getByRole('region', { name: 'YAML' })).toContainText(
    'tideway.example/pci-client: approved',
  );

  // The other way round both ends refuse.
  await page.getByRole('button', { name: 'Ask for the opposite direction' }).click();
  await expect(demo.verdict).toContainText('Denied');
  await expect(demo.half('Egress of payment-api')).toContainText('Isolated, and no rule allows it');
});

test('a question is asked as `a -> b:port` and answered with what denies it', async ({ demo }) => {
  await demo.ask('cart -> shop/inventory:8081');
  await expect(demo.verdict).toContainText('Denied');
  await expect(demo.verdict).toContainText('on TCP 8081');
  const ingress = demo.half('Ingress of inventory');
  await expect(ingress).toContainText('Isolated, and no rule allows it.');
  await expect(ingress.getByRole('button', { name: 'shop/inventory-from-apps' }).first()).toBeVisible();
  await ingress.getByText('Rules that came close').click();
  await expect(ingress).toContainText('the port is not in its list');

  // Same pods, one port further on, from outside, and by a name that is not there.
  await demo.inspector.getByLabel('on port').fill('8080');
  await demo.inspector.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(demo.verdict).toContainText('Allowed');
  await demo.ask('internet -> data/postgres-cards:5432');
  await expect(demo.verdict).toContainText('Denied');
  await demo.find('nobody -> shop/inventory:80');
  await expect(demo.page.getByText('Nothing is called "nobody".')).toBeVisible();
});

test('a live policy is edited, its impact followed, undone, exported and accepted by an API server', async ({
  demo,
  page,
}) => {
  await demo.goTo('shop/inventory-from-apps');
  await demo.inspector.getByRole('button', { name: 'Edit in a draft' }).click();
  await expect(demo.editor).toContainText('port: 8080');
  const sentence = page.getByTestId('impact-sentence');
  await expect(sentence).toHaveText('Changes no connection.');

  await demo.editor.getByText('port: 8080').click();
  await page.keyboard.press('End');
  await page.keyboard.type('1');
  // A number that is no port is an error on its line, and the last good state stays in the views.
  await expect(demo.drawer).toContainText(/Line 19: .*80801/);
  await expect(demo.editor.locator('.cm-lintRange-error')).toHaveText('port: 80801');
  await expect(sentence).toHaveText('Changes no connection.');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('1');
  await expect(demo.drawer.getByText(/Line 19/)).toBeHidden();

  await expect(demo.impact).toContainText('TCP 8081');
  const listed = await listedImpact(demo);
  expect(listed.map(({ from, to, opened, closed }) => [from, to, opened, closed])).toEqual([
    ['shop/cart[Deployment]', 'shop/inventory[Deployment]', 'TCP 8081', 'TCP 8080'],
    ['shop/catalog[Deployment]', 'shop/inventory[Deployment]', 'TCP 8081', 'TCP 8080'],
    ['shop/checkout[Deployment]', 'shop/inventory[Deployment]', 'TCP 8081', 'TCP 8080'],
    ['shop/mobile-bff[Deployment]', 'shop/inventory[Deployment]', 'TCP 8081', 'TCP 8080'],
    ['shop/storefront[Deployment]', 'shop/inventory[Deployment]', 'TCP 8081', ''],
  ]);
  // Who loses a port is not said to have gained only.
  await expect(sentence).toHaveText(
    'Changes the ports of 4 connections into shop/inventory, widens 1 connection into shop/inventory.',
  );
  await expect(page.getByRole('button', { name: /^Draft 1/ }).first()).toContainText('+5−4');
  // The graph says the same on its edges.
  const { texts } = await demo.picture();
  expect(texts.filter((text) => text.includes('8081')).length).toBe(5);

  // Undo takes the typing back, as many steps as it was typed in, and redo brings it again.
  const line = (port: string) => demo.editor.locator('.cm-line').getByText(`port: ${port}`, { exact: true });
  await demo.repeat('Undo', line('8080'));
  await expect(sentence).toHaveText('Changes no connection.');
  await demo.repeat('Redo', line('8081'));
  await expect(sentence).not.toHaveText('Changes no connection.');

  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: /^Export/ });
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const { name, text } = await demo.download(dialog.getByRole('button', { name: /^Download .*\.yaml$/ }));
  expect(name).toMatch(/\.yaml$/);
  expect(text).toBe(copied);

  // Only what its author wrote: the document of the file, with the one character that was typed.
  const [original = ''] = (await readFile(join(DEMO, INVENTORY), 'utf8')).split(/^---$/m);
  expect(text.trim()).toBe(original.trim().replace('port: 8080', 'port: 8081'));
  expect(parseYaml(text)).toHaveLength(1);
  const after = await applied(DEMO, text);
  expect(await diffDirectories(DEMO, after)).toEqual(listed);
  const standIn = await startStandIn({ seed: [liveNamespace('shop')] });
  try {
    const answer = await dryRun(standIn, text, 'shop');
    expect(answer.status, answer.body.message).toBe(201);
  } finally {
    await standIn.stop();
  }
});

test('a template closes a namespace, and everything it closes is listed', async ({ demo, page }) => {
  await demo.goTo('legacy-portal');
  await page.keyboard.press('d');
  await demo.drawer.getByRole('button', { name: 'Start from a template' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start from a template' });
  await dialog.getByRole('button', { name: 'Deny all incoming' }).click();
  await expect(dialog.getByRole('combobox', { name: 'For: namespace' })).toHaveValue('legacy-portal');
  const preview = await dialog.getByRole('region', { name: 'YAML of the template' }).textContent();
  await dialog.getByRole('button', { name: 'Add to the draft' }).click();
  await expect(demo.editor).toContainText('namespace: legacy-portal');
  await expect(page.getByTestId('impact-sentence')).toHaveText(
    /^Closes [\d,]+ connections into legacy-portal, opens none, closes ports among the pods of 1 workload\.$/,
  );
  const listed = await listedImpact(demo);
  expect(listed.map(({ from }) => from)).toContain('internet');

  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const { text } = await demo.download(page.getByRole('button', { name: /^Download .*\.yaml$/ }));
  expect(text).toBe(preview);
  const changes = await diffDirectories(DEMO, await applied(DEMO, text));
  expect(new Set(changes.map(({ opened }) => opened))).toEqual(new Set(['']));
  expect(betweenWorkloads(listed)).toEqual(betweenWorkloads(changes));
});
