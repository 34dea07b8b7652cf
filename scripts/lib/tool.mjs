import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from './failure.mjs';
import { root } from './paths.mjs';

/**
 * The script behind a dependency's command.
 *
 * @param {string} packageName
 * @param {string} command name of the command, as in node_modules/.bin
 * @param {string} [from] workspace folder that depends on it
 * @returns {string} an absolute path
 */
export function toolScript(packageName, command, from = '.') {
  const manifest = join(root, from, 'node_modules', packageName, 'package.json');
  try {
    /** @type {{ bin?: string | Record<string, string> }} */
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
    const script = typeof bin === 'string' ? bin : bin?.[command];
    if (script) return join(dirname(manifest), script);
  } catch {
    // Said below: the reader's remedy is the same.
  }
  throw new Failure(
    `${packageName} is not installed. Run \`npm test\`, which installs it, or \`pnpm install\`.`,
  );
}
