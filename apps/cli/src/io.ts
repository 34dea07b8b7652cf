import type { Readable, Writable } from 'node:stream';

/** Where a command reads and writes; tests bring their own. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Ends what runs until it is told to stop; beside Ctrl-C, for whoever runs it in their own process. */
  readonly stop?: AbortSignal;
}

export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
  };
}

/**
 * Writes all of a text, waiting where the reader is slow, so that a pipe gets everything before the process ends.
 * @returns whether somebody still reads: one that has seen enough (`| head`) is no failure
 */
export function write(stream: Writable, text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (!(error instanceof Error)) resolve(true);
      else if ('code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED'))
        resolve(false);
      else reject(error);
    });
  });
}
