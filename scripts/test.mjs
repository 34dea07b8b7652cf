import { runChecks } from './lib/checks.mjs';
import { runMain } from './lib/failure.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { assertSupportedNode } from './lib/node-version.mjs';

/** `npm test`: installs what is not up to date, then runs every check. */
await runMain(async () => {
  assertSupportedNode();
  await ensureInstalled();
  return runChecks();
});
