import type { Locator, Page } from '@playwright/test';
import type { App } from './fixtures/app.ts';
import { expect, test } from './fixtures/test.ts';

function matrix(page: Page): Locator {
  return page.getByRole('application', { name: /^Matrix of allowed connections/ });
}

async function showMatrix(app: App): Promise<Locator> {
  await app.page.getByRole('radio', { name: 'Matrix' }).click();
  await expect(matrix(app.page)).toBeVisible();
  return matrix(app.page);
}

function query(page: Page): URLSearchParams {
  return new URL(page.url()).searchParams;
}

test('the matrix opens with all namespaces and outside peers, and names its size', async ({ demo }) => {
  const picture = await showMatrix(demo);
  await expect(picture).toHaveAccessibleName(/, (\d+) sources by \1 destinations\./);
  await expect(picture).toHaveAccessibleName(/The table view has the same facts as text/);
  await expect(demo.page.getByTestId('matrix-size')).toHaveText(/^\d+ × \d+$/);
  expect(query(demo.page).get('view')).toBe('matrix');
});

test('the keyboard walks from cell to cell, each is spoken, and Enter opens the inspector', async ({
  demo,
}) => {
  const { page, spoken, inspector } = demo;
  const picture = await showMatrix(demo);
  await page.getByRole('radio', { name: 'By name' }).click();
  await picture.focus();
  await page.keyboard.press('ArrowRight');
  await expect(spoken).toHaveText(/^analytics to analytics: /);
  await page.keyboard.press('ArrowRight');
  await expect(spoken).toHaveText(/^analytics to calico-system: allowed on all ports/);
  await page.keyboard.press('ArrowDown');
  await expect(spoken).toHaveText(/^calico-system to calico-system: .*no policy has a say/);
  await page.keyboard.press('Enter');
  await expect(inspector.getByRole('heading', { name: /calico-system/ })).toBeVisible();
  expect(query(page).get('from')).toBe('ns:calico-system');
  expect(query(page).get('to')).toBe('ns:calico-system');
});

test('a pair of namespaces is gone into, read out with its reason, and linked to', async ({ demo }) => {
  const { page } = demo;
  await showMatrix(demo);
  await page.getByRole('combobox', { name: 'From', exact: true }).selectOption('shop');
  await page.getByRole('combobox', { name: 'To', exact: true }).selectOption('payments');
  await page.getByRole('radio', { name: 'By name' }).click();
  expect(query(page).get('drill')).toBe('shop|payments');
  const readout = page.getByTestId('matrix-readout');
  await matrix(page).focus();
  await page.keyboard.press('Home');
  await expect(readout).toContainText('shop/abandoned-carts');
  await expect(readout).toContainText('Denied');
  await expect(readout).toContainText('denied by');

  await page.reload();
  await expect(page.getByRole('combobox', { name: 'From', exact: true })).toHaveValue('shop');
  await expect(page.getByRole('combobox', { name: 'To', exact: true })).toHaveValue('payments');
  await matrix(page).focus();
  await page.keyboard.press('Backspace');
  await expect(page.getByRole('combobox', { name: 'From', exact: true })).toHaveValue('');
  await page.goBack();
  await expect(page.getByRole('combobox', { name: 'From', exact: true })).toHaveValue('shop');
});

test('pointing reads a cell, a click selects its pair, a second one on a header its end', async ({
  demo,
}) => {
  const { page, inspector } = demo;
  const picture = await showMatrix(demo);
  const box = await picture.boundingBox();
  if (box === null) throw new Error('the matrix has no place');
  const at = { x: box.width * 0.4, y: box.height * 0.4 };
  await picture.hover({ position: at });
  const readout = page.getByTestId('matrix-readout');
  const [from = '', to = ''] = await readout.locator('strong').allTextContents();
  expect(from).not.toBe('');
  await picture.click({ position: at });
  await expect(inspector.getByRole('heading')).toContainText([from]);
  await expect(inspector.getByRole('heading').first()).toContainText(to);
  await picture.click({ position: { x: 90, y: at.y } });
  await expect.poll(() => query(page).get('sel')).toMatch(/^(ns|out):/);
});

test('filters say what they hide, and can be taken back', async ({ open, demoServer }) => {
  const { page } = await open(demoServer, 'view=matrix&ns=shop,payments&verdict=allowed');
  await expect(page.getByTestId('matrix-hidden')).toHaveText(
    /Hidden by filters: \d+ namespaces, \d+ workloads, what is unknown/,
  );
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(page.getByTestId('matrix-hidden')).not.toContainText('what is unknown');
});

test('cells grow and shrink, and fit', async ({ demo }) => {
  const { page } = demo;
  await showMatrix(demo);
  await page.getByRole('button', { name: 'Larger cells' }).click();
  const grown = Number(query(page).get('cell'));
  await page.getByRole('button', { name: 'Smaller cells' }).click();
  expect(Number(query(page).get('cell'))).toBeLessThan(grown);
  await page.getByRole('button', { name: 'Fit', exact: true }).click();
  expect(query(page).get('cell')).toBe('fit');
});
