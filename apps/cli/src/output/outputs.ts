import { writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Failure, messageOf } from '../failure.ts';
import { type Io, write } from '../io.ts';

/** One thing to be written: a format, and a file or else standard output. */
export interface OutputTarget<Format extends string> {
  readonly format: Format;
  readonly file?: string;
}

/** Reads `--output` values (`json`, `sarif=results.sarif`); none: `formats[0]`. Values have been checked by the parser. */
export function outputTargets<Format extends string>(
  values: readonly string[],
  formats: readonly [Format, ...Format[]],
): readonly OutputTarget<Format>[] {
  if (values.length === 0) return [{ format: formats[0] }];
  return values.map((value) => {
    const [name = '', ...rest] = value.split('=');
    const format = formats.find((candidate) => candidate === name) ?? formats[0];
    return rest.length === 0 ? { format } : { format, file: rest.join('=') };
  });
}

/** Renders each target and writes it. */
export async function writeOutputs<Format extends string>(
  targets: readonly OutputTarget<Format>[],
  io: Io,
  render: (format: Format, target: OutputTarget<Format>) => string | Iterable<string>,
): Promise<void> {
  for (const target of targets) {
    const rendered = render(target.format, target);
    if (target.file === undefined) {
      for (const chunk of gathered(rendered)) if (!(await write(io.stdout, chunk))) break;
      continue;
    }
    const path = isAbsolute(target.file) ? target.file : join(io.cwd, target.file);
    try {
      await writeFile(path, gathered(rendered));
    } catch (error) {
      throw new Failure(`Can't write ${target.file}: ${messageOf(error)}.`);
    }
  }
}

/** Characters that are written at once. */
const CHUNK = 64 * 1024;

function* gathered(pieces: string | Iterable<string>): Generator<string, void> {
  if (typeof pieces === 'string') {
    yield pieces;
    return;
  }
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
