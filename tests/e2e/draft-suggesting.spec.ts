import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applied, parseYaml } from './fixtures/exported.ts';
import { diffDirectories, listedImpact } from './fixtures/impact.ts';
import { REPOSITORY } from './fixtures/server.ts';
import { expect, test } from './fixtures/test.ts';

const COMMAND = join(REPOSITORY, 'apps', 'cli', 'bin', 'bulkhead.js');
const DEMO = join(REPOSITORY, 'apps', 'api', 'demo');

test('from a denied pair: the smallest edit that allows exactly it, proved by the diff of what is exported', async ({
  demo,
  page,
}) => {
  await demo.ask('legacy-portal/portal -> payments/payment-api:8443');
  await expect(demo.verdict).toContainText('Denied');
  await demo.inspector.getByRole('button', { name: 'Allow in a draft' }).click();
  const dialog = page.getByRole('dialog', { name: 'legacy-portal/portal → payments/payment-api' });
  const suggestions = dialog.getByRole('listitem');
  await expect(suggestions.first()).toContainText('exactly this');
  // What is not exact says what else it opens.
  await expect(dialog.getByText(/also opens \d+ more/).first()).toBeVisible();
  await suggestions.first().getByRole('button', { name: 'Add to the draft' }).click();

  await expect(demo.verdict).toContainText('Allowed');
  await expect(page.getByTestId('impact-sentence')).toHaveText(
    'Opens 1 connection into payments/payment-api.',
  );
  const listed = await listedImpact(demo);
  expect(listed).toEqual([
    {
      from: 'legacy-portal/portal[Deployment]',
      to: 'payments/payment-api[Deployment]',
      opened: 'TCP 8443',
      closed: '',
    },
  ]);
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const exported = page.getByRole('dialog', { name: /^Export/ });
  const { text } = await demo.download(exported.getByRole('button', { name: /^Download .*\.yaml$/ }));
  expect(parseYaml(text)).toHaveLength(1);
  expect(await diffDirectories(DEMO, await applied(DEMO, text))).toEqual(listed);

  await exported.getByRole('radio', { name: 'Commands' }).click();
  await expect(exported.getByRole('region', { name: /See what would change/ })).toHaveText(
    /^kubectl diff -f \S+\.yaml\s*$/,
  );
  await exported.getByRole('radio', { name: 'Verify' }).click();
  const script = await exported.getByRole('region', { name: 'Verification script' }).textContent();
  expect(spawnSync('bash', ['-n'], { input: script ?? '' }).status).toBe(0);
  expect(script).toContain(
    'probe legacy-portal portal-deployment payments payment-api-deployment tcp 8443 open',
  );
});

test('from an allowed pair: how to close it; a pinned invariant goes red the moment it does', async ({
  demo,
  page,
}, testInfo) => {
  await demo.ask('shop/cart -> shop/inventory:8080');
  await expect(demo.verdict).toContainText('Allowed');
  await demo.inspector.getByRole('button', { name: 'Pin an invariant' }).click();
  await page.getByRole('button', { name: /^Must reach/ }).click();
  await page.getByRole('navigation', { name: 'Lists' }).getByRole('tab', { name: 'Invariants' }).click();
  const pins = page.getByRole('tabpanel', { name: 'Invariants' });
  await expect(pins).toContainText('holds');

  await demo.inspector.getByRole('button', { name: 'Close in a draft' }).click();
  const dialog = page.getByRole('dialog', { name: 'shop/cart → shop/inventory' });
  await dialog.getByRole('button', { name: 'Add to the draft' }).first().click();
  await expect(demo.verdict).toContainText('Denied');
  await expect(pins).toContainText('broken');
  await expect(demo.impact).toContainText('Broken by this draft');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(pins).toContainText('holds');

  const { name, text } = await demo.download(
    pins.getByRole('button', { name: 'Save as a check file for CI' }),
  );
  expect(name).toBe('bulkhead.yaml');
  expect(text).toContain('mustReach');

  // The command holds the same cluster against it, and the app opens it again.
  const file = testInfo.outputPath(name);
  writeFileSync(file, text);
  const checked = spawnSync(process.execPath, [COMMAND, 'check', '--demo', file], { encoding: 'utf8' });
  expect([checked.status, checked.stdout]).toEqual([0, expect.stringContaining('1 of 1 invariant holds')]);
  await pins.getByRole('button', { name: /^Unpin/ }).click();
  await expect(pins).toContainText('Nothing is pinned');
  await pins.locator('input[type=file]').setInputFiles(file);
  await expect(pins).toContainText('holds');
});

test('the review says what holds for pods that do not exist yet', async ({ demo }) => {
  await demo.goTo('payments');
  await demo.inspector.getByRole('button', { name: 'Isolate in a draft' }).click();
  await expect(demo.impact).toContainText('Opens nothing new, whatever is deployed in payments.');
});
