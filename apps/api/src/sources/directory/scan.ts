import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Diagnostic } from '@bulkhead/policy-engine';
import { KubeError } from '../../kube/error.ts';

/** A manifest on disk. */
export interface FoundFile {
  /** Relative to the directory, with forward slashes: as the user would name it. */
  readonly path: string;
  readonly absolute: string;
  readonly size: number;
  /** Changes whenever the file's content may have. */
  readonly version: string;
}

export interface Scan {
  /** By path. */
  readonly files: readonly FoundFile[];
  /** Every directory that was looked into, by its real path, with what tells it from another at the same path. */
  readonly directories: ReadonlyMap<string, string>;
  /** What could not be looked into. */
  readonly diagnostics: readonly Diagnostic[];
}

const MANIFEST = /\.(ya?ml|json)$/i;
/** Never manifests, and large. */
const SKIPPED = new Set(['node_modules']);
const MOST_FILES = 20_000;
const DEEPEST = 40;

/**
 * Finds the manifests below a directory, following symbolic links but never in circles; a single file is a directory
 * of one. Entries that begin with a dot are left alone, as kubectl does.
 * @throws {KubeError} when the directory is missing or can't be read
 */
export async function scan(root: string): Promise<Scan> {
  const files: FoundFile[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, string>();
  let left = 0;

  const addFile = (path: string, absolute: string, found: Stats) => {
    if (files.length >= MOST_FILES) {
      left++;
      return;
    }
    const version = [found.dev, found.ino, found.size, found.mtimeMs, found.ctimeMs].join(':');
    files.push({ path, absolute, size: found.size, version });
  };

  const visit = async (directory: string, relative: string, depth: number): Promise<void> => {
    const real = await realpath(directory);
    if (seen.has(real)) return;
    const { dev, ino, birthtimeMs } = await stat(real);
    seen.set(real, [dev, ino, birthtimeMs].join(':'));
    if (depth > DEEPEST) {
      diagnostics.push(skipped(relative, `it is nested more than ${DEEPEST} directories deep`));
      return;
    }
    const entries = await readdir(directory);
    for (const name of entries.sort()) {
      if (name.startsWith('.') || SKIPPED.has(name)) continue;
      const path = relative === '' ? name : `${relative}/${name}`;
      const absolute = join(directory, name);
      try {
        const found = await stat(absolute);
        if (found.isDirectory()) await visit(absolute, path, depth + 1);
        else if (MANIFEST.test(name) && found.isFile()) addFile(path, absolute, found);
        else if (MANIFEST.test(name)) diagnostics.push(skipped(path, 'it is not a regular file'));
      } catch (error) {
        // A name that isn't a manifest's may be a link to nowhere; that is nobody's problem.
        if (MANIFEST.test(name) || !isMissing(error)) diagnostics.push(skipped(path, reasonOf(error)));
      }
    }
  };

  const top = await stat(root).catch((error: unknown) => {
    throw rootProblem(root, error);
  });
  if (top.isFile()) {
    addFile(basename(root), root, top);
    return { files, directories: new Map(), diagnostics };
  }
  await visit(root, '', 0).catch((error: unknown) => {
    throw rootProblem(root, error);
  });
  if (left > 0) {
    diagnostics.push({
      code: 'too-many-files',
      severity: 'error',
      message: `The directory has ${left + MOST_FILES} manifests; only the first ${MOST_FILES} were read.`,
      hint: 'Name a directory further down.',
    });
  }
  return { files, directories: seen, diagnostics };
}

function skipped(path: string, reason: string): Diagnostic {
  return {
    code: 'file-unreadable',
    severity: 'error',
    message: `${path} was left out: ${reason}.`,
    hint: 'Check that it exists and that you may read it.',
    source: { file: path, line: 1 },
  };
}

/** The diagnostic for a file that was found and then could not be read. */
export function unreadable(path: string, error: unknown): Diagnostic {
  return skipped(path, reasonOf(error));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP');
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const known: Readonly<Record<string, string>> = {
    EACCES: 'you have no permission to read it',
    EPERM: 'you have no permission to read it',
    ENOENT: 'it points to something that does not exist',
    ELOOP: 'it is a symbolic link to itself',
    EISDIR: 'it is a directory',
    ENAMETOOLONG: 'its path is too long',
  };
  return known[code] ?? `reading it failed (${code})`;
}

function rootProblem(root: string, error: unknown): KubeError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new KubeError({
      code: 'directory-not-found',
      title: `There is no directory ${root}.`,
      hint: 'Check the path; it is relative to where the command was started.',
    });
  }
  return new KubeError({
    code: 'directory-unreadable',
    title: `The directory ${root} can not be read.`,
    detail: reasonOf(error),
    hint: 'Check its permissions.',
  });
}
