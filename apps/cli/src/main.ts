import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-code.ts';
import { Failure } from './failure.ts';
import { type Io, processIo, write } from './io.ts';
import { createProgram } from './program.ts';
import { plainLines } from './terminal/plain.ts';
import { styleFor } from './terminal/style.ts';
import { packageVersion } from './version.ts';

/**
 * Runs one command line.
 * @param argv without the interpreter and the script: `['graph', '--dir', '.']`
 * @returns the exit code; see `EXIT`
 */
export async function run(argv: readonly string[], io: Io = processIo()): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const pending: Promise<boolean>[] = [];
  const program = createProgram(packageVersion(), io, (result) => {
    code = result;
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => pending.push(write(io.stdout, text)),
      writeErr: (text) => pending.push(withSuggestion(text).then((all) => write(io.stderr, plainLines(all)))),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  }
  // A reader that goes away early (`| head`) ends the output, not the program with an error.
  const ignoreBrokenPipe = (error: Error & { code?: string }): void => {
    if (error.code !== 'EPIPE') throw error;
  };
  io.stdout.on('error', ignoreBrokenPipe);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    code = await report(error, io);
  } finally {
    await Promise.all(pending);
    io.stdout.off('error', ignoreBrokenPipe);
  }
  return code;
}

const CHOICE = /argument '(.*)' is invalid\. Allowed \w+ are (.*)\.\s*$/;

/** Commander suggests commands and options by itself, but not values. */
async function withSuggestion(text: string): Promise<string> {
  const [, given, allowed] = CHOICE.exec(text) ?? [];
  if (given === undefined || allowed === undefined) return text;
  const { nearest } = await import('@bulkhead/policy-engine');
  const choices = allowed.split(', ');
  const begun = choices.filter((choice) => given !== '' && choice.startsWith(given));
  const found = begun.length === 1 ? begun[0] : nearest(given, choices);
  return found === undefined ? text : `${text.trimEnd()}\n(Did you mean ${found}?)\n`;
}

async function report(error: unknown, io: Io): Promise<ExitCode> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0 || error.code === 'commander.help') return EXIT.ok;
    return EXIT.usage;
  }
  const style = styleFor(io.stderr, io.env);
  if (error instanceof Failure) {
    const hint = error.hint === undefined ? '' : `${plainLines(error.hint)}\n`;
    await write(io.stderr, `${style.red('error:')} ${plainLines(error.message)}\n${hint}`);
    return error.exitCode;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await write(
    io.stderr,
    `${style.red('This is a defect of bulkhead, not of your input.')} Please report it with what follows.\n${plainLines(detail)}\n`,
  );
  return EXIT.internal;
}
