import { join } from 'node:path';
import { REPOSITORY } from './fixtures/server.ts';
import { expect, test } from './fixtures/test.ts';

test.use({ viewport: { width: 1600, height: 1000 } });

test('the picture of the README', async ({ demoServer, open, page }) => {
  const demo = await open(demoServer, 'ns=data,ingress-nginx,payments,shop');
  await demo.ready();
  await demo.goTo('data/postgres-shop');
  await demo.inspector.getByRole('tab', { name: /^Policies/ }).click();
  await demo.inspector.getByRole('button', { name: 'data/postgres-shop' }).click();
  await demo.inspector.getByRole('button', { name: 'Edit in a draft' }).click();
  await demo.editor.getByText('values: [app, backend, batch]').click();
  await page.keyboard.press('End');
  for (const _ of 'app, backend, batch]') await page.keyboard.press('Backspace');
  await page.keyboard.insertText('backend, batch]');
  await page.keyboard.press('Escape');
  await expect(demo.impact).toContainText('postgres-shop');
  await page.getByRole('button', { name: 'Close the inspector (Esc)' }).click();
  // The list at the left gives its room to the graph.
  await page.getByRole('navigation', { name: 'Lists' }).getByRole('tab', { selected: true }).click();
  await page.getByRole('button', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'Fit everything (F)' }).click();
  await page.mouse.move(0, 0);
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  await page.screenshot({ path: join(REPOSITORY, 'docs', 'screenshot.png') });
});
