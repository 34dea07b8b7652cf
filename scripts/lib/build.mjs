import { pnpm } from './pnpm.mjs';

/** What `npm start` runs; the rest of the workspace is for tests. */
const PRODUCT = ['--filter=@bulkhead/cli...', '--filter=@bulkhead/web...'];

/**
 * Builds with turbo, which skips each package whose inputs are as they were.
 *
 * @param {{ product?: boolean }} [options] `product`: only what `npm start` runs, and the output only if it fails
 * @returns {Promise<boolean>} whether it succeeded; what went wrong is on the terminal by then
 */
export async function build({ product = false } = {}) {
  const { code, output } = await pnpm(
    [
      'exec',
      'turbo',
      'run',
      'build',
      '--output-logs=new-only',
      '--log-order=grouped',
      ...(product ? PRODUCT : []),
    ],
    {
      quiet: product,
      env: { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' },
    },
  );
  if (code !== 0 && product) process.stderr.write(output);
  return code === 0;
}
