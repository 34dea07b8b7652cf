import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from './fixtures/app.ts';
import { teams } from './fixtures/cluster.ts';
import { pasteOnPage } from './fixtures/paste.ts';
import { REPOSITORY } from './fixtures/server.ts';
import { expect, test } from './fixtures/test.ts';

const DEMO = join(REPOSITORY, 'apps', 'api', 'demo');
const INVENTORY = 'apps/shop/network-policies/20-inventory.yaml';

async function draftSomething(app: App): Promise<void> {
  await app.page.keyboard.press('d');
  await app.drawer.getByRole('button', { name: 'Start from a template' }).click();
  const dialog = app.page.getByRole('dialog', { name: 'Start from a template' });
  await dialog.getByRole('combobox', { name: 'For: namespace' }).selectOption('legacy-portal');
  await dialog.getByRole('button', { name: 'Add to the draft' }).click();
  await expect(app.editor).toContainText('namespace: legacy-portal');
}

test('drafts are kept across reloads, renamed, duplicated, compared and deleted', async ({ demo, page }) => {
  await draftSomething(demo);
  await demo.editor.getByText('name: default-deny-ingress').click();
  await page.keyboard.press('End');
  await page.keyboard.type('-kept');
  await page.reload();
  await demo.ready();
  await expect(demo.editor).toContainText('default-deny-ingress-kept');
  await expect(page.getByTestId('impact-sentence')).toContainText('Closes');

  // A link to the cluster as it is shows no draft, and offers those there are.
  await page.goto(demo.url);
  await demo.ready();
  await page.keyboard.press('d');
  await demo.drawer.getByRole('button', { name: 'Go on with Draft 1' }).click();
  await expect(demo.editor).toContainText('default-deny-ingress-kept');

  const more = demo.drawer.getByRole('button', { name: 'More about this draft' });
  await more.click();
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name of the draft' }).fill('Close the portal');
  await page.keyboard.press('Enter');
  await expect(demo.drawer.getByRole('button', { name: /^Draft: Close the portal/ })).toBeVisible();

  await more.click();
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await expect(demo.drawer.getByRole('button', { name: /^Draft: Close the portal copy/ })).toBeVisible();
  await demo.editor.getByText('name: default-deny-ingress-kept').click();
  await page.keyboard.press('End');
  await page.keyboard.type('-2');
  await more.click();
  await page.getByRole('button', { name: 'Compare with another draft' }).click();
  const compare = page.getByRole('dialog', { name: /^Compare/ });
  await expect(compare).toContainText('default-deny-ingress-kept-2');
  await expect(compare).toContainText('not in this draft');
  // The other name makes no difference to what is allowed.
  await expect(compare.getByTestId('compare-effect')).toHaveText(/: changes no connection\.$/);
  await compare.getByRole('button', { name: 'Close', exact: true }).click();

  // Where they differ in what they allow, each connection is listed, with its ports.
  await demo.editor.getByText('policyTypes:').click();
  await page.keyboard.press('End');
  await page.keyboard.type(' # only the port of the portal');
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('  ingress:\n    - ports:\n        - port: 8080\n');
  await more.click();
  await page.getByRole('button', { name: 'Compare with another draft' }).click();
  await expect(compare.getByTestId('compare-effect')).toContainText(/: closes \d+ connections/);
  const differing = compare.getByRole('list', { name: 'Changed connections' }).getByRole('listitem');
  await expect(differing.first()).toContainText('− TCP 8080');
  await compare.getByRole('button', { name: 'Close', exact: true }).click();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');

  await more.click();
  await page.getByRole('button', { name: 'Delete this draft' }).click();
  await expect(demo.drawer.getByRole('button', { name: /^Draft: Close the portal\./ })).toBeVisible();
  await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
  await expect(demo.drawer.getByRole('button', { name: /^Draft: Close the portal copy/ })).toBeVisible();
  await expect(demo.editor).toContainText('default-deny-ingress-kept-2');
});

test('a link holds the whole draft in its fragment, which no server sees', async ({
  demo,
  page,
  browser,
  demoServer,
}) => {
  await draftSomething(demo);
  await demo.drawer.getByRole('button', { name: 'More about this draft' }).click();
  await page.getByRole('button', { name: 'Copy a link that holds it' }).click();
  // Not what is spoken: an impact that comes late takes its place.
  await expect(page.getByTestId('toast')).toContainText('Copied a link');
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect(link.hash).toMatch(/^#draft=[\w-]+$/);

  // Somebody else, with a session of their own and nothing in their browser.
  const context = await browser.newContext();
  const other = await context.newPage();
  const urls: string[] = [];
  other.on('request', (request) => urls.push(request.url()));
  await other.goto(demoServer.link);
  const app = new App(other, demoServer.url);
  await app.ready();
  await other.goto(`${demoServer.url.replace(/\/$/, '')}/${link.search}${link.hash}`);
  await app.ready();
  await expect(app.editor).toContainText('namespace: legacy-portal');
  await expect(other).toHaveURL((url) => url.hash === '');
  expect(
    urls.filter((url) => url.includes('draft=') && !url.includes('#')),
    'only the id of a draft is in a request',
  ).toEqual(urls.filter((url) => /[?&]draft=\w+/.test(url)));
  expect(urls.join(' ')).not.toContain(link.hash.slice('#draft='.length, 40));
  await context.close();
});

test('YAML is dropped, pasted and opened as a file', async ({ demo, page }) => {
  await page.keyboard.press('d');
  const yaml = (await readFile(join(DEMO, INVENTORY), 'utf8')).split(/^---$/m)[0] ?? '';
  await pasteOnPage(page, yaml);
  await expect(demo.editor).toContainText('name: inventory-from-apps');
  await expect(page.getByTestId('impact-sentence')).toHaveText('Changes no connection.');

  await demo.drawer.getByRole('button', { name: 'More about this draft' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a file' }).click();
  await (await chooser).setFiles({
    name: 'other.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(yaml.replace('inventory-from-apps', 'from-a-file')),
  });
  await expect(demo.editor).toContainText('name: from-a-file');
});

test('when the source moves under a draft, what no longer applies is said, not lost', async ({
  serve,
  open,
}) => {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-moving-'));
  await cp(DEMO, directory, { recursive: true });
  const app = await open(await serve(['--dir', directory]));
  await app.ready();
  await app.goTo('shop/inventory-from-apps');
  await app.inspector.getByRole('button', { name: 'Edit in a draft' }).click();
  await app.editor.getByText('port: 8080').click();
  await app.page.keyboard.press('End');
  await app.page.keyboard.press('Backspace');
  await app.page.keyboard.type('1');
  await expect(app.impact).toContainText('TCP 8081');

  const file = join(directory, INVENTORY);
  const live = await readFile(file, 'utf8');
  await writeFile(file, live.replace('port: 8080', 'port: 8082'));
  await expect(app.impact).toContainText('changed in the cluster since this edit began', { timeout: 30_000 });
  await expect(app.editor).toContainText('port: 8081');
  await writeFile(file, live.split(/^---$/m).slice(1).join('---'));
  await expect(app.impact).toContainText('was deleted from the cluster since', { timeout: 30_000 });
  await expect(app.editor).toContainText('port: 8081');
});

test('a live cluster that moves under a draft: each edit that no longer fits says so, and stays', async ({
  live,
  serve,
  open,
  page,
}) => {
  const { cluster, args } = await live({ seed: teams() });
  const app = await open(await serve(args));
  await app.ready();
  await app.goTo('shop/web');
  await app.inspector.getByRole('button', { name: 'Change labels' }).click();
  await app.drawer.getByRole('textbox', { name: 'Value of app' }).fill('front');
  await expect(page.getByTestId('impact-sentence')).toContainText('Closes 1 connection');
  await (await app.list('Policies')).getByText('db').first().click();
  await app.inspector.getByRole('button', { name: 'Remove in a draft' }).click();
  await expect(page.getByTestId('impact-sentence')).toContainText('opens');

  for (const namespace of ['shop', 'bank']) {
    cluster.remove({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace, name: 'db' },
    });
  }
  await expect(app.impact).toContainText('is no longer in the cluster', { timeout: 30_000 });
  cluster.remove({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await expect(app.impact).toContainText('its labels stay unedited', { timeout: 30_000 });
  await expect(app.drawer.getByRole('navigation', { name: 'Edits of this draft' })).toContainText('web');
  await expect(app.drawer.getByRole('navigation', { name: 'Edits of this draft' })).toContainText('removed');
});

test('files are dropped anywhere on the page: of what is in them, the policies are taken', async ({
  demo,
  page,
}) => {
  const policy = (name: string) =>
    `  - apiVersion: networking.k8s.io/v1\n    kind: NetworkPolicy\n    metadata: {name: ${name}, namespace: shop}\n    spec: {podSelector: {}}\n`;
  const list = `apiVersion: v1\nkind: List\nitems:\n${policy('one')}${policy('two')}  - {apiVersion: v1, kind: Service, metadata: {name: s}}\n`;
  await demo.graph.evaluate((graph, text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'all.yaml', { type: 'application/yaml' }));
    const options = { dataTransfer: data, bubbles: true, cancelable: true };
    graph.dispatchEvent(new DragEvent('dragover', options));
    graph.dispatchEvent(new DragEvent('drop', options));
  }, list);
  await expect(page.getByTestId('toast')).toHaveText(/Added 2 policies to the draft\. Left out 1 object/);
  await expect(demo.editor).toContainText('{name: one, namespace: shop}');
  await expect(demo.editor).toContainText('{name: two, namespace: shop}');
});

test('a draft that is too big for a link says so and is saved instead; a link that was cut says that', async ({
  demo,
  page,
}) => {
  const noise = Array.from({ length: 4_000 }, () => `# ${crypto.randomUUID()}`).join('\n');
  await pasteOnPage(page, `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n${noise}\n`);
  await expect(demo.editor).toBeVisible();
  await demo.drawer.getByRole('button', { name: 'More about this draft' }).click();
  await page.getByRole('button', { name: 'Copy a link that holds it' }).click();
  const toast = page.getByTestId('toast');
  await expect(toast).toContainText('of 32,000 that survive chats and mail');
  const { name } = await demo.download(toast.getByRole('button', { name: 'Save as a file' }));
  expect(name).toMatch(/\.bulkhead\.json$/);
  await page.evaluate(() => {
    window.location.hash = '#draft=7VZNb';
  });
  await expect(toast).toContainText('the link was cut on its way');
});
