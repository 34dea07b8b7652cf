import { build, COMMAND } from './lib/build.mjs';
import { Failure, runMain } from './lib/failure.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { assertSupportedNode } from './lib/node-version.mjs';

/** Installs and builds what `apps/cli/bin/bulkhead.js` needs, without the web app: for CI, and for a PATH. */
await runMain(async () => {
  assertSupportedNode();
  await ensureInstalled();
  if (!(await build({ only: COMMAND }))) throw new Failure('The build failed; the errors are above.');
  return undefined;
});
