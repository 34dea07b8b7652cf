import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

/** The browser on a kube-apiserver and its etcd, which have to be installed; see CONTRIBUTING. */
export default defineConfig({
  ...config,
  testMatch: 'real-cluster.real.ts',
  reporter: 'list',
  workers: 1,
  timeout: 600_000,
});
