import type { Page } from '@playwright/test';
import type { Measured } from './metrics.ts';
import { framesWhile, longestTask, now, show } from './timing.ts';

const GIVE_UP_MS = 120_000;
/** Sides of cells, in pixels: fitted or as large as they come, without names, and with names and glyphs. */
const SIDES = [null, 6, 14] as const;

/**
 * Opens the matrix of all workloads of some namespaces with each other, scrolls through it and points at it. Frames are
 * those of the slowest size of cells.
 */
export async function matrixInteraction(
  page: Page,
  url: string,
  namespaces: readonly string[],
): Promise<Measured> {
  const query = new URLSearchParams({ view: 'matrix', drill: '*|*', rail: 'none' });
  if (namespaces.length > 0) query.set('ns', namespaces.join(','));
  await show(page, `${url}?${query}`);
  const chosen = await now(page);
  const picture = page.getByRole('application', { name: /^Matrix/ });
  await picture.waitFor({ timeout: GIVE_UP_MS });
  const matrix = (await now(page)) - chosen;
  await page
    .locator('.matrix-readout [role=progressbar]')
    .waitFor({ state: 'detached', timeout: GIVE_UP_MS });
  const size = (await page.getByTestId('matrix-size').textContent()) ?? '';
  const matrixSide = Number((size.split('×')[0] ?? '').replaceAll(/\D/g, ''));

  const begin = await now(page);
  const scrolling: number[] = [];
  const reading: number[] = [];
  for (const side of SIDES) {
    if (side !== null) query.set('cell', String(side));
    await show(page, `${url}?${query}`);
    await page.waitForTimeout(400);
    const box = await picture.boundingBox();
    if (box === null) throw new Error('the matrix has no place');
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6);
    scrolling.push(
      await framesWhile(page, (step) =>
        page.mouse.wheel(step % 60 < 30 ? 60 : -60, step % 100 < 50 ? 80 : -80),
      ),
    );
    reading.push(
      await framesWhile(page, (step) =>
        page.mouse.move(
          box.x + box.width * (0.6 + 0.2 * Math.sin(step / 9)),
          box.y + box.height * (0.5 + 0.3 * Math.cos(step / 7)),
        ),
      ),
    );
  }
  return {
    matrixSide,
    matrix,
    scrolling: Math.min(...scrolling),
    reading: Math.min(...reading),
    matrixLongest: await longestTask(page, begin),
  };
}
