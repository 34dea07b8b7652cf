import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import type { App } from './fixtures/app.ts';
import { expect, test } from './fixtures/test.ts';
import { thumbnails } from './fixtures/thumbnail.ts';

const PAIR = 'from=wl:shop/checkout[Deployment]&to=wl:payments/payment-api[Deployment]&port=8443';

/** Every view and the states of it that look different. */
const VIEWS: readonly { readonly name: string; readonly query: string; readonly shown: string }[] = [
  { name: 'graph', query: '', shown: '.graph-canvas' },
  {
    name: 'graph with a workload',
    query: 'sel=wl:payments/payment-api[Deployment]',
    shown: '.inspector .peer',
  },
  { name: 'graph with a connection', query: PAIR, shown: '[data-testid=verdict]' },
  { name: 'graph with a path', query: `${PAIR}&hops=all`, shown: '[data-testid=path]' },
  {
    name: 'graph with a policy',
    query: 'policy=NetworkPolicy/payments/payment-api-from-checkout&line=50&rail=policies',
    shown: '.inspector .code .mark',
  },
  { name: 'findings', query: 'rail=findings', shown: '.row.finding' },
  { name: 'matrix', query: 'view=matrix', shown: 'canvas' },
  { name: 'connections', query: 'view=table', shown: '.grid-row' },
  { name: 'workloads', query: 'view=table&tab=workloads', shown: '.grid-row' },
  { name: 'policies', query: 'view=table&tab=policies', shown: '.grid-row' },
];

/** Squares in a row of a kept picture, each 16 pixels wide on the smallest screen. */
const COLUMNS = 80;
/** How much the colour of a square may differ, and how many squares may differ more. */
const LIKENESS = { threshold: 0.12, maxDiffPixelRatio: 0.02 };

async function seen(app: App, { shown, query }: (typeof VIEWS)[number]): Promise<void> {
  await expect(app.page.locator(shown).first()).toBeVisible({ timeout: 45_000 });
  if (!query.includes('view=')) await app.ready();
}

/** What axe finds, with the elements; in the second theme only colours can differ, so only they are looked at. */
async function violations(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const found = await (rules === undefined ? axe : axe.withRules([...rules])).analyze();
  return found.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`).join('\n  ')}`,
  );
}

/** Texts smaller than 12 px, and whether the page scrolls sideways. */
function misfits(page: Page) {
  return page.evaluate(() => {
    const small: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const { parentElement, textContent } = node;
      if (parentElement === null || (textContent ?? '').trim() === '') continue;
      if (parentElement.closest('.visually-hidden, title, script, noscript') !== null) continue;
      const size = Number.parseFloat(getComputedStyle(parentElement).fontSize);
      if (size < 12) small.push(`${size}px: ${(textContent ?? '').slice(0, 40)}`);
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    const header = document.querySelector('.header')?.getBoundingClientRect();
    const outside = [...document.querySelectorAll('.header > *, .toolbar > *')]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && (box.right > window.innerWidth + 1 || box.left < -1);
      })
      .map((element) => element.textContent ?? element.className);
    return { small, sideways: scrollWidth - clientWidth, headerHeight: header?.height ?? 0, outside };
  });
}

/** A picture in which nothing is drawn any more, so that it is the same every time. */
async function atRest(page: Page): Promise<Buffer> {
  let before: Buffer = Buffer.alloc(0);
  await expect(async () => {
    const now = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    const same = now.equals(before);
    before = now;
    expect(same).toBe(true);
  }).toPass({ intervals: [200], timeout: 20_000 });
  return before;
}

test('axe finds nothing on any view, light and dark', async ({ demo }) => {
  test.setTimeout(600_000);
  const { page } = demo;
  const check = async (name: string) => {
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await violations(page), `${name}, light`).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page, ['color-contrast']), `${name}, dark`).toEqual([]);
  };
  for (const view of VIEWS) {
    await test.step(view.name, async () => {
      await demo.show(`?${view.query}`);
      await seen(demo, view);
      if (view.name === 'matrix') await page.getByRole('button', { name: 'Legend' }).click();
      await check(view.name);
    });
  }
  await test.step('palette', async () => {
    await demo.find('pay');
    await check('palette');
  });
});

for (const [width, height] of [
  [1280, 800],
  [1920, 1080],
] as const) {
  test(`every view fits ${width} × ${height} and looks as it did, light and dark`, async ({ demo }, info) => {
    test.setTimeout(600_000);
    const { page } = demo;
    const shrink = await thumbnails(page.context());
    await page.setViewportSize({ width, height });
    for (const view of VIEWS) {
      await test.step(view.name, async () => {
        await page.emulateMedia({ colorScheme: 'light' });
        await page.goto(`${demo.url}?${view.query}`);
        await seen(demo, view);
        const found = await misfits(page);
        expect(found.small).toEqual([]);
        expect(found.sideways).toBe(0);
        expect(found.outside).toEqual([]);
        expect(found.headerHeight).toBeLessThan(60);
        for (const scheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme: scheme });
          const picture = await atRest(page);
          await info.attach(`${view.name} ${width} ${scheme}`, { body: picture, contentType: 'image/png' });
          // Kept pictures are renewed with --update-snapshots, and looked at before they are committed.
          const name = `${view.name.replaceAll(' ', '-')}-${width}-${scheme}.png`;
          expect.soft(await shrink(picture, COLUMNS)).toMatchSnapshot(name, LIKENESS);
        }
      });
    }
  });
}

test('everything is still there with text at 200 %', async ({ demo }) => {
  const { page } = demo;
  // A browser's zoom of 200 % on a screen of 1280 by 800 leaves half of each for the page.
  await page.setViewportSize({ width: 640, height: 400 });
  await page.goto(`${demo.url}?sel=wl:payments/payment-api[Deployment]`);
  await expect(demo.inspector).toBeVisible();
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(sideways).toBeLessThanOrEqual(0);
  for (const part of [demo.graph, demo.inspector, page.getByRole('navigation', { name: 'Lists' })]) {
    await part.scrollIntoViewIfNeeded();
    await expect(part).toBeInViewport();
  }
});

test('the keyboard alone reaches every part of the page', async ({ demo }) => {
  const { page } = demo;
  await demo.goTo('payments/payment-api');
  const parts = ['skip', 'header', 'rail', 'toolbar', 'graph-canvas', 'graph-tools', 'inspector'];
  const reached = new Set<string>();
  for (let press = 0; press < 90 && !parts.every((part) => reached.has(part)); press++) {
    await page.keyboard.press('Tab');
    const where = await page.evaluate(() => {
      const { activeElement } = document;
      if (activeElement === null || activeElement === document.body) return 'body';
      const part = activeElement.closest(
        '.header, .toolbar, .graph-canvas, .graph-tools, .rail, .inspector, .skip',
      );
      return (
        part?.className.split(' ').at(part.classList.contains('graph-canvas') ? 0 : -1) ??
        activeElement.tagName
      );
    });
    reached.add(where);
  }
  for (const part of parts) expect([...reached], `Tab reaches ${part}`).toContain(part);
});

test('nothing moves by itself where reduced motion is asked for', async ({ demo }) => {
  const { page } = demo;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const durations = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .map((element) => getComputedStyle(element))
      .flatMap((style) => [style.transitionDuration, style.animationDuration])
      .flatMap((value) => value.split(','))
      .map((value) => Number.parseFloat(value)),
  );
  expect(Math.max(...durations)).toBeLessThan(0.02);
});
