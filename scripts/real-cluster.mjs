import { build } from './lib/build.mjs';
import { ensureChromium } from './lib/chromium-install.mjs';
import { Failure, runMain } from './lib/failure.mjs';
import { runNode } from './lib/run.mjs';
import { toolScript } from './lib/tool.mjs';

/**
 * `pnpm real-cluster`: the live source and the browser against a kube-apiserver and its etcd. With arguments, they go
 * to vitest and the browser is left out: `pnpm real-cluster access`.
 */
await runMain(async () => {
  if (!(await build())) return 1;
  const { findBinaries } = await import('../tests/real-cluster/dist/binaries.js');
  try {
    findBinaries();
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
  const filters = process.argv.slice(2);
  const vitest = ['run', '--config', 'tests/real-cluster/vitest.config.ts', ...filters];
  const source = await runNode(toolScript('vitest', 'vitest'), vitest);
  if (source.code !== 0 || filters.length > 0) return source.code ?? 1;
  const chromium = await ensureChromium();
  if (!chromium.ok) throw new Failure(chromium.problem);
  const playwright = toolScript('@playwright/test', 'playwright', 'tests/e2e');
  const browser = ['test', '-c', 'tests/e2e/real-cluster.config.ts'];
  return (await runNode(playwright, browser, { env: { CHROME_PATH: chromium.path } })).code ?? 1;
});
