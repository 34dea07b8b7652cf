import { PassThrough, Readable, Writable } from 'node:stream';
import { run } from '../main.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly stop?: AbortSignal;
  /** Called with all that was printed so far. */
  readonly onOutput?: (text: string) => void;
}

/** Runs a command line in this process, with streams of its own. */
export async function bulkhead(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const stdout = collector(options.isTTY === true, options.onOutput);
  const stderr = collector(options.isTTY === true);
  const stdin: Readable & { isTTY?: boolean } =
    options.stdin === undefined ? new PassThrough() : Readable.from([options.stdin]);
  if (options.stdin === undefined) stdin.isTTY = true;
  const code = await run(args, {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    ...(options.stop === undefined ? {} : { stop: options.stop }),
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(
  isTTY: boolean,
  onOutput: (text: string) => void = () => undefined,
): {
  readonly stream: Writable & { isTTY?: boolean };
  readonly text: () => string;
} {
  const chunks: string[] = [];
  const stream: Writable & { isTTY?: boolean } = new Writable({
    write(chunk: Buffer | string, _encoding, done) {
      chunks.push(chunk.toString());
      onOutput(chunks.join(''));
      done();
    },
  });
  stream.isTTY = isTTY;
  return { stream, text: () => chunks.join('') };
}
