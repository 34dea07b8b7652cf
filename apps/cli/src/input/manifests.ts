import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import {
  assembleManifests,
  createSharing,
  DEFAULT_MAX_FILE_SIZE,
  fileTooLarge,
  type ManifestOptions,
  type ParsedManifestFile,
  parseManifestFile,
} from '@bulkhead/policy-engine';
import { errorCode, Failure, messageOf } from '../failure.ts';
import type { Io } from '../io.ts';
import type { LoadedState, OnFile } from './source.ts';
import { walk } from './walk.ts';

/**
 * Reads a directory of manifests, or one file. Files are read one after the other and only what matters of them is kept, so
 * memory follows the number of objects, not the size of the texts.
 * @param name names a file in messages; default: as the user would, from where they stand
 * @throws {Failure} where the path does not exist or may not be read; a file that can't be read is a diagnostic
 */
export async function readManifests(
  path: string,
  io: Io,
  onFile: OnFile,
  name: (file: string) => string = (file) => displayName(io.cwd, path, file),
): Promise<LoadedState> {
  const at = resolve(io.cwd, path);
  const info = await stat(at).catch((error: unknown) => {
    throw unreadablePath(path, error);
  });
  const parsed: ParsedManifestFile[] = [];
  const parse = parser();
  if (info.isDirectory()) {
    try {
      for await (const file of walk(at)) {
        parsed.push(await readOne(file.path, name(join(at, file.name)), file.size, parse));
        onFile(parsed.length);
      }
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw unreadablePath(path, error);
    }
    if (parsed.length === 0) {
      parsed.push({
        path,
        parts: [],
        diagnostics: [
          {
            code: 'no-manifests',
            severity: 'warning',
            message: `There are no YAML or JSON files in ${path}.`,
            hint: 'Give the directory that holds the manifests.',
          },
        ],
      });
    }
  } else {
    // A file that somebody names is meant, whatever its size: a dump of a cluster, say.
    parsed.push(await readOne(at, name(at), 0, parser({ maxFileSize: UNLIMITED })));
  }
  return { ...assembleManifests(parsed), title: path };
}

const UNLIMITED = Number.POSITIVE_INFINITY;

type Parse = (name: string, text: string) => ParsedManifestFile;

/** Parses files of one input; equal labels are kept once. */
export function parser(limits: Pick<ManifestOptions, 'maxFileSize'> = {}): Parse {
  const options: ManifestOptions = { ...limits, sharing: createSharing() };
  return (name, text) => parseManifestFile({ path: name, text }, options);
}

async function readOne(path: string, name: string, size: number, parse: Parse): Promise<ParsedManifestFile> {
  if (size > DEFAULT_MAX_FILE_SIZE) {
    return { path: name, parts: [], diagnostics: [fileTooLarge(name, size, DEFAULT_MAX_FILE_SIZE)] };
  }
  try {
    return parse(name, await readFile(path, 'utf8'));
  } catch (error) {
    return {
      path: name,
      parts: [],
      diagnostics: [
        {
          code: 'file-unreadable',
          severity: 'error',
          message: `The file can't be read: ${messageOf(error)}.`,
          source: { file: name, line: 1 },
        },
      ],
    };
  }
}

/** Reads manifests from standard input, such as what `helm template` prints. */
export async function readStdin(io: Io): Promise<LoadedState> {
  if (io.stdin.isTTY === true) {
    throw new Failure('Nothing comes in on standard input.', {
      hint: 'Pipe manifests into the command, as in: helm template ./chart | bulkhead graph --dir -',
      code: 'no-input',
    });
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.stdin) {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  }
  return stateOfText('(stdin)', Buffer.concat(chunks).toString('utf8'), 'standard input');
}

/** What one text of many objects holds, as other tools print it. */
export function stateOfText(name: string, text: string, title: string): LoadedState {
  return { ...assembleManifests([parser({ maxFileSize: UNLIMITED })(name, text)]), title };
}

/** A file as the user would name it from where they stand. */
export function displayName(cwd: string, given: string, file: string): string {
  const fromHere = relative(cwd, file);
  const name = isAbsolute(given) || fromHere.startsWith('..') ? file : fromHere;
  return posix.normalize(name.split(sep).join('/'));
}

function unreadablePath(path: string, error: unknown): Failure {
  switch (errorCode(error)) {
    case 'ENOENT':
      return new Failure(`There is no ${path}.`, {
        hint: 'Give a directory or file with manifests, or REVISION:PATH of a Git repository.',
        code: 'path-not-found',
      });
    case 'EACCES':
    case 'EPERM':
      return new Failure(`You may not read ${path}.`, { code: 'path-forbidden' });
    default:
      return new Failure(`Can't read ${path}: ${messageOf(error)}.`, { code: 'path-unreadable' });
  }
}
