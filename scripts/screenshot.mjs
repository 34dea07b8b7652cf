import { build } from './lib/build.mjs';
import { ensureChromium } from './lib/chromium-install.mjs';
import { runMain } from './lib/failure.mjs';
import { runNode } from './lib/run.mjs';
import { toolScript } from './lib/tool.mjs';

/** Takes `docs/screenshot.png` anew, from the demo as it is built now. */
await runMain(async () => {
  if (!(await build())) return 1;
  const chromium = await ensureChromium();
  if (!chromium.ok) {
    process.stderr.write(`${chromium.problem}\n`);
    return 1;
  }
  const args = ['test', '-c', 'tests/e2e/screenshot.config.ts'];
  const script = toolScript('@playwright/test', 'playwright', 'tests/e2e');
  return (await runNode(script, args, { env: { CHROME_PATH: chromium.path } })).code ?? 1;
});
