import type { Page } from '@playwright/test';
import { pasteOnPage } from '../fixtures/paste.ts';
import type { Measured } from './metrics.ts';
import { longestTask, now, show } from './timing.ts';

/** Every so many keys the typist rests, long enough for the views to begin with what they have to do. */
const KEYS_IN_A_ROW = 8;
const ROWS = 5;
const KEY_MS = 130;
/** The views begin their work somewhere in a rest; the next key comes while it goes on. */
const RESTS_MS = [450, 600, 800, 1_100, 1_600];
const GIVE_UP_MS = 60_000;

/** What stands beside the editor: each view at its most work. */
const VIEWS = ['', 'view=matrix&drill=*|*', 'view=table'];

/**
 * Types in a policy for a whole namespace, with each view open beside it: from a key to the impact that it has, and the
 * longest task of the main thread meanwhile.
 */
export async function typing(page: Page, url: string, namespace: string): Promise<Measured> {
  await show(page, url);
  await watchImpact(page);
  await pasteOnPage(page, policyFor(namespace));
  await page.getByTestId('impact-sentence').waitFor({ timeout: GIVE_UP_MS });
  await page.waitForURL(/[?&]draft=/);
  const draft = new URL(page.url()).searchParams.get('draft') ?? '';
  const times: number[] = [];
  let longest = 0;
  for (const view of VIEWS) {
    await show(page, `${url}?draft=${draft}&drawer=1&${view}`);
    const editor = page.getByRole('textbox', { name: /^YAML of/ });
    await editor.getByText('port: 8080').click({ timeout: GIVE_UP_MS });
    await page.keyboard.press('End');
    // Everything that comes with the view has come.
    await page.waitForTimeout(4_000);
    const begin = await now(page);
    await page.evaluate(() => Reflect.set(window, 'bulkheadKeys', []));
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
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  return { impact: at(0.5), impactLate: at(0.95), typingLongest: longest };
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
