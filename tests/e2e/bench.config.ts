import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

/** Measures the browser instead of testing it; see `speed.bench.ts`. */
export default defineConfig({
  ...config,
  testMatch: 'speed.bench.ts',
  reporter: 'list',
  workers: 1,
  timeout: 900_000,
});
