import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { findSystemChromium } from './chromium.mjs';
import { root } from './paths.mjs';
import { run, runNode } from './run.mjs';
import { toolScript } from './tool.mjs';

/**
 * @typedef {{ ok: true, path: string } | { ok: false, problem: string }} Chromium
 */

/** @returns {string | undefined} the browser that Playwright downloaded for itself, if it did */
function findPlaywrightChromium() {
  try {
    const require = createRequire(join(root, 'tests', 'e2e', 'package.json'));
    /** @type {{ chromium: { executablePath(): string } }} */
    const { chromium } = require('@playwright/test');
    const path = chromium.executablePath();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function installWithPlaywright() {
  process.stdout.write('No Chromium on this system; asking Playwright to install one …\n');
  const script = toolScript('@playwright/test', 'playwright', 'tests/e2e');
  await runNode(script, ['install', 'chromium'], { timeoutMs: 300_000 });
  return findPlaywrightChromium();
}

async function installWithApt() {
  const debian = process.platform === 'linux' && existsSync('/etc/debian_version');
  if (!debian || process.getuid?.() !== 0 || !process.env['CI']) return undefined;
  process.stdout.write('Installing Debian’s chromium …\n');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const updated = await run('apt-get', ['update', '-q'], { env, timeoutMs: 300_000 });
  if (updated.code === 0) {
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
      env,
      timeoutMs: 600_000,
    });
  }
  return findSystemChromium();
}

/**
 * Finds a Chromium, or installs one by the usual means: Playwright's own download, and in CI on Debian, as root, the
 * distribution's package.
 *
 * @returns {Promise<Chromium>} where none can be had, the problem says what to do
 */
export async function ensureChromium() {
  const path =
    findSystemChromium() ??
    findPlaywrightChromium() ??
    (await installWithPlaywright()) ??
    (await installWithApt());
  if (path !== undefined) return { ok: true, path };
  return {
    ok: false,
    problem:
      'no Chromium found, and none could be installed. Install Chromium or Chrome (Debian, Ubuntu: `sudo apt-get install chromium`; ' +
      'macOS: `brew install --cask chromium`; or `npx playwright install --with-deps chromium` in tests/e2e), or set CHROME_PATH to one, and run `npm test` again',
  };
}
