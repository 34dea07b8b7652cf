import { startCluster, teams } from './fixtures/cluster.ts';
import { expect, test } from './fixtures/test.ts';

test('every view shows only what the draft changes, with before and after', async ({ demo, page }) => {
  await demo.goTo('shop/inventory-from-apps');
  await demo.inspector.getByRole('button', { name: 'Edit in a draft' }).click();
  await demo.editor.getByText('port: 8080').click();
  await page.keyboard.press('End');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('1');
  await expect(demo.impact).toContainText('TCP 8081');
  await page.getByRole('button', { name: 'Only changes' }).click();
  await expect(demo.graph).toHaveAccessibleName(/and 5 edges/);

  await page.getByRole('radio', { name: 'Matrix' }).click();
  await expect(page.getByTestId('matrix-hidden')).toContainText('what the draft does not change');

  await page.getByRole('radio', { name: 'Table' }).click();
  await expect(page.getByTestId('connection-count')).toHaveText('5 connections changed by the draft');
  const rows = page.getByRole('grid', { name: 'Connections' }).getByRole('row');
  const cart = rows.filter({ hasText: 'shop/cart' });
  await expect(cart).toContainText('± other ports');
  await expect(cart).toContainText('+ TCP 8081 − TCP 8080');
  await expect(rows.filter({ hasText: 'shop/storefront' })).toContainText('±+ widened');
  await cart.click();
  await expect(demo.verdict).toContainText('Allowed on TCP 8081');
  await expect(demo.verdict).toContainText('Before: TCP 8080.');
  await demo.inspector.getByRole('radio', { name: 'Before' }).click();
  await expect(demo.verdict).toContainText('Allowed on TCP 8080');
  await page.getByRole('button', { name: 'Only changes' }).click();
  await expect(page.getByTestId('connection-count')).toContainText('besides the open ones');
});

test('where a draft changes much, what changes alike between two namespaces is one edge', async ({
  demo,
  page,
}) => {
  await page.keyboard.press('d');
  await demo.drawer.getByRole('button', { name: 'Start from a template' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start from a template' });
  await dialog.getByRole('combobox', { name: 'For: namespace' }).selectOption('shop');
  await dialog.getByRole('button', { name: 'Deny everything, keep DNS' }).click();
  await dialog.getByRole('button', { name: 'Add to the draft' }).click();
  await expect(page.getByTestId('impact-sentence')).toContainText(/Closes \d{3} connections/);
  await page.getByRole('button', { name: 'Only changes' }).click();
  await expect(demo.graph).toHaveAccessibleName(/and [1-4]?\d edges/);
  const { texts } = await demo.picture();
  expect(texts.filter((text) => /^− .* · \d+\/\d+$/.test(text)).length).toBeGreaterThan(3);

  // Who asks about two of them sees the edge between these.
  await demo.ask('shop/cart -> legacy-portal/mysql:3306');
  await expect(demo.verdict).toContainText('Denied on TCP 3306');
  await expect.poll(async () => (await demo.picture()).texts).toContain('− all ports');
});

test('a check file is opened as pins and judged with the draft', async ({ demo, page }) => {
  await page.getByRole('navigation', { name: 'Lists' }).getByRole('tab', { name: 'Invariants' }).click();
  const pins = page.getByRole('tabpanel', { name: 'Invariants' });
  const open = (text: string) =>
    pins
      .getByLabel('Check file', { exact: true })
      .setInputFiles({ name: 'checks.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) });
  await open('version: 1\ninvariants:\n  - name: x\n    mustReech: {from: a/b, to: c/d}\n');
  await expect(pins.getByRole('list', { name: 'Problems of the check file' })).toContainText(/Line \d+: /);
  await open(
    'version: 1\ninvariants:\n  - name: the cart reads the inventory\n    mustReach: {from: shop/cart, to: shop/inventory, ports: 8080}\n  - name: nobody outside reaches cards\n    mustNeverReach: {from: internet, to: data/postgres-cards}\n',
  );
  await expect(pins.getByText('holds')).toHaveCount(2);
  await demo.goTo('shop/inventory-from-apps');
  await demo.inspector.getByRole('button', { name: 'Remove in a draft' }).click();
  await expect(pins).toContainText('broken');
  await expect(demo.impact.getByRole('list', { name: 'Broken invariants' })).toContainText(
    'the cart reads the inventory',
  );
});

test('the API server validates a draft where that was allowed, and keeps nothing of it', async ({
  open,
  page,
  serve,
}) => {
  const { cluster, args } = await startCluster({ seed: teams() });
  try {
    const app = await open(await serve([...args, '--allow-dry-run']));
    await app.ready();
    await app.goTo('shop/db');
    await page.keyboard.press('d');
    await app.drawer.getByRole('button', { name: 'Write YAML' }).click();
    await app.editor.click();
    await page.keyboard.insertText(
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: new\n  namespace: shop\nspec:\n  podSelector: {}\n',
    );
    await expect(page.getByTestId('impact-sentence')).toHaveText(/^Closes/);
    const before = cluster.log.entries.length;
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: /^Export/ });
    // Looking at the export asks the API server nothing; only the button does.
    const writes = () => cluster.log.entries.slice(before).filter(({ method }) => method === 'PATCH');
    await expect(dialog.getByRole('region', { name: 'YAML of all policies' })).toBeVisible();
    expect(writes()).toEqual([]);
    await dialog.getByRole('button', { name: 'Validate on the API server' }).click();
    await expect(dialog.getByRole('list', { name: 'Answers of the API server' })).toHaveText(
      'shop/new is accepted.',
    );
    expect(writes().map(({ query }) => query['dryRun'])).toEqual(['All']);
  } finally {
    await cluster.stop();
  }
});
