import type { Diagnostic } from '@bulkhead/policy-engine';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type Io, write } from '../io.ts';

/** What left-out documents mean for a command that is a gate: nobody knows whether it would have held with them. */
export async function judgeUnreadable(
  diagnostics: readonly Diagnostic[],
  allowed: boolean | undefined,
  io: Io,
): Promise<ExitCode> {
  const unreadable = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  if (unreadable === 0 || allowed === true) return EXIT.ok;
  const subject = unreadable === 1 ? 'A document was' : `${unreadable} documents were`;
  await write(
    io.stderr,
    `${subject} left out because of errors, so the answer may not hold of everything. --allow-unreadable accepts that.\n`,
  );
  return EXIT.unreadable;
}
