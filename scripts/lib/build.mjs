import { pnpm } from './pnpm.mjs';

/** The command without the web app: all that CI needs. */
export const COMMAND = ['@bulkhead/cli'];
/** What `npm start` runs; the rest of the workspace is for tests. */
export const PRODUCT = [...COMMAND, '@bulkhead/web'];

/**
 * Builds with turbo, which skips each package whose inputs are as they were.
 *
 * @param {{ only?: readonly string[] }} [options] `only`: these packages and what they need, and the output only if it fails
 * @returns {Promise<boolean>} whether it succeeded; what went wrong is on the terminal by then
 */
export async function build({ only } = {}) {
  const { code, output } = await pnpm(
    [
      'exec',
      'turbo',
      'run',
      'build',
      '--output-logs=new-only',
      '--log-order=grouped',
      ...(only ?? []).map((name) => `--filter=${name}...`),
    ],
    {
      quiet: only !== undefined,
      env: { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' },
    },
  );
  if (code !== 0 && only !== undefined) process.stderr.write(output);
  return code === 0;
}
