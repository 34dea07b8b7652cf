import type { Locator, Page } from '@playwright/test';
import type { App } from './fixtures/app.ts';
import { expect, test } from './fixtures/test.ts';

function grid(page: Page, name: string): Locator {
  return page.getByRole('grid', { name });
}

/** Rows in sight, without the header. */
function rows(table: Locator): Locator {
  return table.getByRole('rowgroup').getByRole('row');
}

async function showTable(app: App, tab: 'Connections' | 'Workloads' | 'Policies'): Promise<Locator> {
  await app.page.getByRole('radio', { name: 'Table' }).click();
  await app.page.getByRole('tablist', { name: 'Tables' }).getByRole('tab', { name: tab }).click();
  const table = grid(app.page, tab);
  await expect(rows(table).first()).toContainText(/\w/);
  return table;
}

test('connections are found by words and by an arrow, and open in the inspector', async ({ demo }) => {
  const { page, inspector, verdict } = demo;
  const table = await showTable(demo, 'Connections');
  const all = Number(await table.getAttribute('aria-rowcount'));
  expect(all).toBeGreaterThan(500);
  await page
    .getByRole('searchbox', { name: 'Filter connections' })
    .fill('shop/checkout -> payments/payment-api');
  await expect(page.getByTestId('connection-count')).toHaveText(/^1 connection /);
  await expect(rows(table)).toHaveCount(1);
  await expect(rows(table)).toContainText(/shop\/checkout.*payments\/payment-api.*TCP \d+.*Allowed/);
  await rows(table).click();
  await expect(inspector).toBeVisible();
  await expect(verdict).toContainText('Allowed');
  await expect(rows(table)).toHaveAttribute('aria-selected', 'true');
  expect(new URL(page.url()).searchParams.get('find')).toBe('shop/checkout -> payments/payment-api');

  await page.reload();
  await expect(rows(grid(page, 'Connections'))).toHaveCount(1);
});

test('a column sorts both ways and says so', async ({ demo }) => {
  const { page } = demo;
  const table = await showTable(demo, 'Workloads');
  const header = table.getByRole('columnheader', { name: 'Reached by' });
  await header.getByRole('button').click();
  await expect(header).toHaveAttribute('aria-sort', 'ascending');
  await header.getByRole('button').click();
  await expect(header).toHaveAttribute('aria-sort', 'descending');
  expect(new URL(page.url()).searchParams.get('sort')).toBe('-reachedBy');
  const counts = await rows(table).evaluateAll((list) =>
    list.slice(0, 10).map((row) => Number(row.children[6]?.textContent)),
  );
  expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  expect(counts[0]).toBeGreaterThan(10);
});

test('connections sort by what decides them', async ({ demo }) => {
  const { page } = demo;
  const table = await showTable(demo, 'Connections');
  const header = table.getByRole('columnheader', { name: 'Decided by' });
  await header.getByRole('button').click();
  await expect(header).toHaveAttribute('aria-sort', 'ascending');
  await expect(rows(table).first().getByRole('gridcell').last()).toHaveText(/^allow-/);
  const names = await rows(table).evaluateAll((list) =>
    list.slice(0, 12).map((row) => (row.lastElementChild?.textContent ?? '').replaceAll(',', '')),
  );
  expect(names).toEqual(names.toSorted());
  expect(new URL(page.url()).searchParams.get('sort')).toBe('policies');
});

test('what no policy has a say on is told as groups, and listed on request', async ({ demo }) => {
  const { page } = demo;
  const table = await showTable(demo, 'Connections');
  const open = page.getByRole('region', { name: 'Connections that no policy has a say on' });
  const pairs = (await open.getByRole('listitem').allTextContents()).map((text) =>
    Number(/: ([\d,]+) connections?/.exec(text)?.[1]?.replaceAll(',', '')),
  );
  const before = Number(await table.getAttribute('aria-rowcount'));
  await open.getByRole('button', { name: 'List them' }).click();
  const sum = pairs.reduce((total, count) => total + count, before);
  await expect(table).toHaveAttribute('aria-rowcount', String(sum));
});

test('rows are walked by keyboard from first to last', async ({ demo }) => {
  const { page, inspector } = demo;
  const table = await showTable(demo, 'Policies');
  await rows(table).first().focus();
  await page.keyboard.press('End');
  const last = await table.getAttribute('aria-rowcount');
  await expect(table.locator(`[aria-rowindex="${last}"]`)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(inspector).toBeVisible();
  expect(new URL(page.url()).searchParams.get('policy')).toMatch(/^\w+\//);
});

test('the table is saved as CSV and JSON and copied, as it is filtered', async ({ demo }) => {
  const { page } = demo;
  const table = await showTable(demo, 'Connections');
  await page.getByRole('searchbox', { name: 'Filter connections' }).fill('-> payments/');
  await expect(page.getByTestId('connection-count')).toContainText('connection');
  await expect(rows(table).first()).toContainText('payments/');
  const count = Number(await table.getAttribute('aria-rowcount')) - 1;
  const csv = await demo.download(page.getByRole('button', { name: 'CSV' }));
  expect(csv.name).toBe('bulkhead-connections.csv');
  const lines = csv.text.trimEnd().split('\r\n');
  expect(lines[0]).toBe(
    'source,source kind,destination,destination kind,ports,verdict,change,before,opens,closes,policies',
  );
  expect(lines).toHaveLength(count + 1);
  const json = await demo.download(page.getByRole('button', { name: 'JSON' }));
  const list: readonly { readonly destination: { readonly name: string } }[] = JSON.parse(json.text);
  expect(list).toHaveLength(count);
  expect(list.every((row) => row.destination.name.startsWith('payments/'))).toBe(true);
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(demo.spoken).toHaveText(new RegExp(`^${count} rows? copied`));
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.split('\n')).toHaveLength(count + 1);
});

test('policies say what they select and allow, and what was found in them', async ({ demo }) => {
  const table = await showTable(demo, 'Policies');
  await demo.page.getByRole('searchbox', { name: 'Filter policies' }).fill('data default-deny');
  await expect(rows(table)).toHaveCount(1);
  await expect(rows(table)).toContainText('7 workloads');
  await expect(rows(table)).toContainText('nothing: denies all');
});
