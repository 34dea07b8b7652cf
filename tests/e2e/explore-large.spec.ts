import {
  type GeneratorOptions,
  generateCluster,
  sizeOptions,
  toManifests,
} from '@bulkhead/cluster-generator';
import { writeDirectory } from './fixtures/manifests.ts';
import { type Bulkhead, serveBulkhead } from './fixtures/server.ts';
import { expect, test } from './fixtures/test.ts';

/** A cluster as large as many real ones, and what the tests need to know of it. */
function generated(options: GeneratorOptions) {
  const snapshot = generateCluster(options);
  const namespaces = new Map<string, Set<string>>();
  for (const { namespace, workload } of snapshot.pods) {
    const known = namespaces.get(namespace) ?? new Set();
    namespaces.set(namespace, known.add(workload.name));
  }
  const [largest] = [...namespaces].sort(([, a], [, b]) => b.size - a.size);
  if (largest === undefined) throw new Error('a generated cluster has namespaces');
  return {
    files: Object.fromEntries(toManifests(snapshot).map(({ path, text }) => [path, text])),
    namespaces: namespaces.size,
    largest: { name: largest[0], workloads: [...largest[1]].sort() },
  };
}

test.describe('a cluster of 1,000 workloads', () => {
  const cluster = generated(sizeOptions('workloads-1000'));
  const { largest } = cluster;
  let server: Bulkhead;
  test.beforeAll(async () => {
    test.setTimeout(180_000);
    server = await serveBulkhead(['--dir', await writeDirectory(cluster.files)]);
  });
  test.afterAll(() => server.stop());
  test.beforeEach(() => test.setTimeout(180_000));

  test('opens collapsed, and a namespace that is expanded leaves every other where it is', async ({
    open,
  }) => {
    const app = await open(server);
    const first = await app.ready();
    expect(first.namespaces).toBe(cluster.namespaces);
    expect(first.workloads).toBe(0);
    expect(first.edges).toBeGreaterThan(cluster.namespaces);
    const before = await app.boxes();

    await app.walkTo(new RegExp(`^Namespace ${largest.name}: collapsed`), 'PageDown');
    await app.page.keyboard.press('e');
    await expect.poll(async () => (await app.counts()).workloads).toBe(largest.workloads.length);
    const after = await app.boxes();
    for (const [name, place] of before) expect(after.get(name), name).toBe(place);
    await expect(app.page).toHaveURL(new RegExp(`toggled=${largest.name}`));

    await app.page.getByRole('button', { name: 'Expand all namespaces' }).click();
    await expect.poll(async () => (await app.counts()).workloads).toBeGreaterThanOrEqual(1_000);
    await app.page.getByRole('button', { name: 'Collapse all namespaces' }).click();
    await expect.poll(async () => (await app.counts()).workloads).toBe(0);
  });

  test('a workload is found, focused and followed over all hops, as the inspector counts it', async ({
    open,
  }) => {
    const app = await open(server);
    await app.ready();
    const { page, inspector } = app;
    await app.goTo(`${largest.name}/${largest.workloads[0]}`);
    await expect(
      page.locator('.row[aria-current=true]', { hasText: `${largest.workloads[0]}` }),
    ).toBeInViewport();
    const counts = page.getByTestId('focus-counts');
    await expect(counts).toHaveText(/^reaches [\d,]+ · reached by [\d,]+$/);
    const direct = numbers(await counts.textContent());
    await expect(inspector.getByText(/^[\d,]+ of [\d,]+ workloads$/)).toBeVisible();
    const listed = numbers(await inspector.getByText(/^[\d,]+ of [\d,]+ workloads$/).textContent());
    expect(listed[0]).toBe(direct[1]);

    await page.getByRole('radio', { name: 'All hops' }).click();
    await expect(page).toHaveURL(/hops=all/);
    await expect
      .poll(async () => numbers(await counts.textContent())[0])
      .toBeGreaterThanOrEqual(direct[0] ?? 0);
    await expect(app.graph).toBeVisible();
  });

  test('a link restores filters, focus and what is expanded; back and forward step through them', async ({
    open,
  }) => {
    const app = await open(server, `toggled=${largest.name}&sel=ns:${largest.name}&dir=reached-by`);
    const { page, inspector } = app;
    const first = await app.ready();
    expect(first.workloads).toBe(largest.workloads.length);
    await expect(inspector.getByRole('heading', { name: largest.name })).toBeVisible();
    await expect(page.getByRole('radio', { name: 'Reached by' })).toBeChecked();

    await page.getByRole('button', { name: 'Namespaces in scope' }).click();
    await page.getByRole('checkbox', { name: new RegExp(`^${largest.name}\\b`) }).check();
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await app.counts()).namespaces).toBe(1);
    await expect(page.getByText(`${cluster.namespaces - 1} namespaces hidden`)).toBeVisible();
    const scoped = page.url();

    await page.goBack();
    await expect.poll(() => app.counts()).toEqual(first);
    await page.goForward();
    await expect.poll(async () => (await app.counts()).namespaces).toBe(1);
    await page.goto('about:blank');
    await page.goto(scoped);
    await app.ready();
    await expect.poll(async () => (await app.counts()).namespaces).toBe(1);
    await expect(inspector.getByRole('heading', { name: largest.name })).toBeVisible();
  });

  test('filters say what they hide, and a question is answered and traced', async ({ open }) => {
    const app = await open(server);
    const before = await app.ready();
    const { page } = app;
    await page.getByRole('textbox', { name: 'Ports' }).fill('5432');
    await expect.poll(async () => (await app.counts()).edges).toBeLessThan(before.edges);
    await expect(page.getByText(/edges? hidden by filters/)).toBeVisible();
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => app.counts()).toEqual(before);

    const [from, to] = largest.workloads;
    await app.ask(`${largest.name}/${from} -> ${largest.name}/${to}:8080`);
    await expect(app.verdict).toHaveText(/Allowed|Denied|Unknown/);
    await page.getByRole('button', { name: 'Trace a path through others' }).click();
    await expect(page.getByTestId('path')).toBeVisible();
    await expect(page).toHaveURL(/hops=all/);
  });
});

test('a cluster of 10,000 workloads opens collapsed; its workloads are found and brought into focus', async ({
  serve,
  open,
}) => {
  test.setTimeout(420_000);
  const cluster = generated(sizeOptions('workloads-10000'));
  const server = await serve(['--dir', await writeDirectory(cluster.files)]);
  const app = await open(server);
  await expect(app.graph).toBeVisible({ timeout: 240_000 });
  const counts = await app.counts();
  expect(counts.namespaces).toBe(cluster.namespaces);
  expect(counts.workloads).toBe(0);
  const { name, workloads } = cluster.largest;
  await app.goTo(`${name}/${workloads[0]}`);
  await expect(app.page.getByTestId('focus-counts')).toHaveText(/^reaches [\d,]+ · reached by [\d,]+$/);
  // It is shown as itself: its namespace opens for it.
  await expect.poll(async () => (await app.counts()).workloads).toBe(workloads.length);
  await expect(app.page).toHaveURL(new RegExp(`toggled=${name}`));
  await app.page.getByRole('button', { name: 'Zoom to selection (S)' }).click();
  await app.page.goBack();
  await expect.poll(async () => (await app.counts()).workloads).toBe(0);
});

/** All numbers in a text, without the separators of thousands. */
function numbers(text: string | null): readonly number[] {
  return [...(text ?? '').matchAll(/[\d,]+/g)].map(([digits]) => Number(digits.replaceAll(',', '')));
}
