import { spawn } from 'node:child_process';
import { errorCode } from './problem.ts';

export type ToolResult =
  | { readonly type: 'done'; readonly stdout: string; readonly bytes: Buffer; readonly stderr: string }
  | { readonly type: 'failed'; readonly status: number | null; readonly stderr: string }
  | { readonly type: 'missing' };

export interface ToolOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Written to the tool's standard input, then closed. */
  readonly input?: string;
  /** Default: two minutes. */
  readonly timeoutMs?: number;
}

const MOST_OUTPUT = 512 * 1024 * 1024;

/** Runs another program to its end, without a shell, and collects what it prints. */
export function runTool(name: string, args: readonly string[], options: ToolOptions): Promise<ToolResult> {
  return new Promise((resolve) => {
    const child = spawn(name, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 120_000,
      windowsHide: true,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_OUTPUT) child.kill();
      else out.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      err.push(chunk);
    });
    child.on('error', (error) => {
      if (errorCode(error) === 'ENOENT') resolve({ type: 'missing' });
      else resolve({ type: 'failed', status: null, stderr: error.message });
    });
    child.on('close', (status, signal) => {
      const stderr = Buffer.concat(err).toString('utf8').trim();
      if (status === 0 && size <= MOST_OUTPUT) {
        const bytes = Buffer.concat(out);
        resolve({ type: 'done', stdout: bytes.toString('utf8'), bytes, stderr });
      } else {
        const why =
          size > MOST_OUTPUT ? 'it prints too much' : signal === null ? stderr : `ended by ${signal}`;
        resolve({ type: 'failed', status, stderr: why });
      }
    });
    if (options.input !== undefined) {
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(options.input);
    }
  });
}
