import type { Page } from '@playwright/test';
import { pasteOnPage } from '../fixtures/paste.ts';
import { GIVE_UP_MS, KEY_MS } from './drafting.ts';
import type { Measured } from './metrics.ts';
import { longestTask, now, show } from './timing.ts';

/** Together some 290 KB of YAML. */
const POLICIES = 1_700;

/** What is typed at the end of a port's line and taken back; the second leaves YAML that can't be read until it is gone. */
const TYPED = ['1', '2', ' [', ' #'];

/** Types in a text of many policies, which touch every namespace: the longest task of the main thread meanwhile. */
export async function longText(page: Page, url: string, namespaces: readonly string[]): Promise<Measured> {
  await show(page, url);
  await pasteOnPage(page, policiesFor(namespaces));
  const editor = page.getByRole('textbox', { name: /^YAML of/ });
  await editor.waitFor({ timeout: GIVE_UP_MS });
  await page.getByTestId('impact-sentence').waitFor({ timeout: GIVE_UP_MS });
  await page.waitForTimeout(8_000);
  await editor
    .getByText(/port: \d+/)
    .first()
    .click({ timeout: GIVE_UP_MS });
  await page.keyboard.press('End');
  await page.waitForTimeout(3_000);
  const begin = await now(page);
  for (const keys of TYPED) {
    for (const key of [...keys, ...[...keys].map(() => 'Backspace')]) {
      await page.keyboard.press(key);
      await page.waitForTimeout(KEY_MS);
    }
    await page.waitForTimeout(3_000);
  }
  return { longText: await longestTask(page, begin) };
}

function policiesFor(namespaces: readonly string[]): string {
  return Array.from(
    { length: POLICIES },
    (_, index) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: typed-${index}
  namespace: ${namespaces[index % namespaces.length]}
spec:
  podSelector: {}
  ingress:
    - ports:
        - port: ${8_000 + (index % 90)}
`,
  ).join('---\n');
}
