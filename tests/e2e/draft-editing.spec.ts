import { teams } from './fixtures/cluster.ts';
import { pasteOnPage } from './fixtures/paste.ts';
import { expect, test } from './fixtures/test.ts';

test('form and YAML are one document: an edit in the form changes only its own lines', async ({
  demo,
  page,
}) => {
  await demo.goTo('payments/payment-api-from-checkout');
  await demo.inspector.getByRole('button', { name: 'Edit in a draft' }).click();
  await expect(demo.editor).toContainText('tideway.example/pci-client: approved');
  const before = await text(page);

  await demo.drawer.getByRole('radio', { name: 'Form' }).click();
  await expect(demo.drawer.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue(
    'payment-api-from-checkout',
  );
  const port = demo.drawer.getByRole('textbox', { name: 'Rule 1: port 1' });
  await expect(port).toHaveValue('8443');
  await port.fill('9443');
  await expect(demo.impact).toContainText('+ TCP 9443');
  await expect(demo.impact).toContainText('− TCP 8443');

  await demo.drawer.getByRole('radio', { name: 'YAML' }).click();
  const after = await text(page);
  expect(after).toBe(before.replace('8443', '9443'));

  // Undo belongs to the draft, wherever the focus is: the form's change goes as one step.
  await demo.drawer.getByRole('radio', { name: 'Form' }).click();
  await port.focus();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(port).toHaveValue('8443');
  await page.keyboard.press('ControlOrMeta+Shift+z');
  await expect(port).toHaveValue('9443');
});

test('a selector is built from labels that exist and says what it matches', async ({ demo, page }) => {
  await page.keyboard.press('d');
  await demo.drawer.getByRole('button', { name: 'Start from a template' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start from a template' });
  await dialog.getByRole('combobox', { name: 'For: namespace' }).selectOption('shop');
  await dialog.getByRole('button', { name: 'Add to the draft' }).click();
  await demo.drawer.getByRole('radio', { name: 'Form' }).click();
  const subject = demo.drawer.getByRole('region', { name: 'Subject' });
  await expect(subject).toContainText(/Selects \d+ pods/);
  await subject.getByRole('button', { name: 'Pods: add a label' }).click();
  await page.getByRole('button', { name: /^app=inventory/ }).click();
  await expect(subject).toContainText('Selects 2 pods of inventory');
  await demo.drawer.getByRole('radio', { name: 'YAML' }).click();
  await expect(demo.editor).toContainText('app: inventory');
});

test('several documents are folded, searched and replaced in; a cluster-wide one is edited by form', async ({
  demo,
  page,
}) => {
  const document = (name: string) => `apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata:
  name: ${name}
spec:
  priority: 7
  subject:
    namespaces: {matchLabels: {team: web}}
  ingress:
    - action: Deny # first
      from: [{namespaces: {}}]
    - action: Allow # then
      from: [{namespaces: {}}]
`;
  await pasteOnPage(page, [document('one'), document('two')].join('---\n'));
  await demo.editor.click();
  await page.keyboard.press('Control+Home');
  for (let line = 1; line < 5; line++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+Shift+BracketLeft');
  const folds = page.locator('.cm-foldPlaceholder');
  await expect(folds).toHaveCount(1);

  // A match in what is folded is shown.
  await page.keyboard.press('ControlOrMeta+f');
  await page.keyboard.type('priority');
  await expect(page.getByText('2 matches', { exact: true })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('1 of 2', { exact: true })).toBeVisible();
  await expect(folds).toHaveCount(0);
  await page.getByRole('textbox', { name: 'Find' }).fill('team: web');
  await page.getByRole('textbox', { name: 'Replace' }).fill('team: shop');
  await page.getByRole('button', { name: 'Replace all' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Find' })).toHaveCount(0);
  expect((await text(page)).match(/team: shop/g)).toHaveLength(2);

  await demo.drawer.getByRole('radio', { name: 'Form' }).click();
  await demo.drawer.getByRole('textbox', { name: 'Priority' }).fill('8');
  await demo.drawer.getByRole('radio', { name: 'Pods of namespaces', exact: true }).click();
  await demo.drawer.getByRole('button', { name: 'Move Rule 2 up' }).click();
  await expect(demo.drawer.getByRole('combobox', { name: 'Rule 1: action' })).toHaveValue('Allow');
  await demo.drawer.getByRole('radio', { name: 'YAML' }).click();
  const edited = await text(page);
  expect(edited).toMatch(/priority: 8\n {2}subject:\n {4}pods:\n {6}namespaceSelector:/);
  expect(edited).toMatch(/- action: Allow # then\n.*\n {4}- action: Deny # first/);
});

test('completion offers the fields that fit and what the cluster has', async ({ demo, page }) => {
  await page.keyboard.press('d');
  await demo.drawer.getByRole('button', { name: 'Write YAML' }).click();
  await demo.editor.click();
  const choose = async (label: string) => {
    const option = page
      .getByRole('listbox', { name: 'Completions' })
      .getByRole('option', { name: new RegExp(`^${label}`) });
    await expect(option).toBeVisible();
    await option.click();
  };
  await page.keyboard.type('api');
  await choose('apiVersion');
  await page.keyboard.type('netw');
  await choose('networking.k8s.io/v1');
  await page.keyboard.press('Enter');
  await page.keyboard.type('kind: Netw');
  await choose('NetworkPolicy');
  await page.keyboard.press('Enter');
  await page.keyboard.type('metadata:\nname: typed\nnames');
  await choose('namespace');
  await page.keyboard.type('pay');
  await choose('payments');
  await expect(demo.editor).toContainText('namespace: payments');
});

test('what is wrong with a document is said in place', async ({ demo, page }) => {
  await page.keyboard.press('d');
  await demo.drawer.getByRole('button', { name: 'Write YAML' }).click();
  const say = async (yaml: string, message: RegExp) => {
    await demo.editor.click();
    await page.keyboard.press('ControlOrMeta+a');
    await paste(demo.editor, yaml);
    await expect(demo.drawer).toContainText(message);
  };
  const policy = (namespace: string, name = 'x') =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nspec:\n  podSelector: {}\n`;
  await say('kind: Deployment\napiVersion: apps/v1\n', /Line 1: Deployment is not a policy/);
  await say(policy('nowhere'), /There is no namespace nowhere in this cluster/);
  await say(`${policy('shop')}---\n${policy('shop')}`, /stands in this text twice, first at line 1/);
  await say(`${policy('shop')}  ingress:\n    - from: [`, /Line \d+: /);
  await say(`${policy('shop')}  podSelector: {}\n`, /This key stands here twice/);
  await say(policy('shop').replace('networking.k8s.io/v1', 'extensions/v1beta1'), /is not understood/);
});

test('a kind that the cluster does not serve is said on its line', async ({ live, serve, open, page }) => {
  const { args } = await live({ seed: teams() });
  const app = await open(await serve(args));
  await app.ready();
  await page.keyboard.press('d');
  await app.drawer.getByRole('button', { name: 'Write YAML' }).click();
  await app.editor.click();
  await paste(
    app.editor,
    `# For the whole cluster.
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata:
  name: default
spec:
  subject:
    namespaces: {}
  ingress:
    - action: Deny
      from:
        - namespaces: {}
`,
  );
  await expect(app.drawer).toContainText('Line 3: This cluster does not serve BaselineAdminNetworkPolicy');
});

test('a word that is typed in full needs no completion: Enter ends its line', async ({ demo, page }) => {
  await page.keyboard.press('d');
  await demo.drawer.getByRole('button', { name: 'Write YAML' }).click();
  await demo.editor.click();
  const completions = page.getByRole('listbox', { name: 'Completions' });
  await page.keyboard.type('apiVersion: networking.k8s.io/v1');
  await expect(completions).toBeVisible();
  await page.keyboard.type('\nkind: NetworkPolicy\nmetadata:\nname: x');
  expect(await text(page)).toBe(
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: x',
  );
});

test('labels of a namespace are changed, and what they are picked by moves', async ({ demo, page }) => {
  await demo.goTo('monitoring');
  await demo.inspector.getByRole('button', { name: 'Change labels' }).click();
  const pane = demo.drawer.getByRole('table');
  await expect(pane).toBeVisible();
  await demo.drawer.getByRole('textbox', { name: 'Key of a new label' }).fill('not a label');
  await demo.drawer.getByRole('button', { name: 'Add label' }).click();
  await expect(pane.getByText('not a label')).toBeHidden();
  await demo.drawer.getByRole('textbox', { name: 'Key of a new label' }).fill('tier');
  await page.keyboard.press('Enter');
  await demo.drawer.getByRole('textbox', { name: 'Value of tier' }).fill('ops');
  await expect(pane).toContainText('not set');
  await expect(page.getByTestId('impact-sentence')).toHaveText('Changes no connection.');
});

test('labels and workloads that are not there yet are part of a draft', async ({ demo, page }) => {
  await demo.goTo('shop/cart');
  await demo.inspector.getByRole('button', { name: 'Change labels' }).click();
  await demo.drawer.getByRole('textbox', { name: 'Value of app' }).fill('basket');
  await expect(demo.impact).toContainText('− TCP 8080');
  await expect(demo.impact).toContainText('shop/cart');

  await demo.drawer.getByRole('button', { name: 'Add to the draft' }).click();
  await page.getByRole('button', { name: 'New workload' }).click();
  await demo.drawer.getByRole('combobox', { name: 'Namespace' }).fill('legacy-portal');
  await expect(demo.impact).toContainText('new-workload');
  await demo.drawer.getByRole('combobox', { name: 'Namespace' }).fill('nowhere');
  await expect(demo.impact).toContainText('there is no namespace nowhere');
});

/** The editor's text, as it would be exported. */
async function text(page: import('@playwright/test').Page): Promise<string> {
  return page
    .locator('.cm-content')
    .evaluate((content) =>
      [...content.querySelectorAll('.cm-line')].map((line) => line.textContent ?? '').join('\n'),
    );
}

/** Pastes text. Letting the browser replace a selection leaves style attributes behind, which the page's policy forbids. */
async function paste(editor: import('@playwright/test').Locator, yaml: string): Promise<void> {
  await editor.evaluate((content, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    content.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, yaml);
}
