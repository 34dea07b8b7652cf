import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { findSystemChromium } from '../../scripts/lib/chromium.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
// The checks say where the browser is; by hand it is looked for, and Playwright's own is what remains.
const executablePath = process.env['CHROME_PATH'] ?? findSystemChromium();

export default defineConfig({
  testDir: here,
  testMatch: '**/*.spec.ts',
  outputDir: join(here, 'test-results'),
  // Kept pictures hold on every machine; see `thumbnails`.
  snapshotPathTemplate: '{testDir}/looks/{arg}{ext}',
  fullyParallel: false,
  workers: 2,
  // On a machine that nobody sees a second try tells a slow moment from a defect; both are in the report.
  retries: process.env['CI'] === undefined ? 0 : 1,
  forbidOnly: process.env['CI'] !== undefined,
  // Machines with two slow cores that build something else at the same time are the norm here.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: join(here, 'test-results', 'report.json') }]],
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
    reducedMotion: 'reduce',
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
