import { runChecks } from './lib/checks.mjs';
import { runMain } from './lib/failure.mjs';
import { assertSupportedNode } from './lib/node-version.mjs';

/** `pnpm check`: every check that CI runs, on what is installed. */
await runMain(async () => {
  assertSupportedNode();
  return runChecks();
});
