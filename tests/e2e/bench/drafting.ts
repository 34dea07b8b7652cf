import type { Page } from '@playwright/test';
import { pasteOnPage } from '../fixtures/paste.ts';
import type { Measured } from './metrics.ts';
import { longestTask, now, show } from './timing.ts';

/** Every so many keys the typist rests, long enough for the views to begin with what they have to do. */
const KEYS_IN_A_ROW = 8;
const ROWS = 5;
export const KEY_MS = 130;
/** The views begin their work somewhere in a rest; the next key comes while it goes on. */
const RESTS_MS = [450, 600, 800, 1_100, 1_600];
export const GIVE_UP_MS = 60_000;

/** What stands beside the editor: each view at its most work. */
const VIEWS = ['', 'view=matrix&drill=*|*', 'view=table'];

/**
 * Drafts a policy for a whole namespace: types in it with each view open beside it, takes keys back, fills in its form,
 * and changes labels. From a key to the impact that it has, and the longest task of the main thread meanwhile.
 */
export async function drafting(page: Page, url: string, namespace: string): Promise<Measured> {
  await show(page, url);
  await watchImpact(page);
  const opened = await now(page);
  await page.locator('.draft-badge').click();
  await page.locator('.draft').waitFor({ timeout: GIVE_UP_MS });
  await pasteOnPage(page, policyFor(namespace));
  await page.getByTestId('impact-sentence').waitFor({ timeout: GIVE_UP_MS });
  await page.waitForURL(/[?&]draft=/);
  const editor = page.getByRole('textbox', { name: /^YAML of/ });
  await editor.waitFor({ timeout: GIVE_UP_MS });
  await page.waitForTimeout(2_000);
  const opening = await longestTask(page, opened);

  const draft = new URL(page.url()).searchParams.get('draft') ?? '';
  const times: number[] = [];
  let longest = 0;
  let switching = 0;
  for (const view of VIEWS) {
    const switched = await now(page);
    await show(page, `${url}?draft=${draft}&drawer=1&${view}`);
    await editor.getByText(/port: \d+/).click({ timeout: GIVE_UP_MS });
    await page.keyboard.press('End');
    // Everything that comes with the view has come.
    await page.waitForTimeout(4_000);
    switching = Math.max(switching, await longestTask(page, switched));
    const begin = await now(page);
    await forgetKeys(page);
    for (let row = 0; row < ROWS; row++) {
      for (let key = 0; key < KEYS_IN_A_ROW; key++) {
        await page.keyboard.press(key % 2 === 0 ? 'Backspace' : String((row + key) % 10));
        await page.waitForTimeout(KEY_MS);
      }
      await page.waitForTimeout(RESTS_MS[row] ?? 0);
    }
    await page.waitForTimeout(2_000);
    longest = Math.max(longest, await longestTask(page, begin));
    times.push(...(await impactTimes(page)));
  }
  await show(page, `${url}?draft=${draft}&drawer=1`);
  await page.waitForTimeout(2_000);
  const since = await now(page);
  await editor.focus();
  const undo = await impactsOf(
    page,
    [...'zzzzyyyy'].map((key) => `Control+${key}`),
  );
  await page.getByRole('radio', { name: 'Form' }).click();
  await page
    .getByRole('textbox', { name: /: port 1$/ })
    .first()
    .focus();
  await page.keyboard.press('End');
  const form = await impactsOf(page, EDITS);
  await page.getByRole('button', { name: 'Add to the draft' }).click();
  await page.getByRole('button', { name: 'Change labels' }).click();
  await page.getByRole('combobox', { name: 'Namespace of the labels' }).selectOption(namespace);
  await page.getByRole('combobox', { name: 'Workload of the labels' }).selectOption({ index: 1 });
  await page
    .getByRole('textbox', { name: /^Value of / })
    .first()
    .focus();
  await page.keyboard.press('End');
  const labels = await impactsOf(page, EDITS);
  return {
    impact: quantile(times, 0.5),
    impactLate: quantile(times, 0.95),
    typingLongest: longest,
    undo: quantile(undo, 0.5),
    form: quantile(form, 0.5),
    labels: quantile(labels, 0.5),
    draftingLongest: Math.max(opening, switching, await longestTask(page, since)),
  };
}

/** Keys at the end of a port's number or a label's value; each changes it, and leaves one that may be. */
const EDITS = ['Backspace', '1', 'Backspace', '2', 'Backspace', '3', 'Backspace', '1'];

/** Presses keys with rests in which the views do what they have to do; from each to its impact, in milliseconds. */
async function impactsOf(page: Page, keys: readonly string[]): Promise<readonly number[]> {
  await page.waitForTimeout(2_000);
  await forgetKeys(page);
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(450);
  }
  await page.waitForTimeout(2_000);
  return impactTimes(page);
}

function quantile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? Number.NaN;
}

function forgetKeys(page: Page): Promise<unknown> {
  return page.evaluate(() => Reflect.set(window, 'bulkheadKeys', []));
}

function policyFor(namespace: string): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: typed
  namespace: ${namespace}
spec:
  podSelector: {}
  ingress:
    - ports:
        - port: 8080
`;
}

/** Makes the page keep when keys go down, and when the impact of which version of the draft was there to be read. */
async function watchImpact(page: Page): Promise<void> {
  await page.evaluate(() => {
    const impacts: { readonly at: number; readonly version: number }[] = [];
    Reflect.set(window, 'bulkheadImpacts', impacts);
    Reflect.set(window, 'bulkheadKeys', []);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntriesByName('bulkhead:impact')) {
        const detail: unknown = entry instanceof PerformanceMark ? entry.detail : undefined;
        if (typeof detail === 'number') impacts.push({ at: entry.startTime, version: detail });
      }
    }).observe({ entryTypes: ['mark'] });
    document.addEventListener(
      'keydown',
      (event) => {
        if (event.key === 'Control') return;
        const keys: unknown = Reflect.get(window, 'bulkheadKeys');
        const last = impacts.at(-1)?.version ?? 0;
        if (Array.isArray(keys)) keys.push({ at: event.timeStamp, last });
      },
      true,
    );
  });
}

/** From each key to the first impact of the version that it made, or of a later one. */
function impactTimes(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => {
    const list = (name: string): readonly { at: number; version: number; last: number }[] => {
      const found: unknown = Reflect.get(window, name);
      return Array.isArray(found) ? found : [];
    };
    const keys = list('bulkheadKeys');
    const first = keys[0]?.last ?? 0;
    return keys.map(({ at }, index) => {
      const impact = list('bulkheadImpacts').find(({ version }) => version > first + index);
      return impact === undefined ? Number.POSITIVE_INFINITY : impact.at - at;
    });
  });
}
