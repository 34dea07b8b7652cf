import { readFile } from 'node:fs/promises';
import type { App } from './fixtures/app.ts';
import { expect, test } from './fixtures/test.ts';

/** Left top corners of the boxes in the exported picture, by the text that stands in them. */
async function places(demo: App): Promise<ReadonlyMap<string, string>> {
  const { svg } = await demo.picture();
  const found = new Map<string, string>();
  for (const [, x, y, name] of svg.matchAll(
    /<rect x="(-?[\d.]+)" y="(-?[\d.]+)" width="[\d.]+" height="[\d.]+" rx="12"[^>]*\/><text [^>]*>([a-z-]+)/g,
  )) {
    found.set(name ?? '', `${x} ${y}`);
  }
  return found;
}

/** Walks in reading order, or from namespace to namespace, until the node under the cursor reads like this. */
async function walkTo(demo: App, wanted: RegExp, key: 'n' | 'PageDown' = 'n'): Promise<void> {
  await demo.graph.focus();
  for (let step = 0; step < 120; step++) {
    await demo.page.keyboard.press(key);
    const text = (await demo.spoken.textContent()) ?? '';
    if (wanted.test(text)) return;
  }
  throw new Error(`a walk through all nodes did not lead to ${wanted}`);
}

test('collapsing a namespace leaves every other where it is, and expanding brings its workloads back', async ({
  demo,
}) => {
  const before = await demo.counts();
  const first = await places(demo);
  expect(first.size).toBeGreaterThanOrEqual(8);
  await walkTo(demo, /^Namespace shop:/, 'PageDown');
  await demo.page.keyboard.press('e');
  await expect(demo.page).toHaveURL(/toggled=shop/);
  await expect.poll(async () => (await demo.counts()).workloads).toBe(before.workloads - 10);
  const collapsed = await places(demo);
  for (const [name, place] of first) expect(collapsed.get(name), name).toBe(place);
  await demo.page.goBack();
  await expect.poll(async () => (await demo.counts()).workloads).toBe(before.workloads);
  expect(await places(demo)).toEqual(first);
});

test('all namespaces collapse and expand at once', async ({ demo }) => {
  const before = await demo.counts();
  await demo.page.getByRole('button', { name: 'Collapse all namespaces' }).click();
  await expect.poll(async () => (await demo.counts()).workloads).toBe(0);
  expect((await demo.counts()).edges).toBeLessThan(before.edges);
  await demo.page.getByRole('button', { name: 'Expand all namespaces' }).click();
  await expect.poll(() => demo.counts()).toEqual(before);
});

test('focus goes by direction and by hops, and the link to it restores the picture', async ({ demo }) => {
  const { page } = demo;
  await demo.goTo('payments/payment-api');
  const counts = page.getByTestId('focus-counts');
  await expect(counts).toHaveText('reaches 4 · reached by 2');
  await page.getByRole('radio', { name: 'Reached by' }).click();
  await expect(counts).toHaveText('reaches 0 · reached by 2');
  await page.getByRole('radio', { name: 'All hops' }).click();
  await expect
    .poll(async () => Number(/by (\d+)/.exec((await counts.textContent()) ?? '')?.[1]))
    .toBeGreaterThan(2);
  const said = await counts.textContent();
  expect(page.url()).toContain('dir=reached-by');
  expect(page.url()).toContain('hops=all');

  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await demo.ready();
  await expect(counts).toHaveText(said ?? '');
  await expect(demo.inspector.getByRole('heading', { name: 'payment-api' })).toBeVisible();
});

test('several workloads are in focus together, and asked about each other', async ({ demo }) => {
  const { page, inspector } = demo;
  await walkTo(demo, /^Deployment checkout in shop/);
  await page.keyboard.press('Enter');
  await expect(inspector.getByRole('heading', { name: 'checkout' })).toBeVisible();
  await walkTo(demo, /^(Deployment|StatefulSet|CronJob) (?!checkout)/);
  await page.keyboard.press('Shift+Enter');
  await expect(page).toHaveURL(/also=wl:/);
  await inspector.getByRole('button', { name: /^to .+\?$/ }).click();
  await expect(demo.verdict).toBeVisible();
  await expect(page).toHaveURL(/from=wl:shop\/checkout/);
});

test('a denied pair is drawn as denied, and a path through others is traced', async ({ demo }) => {
  const { page } = demo;
  await demo.ask('legacy-portal/portal -> data/postgres-cards:5432');
  await expect(demo.verdict).toContainText('Denied');
  expect((await demo.picture()).texts).toContain('✕ denied');
  await page.getByRole('button', { name: 'Trace a path through others' }).click();
  const path = page.getByTestId('path');
  await expect(path.getByRole('listitem')).toHaveCount(3);
  await expect(path.getByRole('listitem').last()).toContainText('data/postgres-cards');
  await expect(page).toHaveURL(/hops=all/);
  await page.reload();
  await expect(path.getByRole('listitem')).toHaveCount(3);
  // Each step is a connection of its own, with its own reasons.
  await path.getByRole('button', { name: /monitoring\/tempo/ }).click();
  await expect(demo.verdict).toContainText('Allowed on TCP 4317–4318');
});

test('each filter says what it hides, and clearing brings it back', async ({ demo }) => {
  const { page } = demo;
  const before = await demo.counts();
  const status = page.locator('.graph-status');
  await page.getByRole('textbox', { name: 'Ports' }).fill('5432');
  await expect.poll(async () => (await demo.counts()).edges).toBeLessThan(before.edges / 3);
  for (const text of (await demo.picture()).texts) expect(text).not.toMatch(/^TCP 8080/);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect.poll(() => demo.counts()).toEqual(before);

  await page.getByRole('textbox', { name: 'Label selector' }).fill('app.kubernetes.io/name=payment-api');
  await expect(status).toContainText(`${before.workloads - 1} workloads hidden by filters`);
  await expect(status).toContainText('namespaces hidden');
  await page.getByRole('textbox', { name: 'Label selector' }).fill('not a selector!');
  await expect(page.getByRole('textbox', { name: 'Label selector' })).toHaveAttribute('aria-invalid', 'true');
  await page.getByRole('button', { name: 'Clear' }).click();

  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('checkbox', { name: 'CronJob' }).check();
  await expect.poll(async () => (await demo.counts()).workloads).toBeLessThan(12);
  await page.getByRole('checkbox', { name: 'CronJob' }).uncheck();
  await page.getByRole('radiogroup', { name: 'Isolation' }).getByRole('radio', { name: 'Isolated' }).click();
  await expect.poll(async () => (await demo.counts()).workloads).toBeLessThan(before.workloads / 2);
  await page.getByRole('radiogroup', { name: 'Isolation' }).getByRole('radio', { name: 'Any' }).click();
  await page.getByRole('radiogroup', { name: 'Verdict' }).getByRole('radio', { name: 'Unknown' }).click();
  await expect(status).toContainText('hidden by filters');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('button', { name: 'Namespaces in scope' }).click();
  await page.getByRole('checkbox', { name: /^payments/ }).check();
  await expect.poll(async () => (await demo.counts()).namespaces).toBe(1);
  await expect(status).toContainText(`${before.namespaces - 1} namespaces hidden`);
});

test('a box that was dragged stays there over a reload, until everything is arranged anew', async ({
  demo,
}) => {
  const { page, graph } = demo;
  const before = await places(demo);
  // A card's name is on the canvas, so a box is found by selecting it and zooming to it.
  await demo.goTo('ci');
  await expect(demo.inspector.getByText('Namespace', { exact: true })).toBeVisible();
  await graph.focus();
  await page.keyboard.press('Escape');
  await walkTo(demo, /^Namespace ci:/, 'PageDown');
  await page.keyboard.press('s');
  const area = await graph.boundingBox();
  if (area === null) throw new Error('the graph has no place on the screen');
  // The box is in the middle now; its head is at its top.
  const x = area.x + area.width / 2;
  for (let y = area.y + 20; y < area.y + area.height / 2; y += 8) {
    await page.mouse.move(x, y);
    if (await page.locator('.graph-hover', { hasText: 'Namespace ci' }).isVisible()) break;
  }
  await page.mouse.down();
  await page.mouse.move(x + 90, area.y + area.height / 2, { steps: 8 });
  await page.mouse.up();
  await expect.poll(async () => (await places(demo)).get('ci')).not.toBe(before.get('ci'));
  const moved = await places(demo);
  expect(moved.get('shop')).toBe(before.get('shop'));

  await page.reload();
  await demo.ready();
  await expect.poll(() => places(demo)).toEqual(moved);
  await page.getByRole('button', { name: 'Arrange anew' }).click();
  await expect.poll(async () => (await places(demo)).get('ci')).toBe(before.get('ci'));
});

test('namespaces can be arranged by name instead of by flow', async ({ demo }) => {
  const before = await places(demo);
  await demo.page.getByRole('combobox', { name: 'Arrangement' }).selectOption('grouped');
  await expect(demo.page).toHaveURL(/layout=grouped/);
  await expect.poll(() => places(demo)).not.toEqual(before);
});

test('the legend explains the signs, and the overview can be put away', async ({ demo }) => {
  const { page } = demo;
  await page.getByRole('button', { name: 'Legend' }).click();
  const legend = page.getByRole('region', { name: 'Legend' });
  for (const text of [
    'isolated by a policy',
    'open: no policy isolates it',
    'opened by the draft',
    'CIDR block',
  ]) {
    await expect(legend).toContainText(text);
  }
  const overview = page.getByRole('img', { name: 'Overview of the graph' });
  await expect(overview).toBeVisible();
  await page.getByRole('button', { name: 'Overview', exact: true }).click();
  await expect(overview).toBeHidden();
});

test('the picture is saved as SVG and PNG, with its title and legend', async ({ demo }) => {
  const { page } = demo;
  const { svg, texts } = await demo.picture();
  expect(svg).toMatch(/^<svg xmlns/);
  expect(texts).toContain('demo · 14 namespaces, 67 workloads');
  expect(texts).toContain('Edges: an allowed direction with its ports');
  await page.getByRole('button', { name: 'Export picture' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as PNG' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('bulkhead-demo.png');
  const bytes = await readFile(await download.path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.readUInt32BE(16)).toBeGreaterThan(1_000);
});

test('a line of a policy leads to its rule and to the connection it makes, and back', async ({ demo }) => {
  const { page, inspector } = demo;
  await demo.goTo('payments/payment-api-from-checkout');
  await expect(inspector).toContainText('selects 1 workload');
  await inspector.getByRole('button', { name: /port: 8443/ }).click();
  await expect(page).toHaveURL(/line=54/);
  await expect(inspector).toContainText('Allows TCP 8443 from 1 peer');
  await inspector.getByRole('button', { name: 'Show the connection' }).click();
  await expect(demo.verdict).toContainText('Allowed on TCP 8443');
  await inspector.getByRole('button', { name: 'payments/payment-api-from-checkout' }).click();
  await expect(inspector).toContainText('This rule');
});

test('the palette finds, runs and answers', async ({ demo }) => {
  const { page } = demo;
  const options = await demo.find('matrix');
  await options.filter({ hasText: 'Show the matrix' }).click();
  await expect(page).toHaveURL(/view=matrix/);
  await (await demo.find('dark theme')).first().click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  // A name that several workloads have is asked back about.
  const readings = await demo.find('keycloak -> nowhere');
  await expect(page.getByRole('dialog')).toContainText('nowhere');
  await expect(readings.filter({ hasText: /^May / })).toHaveCount(0);
});

test('back and forward go through views and selections', async ({ demo }) => {
  const { page, inspector } = demo;
  await demo.goTo('shop/cart');
  await page.getByRole('radio', { name: 'Table' }).click();
  await expect(page.getByRole('grid', { name: 'Connections' })).toBeVisible();
  await expect(inspector.getByRole('heading', { name: 'cart' })).toBeVisible();
  await page.goBack();
  await expect(demo.graph).toBeVisible();
  await page.goBack();
  await expect(inspector).toBeHidden();
  await page.goForward();
  await expect(inspector.getByRole('heading', { name: 'cart' })).toBeVisible();
});
