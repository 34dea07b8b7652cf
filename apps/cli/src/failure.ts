import { EXIT, type ExitCode } from './exit-code.ts';

export interface FailureOptions {
  /** What to do about it. */
  readonly hint?: string;
  /** Default: `EXIT.unreadable`. */
  readonly exitCode?: ExitCode;
  /** Stable name of the problem, for machines. */
  readonly code?: string;
}

/** Something the user can put right. Printed as a sentence and a hint, never with a stack trace. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
  readonly code: string;

  constructor(message: string, options: FailureOptions = {}) {
    super(message);
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT.unreadable;
    this.code = options.code ?? (this.exitCode === EXIT.usage ? 'usage' : 'unreadable-input');
  }
}

/** A mistake on the command line. */
export function usageFailure(message: string, hint?: string): Failure {
  return new Failure(message, { exitCode: EXIT.usage, ...(hint === undefined ? {} : { hint }) });
}

/** The message of anything that was thrown, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node error: `ENOENT`, `EACCES`, … */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
