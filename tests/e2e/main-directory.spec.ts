import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { liveNamespace, startStandIn } from '@bulkhead/kube-stand-in';
import { applied, dryRun, parseYaml } from './fixtures/exported.ts';
import { diffDirectories, listedImpact } from './fixtures/impact.ts';
import { SHOP, writeDirectory } from './fixtures/manifests.ts';
import { expect, test } from './fixtures/test.ts';

test('a directory: see it, ask, draft from a template, follow the impact, export', async ({
  open,
  page,
  serve,
}) => {
  const directory = await writeDirectory(SHOP);
  const server = await serve(['--dir', directory]);
  expect(server.output()).toContain(`Serving ${directory}.`);
  const app = await open(server);
  expect(await app.ready()).toMatchObject({ namespaces: 2, workloads: 6 });
  await expect(page.getByRole('button', { name: 'Cluster', exact: true })).toContainText('Directory');
  await expect(app.freshness).toHaveText(/^watching/);

  await app.ask('shop/web -> shop/api:8080');
  await expect(app.verdict).toContainText('Allowed');
  const ingress = app.half('Ingress of api');
  await expect(ingress.getByText('policies/shop.yaml:14')).toBeVisible();
  await app.ask('debug -> data/db:5432');
  await expect(app.verdict).toContainText('Denied');
  await expect(
    app.half('Ingress of db').getByRole('button', { name: 'data/db-from-api' }).first(),
  ).toBeVisible();

  // A template for the workload that is selected, and typing in what it made.
  await app.goTo('data/agent');
  await page.keyboard.press('d');
  await app.drawer.getByRole('button', { name: 'Start from a template' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start from a template' });
  await dialog.getByRole('button', { name: 'Deny all incoming' }).click();
  await expect(dialog.getByRole('combobox', { name: 'For: workload' })).toHaveValue('DaemonSet/agent');
  await dialog.getByRole('button', { name: 'Add to the draft' }).click();
  const sentence = page.getByTestId('impact-sentence');
  await expect(sentence).toHaveText(/^Closes \d+ connections into data\/agent, opens none\.$/);
  await app.editor.locator('.cm-line').last().click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.insertText(
    '  ingress:\n    - from:\n        - podSelector:\n            matchLabels:\n              app: db\n      ports:\n        - port: 9100\n',
  );
  await expect(sentence).toHaveText(/narrows 1/i);
  const listed = await listedImpact(app);
  expect(listed).toContainEqual({
    from: 'data/db[StatefulSet]',
    to: 'data/agent[DaemonSet]',
    opened: '',
    closed: 'TCP 1-9099, 9101-65535 UDP all SCTP all',
  });

  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const { text } = await app.download(page.getByRole('button', { name: /^Download .*\.yaml$/ }));
  expect(parseYaml(text)).toMatchObject([
    {
      kind: 'NetworkPolicy',
      metadata: { namespace: 'data' },
      spec: { ingress: [{ ports: [{ port: 9100 }] }] },
    },
  ]);
  expect(text).not.toMatch(/resourceVersion|creationTimestamp|managedFields|uid|protocol: TCP/);
  const after = await applied(directory, text);
  const workloads = (changes: Awaited<ReturnType<typeof diffDirectories>>) =>
    changes.filter(({ from }) => from.endsWith(']'));
  expect(workloads(listed)).toEqual(workloads(await diffDirectories(directory, after)));
  const standIn = await startStandIn({ seed: [liveNamespace('data')] });
  try {
    const answer = await dryRun(standIn, text, 'data');
    expect(answer.status, answer.body.message).toBe(201);
  } finally {
    await standIn.stop();
  }
});

test('files that change, appear and go are read again while one looks', async ({ open, serve }) => {
  const directory = await writeDirectory(SHOP);
  const app = await open(await serve(['--dir', directory]));
  expect(await app.ready()).toMatchObject({ workloads: 6 });
  await app.ask('shop/web -> shop/api:9000');
  await expect(app.verdict).toContainText('Denied');
  const policy = SHOP['policies/shop.yaml'] ?? '';
  await writeFile(join(directory, 'policies/shop.yaml'), policy.replace('port: 8080', 'port: 9000'));
  await expect(app.verdict).toContainText('Allowed');

  const web = SHOP['shop/web.yaml'] ?? '';
  await writeFile(join(directory, 'shop/admin.yaml'), web.replaceAll('web', 'admin'));
  await expect(app.graph).toHaveAccessibleName(/7 workloads/);
  await rm(join(directory, 'policies/shop.yaml'));
  await rm(join(directory, 'shop/admin.yaml'));
  await expect(app.graph).toHaveAccessibleName(/6 workloads/);
  await expect(app.half('Ingress of api')).toContainText('No policy isolates the ingress of api');
});
