import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their sources, so that tests need no build.
const conditions = ['@bulkhead/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{apps,packages,tests}/*/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
    setupFiles: ['scripts/vitest-setup.ts'],
    testTimeout: 120_000,
    // It imports JSON in a way that only bundlers take.
    server: { deps: { inline: [/@actions\/workflow-parser/] } },
  },
});
