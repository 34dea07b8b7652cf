import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SIZE_NAMES, type SizeName } from '@bulkhead/cluster-generator';
import { type CommandResult, formatCommand, measureCommand } from './command.ts';
import { exponents, formatReport } from './report.ts';
import type { SizeResult } from './result.ts';
import { runSize } from './run-size.ts';

const USAGE = `pnpm bench [options]
  --sizes S,M,L      which sizes (${SIZE_NAMES.join(', ')}); S,M,L by default
  --json FILE        write the results as JSON too
  --seed SEED        of the generated clusters, 1 by default
  --edits N          random draft edits to time, 200 by default
  --command          the command too: its start, and its memory on many files
  --pairs N          random pairs to explain, 1000 by default`;

function chosenSizes(text: string): SizeName[] {
  return text.split(',').map((name) => {
    const size = SIZE_NAMES.find((known) => known.toLowerCase() === name.trim().toLowerCase());
    if (!size) throw new RangeError(`No such size: ${name}. There are ${SIZE_NAMES.join(', ')}.`);
    return size;
  });
}

function readArguments() {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg, index) => !(index === 0 && arg === '--')),
    options: {
      sizes: { type: 'string', default: 'S,M,L' },
      json: { type: 'string' },
      seed: { type: 'string', default: '1' },
      edits: { type: 'string', default: '200' },
      pairs: { type: 'string', default: '1000' },
      command: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const count = (name: 'edits' | 'pairs') => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`--${name} must be a whole number above 0.`);
    return value;
  };
  return { ...values, sizes: chosenSizes(values.sizes), edits: count('edits'), pairs: count('pairs') };
}

async function main(): Promise<void> {
  const args = readArguments();
  if (args.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const results: SizeResult[] = [];
  for (const size of args.sizes) {
    process.stderr.write(`measuring ${size} …\n`);
    results.push(
      await runSize({ size, seed: args.seed, edits: args.edits, pairs: args.pairs, secondsOfRepeats: 12 }),
    );
  }
  process.stdout.write(`\n${formatReport(results)}\n`);
  let command: CommandResult | undefined;
  if (args.command) {
    process.stderr.write('measuring the command …\n');
    command = measureCommand(args.seed);
    process.stdout.write(`\n${formatCommand(command)}\n`);
  }
  if (args.json !== undefined) {
    const file = resolve(process.env['INIT_CWD'] ?? process.cwd(), args.json);
    const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
    writeFileSync(
      file,
      `${JSON.stringify({ machine, results, exponents: exponents(results), command }, null, 2)}\n`,
    );
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 1;
}
