import { pnpm } from './pnpm.mjs';

/**
 * Builds everything; turbo skips each package whose inputs are as they were.
 *
 * @param {{ quiet?: boolean }} [options] `quiet` prints the output only if the build fails
 * @returns {Promise<boolean>} whether it succeeded; what went wrong is on the terminal by then
 */
export async function build({ quiet = false } = {}) {
  const { code, output } = await pnpm(
    ['exec', 'turbo', 'run', 'build', '--output-logs=new-only', '--log-order=grouped'],
    {
      quiet,
      env: { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' },
    },
  );
  if (code !== 0 && quiet) process.stderr.write(output);
  return code === 0;
}
