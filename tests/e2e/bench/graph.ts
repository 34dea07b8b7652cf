import type { Page } from '@playwright/test';
import type { Measured } from './metrics.ts';
import { framesWhile, longestTask, now } from './timing.ts';

/** Namespaces that are clicked. */
const FOCUSED = 7;
/** A hand that clicks has been on the node for a moment before; a finger that taps has not. */
const POINTED_MS = 150;
const GIVE_UP_MS = 300_000;

/** Opens the app and measures until its first picture. The session must be open already. */
export async function firstPicture(page: Page, url: string): Promise<Measured> {
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName('bulkhead:picture').length > 0, undefined, {
    timeout: GIVE_UP_MS,
  });
  return page.evaluate(() => {
    const [compiled] = performance.getEntriesByName('bulkhead:compiled');
    const [picture] = performance.getEntriesByName('bulkhead:picture');
    const detail: unknown = compiled instanceof PerformanceMark ? compiled.detail : undefined;
    const number = (name: string) => {
      const value: unknown =
        typeof detail === 'object' && detail !== null ? Reflect.get(detail, name) : undefined;
      return typeof value === 'number' ? value : Number.NaN;
    };
    const arrived = number('arrivedAt') - performance.timeOrigin;
    return {
      transfer: arrived,
      compile: number('compileMs'),
      picture: (picture?.startTime ?? Number.NaN) - arrived,
    };
  });
}

/** Moves, zooms and points at the graph, and clicks some of its namespaces. */
export async function graphInteraction(page: Page): Promise<Measured> {
  const begin = await now(page);
  // Before anything else was done on the page: what is slow once is slow for everybody who does it once.
  const firstFocus = await focusTime(page, { times: 1 });
  const box = await page.locator('.graph-canvas').boundingBox();
  if (box === null) throw new Error('the graph has no place');
  const ground = { x: box.x + 14, y: box.y + box.height * 0.72 };
  await page.mouse.move(ground.x, ground.y);
  await page.mouse.down();
  const panning = await framesWhile(page, (step) =>
    page.mouse.move(ground.x + 120 + 110 * Math.sin(step / 9), ground.y + 60 * Math.cos(step / 7)),
  );
  await page.mouse.up();
  await page.keyboard.press('Escape');
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const zooming = await zoomingFrames(page);
  const pointing = await framesWhile(page, (step) =>
    page.mouse.move(
      middle.x + box.width * 0.2 * Math.sin(step / 9),
      middle.y + box.height * 0.3 * Math.cos(step / 7),
    ),
  );
  const focus = await focusTime(page, { times: FOCUSED });
  const tap = await focusTime(page, { times: FOCUSED, pointed: 0 });
  return { panning, zooming, pointing, firstFocus, focus, tap, longest: await longestTask(page, begin) };
}

/** Frames a second while zooming at the middle of the graph. */
export async function zoomingFrames(page: Page): Promise<number> {
  const box = await page.locator('.graph-canvas').boundingBox();
  if (box === null) throw new Error('the graph has no place');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  return framesWhile(page, (step) => page.mouse.wheel(0, step % 24 < 12 ? -40 : 40));
}

interface Clicks {
  readonly times: number;
  /** How long the cursor is on the node before it is selected. */
  readonly pointed?: number;
  /** The key that walks to the next node. */
  readonly next?: string;
}

/** From the key that selects a node to the picture in which the rest has faded; the median. */
export async function focusTime(
  page: Page,
  { times, pointed = POINTED_MS, next = 'PageDown' }: Clicks,
): Promise<number> {
  const took: number[] = [];
  await page.locator('.graph-canvas').focus();
  for (let count = 0; count < times; count++) {
    await page.keyboard.press(next);
    await page.waitForTimeout(pointed);
    const time = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const start = performance.now();
          const done = new PerformanceObserver((list) => {
            const mark = list.getEntriesByName('bulkhead:focus').find(({ startTime }) => startTime > start);
            if (mark === undefined) return;
            done.disconnect();
            resolve(mark.startTime - start);
          });
          done.observe({ entryTypes: ['mark'] });
          document
            .querySelector('.graph-canvas')
            ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
          setTimeout(() => resolve(Number.NaN), 20_000);
        }),
    );
    if (Number.isFinite(time)) took.push(time);
    await page.waitForTimeout(500);
    await page.keyboard.press('Escape');
    await page.waitForTimeout(300);
    await page.locator('.graph-canvas').focus();
  }
  took.sort((a, b) => a - b);
  return took[Math.floor(took.length / 2)] ?? Number.NaN;
}
