import type { Page } from '@playwright/test';
import { focusTime, zoomingFrames } from './graph.ts';
import type { Measured } from './metrics.ts';
import { longestTask, now, show } from './timing.ts';

const GIVE_UP_MS = 300_000;
/** Workloads that are clicked with all namespaces expanded. */
const FOCUSED = 5;
/** Filters, one after the other; the last one is none. */
const FILTERS = ['ports=80', 'isolation=open', 'kinds=Deployment', ''];
/** What comes with a view beside it. */
const REST_MS = 1_500;

/**
 * Expands and collapses, filters, goes through the views and back, has the cluster change, and moves and clicks with all
 * namespaces expanded.
 * @param change changes a workload and a policy of the cluster
 */
export async function exploring(page: Page, url: string, change: () => Promise<void>): Promise<Measured> {
  await show(page, url);
  await page.waitForTimeout(REST_MS);
  const begin = await now(page);
  const canvas = page.locator('.graph-canvas');
  await canvas.focus();
  await page.keyboard.press('PageDown');
  for (const _ of ['expand', 'collapse']) await untilPicture(page, () => page.keyboard.press('e'));
  for (const filter of FILTERS) await untilPicture(page, () => show(page, `${url}?${filter}`));
  for (const view of ['matrix', 'table']) {
    await show(page, `${url}?view=${view}`);
    await page.waitForTimeout(REST_MS);
  }
  await untilPicture(page, () => show(page, url));
  await page.waitForTimeout(REST_MS);

  await untilPicture(page, change);
  const update = await page.evaluate(() => {
    const compiled = performance.getEntriesByName('bulkhead:compiled').at(-1);
    const picture = performance.getEntriesByName('bulkhead:picture').at(-1);
    const detail: unknown = compiled instanceof PerformanceMark ? compiled.detail : undefined;
    const arrived: unknown =
      typeof detail === 'object' && detail !== null ? Reflect.get(detail, 'arrivedAt') : undefined;
    return (picture?.startTime ?? Number.NaN) - (Number(arrived ?? Number.NaN) - performance.timeOrigin);
  });

  // Small clusters are expanded from the start.
  await page.getByRole('button', { name: 'Collapse all namespaces' }).click();
  await page.waitForTimeout(REST_MS);
  await untilPicture(page, () => page.getByRole('button', { name: 'Expand all namespaces' }).click());
  await page.waitForTimeout(REST_MS);
  const expandedZooming = await zoomingFrames(page);
  const expandedFocus = await focusTime(page, { times: FOCUSED, next: 'n' });
  const exploringLongest = await longestTask(page, begin);
  await untilPicture(page, () => page.getByRole('button', { name: 'Collapse all namespaces' }).click());
  return { update, expandedZooming, expandedFocus, exploringLongest };
}

/** Does something and waits until another picture has been drawn. */
async function untilPicture(page: Page, act: () => Promise<void>): Promise<void> {
  const since = await now(page);
  await act();
  await page.waitForFunction(
    (from) => performance.getEntriesByName('bulkhead:picture').some(({ startTime }) => startTime > from),
    since,
    { timeout: GIVE_UP_MS },
  );
}
