import { App } from './fixtures/app.ts';
import { teams } from './fixtures/cluster.ts';
import { pasteOnPage } from './fixtures/paste.ts';
import { expect, test } from './fixtures/test.ts';

const policy = (namespace: string, name = 'typed') => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  podSelector: {}
`;

async function typeAtEnd(app: App, text: string): Promise<void> {
  await app.editor.click();
  await app.page.keyboard.press('ControlOrMeta+End');
  await app.page.keyboard.type(text);
}

test('losing the server loses no keystroke', async ({ live, serve, open, page, guard }) => {
  guard.expects(/ERR_CONNECTION_REFUSED|Failed to load resource|ERR_NETWORK|ERR_EMPTY/);
  const { args } = await live({ seed: teams() });
  const server = await serve(args);
  const app = await open(server);
  await app.ready();
  await pasteOnPage(page, policy('shop'));
  await expect(page.getByTestId('impact-sentence')).toContainText('Closes');
  // What may be needed later is loaded as soon as one drafts.
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('ExportDialog')),
  );
  await server.stop();
  await expect(page.getByRole('alert').filter({ hasText: 'out of date' })).toBeVisible();
  await app.editor.getByText('podSelector: {}').click();
  await page.keyboard.press('End');
  await page.keyboard.type('\npolicyTypes: [Egress]');
  // The engine is in the page: the impact goes on without a server.
  await expect(app.editor).toContainText('policyTypes: [Egress]');
  await expect(page.getByTestId('impact-sentence')).toContainText('out of shop');
  // So do the parts that were not looked at before: the form, and the way to take the draft out.
  await page.getByRole('radio', { name: 'Form' }).click();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('typed');
  await app.drawer.getByRole('button', { name: 'Export' }).click();
  await expect(page.getByRole('dialog', { name: /^Export/ })).toContainText('policyTypes: [Egress]');
});

for (const [draft, policies] of [
  ['draft', 1],
  ['long draft', 150],
] as const) {
  test(`losing the tab loses no keystroke of a ${draft}`, async ({
    demo,
    page,
    context,
    demoServer,
    guard,
  }) => {
    guard.expects(/the page crashed/);
    const texts = Array.from({ length: policies }, (_, index) => policy('legacy-portal', `typed-${index}`));
    await pasteOnPage(page, texts.join('---\n'));
    await demo.editor.click();
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.type('# the very last words\n');
    // Killed, not closed: nothing of the page's own runs any more.
    const address = page.url();
    const session = await context.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    void session.send('Page.crash').catch(() => undefined);
    await crashed;
    const other = await context.newPage();
    await other.goto(address);
    const again = new App(other, demoServer.url);
    await again.ready();
    await expect(again.editor).toContainText('# the very last words');
  });
}

test('losing the worker loses no keystroke, and the impact comes back', async ({ demo, page }) => {
  test.slow();
  await pasteOnPage(page, policy('legacy-portal'));
  const sentence = page.getByTestId('impact-sentence');
  await expect(sentence).toContainText('into legacy-portal');
  await page.workers()[0]?.evaluate(() => self.close());
  await demo.editor.getByText('podSelector: {}').click();
  await page.keyboard.press('End');
  await page.keyboard.type('\npolicyTypes: [Egress]');
  await expect(demo.editor).toContainText('policyTypes: [Egress]');
  // Looked for in every frame: a small cluster is back within half a second.
  await page.waitForFunction(
    (notice) => document.body.textContent?.includes(notice) === true,
    'The engine stopped and is being started again.',
    { timeout: 40_000 },
  );
  // The picture stays while the engine comes back.
  await expect(demo.graph).toBeVisible();
  await expect(sentence).toContainText('out of legacy-portal', { timeout: 40_000 });
  await expect(page.getByText('The engine stopped and is being started again.')).toBeHidden();
});

test('two tabs share their drafts', async ({ demo, page, context, demoServer }) => {
  await pasteOnPage(page, policy('legacy-portal'));
  const other = await context.newPage();
  await other.goto(page.url());
  const there = new App(other, demoServer.url);
  await there.ready();
  await expect(there.editor).toContainText('name: typed');
  await typeAtEnd(demo, '# from here');
  await expect(there.editor).toContainText('# from here');
  await typeAtEnd(there, ' and there');
  await expect(demo.editor).toContainText('# from here and there');
  // Each makes a draft; neither writes the other's away.
  for (const app of [demo, there]) {
    await app.drawer.getByRole('button', { name: /^Draft: / }).click();
    await app.page.getByRole('button', { name: 'New draft' }).click();
  }
  await page.reload();
  await demo.ready();
  await demo.drawer.getByRole('button', { name: /^Draft: / }).click();
  for (const name of ['Draft 1', 'Draft 2', 'Draft 3']) {
    await expect(demo.drawer.getByRole('button', { name: new RegExp(`^${name} \\d`) })).toBeVisible();
  }
});

test('where the browser keeps nothing, that is said, and the page asks before it goes', async ({
  demo,
  page,
}) => {
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
  });
  await pasteOnPage(page, policy('legacy-portal'));
  await expect(demo.drawer.getByRole('status').filter({ hasText: 'storage is full' })).toBeVisible();
  await expect(page.getByTestId('impact-sentence')).toContainText('Closes');
  const asked = page.waitForEvent('dialog');
  // A page may ask only where somebody did something on it.
  await demo.editor.click();
  void page.reload().catch(() => undefined);
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await expect(demo.editor).toContainText('name: typed');
});

test('a draft never leaves the browser', async ({ demo, page }) => {
  const sent: string[] = [];
  page.on('request', (request) =>
    sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`),
  );
  await pasteOnPage(page, policy('legacy-portal', 'quite-secret'));
  await expect(page.getByTestId('impact-sentence')).toContainText('Closes');
  await typeAtEnd(demo, '# quite-secret too');
  await demo.drawer.getByRole('button', { name: 'More about this draft' }).click();
  await page.getByRole('button', { name: 'Copy a link that holds it' }).click();
  await expect(page.getByTestId('toast')).toContainText(/\d+ of at most 32,000 characters/);
  await page.reload();
  await demo.ready();
  await expect(demo.editor).toContainText('quite-secret too');
  expect(sent.length).toBeGreaterThan(3);
  expect(sent.filter((line) => line.includes('quite-secret') || !line.startsWith('GET '))).toEqual([]);
});
