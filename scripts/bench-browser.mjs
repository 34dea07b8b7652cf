import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { ensureChromium } from './lib/chromium-install.mjs';
import { runMain } from './lib/failure.mjs';
import { runNode } from './lib/run.mjs';
import { toolScript } from './lib/tool.mjs';

const USAGE = `pnpm bench:browser [options]
  --sizes A,B     which sizes: workloads-100, workloads-1000, pods-10000, workloads-10000, pods-100000; all by default
  --json FILE     where the report is kept, .bench/browser.json by default
`;

/** Measures the built app in Chromium on generated clusters; see `tests/e2e/bench`. */
await runMain(async () => {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg, index) => !(index === 0 && arg === '--')),
    options: {
      sizes: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (!(await build())) return 1;
  const chromium = await ensureChromium();
  if (!chromium.ok) {
    process.stderr.write(`${chromium.problem}\n`);
    return 1;
  }
  const script = toolScript('@playwright/test', 'playwright', 'tests/e2e');
  const run = await runNode(script, ['test', '-c', 'tests/e2e/bench/bench.config.ts'], {
    env: {
      CHROME_PATH: chromium.path,
      ...(values.sizes === undefined ? {} : { BULKHEAD_BENCH_SIZES: values.sizes }),
      ...(values.json === undefined ? {} : { BULKHEAD_BENCH_REPORT: resolve(values.json) }),
    },
  });
  return run.code ?? 1;
});
