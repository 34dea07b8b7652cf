import { isAbsolute, posix, relative, resolve, sep } from 'node:path';
import { createDirectoryReader, ManifestsError } from '@bulkhead/manifest-files';
import {
  assembleManifests,
  createSharing,
  type ManifestOptions,
  type ParsedManifestFile,
  parseManifestFile,
} from '@bulkhead/policy-engine';
import { Failure } from '../failure.ts';
import type { Io } from '../io.ts';
import type { LoadedState, OnFile } from './source.ts';

export interface ReadOptions {
  readonly render: boolean;
  readonly onFile: OnFile;
  /** Names a file in messages by its path below the directory; default: as the user would, from where they stand. */
  readonly name?: (below: string) => string;
}

/**
 * Reads a directory of manifests, a Helm chart, a kustomization, or one file.
 * @throws {Failure} where the path does not exist, may not be read, or can't be rendered; a file that can't be read is a
 * diagnostic
 */
export async function readManifests(path: string, io: Io, options: ReadOptions): Promise<LoadedState> {
  const at = resolve(io.cwd, path);
  const name = options.name ?? ((below) => displayName(io.cwd, path, resolve(at, below)));
  const reader = createDirectoryReader(at, { render: options.render, name });
  try {
    const { snapshot, diagnostics } = await reader.read(options.onFile);
    return { snapshot, diagnostics, title: path };
  } catch (error) {
    throw asFailure(error);
  }
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof ManifestsError)) return error;
  const hint =
    error.code === 'path-not-found'
      ? 'Give a directory or file with manifests, or REVISION:PATH of a Git repository.'
      : error.hint;
  return new Failure(error.message, { code: error.code, ...(hint === undefined ? {} : { hint }) });
}

type Parse = (name: string, text: string) => ParsedManifestFile;

/** Parses files of one input; equal labels are kept once. */
export function parser(limits: Pick<ManifestOptions, 'maxFileSize'> = {}): Parse {
  const options: ManifestOptions = { ...limits, sharing: createSharing() };
  return (name, text) => parseManifestFile({ path: name, text }, options);
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
  const text = Buffer.concat(chunks).toString('utf8');
  const parse = parser({ maxFileSize: Number.POSITIVE_INFINITY });
  return { ...assembleManifests([parse('(stdin)', text)]), title: 'standard input' };
}

/** A file as the user would name it from where they stand. */
export function displayName(cwd: string, given: string, file: string): string {
  const fromHere = relative(cwd, file);
  const name = isAbsolute(given) || fromHere.startsWith('..') ? file : fromHere;
  return posix.normalize(name.split(sep).join('/'));
}
