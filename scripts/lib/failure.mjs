/** A failure that is said in one paragraph, without a stack trace: the reader can do something about it. */
export class Failure extends Error {
  /**
   * @param {string} message what went wrong, and what to do about it
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs a script's main function and turns its end into an exit code.
 *
 * @param {() => Promise<number | undefined>} main
 */
export async function runMain(main) {
  try {
    const code = await main();
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
