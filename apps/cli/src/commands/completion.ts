import { Writable } from 'node:stream';
import type { PodRecord } from '@bulkhead/policy-engine';
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
    return before.length > 0 ? [] : [...commandsOf(program), ...optionsOf(program)];
  }
  const equals = current.startsWith('--') ? current.indexOf('=') : -1;
  const flag = equals > 0 ? current.slice(0, equals) : before.at(-1);
  const option = command.options.find((candidate) => candidate.long === flag || candidate.short === flag);
  if (option?.required) {
    const values = await valuesOf(command, option, before, io);
    return equals > 0
      ? values.map(({ word, help }) => ({ word: word === FILES ? word : `${flag}=${word}`, help }))
      : values;
  }
  if (current.startsWith('-')) return optionsOf(command);
  if (command.name() === 'completion') return SHELLS.map((word) => ({ word, help: '' }));
  if (command.name() === 'help') return commandsOf(program);
  if (command.name() === 'check') return [{ word: FILES, help: '' }];
  return optionsOf(command);
}

function commandsOf(program: Command): Candidate[] {
  return program
    .createHelp()
    .visibleCommands(program)
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

async function valuesOf(
  command: Command,
  option: Option,
  before: readonly string[],
  io: Io,
): Promise<readonly Candidate[]> {
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
      if (command.name() === 'explain') return workloads(before, io);
      return [
        ...words([FILES, 'demo']),
        ...(await contexts(io)).map(({ word, help }) => ({ word: `context:${word}`, help })),
      ];
    case '--namespace':
      return namespaces(before, io);
    case '--dir':
    case '--kubeconfig':
    case '--accept':
      return words([FILES]);
    default:
      return [];
  }
}

/** Ends of the manifests or the demo that the line names so far; a cluster is not asked, since a shell should not wait. */
async function workloads(before: readonly string[], io: Io): Promise<readonly Candidate[]> {
  const pods = await podsOf(before, io);
  const names = new Set(pods.map((pod) => `${pod.namespace}/${pod.workload.name}`));
  if (names.size === 0) return [];
  return [...names, 'internet'].sort().map((word) => ({ word, help: '' }));
}

async function namespaces(before: readonly string[], io: Io): Promise<readonly Candidate[]> {
  const names = new Set((await podsOf(before, io)).map((pod) => pod.namespace));
  return [...names].sort().map((word) => ({ word, help: '' }));
}

async function podsOf(before: readonly string[], io: Io): Promise<readonly PodRecord[]> {
  const dir = before.flatMap((word, at) => {
    if (word === '--dir' || word === '-d') return before.slice(at + 1, at + 2);
    return word.startsWith('--dir=') ? [word.slice('--dir='.length)] : [];
  })[0];
  const demo = before.includes('--demo');
  if (dir === '-' || (dir === undefined && !demo)) return [];
  try {
    const { loadSource } = await import('../input/load.ts');
    const quiet = { ...io, stderr: new Writable({ write: (_chunk, _encoding, done) => done() }) };
    const options = { render: false, ...(demo ? { demo } : {}), ...(dir === undefined ? {} : { dir }) };
    return (await loadSource(options, quiet)).snapshot.pods;
  } catch {
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
