import type { Page } from '@playwright/test';
import { pasteOnPage } from './fixtures/paste.ts';
import { expect, test } from './fixtures/test.ts';

/* Drafts that change the cluster itself: labels of what is there, and what is not there yet. */

const draft = {
  format: 'bulkhead-draft',
  version: 2,
  id: 'cluster-edits',
  name: 'Cluster edits',
  items: [
    {
      id: '1',
      type: 'labels',
      target: { type: 'workload', namespace: 'shop', workload: { kind: 'Deployment', name: 'cart' } },
      labels: { role: 'guest' },
    },
    {
      id: '2',
      type: 'add-workload',
      namespace: 'payments',
      workload: { kind: 'Deployment', name: 'reports' },
      labels: { app: 'reports' },
      ports: [{ protocol: 'TCP', port: 8080 }],
      replicas: 3,
    },
  ],
};

test('other labels and a workload that is not there yet show in list, graph, matrix and table', async ({
  demo,
  page,
}) => {
  await pasteOnPage(page, JSON.stringify(draft));
  await expect(page.getByTestId('impact-sentence')).toHaveText(
    'Closes 4 connections out of shop/cart, opens 1 connection into kube-system/coredns.',
  );
  await expect(demo.impact).toContainText('payments/reportskube-system/coredns+ TCP 53 · UDP 53');
  await expect(demo.impact).toContainText('shop/cartdata/postgres-shop− TCP 5432');
  await expect(demo.impact).toContainText('Opens nothing new, whatever is deployed in shop.');

  // The whole graph, then only what the draft changes.
  const all = await demo.counts();
  await page.getByRole('button', { name: 'Only changes' }).click();
  await expect(demo.graph).toHaveAccessibleName(/and 5 edges/);
  expect(all.edges).toBeGreaterThan(50);
  const { texts, svg } = await demo.picture();
  expect(svg).toContain('<title>Deployment payments/reports, not in the cluster yet</title>');
  expect(svg).toContain('<title>Deployment shop/cart, labels changed by the draft</title>');
  expect(texts).toEqual(
    expect.arrayContaining(['reports ×3', '+ TCP 53 · UDP 53', '− TCP 5432', '− TCP 8080']),
  );

  await page.getByRole('radio', { name: 'Matrix' }).click();
  await expect(page.getByTestId('matrix-hidden')).toContainText('what the draft does not change');
  const readout = page.getByTestId('matrix-readout');
  const cell = async (from: string, to: string) => {
    await page.getByRole('combobox', { name: 'From', exact: true }).selectOption(from.split('/')[0] ?? '');
    await page.getByRole('combobox', { name: 'To', exact: true }).selectOption(to.split('/')[0] ?? '');
    await walkTo(page, from, to);
  };
  await page.getByRole('radio', { name: 'By name' }).click();
  await cell('shop/cart', 'data/postgres-shop');
  await expect(readout).toContainText('shop/cart (labels changed by the draft)');
  await expect(readout).toContainText('closes TCP 5432');
  await cell('payments/reports', 'kube-system/coredns');
  await expect(readout).toContainText('payments/reports (not in the cluster yet)');
  await expect(readout).toContainText('opened by the draft; before: none');

  await page.getByRole('radio', { name: 'Table' }).click();
  await expect(page.getByTestId('connection-count')).toHaveText('5 connections changed by the draft');
  const rows = page.getByRole('grid', { name: 'Connections' }).getByRole('row');
  const closed = rows.filter({ hasText: 'postgres-shop' });
  await expect(closed).toContainText('labels changed by the draft');
  await expect(closed).toContainText(/closed.*TCP 5432/);
  await closed.click();
  await expect(demo.verdict).toContainText('Denied');
  await demo.inspector.getByRole('radio', { name: 'Before' }).click();
  await expect(demo.verdict).toContainText('Allowed on TCP 5432');
  const opened = rows.filter({ hasText: 'payments/reports' });
  await expect(opened).toContainText('not in the cluster yet');
  await opened.click();
  await demo.inspector.getByRole('radio', { name: 'With the draft' }).click();
  await expect(demo.verdict).toContainText('Allowed on TCP 53 · UDP 53');
  await demo.inspector.getByRole('radio', { name: 'Before' }).click();
  await expect(demo.inspector).toContainText('Not in the cluster before the draft');
  await page.getByRole('button', { name: 'Only changes' }).click();
  await expect(page.getByTestId('connection-count')).toContainText('besides the open ones');
});

/** Moves the matrix's cursor until it reads out this pair. */
async function walkTo(page: Page, from: string, to: string): Promise<void> {
  const readout = page.getByTestId('matrix-readout').locator('strong');
  await page.getByRole('application', { name: /^Matrix of allowed connections/ }).focus();
  await page.keyboard.press('Home');
  for (const [index, wanted, key] of [
    [0, from, 'ArrowDown'],
    [1, to, 'ArrowRight'],
  ] as const) {
    await expect(async () => {
      if (!(await readout.nth(index).textContent())?.startsWith(wanted)) await page.keyboard.press(key);
      await expect(readout.nth(index)).toHaveText(new RegExp(`^${wanted}( |$)`), { timeout: 50 });
    }).toPass({ intervals: [1], timeout: 15_000 });
  }
}
