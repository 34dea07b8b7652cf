import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures/test.ts';

test('collapsing a namespace leaves every other where it is, and expanding brings its workloads back', async ({
  demo,
}) => {
  const before = await demo.counts();
  const first = await demo.boxes();
  expect(first.size).toBeGreaterThanOrEqual(8);
  await demo.walkTo(/^Namespace shop:/, 'PageDown');
  await demo.page.keyboard.press('e');
  await expect(demo.page).toHaveURL(/toggled=shop/);
  await expect.poll(async () => (await demo.counts()).workloads).toBe(before.workloads - 10);
  const collapsed = await demo.boxes();
  for (const [name, place] of first) expect(collapsed.get(name), name).toBe(place);
  await expect(demo.spoken).toContainText('Namespace shop collapsed');
  await demo.page.goBack();
  await expect.poll(async () => (await demo.counts()).workloads).toBe(before.workloads);
  expect(await demo.boxes()).toEqual(first);
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
  await demo.walkTo(/^Deployment checkout in shop/);
  await page.keyboard.press('Enter');
  await expect(inspector.getByRole('heading', { name: 'checkout' })).toBeVisible();
  await demo.walkTo(/^(Deployment|StatefulSet|CronJob) (?!checkout)/);
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
  const before = await demo.boxes();
  // A card's name is on the canvas, so a box is found by selecting it and zooming to it.
  await demo.goTo('ci');
  await expect(demo.inspector.getByText('Namespace', { exact: true })).toBeVisible();
  await graph.focus();
  await page.keyboard.press('Escape');
  await demo.walkTo(/^Namespace ci:/, 'PageDown');
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
  await expect.poll(async () => (await demo.boxes()).get('ci')).not.toBe(before.get('ci'));
  const moved = await demo.boxes();
  expect(moved.get('shop')).toBe(before.get('shop'));

  await page.reload();
  await demo.ready();
  await expect.poll(() => demo.boxes()).toEqual(moved);
  // The link shows it to somebody who moved nothing.
  await expect(page).toHaveURL(/moved=-?\d+,-?\d+,ns:ci/);
  await page.evaluate(() => localStorage.clear());
  await page.goto(page.url());
  await demo.ready();
  await expect.poll(() => demo.boxes()).toEqual(moved);
  await page.getByRole('button', { name: 'Arrange anew' }).click();
  await expect.poll(async () => (await demo.boxes()).get('ci')).toBe(before.get('ci'));
  await expect(page).not.toHaveURL(/moved=/);
});

test('what is seen is in the link, restored by it and by going back, and shown as a whole again', async ({
  demo,
}) => {
  const { page, graph } = demo;
  const seen = () => new URL(page.url()).searchParams.get('at');
  /** The part that is seen, as the overview marks it. */
  const part = async () => {
    const box = await page.locator('.minimap i').boundingBox();
    if (box === null) throw new Error('the overview marks what is seen');
    return box;
  };
  const isAsIn = async (wanted: Awaited<ReturnType<typeof part>>) => {
    const { x, y, width, height } = await part();
    const off = [x - wanted.x, y - wanted.y, width - wanted.width, height - wanted.height];
    return Math.max(...off.map(Math.abs)) < 0.1;
  };
  expect(seen()).toBeNull();
  await graph.focus();
  for (const _ of [1, 2, 3, 4, 5, 6]) await page.keyboard.press('+');
  await expect.poll(seen).toMatch(/^-?[\d.]+,-?[\d.]+,[\d.]+,[\d.]+,(ns|out):/);
  const hasSettled = async () => {
    const before = seen();
    await page.waitForTimeout(600);
    return before === seen();
  };
  await expect.poll(hasSettled).toBe(true);
  const zoomed = await part();
  const link = page.url();

  await page.evaluate(() => localStorage.clear());
  await page.goto('about:blank');
  await page.goto(link);
  await demo.ready();
  await expect.poll(() => isAsIn(zoomed)).toBe(true);
  await demo.goTo('notifications/notification-api');
  await expect.poll(seen).not.toBe(new URL(link).searchParams.get('at'));
  const selected = page.url();
  await page.goBack();
  await expect(page).toHaveURL(link);
  await expect.poll(() => isAsIn(zoomed)).toBe(true);
  await page.goForward();
  await expect(page).toHaveURL(selected);
  await page.goBack();
  await graph.focus();
  await page.keyboard.press('f');
  await expect.poll(seen).toBeNull();
  // In a window of another size as much of the graph is seen, around the same place.
  await page.setViewportSize({ width: 1_000, height: 700 });
  await page.goto(link);
  await demo.ready();
  const smaller = await part();
  expect(smaller.width).toBeGreaterThanOrEqual(zoomed.width - 0.1);
  expect(smaller.height).toBeGreaterThanOrEqual(zoomed.height - 0.1);
});

test('namespaces can be arranged by name instead of by flow', async ({ demo }) => {
  const before = await demo.boxes();
  await demo.page.getByRole('combobox', { name: 'Arrangement' }).selectOption('grouped');
  await expect(demo.page).toHaveURL(/layout=grouped/);
  await expect.poll(() => demo.boxes()).not.toEqual(before);
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
  expect(texts).toContain('Demo · 14 namespaces, 67 workloads');
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
  await inspector.getByRole('button', { name: /checkout → .*payment-api/ }).click();
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

test('what is typed right after the shortcut lands in the palette, on a slow machine too', async ({
  demo,
}) => {
  const { page } = demo;
  const browser = await page.context().newCDPSession(page);
  await browser.send('Emulation.setCPUThrottlingRate', { rate: 8 });
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('inventory');
  await browser.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await expect(page.getByRole('combobox', { name: /^Find anything/ })).toHaveValue('inventory');
  await page.keyboard.press('Enter');
  await expect(demo.inspector.getByRole('heading', { name: 'inventory', exact: true })).toBeVisible();
});

test('the palette does what the picture offers, filters by a port, and knows pods', async ({ demo }) => {
  const { page } = demo;
  const before = await demo.counts();
  await (await demo.find('collapse all')).first().click();
  await expect.poll(async () => (await demo.counts()).workloads).toBe(0);
  await page.goBack();
  await expect.poll(() => demo.counts()).toEqual(before);
  await (await demo.find('5432')).filter({ hasText: 'Show only connections on 5432' }).click();
  await expect(page).toHaveURL(/ports=5432/);
  await expect.poll(async () => (await demo.counts()).edges).toBeLessThan(before.edges);
  await demo.goTo('shop/inventory');
  const pods = await demo.find('checkout-6bd8c5b8f9-x2k4l');
  await expect(pods.filter({ hasText: 'shop/checkout' })).toHaveCount(1);
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
