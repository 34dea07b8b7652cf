import { join } from 'node:path';
import { REPOSITORY } from './fixtures/server.ts';
import { test } from './fixtures/test.ts';

test.use({ viewport: { width: 1600, height: 1000 } });

test('the picture of the README', async ({ demo, page }) => {
  await demo.ask('shop/checkout -> payments/payment-api:8443');
  await page.getByRole('button', { name: 'Fit everything (F)' }).click();
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  await page.screenshot({ path: join(REPOSITORY, 'docs', 'screenshot.png') });
});
