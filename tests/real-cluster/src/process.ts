import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/** A program that is started, killed and started again with the same arguments. */
export interface Program {
  start(): void;
  /** Sends the signal; resolves once the process is gone. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Stands still, with all its connections open, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** The last lines that it printed. */
  lastWords(): Promise<string>;
  readonly running: boolean;
}

/** @param logFile where its output goes, appended over restarts */
export function program(file: string, args: readonly string[], logFile: string): Program {
  let child: ChildProcess | undefined;
  const running = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const endWithUs = () => child?.kill('SIGKILL');
  process.once('exit', endWithUs);
  return {
    start() {
      if (running()) throw new Error(`${file} runs already`);
      const log = createWriteStream(logFile, { flags: 'a' });
      child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout?.pipe(log, { end: false });
      child.stderr?.pipe(log, { end: false });
      child.once('close', () => log.end());
    },
    async kill(signal = 'SIGKILL') {
      const ending = child;
      if (ending === undefined || !running()) return;
      const gone = new Promise((resolve) => ending.once('close', resolve));
      ending.kill('SIGCONT');
      ending.kill(signal);
      await gone;
    },
    freeze() {
      child?.kill('SIGSTOP');
    },
    thaw() {
      child?.kill('SIGCONT');
    },
    async lastWords() {
      const text = await readFile(logFile, 'utf8').catch(() => '');
      return text.split('\n').slice(-20).join('\n');
    },
    get running() {
      return running();
    },
  };
}

/** A port on loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
