import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type AcceptedFinding,
  type Diagnostic,
  type Invariant,
  parseCheckFile,
} from '@bulkhead/policy-engine';
import { errorCode, Failure, messageOf } from '../failure.ts';
import type { Io } from '../io.ts';
import { displayName } from './manifests.ts';

/** What the check files of a run say together. */
export interface LoadedChecks {
  readonly files: readonly string[];
  readonly invariants: readonly Invariant[];
  readonly accept: readonly AcceptedFinding[];
}

const DEFAULT_NAMES = ['bulkhead.yaml', 'bulkhead.yml'];
const LARGEST = 10 * 1024 * 1024;

/**
 * Reads check files.
 * @throws {Failure} where one can't be read, or holds something that is not understood: what it asserts would not be checked
 */
export async function readCheckFiles(paths: readonly string[], io: Io): Promise<LoadedChecks> {
  const invariants: Invariant[] = [];
  const accept: AcceptedFinding[] = [];
  const problems: Diagnostic[] = [];
  for (const path of paths) {
    const at = resolve(io.cwd, path);
    const parsed = parseCheckFile(displayName(io.cwd, path, at), await readText(path, at));
    problems.push(...parsed.diagnostics);
    invariants.push(...parsed.file.invariants);
    accept.push(...parsed.file.accept);
  }
  const seen = new Map<string, Invariant>();
  for (const invariant of invariants) {
    const first = seen.get(invariant.name);
    const other = first?.source?.file;
    if (first !== undefined && other !== invariant.source?.file) {
      problems.push({
        code: 'duplicate-name',
        severity: 'error',
        message: `An invariant in ${other ?? 'another file'} is called “${invariant.name}” too.`,
        ...(invariant.source === undefined ? {} : { source: invariant.source }),
      });
    }
    seen.set(invariant.name, invariant);
  }
  if (problems.length > 0) throw new Failure(listed(problems), { code: 'invalid-check-file' });
  return { files: paths, invariants, accept };
}

/** Where no check file was named: `bulkhead.yaml` in the working directory, or else in the directory of manifests. */
export async function findCheckFile(dir: string | undefined, io: Io): Promise<string | undefined> {
  for (const folder of dir === undefined ? ['.'] : ['.', dir]) {
    for (const name of DEFAULT_NAMES) {
      const path = folder === '.' ? name : join(folder, name);
      const info = await stat(resolve(io.cwd, path)).catch(() => undefined);
      if (info?.isFile() === true) return path;
    }
  }
  return undefined;
}

async function readText(path: string, at: string): Promise<string> {
  try {
    const info = await stat(at);
    if (info.size > LARGEST)
      throw new Failure(`${path} is too large for a check file.`, { code: 'invalid-check-file' });
    return await readFile(at, 'utf8');
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (errorCode(error) === 'ENOENT')
      throw new Failure(`There is no check file ${path}.`, { code: 'path-not-found' });
    throw new Failure(`Can't read the check file ${path}: ${messageOf(error)}.`, { code: 'path-unreadable' });
  }
}

const MOST_LISTED = 20;

function listed(problems: readonly Diagnostic[]): string {
  const lines = problems.slice(0, MOST_LISTED).map(({ source, message, hint }) => {
    const place = source === undefined ? '' : `${source.file}:${source.line}: `;
    return `${place}${message}${hint === undefined ? '' : ` ${hint}`}`;
  });
  const more = problems.length - lines.length;
  const rest = more > 0 ? [`… and ${more} more.`] : [];
  return problems.length === 1
    ? lines.join('\n')
    : ['The check file has mistakes:', ...lines, ...rest].join('\n');
}
