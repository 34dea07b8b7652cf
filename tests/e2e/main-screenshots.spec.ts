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

for (const colorScheme of ['light', 'dark'] as const) {
  for (const viewport of SIZES) {
    test.describe(`${colorScheme} at ${viewport.width}×${viewport.height}`, () => {
      test.use({ colorScheme, viewport });
      test('pictures of the main states', async ({ demo, page }) => {
        const take = (state: string) => picture(page, `${state}-${viewport.width}-${colorScheme}`);
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
        await page.getByRole('button', { name: 'Export', exact: true }).click();
        await expect(page.getByRole('dialog', { name: /^Export/ })).toBeVisible();
        await take('8-export');
      });
    });
  }
}

async function picture(page: Page, name: string): Promise<void> {
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
