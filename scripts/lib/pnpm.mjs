import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './paths.mjs';
import { run } from './run.mjs';

/**
 * @returns {string} the exact version that package.json asks for
 */
export function wantedPnpm() {
  /** @type {{ packageManager: string }} */
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return packageManager.replace(/^pnpm@/, '').replace(/\+.*$/, '');
}

/**
 * How to call pnpm of the wanted version: the one on the PATH where it is that version, else through `npm exec`,
 * which fetches it once and keeps it in npm's cache. Corepack is not needed.
 *
 * @type {Promise<readonly [string, ...string[]]> | undefined}
 */
let invocation;

async function findInvocation() {
  const wanted = wantedPnpm();
  const found = await run('pnpm', ['--version'], {
    quiet: true,
    timeoutMs: 20_000,
    // A corepack shim would ask before it downloads, and nobody is there to answer.
    env: { COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
  });
  if (found.code === 0 && found.output.trim() === wanted) return /** @type {const} */ (['pnpm']);
  const npmArgs = ['exec', '--yes', `--package=pnpm@${wanted}`, '--', 'pnpm'];
  const npmScript = process.env['npm_execpath'];
  return npmScript && /^npm-cli\.c?js$/.test(basename(npmScript))
    ? /** @type {const} */ ([process.execPath, npmScript, ...npmArgs])
    : /** @type {const} */ (['npm', ...npmArgs]);
}

/**
 * Runs pnpm of the wanted version at the repository's top.
 *
 * @param {readonly string[]} args
 * @param {import('./run.mjs').RunOptions} [options]
 */
export async function pnpm(args, options) {
  invocation ??= findInvocation();
  const [command, ...before] = await invocation;
  return run(command, [...before, ...args], options);
}
