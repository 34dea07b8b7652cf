import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/test.ts';

/*
 * Pictures of the main states, to be looked at: they are kept with the results and compared with nothing. What is
 * asserted here is what no other test sees: that nothing sticks out of the window.
 */

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

test('pictures of the main states, light and dark at two sizes', async ({ demo, page }) => {
  test.setTimeout(300_000);
  const take = (state: string) => test.step(state, () => pictures(page, state));
  await take('1-graph');
  await demo.goTo('shop/checkout');
  await page.getByRole('button', { name: 'Zoom to selection (S)' }).click();
  await take('2-workload');
  await demo.ask('shop/checkout -> payments/payment-api:8443');
  await take('3-allowed');
  await demo.ask('shop/cart -> payments/payment-api:8443');
  await take('4-denied');
  await demo.find('pay');
  await take('5-palette');
  await page.keyboard.press('Escape');
  await demo.list('Findings');
  await page.keyboard.press('Escape');
  await take('6-findings');
  await demo.goTo('payments/payment-api-from-checkout');
  await demo.inspector.getByRole('button', { name: 'Edit in a draft' }).click();
  await demo.editor.getByText('app: checkout').click();
  await page.keyboard.press('End');
  await page.keyboard.press('ControlOrMeta+Backspace');
  await page.keyboard.type('cart');
  await page.keyboard.press('Escape');
  await expect(demo.impact).toContainText('payment-api');
  await take('7-draft');
  await demo.show(`${new URL(page.url()).search}&view=matrix`);
  await take('8-matrix-with-a-draft');
  await demo.show(`${new URL(page.url()).search.replace('view=matrix', 'view=table')}`);
  await take('9-table-with-a-draft');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.getByRole('dialog', { name: /^Export/ })).toBeVisible();
  await take('10-export');
});

async function pictures(page: Page, state: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      const name = `${state}-${size.width}-${colorScheme}`;
      // A frame or two after the last state came, the picture stands still: motion is reduced in these tests.
      await page.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      );
      await page.screenshot({ path: join(test.info().project.outputDir, 'screenshots', `${name}.png`) });
      const overflow = await page.evaluate(() => ({
        x: document.documentElement.scrollWidth - window.innerWidth,
        y: document.documentElement.scrollHeight - window.innerHeight,
      }));
      expect(overflow, `${name} fits its window`).toEqual({ x: 0, y: 0 });
    }
  }
}
