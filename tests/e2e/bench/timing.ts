import type { Page } from '@playwright/test';

/** How long each kind of movement is kept up, in milliseconds. */
const ACTING_MS = 2_500;

/** Makes every page keep its long tasks (over 50 ms) and the times of its frames. Before the page is opened. */
export async function watchPage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tasks: { readonly start: number; readonly duration: number }[] = [];
    const frames: number[] = [];
    Reflect.set(window, 'bulkheadTasks', tasks);
    Reflect.set(window, 'bulkheadFrames', frames);
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) tasks.push({ start: startTime, duration });
    }).observe({ entryTypes: ['longtask'] });
    const tick = (at: number) => {
      frames.push(at);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
}

/** The page's own clock. */
export function now(page: Page): Promise<number> {
  return page.evaluate(() => performance.now());
}

/** The longest task of the page's main thread since then, in milliseconds; 0 where none took 50 ms. */
export function longestTask(page: Page, since: number): Promise<number> {
  return page.evaluate((from) => {
    const tasks: unknown = Reflect.get(window, 'bulkheadTasks');
    let most = 0;
    for (const { start, duration } of Array.isArray(tasks) ? tasks : []) {
      if (start >= from) most = Math.max(most, duration);
    }
    return most;
  }, since);
}

/** Frames a second that the main thread makes while a movement goes on, step by step. */
export async function framesWhile(page: Page, move: (step: number) => Promise<void>): Promise<number> {
  const start = await now(page);
  const end = Date.now() + ACTING_MS;
  for (let step = 0; Date.now() < end; step++) await move(step);
  return page.evaluate((since) => {
    const frames: unknown = Reflect.get(window, 'bulkheadFrames');
    const seen = Array.isArray(frames) ? frames.filter((at) => at >= since).length : Number.NaN;
    return (seen * 1_000) / (performance.now() - since);
  }, start);
}

/** Goes to another state of the app without loading it anew, as a click in it does. */
export async function show(page: Page, url: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, url);
}
