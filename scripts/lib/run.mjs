import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] the repository's top by default
 * @property {NodeJS.ProcessEnv} [env] added to this process's environment
 * @property {boolean} [quiet] keep the output back (it is still in the result)
 * @property {boolean} [captured] show the output and keep its end; without it the child writes to this terminal itself
 * @property {number} [timeoutMs]
 *
 * @typedef {object} RunResult
 * @property {number} code 0 for success; 128 + signal number's stand-in (143) when it was killed, 127 when it could not start
 * @property {string} output both streams, the last 64 KiB; empty unless `quiet` or `captured`
 */

const KEPT = 65_536;

/**
 * Runs a program to its end. Never rejects: a program that can't be started has code 127 and the reason as output.
 * SIGTERM and SIGHUP sent to this process reach the child; Ctrl-C reaches it from the terminal anyway.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, options = {}) {
  const piped = options.quiet === true || options.captured === true;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', piped ? 'pipe' : 'inherit', piped ? 'pipe' : 'inherit'],
      timeout: options.timeoutMs,
      // npm is a .cmd file on Windows, which can't be started without a shell.
      shell: process.platform === 'win32' && !/\.exe$/i.test(command),
    });
    let output = '';
    for (const [from, to] of /** @type {const} */ ([
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])) {
      from?.setEncoding('utf8');
      from?.on('data', (text) => {
        output = (output + text).slice(-KEPT);
        if (!options.quiet) to.write(text);
      });
    }
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => child.kill(signal);
    process.on('SIGTERM', forward).on('SIGHUP', forward);
    /** @param {number} code */
    const finish = (code) => {
      process.off('SIGTERM', forward).off('SIGHUP', forward);
      resolve({ code, output });
    };
    child.once('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.once('close', (code) => finish(code ?? 143));
  });
}

/**
 * Runs a JavaScript program of a dependency with this Node: no shell, no `.bin` links, the same on every system.
 *
 * @param {string} script
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runNode(script, args, options) {
  return run(process.execPath, [script, ...args], options);
}
