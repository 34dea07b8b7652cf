import type { Locator } from '@playwright/test';
import { teams } from './fixtures/cluster.ts';
import { expect, test } from './fixtures/test.ts';

/** The middle of a thing on the page. */
async function middle(thing: Locator): Promise<{ readonly x: number; readonly y: number }> {
  const box = await thing.boundingBox();
  if (box === null) throw new Error('it is not on the page');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test('dragging from one workload to another allows exactly that', async ({ live, serve, open, page }) => {
  const { args } = await live({ seed: teams() });
  const app = await open(await serve(args));
  await app.ready();
  const handle = page.getByRole('button', { name: /^Connect from/ });
  await app.goTo('bank/web');
  await expect(handle).toHaveAccessibleName('Connect from bank/web');
  await app.goTo('shop/db');
  await expect(handle).toHaveAccessibleName('Connect from shop/db');
  const to = await middle(handle);
  await app.goTo('bank/web');
  await expect(handle).toHaveAccessibleName('Connect from bank/web');
  const from = await middle(handle);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 5 });
  // The handle stands at the right edge of its card.
  await page.mouse.move(to.x - 30, to.y, { steps: 5 });
  await page.mouse.up();

  const dialog = page.getByRole('dialog', { name: 'bank/web → shop/db' });
  await expect(dialog.getByRole('textbox', { name: 'Port' })).toHaveValue('TCP 5432');
  await expect(dialog.getByRole('listitem').first()).toContainText('exactly this');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('impact-sentence')).toHaveText('Opens 1 connection into shop/db.');

  // A namespace is an end as well: all of its pods.
  await app.goTo('shop/db');
  await expect(handle).toHaveAccessibleName('Connect from shop/db');
  const end = await middle(handle);
  await app.goTo('bank');
  await expect(handle).toHaveAccessibleName('Connect from bank');
  const box = await middle(handle);
  await page.mouse.move(box.x, box.y);
  await page.mouse.down();
  await page.mouse.move(box.x + 20, box.y, { steps: 3 });
  await page.mouse.move(end.x - 30, end.y, { steps: 5 });
  await page.mouse.up();
  const all = page.getByRole('dialog', { name: 'bank → shop/db' });
  await expect(all.getByText('Some pods are allowed this already')).toBeVisible();
  await all.getByRole('listitem').filter({ hasText: 'exactly this' }).getByRole('button').first().click();
  await expect(page.getByTestId('impact-sentence')).toHaveText('Opens 2 connections into shop/db.');
});

test('the same by keyboard: begin at one, walk to the other, end there', async ({
  live,
  serve,
  open,
  page,
}) => {
  const { args } = await live({ seed: teams() });
  const app = await open(await serve(args));
  await app.ready();
  await app.graph.focus();
  const walkTo = async (name: RegExp) => {
    for (let step = 0; step < 20; step += 1) {
      await page.keyboard.press('n');
      await expect(app.spoken).not.toBeEmpty();
      if (name.test((await app.spoken.textContent()) ?? '')) return;
    }
    throw new Error(`never came to ${name}`);
  };
  await walkTo(/Deployment web in bank/);
  await page.keyboard.press('c');
  await expect(app.spoken).toHaveText(/^From bank\/web/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Give up (Esc)' })).toBeHidden();
  await page.keyboard.press('c');
  await walkTo(/StatefulSet db in shop/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'bank/web → shop/db' })).toBeVisible();
});

test('or by picking two and a port', async ({ demo, page }) => {
  await page.keyboard.press('d');
  await demo.drawer.getByRole('button', { name: 'Allow a connection' }).click();
  await expect(page.getByRole('combobox', { name: 'From' })).toBeFocused();
  await page.keyboard.type('legacy-portal/portal');
  await page.keyboard.press('Tab');
  await page.keyboard.type('payments/payment-api');
  await page.keyboard.press('Tab');
  const dialog = page.getByRole('dialog', { name: 'legacy-portal/portal → payments/payment-api' });
  await expect(dialog.getByRole('listitem').first()).toContainText('exactly this');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('impact-sentence')).toHaveText(
    'Opens 1 connection into payments/payment-api.',
  );
});
