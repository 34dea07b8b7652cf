import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, PRODUCT } from './lib/build.mjs';
import { Failure, runMain } from './lib/failure.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { assertSupportedNode } from './lib/node-version.mjs';
import { root } from './lib/paths.mjs';

/**
 * `npm start`: installs and builds what is not up to date, then becomes `bulkhead serve` with the arguments
 * after `--`. The server runs in this very process, so that signals and the exit code need no passing on.
 */
await runMain(async () => {
  assertSupportedNode();
  await ensureInstalled();
  process.stdout.write('Building (what is unchanged is skipped) …\n');
  if (!(await build({ only: PRODUCT }))) throw new Failure('The build failed; the errors are above.');

  const cli = join(root, 'apps', 'cli', 'bin', 'bulkhead.js');
  if (!existsSync(cli)) throw new Failure(`${cli} is missing. Is this a complete clone?`);
  const args = process.argv.slice(2);
  if (args[0] === '--') args.shift();
  // npm starts scripts at the top of the repository; a relative --dir means where the user stands.
  process.chdir(process.env['INIT_CWD'] ?? process.cwd());
  process.argv.splice(1, process.argv.length, cli, 'serve', ...args);
  await import(pathToFileURL(cli).href);
  return undefined;
});
