import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SHOP, writeDirectory } from './fixtures/manifests.ts';
import { expect, test } from './fixtures/test.ts';

const GATEWAY = `apiVersion: apps/v1
kind: Deployment
metadata: { name: gateway, namespace: shop }
spec:
  selector: { matchLabels: { app: gateway } }
  template:
    metadata: { labels: { app: gateway } }
    spec: { containers: [{ name: main, image: registry.example/gateway:1 }] }
`;

test('what changes in the cluster is drawn and said, and moves nothing that stood there', async ({
  serve,
  open,
}) => {
  const directory = await writeDirectory(SHOP);
  const app = await open(await serve(['--dir', directory]));
  const before = await app.ready();
  const places = await app.boxes();
  await writeFile(join(directory, 'gateway.yaml'), GATEWAY);
  await expect.poll(async () => (await app.counts()).workloads).toBe(before.workloads + 1);
  await expect(app.spoken).toContainText(
    `The cluster changed: 2 namespaces, ${before.workloads + 1} workloads`,
  );
  expect(await app.boxes()).toEqual(places);
  expect((await app.picture()).svg).toContain('<title>Deployment shop/gateway</title>');
});

test('while updates are paused nothing changes, and what waits is shown afterwards', async ({
  serve,
  open,
}) => {
  const directory = await writeDirectory({ ...SHOP, 'gateway.yaml': GATEWAY });
  const app = await open(await serve(['--dir', directory]));
  const before = await app.ready();
  await app.page.getByRole('button', { name: 'Pause updates' }).click();
  await expect(app.freshness).toContainText('paused');
  await rm(join(directory, 'gateway.yaml'));
  // The count beside it says that something waits.
  await expect(app.freshness).toHaveText(/paused\s*1/);
  expect(await app.counts()).toEqual(before);
  await app.page.getByRole('button', { name: 'Show changes again' }).click();
  await expect.poll(async () => (await app.counts()).workloads).toBe(before.workloads - 1);
  await expect(app.freshness).not.toContainText('paused');
});
