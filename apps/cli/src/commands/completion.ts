import type { Command, Option } from 'commander';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import { FAIL_ON, FORMATS, SHELLS } from '../formats.ts';
import { type Io, write } from '../io.ts';
import { scripts } from '../output/completion-scripts.ts';

/** `bulkhead completion SHELL`. */
export async function completion(shell: string, io: Io): Promise<ExitCode> {
  const known = SHELLS.find((candidate) => candidate === shell);
  if (known === undefined) {
    throw usageFailure(`There is no completion for ${shell}.`, `There is for ${SHELLS.join(', ')}.`);
  }
  await write(io.stdout, scripts[known]);
  return EXIT.ok;
}

/** A word that fits, and what it is. */
interface Candidate {
  readonly word: string;
  readonly help: string;
}

/** Told to the shell's script: complete a file name here. */
const FILES = ':files';

/**
 * `bulkhead __complete WORD...`: prints what the last word may become, one candidate a line, with a tab before its
 * description; `:files` where a file name belongs. What the scripts of all shells ask, so that they know nothing themselves.
 */
export async function complete(program: Command, words: readonly string[], io: Io): Promise<ExitCode> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = program.commands.find((candidate) => candidate.name() === before[0]);
  const candidates = await candidatesFor(program, command, before, current, io);
  const lines = candidates
    .filter(({ word }) => word === FILES || word.startsWith(current))
    .map(({ word, help }) => (help === '' ? word : `${word}\t${help}`));
  await write(io.stdout, lines.map((line) => `${line}\n`).join(''));
  return EXIT.ok;
}

async function candidatesFor(
  program: Command,
  command: Command | undefined,
  before: readonly string[],
  current: string,
  io: Io,
): Promise<readonly Candidate[]> {
  if (command === undefined) {
    if (before.length > 0) return [];
    return [...commandsOf(program), ...optionsOf(program)];
  }
  const equals = current.startsWith('--') ? current.indexOf('=') : -1;
  const flag = equals > 0 ? current.slice(0, equals) : before.at(-1);
  const option = command.options.find((candidate) => candidate.long === flag || candidate.short === flag);
  if (option?.required) {
    const values = await valuesOf(command, option, io);
    return equals > 0
      ? values.map(({ word, help }) => ({ word: word === FILES ? word : `${flag}=${word}`, help }))
      : values;
  }
  if (current.startsWith('-')) return optionsOf(command);
  if (command.name() === 'completion') return SHELLS.map((word) => ({ word, help: '' }));
  if (command.name() === 'check') return [{ word: FILES, help: '' }];
  return optionsOf(command);
}

function commandsOf(program: Command): Candidate[] {
  return program.commands
    .filter((command) => !command.name().startsWith('__'))
    .map((command) => ({ word: command.name(), help: command.summary() }));
}

function optionsOf(command: Command): Candidate[] {
  const options = command.options.flatMap((option) =>
    option.long === undefined || option.long === null || option.hidden
      ? []
      : [{ word: option.long, help: option.description }],
  );
  return [...options, { word: '--help', help: 'show help' }];
}

async function valuesOf(command: Command, option: Option, io: Io): Promise<readonly Candidate[]> {
  const words = (list: readonly string[]): Candidate[] => list.map((word) => ({ word, help: '' }));
  if (option.argChoices !== undefined) return words(option.argChoices);
  switch (option.long) {
    case '--output':
      return words(FORMATS[formatsOf(command.name())]);
    case '--fail-on':
      return words(FAIL_ON);
    case '--context':
      return contexts(io);
    case '--from':
    case '--to':
      return command.name() === 'diff' ? words([FILES]) : [];
    case '--dir':
    case '--kubeconfig':
    case '--accept':
      return words([FILES]);
    default:
      return [];
  }
}

function formatsOf(name: string): keyof typeof FORMATS {
  return name === 'graph' || name === 'explain' || name === 'diff' || name === 'lint' ? name : 'check';
}

/** Names of the kubeconfig's contexts; none where it can't be read, since a shell is no place for an error. */
async function contexts(io: Io): Promise<readonly Candidate[]> {
  try {
    const { liveCatalogue } = await import('@bulkhead/api');
    const catalogue = await liveCatalogue({ env: { ...io.env } });
    return (await catalogue.list()).map(({ name, namespace }) => ({ word: name, help: namespace ?? '' }));
  } catch {
    return [];
  }
}
