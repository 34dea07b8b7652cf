import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import config from '../playwright.config.ts';

/** Measures the browser instead of testing it; see `speed.bench.ts`. */
export default defineConfig({
  ...config,
  testDir: fileURLToPath(new URL('.', import.meta.url)),
  testMatch: 'speed.bench.ts',
  reporter: 'list',
  workers: 1,
  timeout: 900_000,
  use: { ...config.use, trace: 'off', screenshot: 'off' },
});
