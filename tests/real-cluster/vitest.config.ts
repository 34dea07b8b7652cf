import { defineConfig } from 'vitest/config';

const conditions = ['@bulkhead/source'];

/** Needs kube-apiserver and etcd, so it is no part of `npm test`; see CONTRIBUTING. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: import.meta.dirname,
    include: ['src/**/*.real.ts'],
    // One control plane at a time is what a small machine bears.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
