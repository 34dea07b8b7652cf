import type { Page } from '@playwright/test';
import type { Measured } from './metrics.ts';
import { framesWhile, longestTask, now, show } from './timing.ts';

const GIVE_UP_MS = 300_000;

/** Scrolls through the table of all connections, and saves it in both formats. */
export async function tableInteraction(page: Page, url: string): Promise<Measured> {
  await show(page, `${url}?view=table&open=1`);
  const grid = page.getByRole('grid', { name: 'Connections' });
  await grid.getByRole('gridcell').first().waitFor({ timeout: GIVE_UP_MS });
  await page.waitForTimeout(1_000);
  const begin = await now(page);
  const box = await grid.boundingBox();
  if (box === null) throw new Error('the table has no place');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const tableScrolling = await framesWhile(page, (step) => page.mouse.wheel(0, step % 60 < 40 ? 120 : -120));
  let file = 0;
  for (const name of ['CSV', 'JSON']) {
    const saved = page.waitForEvent('download', { timeout: GIVE_UP_MS });
    const start = await now(page);
    await page.getByRole('button', { name, exact: true }).click();
    await (await saved).delete();
    file = Math.max(file, (await now(page)) - start);
  }
  const rows = Number(await grid.getAttribute('aria-rowcount')) - 1;
  return { tableRows: rows, tableScrolling, file, tableLongest: await longestTask(page, begin) };
}
