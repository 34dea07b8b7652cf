import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

/** Takes the picture of the README instead of testing; see `scripts/screenshot.mjs`. */
export default defineConfig({ ...config, testMatch: 'readme.shot.ts', reporter: 'list' });
